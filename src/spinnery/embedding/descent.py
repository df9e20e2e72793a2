"""Gradient descent with momentum and a gain for every coordinate (Jacobs 1988's delta-bar-delta).

A gain grows by 0.2 while the coordinate keeps its direction and shrinks by a fifth when it turns
round. Steps run in compiled blocks; between blocks the loop can report and stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from ..progress import Steps
from .cost import Tails, cost, gradient
from .start import SPREAD

BLOCK = 50  # steps between two looks at the cost
EXAGGERATED = 250  # steps with exaggerated affinities and the low momentum
MOMENTUM = 0.5, 0.8  # before and after
MIN_GAIN = 0.01


class State(NamedTuple):
    """Points, their last move and their gains, `(N, d)` each."""

    Y: Array
    move: Array
    gains: Array


class Schedule(NamedTuple):
    """The steps of a descent; exaggerated ones are as much shorter as the gradient is larger."""

    max_iter: int
    learning_rate: float
    exaggeration: float
    min_grad_norm: float


@dataclass(frozen=True)
class Descent:
    """What a descent found."""

    Y: np.ndarray
    costs: np.ndarray  # (n_blocks, 2): steps taken, cost
    n_iter: int


@partial(jax.jit, static_argnames="tails")
def run_block(
    tails: Tails, P: Array, fixed: Array | None, n: Array, state: State, steps: Array,
    learning_rate: Array, exaggeration: Array, momentum: Array,
) -> tuple[State, Array, Array]:  # fmt: skip
    """`steps` steps; the state, the cost and the gradient's norm after them."""

    def step(_, state: State) -> State:
        slope = gradient(tails, exaggeration * P, state.Y, fixed, n)
        turned = slope * state.move > 0
        gains = jnp.maximum(jnp.where(turned, 0.8 * state.gains, state.gains + 0.2), MIN_GAIN)
        move = momentum * state.move - learning_rate * gains * slope
        return State(state.Y + move, move, gains)

    state = jax.lax.fori_loop(0, steps, step, state)
    if fixed is None:  # the cost does not see a common shift; rounding does
        real = jnp.arange(len(P))[:, None] < n
        mean = jnp.sum(jnp.where(real, state.Y, 0), axis=0) / n
        Y = jnp.where(real, state.Y - mean, 0)
        # Exaggeration may draw all points together. There the descent is linear, so moving it to
        # a larger scale changes nothing, and keeps it off the stationary point at zero.
        radius = jnp.max(jnp.abs(Y))
        scale = jnp.where((radius > 0) & (radius < SPREAD), SPREAD / radius, 1)
        state = State(scale * Y, scale * state.move, state.gains)
    norm = jnp.linalg.norm(gradient(tails, P, state.Y, fixed, n))
    return state, cost(tails, P, state.Y, fixed, n), norm


def descend(
    tails: Tails, P: Array, Y: Array, fixed: Array | None, n: int, schedule: Schedule, steps: Steps
) -> Descent:
    """Move `Y` downhill.

    Parameters
    ----------
    tails : "gaussian" (SNE) or "student" (t-SNE)
    P : (N, M) array
        Affinities; padded rows and columns are 0.
    Y : (N, d) array
        Where to start.
    fixed : (M, d) array or None
        Points that stay, for new points; None moves all points together (M = N).
    n : int
        Real columns.

    Raises
    ------
    ValueError
        If the points run off to infinity.
    """
    state = State(Y, jnp.zeros_like(Y), jnp.ones_like(Y))
    done, costs = 0, []
    steps.expect(schedule.max_iter)
    while done < schedule.max_iter:
        early = done < EXAGGERATED
        factor = schedule.exaggeration if early else 1.0
        if done == EXAGGERATED:  # another cost from here on
            state = State(state.Y, jnp.zeros_like(Y), jnp.ones_like(Y))
        size = min(BLOCK, schedule.max_iter - done)
        moved, found, norm = run_block(
            tails, P, fixed, np.int32(n), state, np.int32(size),
            *np.asarray(
                [schedule.learning_rate / factor, factor, MOMENTUM[0 if early else 1]],
                P.dtype,
            ),
        )  # fmt: skip
        if not np.isfinite(found):
            raise ValueError(
                f"The points ran off to infinity within {done + size} steps at "
                f"learning_rate={schedule.learning_rate:g}. Lower learning_rate, or leave it "
                'at "auto".'
            )
        state, done = moved, done + size
        costs.append((done, float(found)))
        steps.say(f"cost {found:.4g}")
        steps.advance(size)
        if factor == 1 and norm <= schedule.min_grad_norm:
            break
    return Descent(np.asarray(state.Y), np.array(costs), done)

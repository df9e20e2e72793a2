"""Accelerated proximal gradient for many models at once.

Every lane has its own step, momentum, restart and stopping test; lanes share only the two
products with `X` per iteration. `Z = X W` is linear in `W`, so at an extrapolated point it is a
combination of two stored ones and needs no product of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from ..compilation import LARGE
from ..penalties import Penalty
from .problem import Gradient, Params, Smooth, lane_sum, per_lane, select_params, tree_lane_sum


class Rule(NamedTuple):
    """How a solve moves: plain or accelerated, and what its steps do."""

    momentum: bool = True
    monotone: bool = True  # a step that raises the objective is refused and momentum dropped
    growth: float = 1.05  # of the step after every step whose bound held; 1 keeps it fixed


RESTARTED = Rule()


class Solution(NamedTuple):
    """Where a solve ended, one entry per lane."""

    params: Params
    objective: Array  # (B,) penalised objective F
    residual: Array  # (B,) relative gradient mapping at the last step
    n_iter: Array  # (B,)
    step: Array  # (B,) step sizes, a warm start for the next solve
    converged: Array  # (B,) bool
    done: Array  # (B,) bool: converged, or as low as rounding lets it get
    history: Array | None  # (record, B) objective after every iteration, NaN beyond the last


class _State(NamedTuple):
    params: Params
    previous: Params
    Z: Array
    Z_previous: Array
    objective: Array
    age: Array  # accepted steps since the last restart
    momentum: Array
    step: Array
    residual: Array
    done: Array
    converged: Array
    n_iter: Array
    iteration: Array
    history: Array | None


def initial_step(n_lanes: int, dtype) -> np.ndarray:
    """A first guess; backtracking corrects it within a few iterations."""
    return np.full(n_lanes, 0.1, dtype)


def descend(
    problem: Smooth,
    penalty: Penalty,
    params: Params,
    step: Array,
    tol: Array | float,
    max_iter: Array | int,
    rule: Rule = RESTARTED,
    spare: Array | int = 0,
    record: int = 0,
) -> Solution:
    """Minimise `f + Pen` from `params` until every lane's relative gradient mapping is below `tol`.

    A step is accepted iff the quadratic upper bound holds there and the objective does not rise;
    otherwise the lane shortens its step (bound) or drops its momentum (rise). `rule` says whether
    there is momentum, whether rises matter, and whether steps may grow. The loop ends when at most
    `spare` lanes are not done; the objectives of the first `record` iterations are kept.

    References: Beck & Teboulle (2009); O'Donoghue & Candes (2015) for the restart.
    """
    Z = problem.design.matmul(params.W)
    objective = problem.value(params, Z) + penalty.value(params.W)
    zeros = jnp.zeros_like(objective)
    false = jnp.zeros(objective.shape, bool)
    state = _State(
        params,
        params,
        Z,
        Z,
        objective,
        zeros,
        zeros,
        step,
        zeros + jnp.inf,
        false,
        false,
        jnp.zeros(objective.shape, jnp.int32),
        jnp.zeros((), jnp.int32),
        jnp.full((record, *objective.shape), jnp.nan, objective.dtype) if record else None,
    )
    state = jax.lax.while_loop(
        lambda s: (s.iteration < max_iter) & (jnp.sum(~s.done) > spare),
        lambda s: _iterate(problem, penalty, tol, rule, s),
        state,
    )
    return Solution(
        state.params,
        state.objective,
        state.residual,
        state.n_iter,
        state.step,
        state.converged,
        state.done,
        state.history,
    )


solve = jax.jit(descend, static_argnames=("rule", "record"), compiler_options=LARGE)


def _iterate(problem: Smooth, penalty: Penalty, tol, rule: Rule, s: _State) -> _State:
    point, Z_point = _extrapolate(s)
    grad = problem.gradient(point, Z_point)
    new = _prox_step(penalty, point, grad, s.step, s.params.W)
    Z_new = problem.design.matmul(new.W)
    smooth = problem.value(new, Z_new)
    objective = smooth + penalty.value(new.W)

    move = jax.tree.map(jnp.subtract, new, point)
    squared = lane_sum(move.W**2) + tree_lane_sum(jax.tree.map(jnp.square, move.upper))
    excess = problem.excess(smooth, grad, move, Z_new - Z_point)
    rounding = 8 * jnp.finfo(smooth.dtype).eps
    room, slack = squared / (2 * s.step), rounding * jnp.abs(grad.value)
    bound_holds = (excess <= room + slack) | (room <= slack)
    falls = objective <= s.objective + rounding * jnp.abs(s.objective)
    if not rule.monotone:
        falls = jnp.ones_like(falls)
    accept = bound_holds & falls & ~s.done

    residual = _relative_mapping(penalty, move, s.step, grad)
    settled = accept & (residual <= tol)
    exhausted = bound_holds & ~falls & (s.momentum == 0)  # rounding hides any further descent
    age = jnp.where(accept, s.age + 1, jnp.where(bound_holds, 0, s.age))
    momentum = jnp.where(accept, age / (age + 3), jnp.where(bound_holds, 0, s.momentum))
    if not rule.momentum:
        momentum = jnp.zeros_like(momentum)
    step = jnp.where(bound_holds, s.step * rule.growth, s.step / 2)
    step = jnp.where(s.done, s.step, jnp.minimum(step, 0.95 * penalty.max_step))
    objective = jnp.where(accept, objective, s.objective)
    history = s.history
    if history is not None:
        history = history.at[s.iteration].set(objective, mode="drop")
    return _State(
        params=select_params(accept, new, s.params),
        previous=select_params(accept, s.params, s.previous),
        Z=jnp.where(accept[None, :, None], Z_new, s.Z),
        Z_previous=jnp.where(accept[None, :, None], s.Z, s.Z_previous),
        objective=objective,
        age=age,
        momentum=momentum,
        step=step,
        residual=jnp.where(s.done, s.residual, residual),
        done=s.done | settled | exhausted,
        converged=s.converged | settled,
        n_iter=s.n_iter + ~s.done,
        iteration=s.iteration + 1,
        history=history,
    )


def _extrapolate(s: _State) -> tuple[Params, Array]:
    momentum = s.momentum[None, :, None]
    W = s.params.W + momentum * (s.params.W - s.previous.W)
    upper = jax.tree.map(
        lambda a, b: a + per_lane(s.momentum, a) * (a - b), s.params.upper, s.previous.upper
    )
    return Params(W, upper), s.Z + momentum * (s.Z - s.Z_previous)


def _prox_step(penalty: Penalty, point: Params, grad: Gradient, step: Array, at: Array) -> Params:
    W = penalty.prox(point.W - step[None, :, None] * grad.W, step, at=at)
    upper = jax.tree.map(lambda a, g: a - per_lane(step, a) * g, point.upper, grad.upper)
    return Params(W, upper)


def _relative_mapping(penalty: Penalty, move: Params, step: Array, grad: Gradient) -> Array:
    rows = jnp.sqrt(jnp.max(penalty.groups.reduce(move.W**2), axis=0)) / step
    rest = jnp.sqrt(tree_lane_sum(jax.tree.map(jnp.square, move.upper))) / step
    scale = gradient_scale(grad.value)
    slope = jnp.broadcast_to(penalty.slope_at_zero().astype(rows.dtype), rows.shape)
    return jnp.maximum(rows / jnp.where(slope > 0, slope, scale), rest / scale)


def gradient_scale(value: Array) -> Array:
    """What gradients are measured against where no `lam` applies: `sqrt(2 f)`.

    For squared loss that is about the residuals' root mean square, a gradient's natural size.
    """
    return jnp.sqrt(2 * jnp.maximum(value, 1e-12))


@jax.jit
def certificate(
    problem: Smooth, penalty: Penalty, params: Params, step: Array | float = 1.0
) -> Array:
    """Relative norm of the gradient mapping at `params`, from a fresh gradient, `(B,)`.

    The larger of `max_g ||G_g|| / slope` over groups of the first layer and `||grad|| / sqrt(2 f)`
    over the upper parameters, with `G = (W - prox_step(W - step grad)) / step` and the penalty's
    slope at zero (`lam` for most); zero exactly at a stationary point. Where that slope is 0 the
    first part, too, is relative to `sqrt(2 f)`.
    """
    grad = problem.gradient(params, problem.design.matmul(params.W))
    step = jnp.broadcast_to(jnp.asarray(step, grad.value.dtype), grad.value.shape)
    new = _prox_step(penalty, params, grad, step, params.W)
    move = jax.tree.map(jnp.subtract, new, params)
    return _relative_mapping(penalty, move, step, grad)

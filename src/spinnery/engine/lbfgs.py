"""Limited-memory BFGS for many small smooth problems at once (Nocedal 1980)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from ..arrays import Array

MEMORY = 10
PATIENCE = 20  # idle steps in a row after which rounding has won


class Minimum(NamedTuple):
    """Where each lane ended."""

    x: Array  # (B, P)
    value: Array  # (B,)
    gradient: Array  # (B, P)
    n_iter: Array  # (B,)


class _State(NamedTuple):
    x: Array
    value: Array
    gradient: Array
    direction: Array
    length: Array  # trial step along the direction
    s: Array  # (MEMORY, B, P) past moves, newest first
    y: Array  # past gradient changes
    rho: Array  # (MEMORY, B) 1 / <s, y>, 0 for an empty place
    gamma: Array  # scale of the initial Hessian inverse
    idle: Array  # steps in a row that were rejected or lowered the value by rounding alone
    done: Array
    n_iter: Array
    iteration: Array


def minimise(
    value_and_grad: Callable[[Array], tuple[Array, Array]],
    x: Array,
    tol: Array | float,
    max_iter: Array | int,
    scale: Callable[[Array], Array] = jnp.ones_like,
) -> Minimum:
    """Minimise B functions of P variables, each until its gradient's norm is small.

    Small is below `tol` `(B,)` times `scale` of the lane's value there.

    One evaluation per iteration for all lanes together: a lane whose trial step fails Armijo's
    test shortens it and tries again while the others move on.
    """
    B, P = x.shape
    ones = jnp.ones(B, x.dtype)
    state = _State(  # the first round stays where it is: one copy of the function to compile
        x,
        jnp.finfo(x.dtype).max * ones,
        jnp.zeros_like(x),
        jnp.zeros_like(x),
        ones,
        jnp.zeros((MEMORY, B, P), x.dtype),
        jnp.zeros((MEMORY, B, P), x.dtype),
        jnp.zeros((MEMORY, B), x.dtype),
        ones,
        jnp.zeros(B, jnp.int32),
        jnp.zeros(B, bool),
        jnp.zeros(B, jnp.int32),
        jnp.full((), -1, jnp.int32),
    )
    state = jax.lax.while_loop(
        lambda s: (s.iteration < max_iter) & ~jnp.all(s.done),
        lambda s: _iterate(value_and_grad, lambda v: tol * scale(v), s),
        state,
    )
    return Minimum(state.x, state.value, state.gradient, state.n_iter)


def _iterate(value_and_grad, enough, s: _State) -> _State:
    first = s.iteration < 0
    x = s.x + s.length[:, None] * s.direction
    value, gradient = value_and_grad(x)
    slope = jnp.sum(s.gradient * s.direction, axis=-1)
    slack = jnp.finfo(value.dtype).eps * jnp.abs(s.value)
    accept = ((value <= s.value + 1e-4 * s.length * slope + slack) & ~s.done) | first

    move, change = x - s.x, gradient - s.gradient
    curvature = jnp.sum(move * change, axis=-1)
    size = jnp.sum(change * change, axis=-1)
    update = accept & (curvature > 1e-8 * size) & (size > 0)
    falls = accept & (value < s.value - slack)
    idle = jnp.where(falls, 0, s.idle + 1)
    # a bad memory: start again from steepest descent
    forget = first | (~accept & (idle == PATIENCE // 2))

    def push(memory, new):
        shape = (1, -1) + (1,) * (new.ndim - 1)
        shifted = jnp.concatenate([new[None], memory[:-1]])
        return jnp.where(update.reshape(shape), shifted, memory)

    past_s, past_y = push(s.s, move), push(s.y, change)
    rho = jnp.where(forget, 0, push(s.rho, 1 / jnp.where(update, curvature, 1)))
    gamma = jnp.where(update, curvature / jnp.where(update, size, 1), s.gamma)
    x = jnp.where(accept[:, None], x, s.x)
    value = jnp.where(accept, value, s.value)
    gradient = jnp.where(accept[:, None], gradient, s.gradient)
    gamma = jnp.where(forget, 0.1 / jnp.maximum(_norm(gradient), 1e-8), gamma)
    fresh = accept | forget
    direction = jnp.where(
        fresh[:, None], _two_loops(gradient, past_s, past_y, rho, gamma), s.direction
    )
    return _State(
        x,
        value,
        gradient,
        direction,
        jnp.where(fresh, 1.0, 0.4 * s.length),
        past_s,
        past_y,
        rho,
        gamma,
        idle,
        s.done | (_norm(gradient) <= enough(value)) | (idle >= PATIENCE),
        s.n_iter + ~(s.done | first),
        s.iteration + 1,
    )


def _two_loops(gradient: Array, s: Array, y: Array, rho: Array, gamma: Array) -> Array:
    """`-H gradient` by the two-loop recursion."""

    def down(q, past):
        s, y, rho = past
        alpha = rho * jnp.sum(s * q, axis=-1)
        return q - alpha[:, None] * y, alpha

    def up(r, past):
        s, y, rho, alpha = past
        beta = rho * jnp.sum(y * r, axis=-1)
        return r + (alpha - beta)[:, None] * s, None

    q, alpha = jax.lax.scan(down, gradient, (s, y, rho))
    r, _ = jax.lax.scan(up, gamma[:, None] * q, (s, y, rho, alpha), reverse=True)
    return -r


def _norm(x: Array) -> Array:
    return jnp.sqrt(jnp.sum(x * x, axis=-1))

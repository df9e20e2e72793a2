"""The smooth part of linear inverse problems: many right-hand sides as lanes of one operator."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from ..engine.design import Design
from ..engine.problem import Gradient, Params, Smooth
from ..sums import column_sums

NO_UPPER: Any = None  # what stands for the network above a linear problem


class LeastSquares(Smooth):
    """`f(W) = 1/2 ||b - A W||^2` for every lane: targets of their own, no upper network.

    Parameters
    ----------
    design : Design
        The operator `A`, from `R^p` to `R^n`.
    targets : (n, B, T) array
        T outputs of each of B lanes.
    """

    design: Design
    targets: Array

    def value(self, params: Params, Z: Array) -> Array:
        return 0.5 * column_sums(jnp.sum((Z - self.targets) ** 2, axis=2))

    def gradient(self, params: Params, Z: Array) -> Gradient:
        gradient = self.design.rmatmul(Z - self.targets)
        return Gradient(self.value(params, Z), gradient, NO_UPPER)

    def excess(self, value: Array, grad: Gradient, move: Params, Z_move: Array) -> Array:
        return 0.5 * jnp.sum(Z_move**2, axis=(0, 2))  # no difference of nearly equal numbers


@partial(jax.jit, static_argnames="n_columns")
def squared_norm(design: Design, n_columns: int, n_products: Array | int) -> Array:
    """`||A||^2` from below, by at most `n_products` power iterations on `A'A`, from noise.

    Stops early when an iteration changes the estimate by less than a thousandth.
    """
    noise = jax.random.normal(jax.random.key(0), (n_columns, 1, 1), jnp.float32)
    dtype = jax.eval_shape(design.matmul, noise.astype(float)).dtype
    start = (noise / jnp.linalg.norm(noise)).astype(dtype)

    def more(state):
        _, new, old, k = state
        return (k < n_products) & (jnp.abs(new - old) > 1e-3 * new)

    def iterate(state):
        v, old, _, k = state
        w = design.rmatmul(design.matmul(v))
        norm = jnp.linalg.norm(w)  # of A'A v with ||v|| = 1: at most ||A||^2
        return w / jnp.maximum(norm, np.finfo(dtype).tiny), norm, old, k + 1

    zero = jnp.zeros((), dtype)
    _, norm, _, _ = jax.lax.while_loop(more, iterate, (start, zero + 1, zero, 0))
    return norm

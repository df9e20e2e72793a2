"""Second-order screening: squares and products that the residuals still hold.

A feature that acts through its square, or through a product with another, has no first-order
effect: the gradient of its row is zero as long as its (or its partner's) row is, so no path and
no greedy step finds it. Its product with the residuals is not zero.
"""

from __future__ import annotations

import itertools
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from ..arrays import Array
from ..compilation import QUICK
from .problem import Params, Problem


class Products(NamedTuple):
    """For every feature of a lane, its best partner (perhaps itself) in a product."""

    gain: Array  # (p, B) expected fall of the lane's loss, over the prices of both
    partner: Array  # (p, B)


@partial(jax.jit, compiler_options=QUICK)
def best_products(problem: Problem, params: Params, X: Array, prices: Array) -> Products:
    """What products of two features would lower the loss most, given the lanes' residuals.

    Adding `c x_j x_k` to an output changes a lane's loss by `c s + 1/2 c^2 h d` to second order,
    with `s = sum_i r_i x_ij x_ik`, `d = sum_i w_i (x_ij x_ik)^2`, `r` the loss's centred gradient
    in that output and `h` its mean curvature: at best a fall of `s^2 / (2 h d)`, summed over
    outputs and cohorts, each of which has a `c` of its own. `X` `(n, p)` are the features to try,
    `prices` `(p,)` what the user weighs them by.
    """
    outputs = problem.outputs(params.upper, problem.design.matmul(params.W))  # (n, B, K)

    def total(outputs):
        return jnp.sum(problem.loss.total(outputs, problem.lane_targets, problem.weights))

    def lane(args):
        slope, curvature, weights = args
        gain = jnp.zeros((X.shape[1], X.shape[1]), X.dtype)
        for a, b in itertools.pairwise(problem.design.bounds):
            x, w, r = X[a:b], weights[a:b, None], slope[a:b]
            total = jnp.maximum(jnp.sum(w), 1e-30)
            r = r - w / total * jnp.sum(r, axis=0)
            h = jnp.sum(curvature[a:b], axis=0) / total
            d = (x**2).T @ (w * x**2)
            for k in range(r.shape[1]):
                s = x.T @ (r[:, k : k + 1] * x)
                gain += s**2 / jnp.maximum(2 * h[k] * d, 1e-12)
        gain /= prices[:, None] * prices
        return jnp.max(gain, axis=1), jnp.argmax(gain, axis=1)

    curvature = jnp.einsum("nbkk->nbk", problem.output_curvature(outputs))
    parts = jax.grad(total)(outputs), curvature, problem.weights
    by_lane = [jnp.swapaxes(part, 0, 1) for part in parts]
    gain, partner = jax.lax.map(lane, tuple(by_lane))
    return Products(gain.T, partner.T)

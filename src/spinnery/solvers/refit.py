"""Relaxed refits: the ridge-only optimum on a few features, chosen lane by lane."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from ..arrays import Array
from ..design import DenseDesign, LaneDesign
from ..losses import Loss
from ..penalties import Penalty
from ..problem import Params, Problem
from .lbfgs import minimise
from .proximal import gradient_scale


class Data(eqx.Module):
    """What all refits share: the data, the loss, and each lane's sample weights and ridge.

    `X` is `(n, p)`, `targets` `(n, K)`, `weights` `(n, B)`, `ridge` `(B,)`.
    """

    X: Array
    targets: Array
    weights: Array
    ridge: Array
    loss: Loss

    def problem(self, index: Array) -> Problem:
        """The lanes' problems on columns `index` `(B, k)`; `index >= p` is an empty slot."""
        columns = jnp.take(self.X, index, axis=1, mode="fill", fill_value=0)  # (n, B, k)
        design = LaneDesign(jnp.swapaxes(columns, 0, 1))
        return Problem(design, self.targets, self.weights, self.ridge, self.loss)


class Refit(NamedTuple):
    """Refitted lanes."""

    params: Params  # W is (k, B, T), one row per slot
    objective: Array  # (B,)
    stationarity: Array  # (B,) gradient norm relative to sqrt(2 f)
    sample_losses: Array  # (n, B), held-out samples included
    n_iter: Array  # (B,)


@jax.jit
def refit(
    data: Data, index: Array, params: Params, tol: Array | float, max_iter: Array | int
) -> Refit:
    """Minimise the ridge objective on each lane's own features from `params` by L-BFGS."""
    problem = data.problem(index)
    x, restore = _ravel_lanes(params)

    def value_and_grad(x):
        params = restore(x)
        grad = problem.gradient(params, problem.design.matmul(params.W))
        return grad.value, _ravel_lanes(Params(grad.W, grad.upper))[0]

    start, _ = value_and_grad(x)
    best = minimise(value_and_grad, x, tol * gradient_scale(start), max_iter)
    params = restore(best.x)
    stationarity = jnp.sqrt(jnp.sum(best.gradient**2, axis=-1)) / gradient_scale(best.value)
    losses = problem.sample_losses(params.upper, problem.design.matmul(params.W))
    return Refit(params, best.value, stationarity, losses, best.n_iter)


class Scores(NamedTuple):
    """First-order value of every feature to a refitted lane."""

    gain: Array  # (p, B) expected fall of the objective if the feature enters
    cost: Array  # (k, B) rise of the objective if the slots numbered q leave, nothing else moving


@jax.jit
def score_features(data: Data, index: Array, slot_group: Array, params: Params) -> Scores:
    """What entering or leaving would change.

    A new row `w_j` changes the objective by `<g_j, w_j> + 1/2 w_j' H w_j` to second order, with
    `g_j` its gradient and, for a standardised feature, `H` the output metric of
    `Problem.output_metric`, common to all features. Its minimum is `-1/2 g_j' H^-1 g_j`: the
    gain. Plain gradient norms rank by the hidden layer's accidental scale instead; on designs
    with known truth they miss features that the gain puts first (docs/decisions.md).
    """
    problem = data.problem(index)
    Z = problem.design.matmul(params.W)

    g_W = _gradient_of_all_rows(data, problem, params.upper, Z)
    factor = jnp.linalg.cholesky(problem.output_metric(params.upper, Z))
    whitened = jax.vmap(
        lambda L, g: jax.scipy.linalg.solve_triangular(L, g.T, lower=True).T,
        in_axes=(0, 1), out_axes=1,
    )(factor, g_W)  # fmt: skip

    def cost(q):
        keep = (slot_group != q).T[:, :, None]
        reduced = params._replace(W=params.W * keep)
        return problem.value(reduced, problem.design.matmul(reduced.W))

    costs = jax.lax.map(cost, jnp.arange(index.shape[1])) - problem.value(params, Z)
    return Scores(0.5 * jnp.sum(whitened**2, axis=-1), costs)


@jax.jit
def entry_lambda(data: Data, penalty: Penalty, index: Array, params: Params) -> Array:
    """Smallest lambda at which every excluded feature stays out of a refitted lane, `(B,)`.

    `penalty` covers all features. Its `lambda_max` at the gradient of the excluded rows: what
    keeps `W_j = 0` stationary for each of them.
    """
    problem = data.problem(index)
    Z = problem.design.matmul(params.W)
    gradient = _gradient_of_all_rows(data, problem, params.upper, Z)
    lanes = jnp.arange(index.shape[0])[:, None]
    gradient = gradient.at[index, lanes].set(0, mode="drop")
    return penalty.lambda_max(gradient)


def _gradient_of_all_rows(data: Data, problem: Problem, upper, Z: Array) -> Array:
    """Gradient of the loss in every feature's row, in the model or not, `(p, B, T)`."""

    def total(Z):
        return jnp.sum(problem.upper_value(upper, Z))

    return DenseDesign(data.X).rmatmul(jax.grad(total)(Z))


def _ravel_lanes(params: Params):
    """Lanes as rows of one matrix `(B, P)`, and the way back."""
    tree = (jnp.swapaxes(params.W, 0, 1), params.upper)
    flat = jax.vmap(lambda lane: ravel_pytree(lane)[0])(tree)
    _, unravel = ravel_pytree(jax.tree.map(lambda leaf: leaf[0], tree))

    def restore(x: Array) -> Params:
        W, upper = jax.vmap(unravel)(x)
        return Params(jnp.swapaxes(W, 0, 1), upper)

    return flat, restore

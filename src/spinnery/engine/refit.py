"""Relaxed refits: the ridge-only optimum on a few features, chosen lane by lane."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from ..arrays import Array
from ..compilation import QUICK
from ..losses import AnyLoss
from ..penalties import Penalty
from .design import split_blocks
from .features import of_gradients, own_design, shared_design
from .lbfgs import minimise
from .problem import Params, Problem
from .proximal import gradient_scale


class Data(eqx.Module):
    """What all refits share: the data, the loss, and each lane's sample weights and ridge.

    `X` is `(n, p)`, dense or `SparseFeatures`, `targets` `(n, q)` or `(n, B, q)`, `weights`
    `(n, B)`, `ridge` `(B,)`; cohort m is rows `bounds[m]` to `bounds[m + 1]`. `everyone` `(n,)`, or
    `(n, B)` where lanes have targets of their own, weighs the samples as if none were held out:
    those that weigh nothing in a lane judge it.
    """

    X: Array
    targets: Array
    weights: Array
    ridge: Array
    loss: AnyLoss
    bounds: tuple[int, ...] = eqx.field(static=True)
    everyone: Array

    @property
    def n_cohorts(self) -> int:
        return len(self.bounds) - 1

    @property
    def n_outputs(self) -> int:
        """K."""
        return self.loss.n_outputs(self.targets.shape[-1])

    def over(self, X: Array) -> Problem:
        """The lanes' problems on shared columns `X` `(n, any)`, dense or sparse."""
        design = shared_design(X, self.bounds)
        return Problem(design, self.targets, self.weights, self.ridge, self.loss)

    def problem(self, index: Array) -> Problem:
        """The lanes' problems on columns of their own, per cohort.

        `index` is `(B, M, k)`: feature numbers, `>= p` in an empty slot.
        """
        design = own_design(self.X, self.bounds, index)
        return Problem(design, self.targets, self.weights, self.ridge, self.loss)


class Refit(NamedTuple):
    """Refitted lanes."""

    params: Params  # W is (k, B, M T), one row per slot
    objective: Array  # (B,)
    stationarity: Array  # (B,) gradient norm relative to sqrt(2 f)
    outputs: Array  # (n, B, K) raw outputs, held-out samples included
    held_out: Array  # (B,) loss on the samples held out, NaN if there are none
    n_iter: Array  # (B,)


@partial(jax.jit, compiler_options=QUICK)
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

    best = minimise(value_and_grad, x, tol, max_iter, gradient_scale)
    params = restore(best.x)
    stationarity = jnp.sqrt(jnp.sum(best.gradient**2, axis=-1)) / gradient_scale(best.value)
    outputs = problem.outputs(params.upper, problem.design.matmul(params.W))
    everyone = data.everyone if data.everyone.ndim == 2 else data.everyone[:, None]
    held_out = data.loss.held_out(outputs, problem.lane_targets, everyone, data.weights)
    return Refit(params, best.value, stationarity, outputs, held_out, best.n_iter)


class Scores(NamedTuple):
    """First-order value of every feature to a refitted lane."""

    gain: Array  # (p, B, M) expected fall of the objective if the feature's block enters
    cost: Array  # (q, B) rise of the objective if the slots so labelled leave, nothing else moving


@partial(jax.jit, compiler_options=QUICK)
def score_features(
    data: Data, index: Array, slot_label: Array, labels: Array, params: Params
) -> Scores:
    """What entering or leaving would change.

    `slot_label` `(B, M, k)` says which slots leave together, `labels` `(q,)` which to try.

    A new block `w_j` changes the objective by `<g_j, w_j> + 1/2 w_j' H w_j` to second order, with
    `g_j` its gradient and, for a standardised feature, `H` the output metric of
    `Problem.output_metric`, common to all features. Its minimum is `-1/2 g_j' H^-1 g_j`: the
    gain. Plain gradient norms rank by the hidden layer's accidental scale instead; on designs
    with known truth they miss features that the gain puts first (docs/decisions.md).
    """
    problem = data.problem(index)
    Z = problem.design.matmul(params.W)

    metric = problem.output_metric(params.upper, Z)
    inverse = _inverse(jnp.linalg.cholesky(metric).reshape(-1, *metric.shape[-2:]))

    def gain(rows: Array, first) -> Array:
        p, B, M, T = (blocks := split_blocks(rows, data.n_cohorts)).shape
        whitened = jnp.einsum("pbt,bst->pbs", blocks.reshape(p, B * M, T), inverse)
        return 0.5 * jnp.sum(whitened**2, axis=-1).reshape(p, B, M)

    slope = _slope(problem, params.upper, Z)
    gains = of_gradients(data.X, data.bounds, slope, gain)
    return Scores(gains, _costs(problem, slot_label, labels, params, Z, data.n_cohorts))


@partial(jax.jit, compiler_options=QUICK)
def leaving_costs(
    data: Data, index: Array, slot_label: Array, labels: Array, params: Params
) -> Array:
    """`score_features(...).cost` alone: nothing is asked of the features outside."""
    problem = data.problem(index)
    Z = problem.design.matmul(params.W)
    return _costs(problem, slot_label, labels, params, Z, data.n_cohorts)


def _costs(
    problem: Problem, slot_label: Array, labels: Array, params: Params, Z: Array, M: int
) -> Array:
    def cost(label):
        keep = jnp.transpose(slot_label != label, (2, 0, 1))[..., None]  # (k, B, M, 1)
        W = (split_blocks(params.W, M) * keep).reshape(params.W.shape)
        return problem.value(params._replace(W=W), problem.design.matmul(W))

    return jax.lax.map(cost, labels) - problem.value(params, Z)


@partial(jax.jit, compiler_options=QUICK)
def entry_lambda(data: Data, penalty: Penalty, index: Array, params: Params) -> Array:
    """Smallest lambda at which every excluded feature stays out of a refitted lane, `(B,)`.

    `penalty` covers all features. Its `lambda_max` at the gradient of the excluded rows: what
    keeps `W_j = 0` stationary for each of them.
    """
    problem = data.problem(index)
    Z = problem.design.matmul(params.W)
    slope = _slope(problem, params.upper, Z)
    lanes = jnp.arange(len(index))[:, None, None]

    def largest(rows: Array, first) -> Array:
        there = (index >= first) & (index < first + len(rows))
        places = jnp.where(there, index - first, len(rows))
        return penalty.lambda_max(rows.at[places, lanes].set(0, mode="drop"))[None]

    return jnp.max(of_gradients(data.X, data.bounds, slope, largest, penalty), axis=0)


def _slope(problem: Problem, upper, Z: Array) -> Array:
    """Gradient of the loss in `Z`; times `X'` it is that in every feature's row."""

    def total(Z):
        return jnp.sum(problem.upper_value(upper, Z))

    return jax.grad(total)(Z)


def _inverse(L: Array) -> Array:
    """Inverses of lower triangular matrices `(B, T, T)`, row by row.

    XLA's own triangular solve waits for ever on the CPU where samples lie over several devices.
    """
    T = L.shape[-1]

    def row(i, X):
        known = jnp.einsum("bt,bts->bs", L[:, i], X)  # rows from i on are still 0
        return X.at[:, i].set((jnp.eye(T, dtype=L.dtype)[i] - known) / L[:, i, i][:, None])

    return jax.lax.fori_loop(0, T, row, jnp.zeros_like(L))


def _ravel_lanes(params: Params):
    """Lanes as rows of one matrix `(B, P)`, and the way back."""
    tree = (jnp.swapaxes(params.W, 0, 1), params.upper)
    flat = jax.vmap(lambda lane: ravel_pytree(lane)[0])(tree)
    _, unravel = ravel_pytree(jax.tree.map(lambda leaf: leaf[0], tree))

    def restore(x: Array) -> Params:
        W, upper = jax.vmap(unravel)(x)
        return Params(jnp.swapaxes(W, 0, 1), upper)

    return flat, restore

"""Data, network, loss and ridge together: the smooth part of the objective for B lanes.

For lane `b`, with `w` its sample weights (summing to one) and `W` its first layer,

    f(W, u) = loss(u(X W), y; w) + ridge/2 (||W||^2 + ||weights of u||^2)
    F(W, u) = f(W, u) + sum_g Pen(W_g; lam)

Biases are not penalised. All functions return one number per lane. With several cohorts, `x_i W`
is of sample i's cohort's block of `W`, and `u` may be a `CohortUpper`.
"""

from __future__ import annotations

import abc
import itertools
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from ..arrays import Array
from ..losses import AnyLoss
from ..nn import CohortUpper, Upper, apply_cohorts, lane_squared_norms
from .design import Design


class Params(NamedTuple):
    """B models: first layers side by side, `(p, B, T)`, and upper networks with a lane axis."""

    W: Array
    upper: Upper | CohortUpper


class Gradient(NamedTuple):
    """Value `(B,)` and gradient of the smooth part."""

    value: Array
    W: Array
    upper: Upper


class Smooth(eqx.Module):
    """What a proximal solver needs of the smooth part of B lanes' objectives."""

    design: eqx.AbstractVar[Design]

    @abc.abstractmethod
    def value(self, params: Params, Z: Array) -> Array:
        """`f` at `params`, whose first-layer product `Z = X W` is given, `(B,)`."""

    @abc.abstractmethod
    def gradient(self, params: Params, Z: Array) -> Gradient:
        """`f` and its gradient, at the cost of one product with `X'`."""

    def excess(self, value: Array, grad: Gradient, move: Params, Z_move: Array) -> Array:
        """`f(a + move) - f(a) - <grad f(a), move>`, given `f(a + move)` and `X move`, `(B,)`."""
        linear = lane_sum(grad.W * move.W) + tree_dot(grad.upper, move.upper)
        return value - grad.value - linear


class Problem(Smooth):
    """The smooth part `f` of B lanes' objectives.

    Parameters
    ----------
    design : Design of n samples
    targets : (n, q) array, or (n, B, q) where lanes have targets of their own
    weights : (n, B) array
        Sample weights of each lane; a held-out or padded sample weighs 0, columns sum to one.
    ridge : (B,) array
    loss : AnyLoss
    """

    design: Design
    targets: Array
    weights: Array
    ridge: Array
    loss: AnyLoss

    def outputs(self, upper: Upper | CohortUpper, Z: Array) -> Array:
        """Raw outputs `(n, B, K)`."""
        return apply_cohorts(upper, Z, self.design.bounds)

    @property
    def lane_targets(self) -> Array:
        """`(n, B, q)`, or `(n, 1, q)` where lanes share them."""
        return self.targets if self.targets.ndim == 3 else self.targets[:, None, :]

    def upper_value(self, upper: Upper | CohortUpper, Z: Array) -> Array:
        """`f` without the first layer's ridge, `(B,)`."""
        data = self.loss.total(self.outputs(upper, Z), self.lane_targets, self.weights)
        return data + 0.5 * self.ridge * lane_squared_norms(upper)

    def value(self, params: Params, Z: Array) -> Array:
        """`f` at `params`, whose first-layer product `Z = X W` is given."""
        return self.upper_value(params.upper, Z) + 0.5 * self.ridge * lane_sum(params.W**2)

    def gradient(self, params: Params, Z: Array) -> Gradient:
        """`f` and its gradient: one product with `X'`, autodiff only above `Z`."""

        def total(upper, Z):
            values = self.upper_value(upper, Z)
            return jnp.sum(values), values

        (_, values), (g_upper, g_Z) = jax.value_and_grad(total, argnums=(0, 1), has_aux=True)(
            params.upper, Z
        )
        g_W = self.design.rmatmul(g_Z) + self.ridge[:, None] * params.W
        return Gradient(values + 0.5 * self.ridge * lane_sum(params.W**2), g_W, g_upper)

    def output_curvature(self, outputs: Array) -> Array:
        """The loss's second derivatives in each sample's outputs, weights included, `(n, B, K, K)`.

        Of the data as a whole: a loss may be no sum over samples.
        """
        targets = self.lane_targets
        shared = targets.shape[1] == 1
        axis, targets = (None, targets[:, 0]) if shared else (1, targets)
        by_lane = jax.vmap(self.loss.curvature, in_axes=(1, axis, 1), out_axes=1)
        return by_lane(outputs, targets, self.weights)

    def output_metric(self, upper: Upper | CohortUpper, Z: Array) -> Array:
        """`sum_i J_i' C_i J_i + ridge I` over each cohort's samples, `(B, M, T, T)`.

        `J_i` is the Jacobian of the outputs in sample i's pre-activations, `C_i` the loss's
        curvature there. For a standardised feature it is the Gauss-Newton Hessian of a new block.
        """
        curvature = self.output_curvature(self.outputs(upper, Z))

        def lane(upper, Z, curvature, ridge):
            jacobian = jax.vmap(jax.jacrev(upper))(Z)  # (n, K, T)
            metric = jnp.einsum("nkt,nkl,nls->ts", jacobian, curvature, jacobian)
            return metric + ridge * jnp.eye(Z.shape[-1], dtype=Z.dtype)

        lanes = jax.vmap(lane, in_axes=(0, 1, 1, 0))
        metrics = [
            lanes(upper.cohort(m), Z[a:b], curvature[a:b], self.ridge)
            for m, (a, b) in enumerate(itertools.pairwise(self.design.bounds))
        ]
        return jnp.stack(metrics, axis=1)


def lane_sum(W: Array) -> Array:
    """Sum a `(p, B, T)` array over everything but lanes."""
    return jnp.sum(W, axis=(0, 2))


def tree_lane_sum(tree) -> Array:
    """Sum a tree of `(B, ...)` arrays over everything but lanes."""
    return sum(jnp.sum(leaf, axis=tuple(range(1, leaf.ndim))) for leaf in jax.tree.leaves(tree))


def tree_dot(a, b) -> Array:
    """Inner product of two trees of `(B, ...)` arrays, per lane."""
    return tree_lane_sum(jax.tree.map(jnp.multiply, a, b))


def per_lane(values: Array, leaf: Array) -> Array:
    """`(B,)` shaped to multiply a `(B, ...)` array."""
    return values.reshape((-1,) + (1,) * (leaf.ndim - 1))


def select_params(choose: Array, new: Params, old: Params) -> Params:
    """Lane by lane, `new` where `choose` holds and `old` elsewhere."""
    W = jnp.where(choose[None, :, None], new.W, old.W)
    upper = jax.tree.map(lambda a, b: jnp.where(per_lane(choose, a), a, b), new.upper, old.upper)
    return Params(W, upper)

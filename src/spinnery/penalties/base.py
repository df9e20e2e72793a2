"""What a penalty on the first layer must offer."""

from __future__ import annotations

import abc
from collections.abc import Callable
from typing import Self

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from ..arrays import Array
from ..sums import column_sums
from .rows import FeatureGroups, Rows

TINY = 1e-30  # keeps 0/0 out of directions; far below any float32 weight that matters


class Penalty(eqx.Module):
    """A penalty `sum_g Pen(W_g)` over groups of first-layer weights.

    `W` has shape `(p, ..., T)`: one row per feature along the first axis, the row's weights along
    the last, and any axes between them (lanes) treated independently. `lam` and `weights` must
    broadcast to `(n_groups, ...)`; group `g` is penalised with `lam * weights[g]`.

    A penalty of your own is an Equinox module with the three fields below and the four abstract
    methods; `lams`, `norms`, `groups.reduce` and `groups.expand` are there to write them with. One
    of the groups' norms alone is shorter as a `RadialPenalty`. `spinnery.testing.check_penalty`
    says what is wrong with it.
    """

    lam: eqx.AbstractVar[ArrayLike]
    weights: eqx.AbstractVar[ArrayLike | None]
    groups: eqx.AbstractVar[Rows | FeatureGroups]

    @abc.abstractmethod
    def group_values(self, W: Array) -> Array:
        """Penalty of each group, `(n_groups, ...)`."""

    @abc.abstractmethod
    def prox(self, W: Array, step: ArrayLike, at: Array | None = None) -> Array:
        """`argmin_V  1/2 ||V - W||^2 + step * Pen(V)`, with `step < max_step`.

        Penalties that are not separable inside a group are majorised by their tangent at the
        current iterate `at` (default `W`), so that a step can never raise the objective.
        """

    @abc.abstractmethod
    def distance(self, W: Array, gradient: Array) -> Array:
        """Distance from `-gradient` to the subdifferential at `W`, per group, `(n_groups, ...)`.

        Zero in every group exactly when `W` is stationary for `f + Pen` with `gradient = grad f`.
        """

    @abc.abstractmethod
    def lambda_max(self, gradient: Array) -> Array:
        """Smallest `lam` at which `W = 0` is stationary, given the gradient of `f` there.

        Groups of weight 0, which no `lam` keeps at zero, have no part in it.
        """

    def slope_at_zero(self) -> Array:
        """Slope of `Pen` at zero along one weight, in a group of weight 1; shape of `lam`.

        What gradients of zero groups are measured against.
        """
        return jnp.asarray(self.lam)

    def value(self, W: Array) -> Array:
        """`sum_g Pen(W_g)`, summed over the first axis only (one number per lane)."""
        return column_sums(self.group_values(W))

    @property
    def max_step(self) -> float:
        """Steps must stay below this for `prox` to be single-valued."""
        return float("inf")

    def with_lam(self, lam: ArrayLike) -> Self:
        """The same penalty at another `lam` (penalties are immutable)."""
        return eqx.tree_at(lambda p: p.lam, self, lam)

    def with_groups(self, groups: Rows | FeatureGroups, weights: ArrayLike | None) -> Penalty:
        """The same penalty over other groups and with other per-group weights."""
        return eqx.tree_at(
            lambda p: (p.groups, p.weights), self, (groups, weights), is_leaf=lambda x: x is None
        )

    def with_cohorts(self, n_cohorts: int) -> Penalty:
        """The same penalty for flat rows of `n_cohorts` blocks; most penalties see no blocks."""
        return self

    def lams(self, like: Array) -> Array:
        """`lam * weights` of every group, in the shape of `like`, `(n_groups, ...)`."""
        lam = jnp.asarray(self.lam, like.dtype)
        if self.weights is None:
            return jnp.broadcast_to(lam, like.shape)
        weights = jnp.asarray(self.weights, like.dtype)
        return lam * weights.reshape(weights.shape + (1,) * (like.ndim - weights.ndim))

    def norms(self, W: Array) -> Array:
        """Euclidean norm of every group, `(n_groups, ...)`."""
        return jnp.sqrt(self.groups.reduce(W * W))


def over_units(values: Array, units: Array) -> Array:
    """`values / units`, and 0 where the unit is 0: no `lam` holds what nothing penalises."""
    return jnp.where(units > 0, values / jnp.where(units > 0, units, 1), 0)


def soft(W: Array, threshold: ArrayLike) -> Array:
    """Soft-thresholding `sign(w) (|w| - threshold)_+`."""
    return jnp.sign(W) * jnp.maximum(jnp.abs(W) - threshold, 0)


def falling_root(excess: Callable[[Array], Array], high: Array) -> Array:
    """Where `excess`, falling in its argument, reaches zero in `[0, high]`, elementwise.

    To be called in compiled functions: outside, JAX compiles the loop at every call.
    """

    def halve(_, bounds):
        low, high = bounds
        middle = (low + high) / 2
        out = excess(middle) > 0
        return jnp.where(out, middle, low), jnp.where(out, high, middle)

    return jax.lax.fori_loop(0, 60, halve, (jnp.zeros_like(high), high))[1]


def check_number(owner: str, name: str, value: object, low: float, strict: bool = False) -> None:
    """Reject a plain number outside `[low, inf)` (or `(low, inf)`); traced arrays pass."""
    if isinstance(value, (int, float)) and not (value > low if strict else value >= low):
        sign = ">" if strict else ">="
        raise ValueError(f"{owner}: {name} must be {sign} {low}; got {value}.")

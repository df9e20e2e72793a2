"""Penalties of a group's norm alone: group lasso, group MCP, group SCAD, and one's own."""

from __future__ import annotations

import abc

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from ..arrays import Array
from .base import TINY, Penalty, check_number, falling_root, over_units
from .rows import FeatureGroups, Rows


class RadialPenalty(Penalty):
    """`Pen(w) = P(||w||_2; lam)`: everything follows from scalar functions of the norm.

    A subclass gives `scalar_value`, `scalar_slope` and `scalar_prox`, in JAX's functions and
    element by element: `t` and `lam` are arrays `(n_groups, ...)`, `lam` being the field `lam`
    times the groups' weights. `P` is 0 at 0 and does not fall, nor does its slope at 0 in `lam`.
    A `P` that is concave somewhere, with curvature no lower than `-1/c`, overrides `max_step`
    with `c`.

    Examples
    --------
    Half of the penalty on the norm, half on its square:

    >>> import equinox as eqx
    >>> import jax.numpy as jnp
    >>> from spinnery.penalties import RadialPenalty, Rows
    >>> class ElasticNorm(RadialPenalty):
    ...     lam: float
    ...     weights: object = eqx.field(default=None, kw_only=True)
    ...     groups: object = eqx.field(default=Rows(), kw_only=True)
    ...     def scalar_value(self, t, lam):
    ...         return lam * (t + t**2 / 2) / 2
    ...     def scalar_slope(self, t, lam):
    ...         return lam * (1 + t) / 2
    ...     def scalar_prox(self, t, lam, step):
    ...         return jnp.maximum(t - step * lam / 2, 0) / (1 + step * lam / 2)

    At `lam = 0.2` a zero row withstands gradients up to 0.1:

    >>> ElasticNorm(0.2).distance(jnp.zeros((1, 2)), jnp.array([[0.15, 0.0]])).round(3)
    Array([0.05], dtype=float32)
    """

    @abc.abstractmethod
    def scalar_value(self, t: Array, lam: Array) -> Array:
        """`P(t)` for `t >= 0`."""

    @abc.abstractmethod
    def scalar_slope(self, t: Array, lam: Array) -> Array:
        """`P'(t)` for `t > 0`, and its limit from the right at `t = 0`.

        The latter says how large a gradient a zero group withstands.
        """

    @abc.abstractmethod
    def scalar_prox(self, t: Array, lam: Array, step: ArrayLike) -> Array:
        """`argmin_u 1/2 (u - t)^2 + step * P(u)` over `u >= 0`, for `step < max_step`."""

    def scalar_lambda_max(self, slope: Array) -> Array:
        """The smallest `lam` with `P'(0; lam) >= slope`, infinite where there is none.

        By bisection; a subclass may know it in closed form.
        """
        zero = jnp.zeros_like(slope)

        def excess(lam):
            return slope - self.scalar_slope(zero, lam)

        def nearer(_, lam):
            down = jnp.where(excess(lam / 2) > 0, lam, lam / 2)
            return jnp.where(excess(lam) > 0, 2 * lam, down)

        high = jax.lax.fori_loop(0, 100, nearer, jnp.where(slope > 0, jnp.ones_like(slope), 0))
        return jnp.where(excess(high) > 0, jnp.inf, falling_root(excess, high))

    def slope_at_zero(self) -> Array:
        lam = jnp.asarray(self.lam)
        return jnp.broadcast_to(self.scalar_slope(jnp.zeros_like(lam), lam), lam.shape)

    def group_values(self, W: Array) -> Array:
        norms = self.norms(W)
        return self.scalar_value(norms, self.lams(norms))

    def prox(self, W: Array, step: ArrayLike, at: Array | None = None) -> Array:
        norms = self.norms(W)
        shrunk = self.scalar_prox(norms, self.lams(norms), step)
        return W * self.groups.expand(shrunk / jnp.maximum(norms, TINY))

    def distance(self, W: Array, gradient: Array) -> Array:
        norms = self.norms(W)
        slope = self.scalar_slope(norms, self.lams(norms))
        pull = slope / jnp.maximum(norms, TINY)
        inside = self.norms(gradient + self.groups.expand(pull) * W)
        at_zero = jnp.maximum(self.norms(gradient) - slope, 0)
        return jnp.where(norms > 0, inside, at_zero)

    @jax.jit
    def lambda_max(self, gradient: Array) -> Array:
        norms = self.norms(gradient)
        weights = self.with_lam(1.0).lams(norms)
        return jnp.max(over_units(self.scalar_lambda_max(norms), weights), axis=0)


class GroupLasso(RadialPenalty):
    """Group lasso: `Pen(w) = lam ||w||_2` (Yuan & Lin 2006).

    Parameters
    ----------
    lam : float, >= 0
    """

    lam: ArrayLike
    weights: ArrayLike | None = eqx.field(default=None, kw_only=True)
    groups: Rows | FeatureGroups = eqx.field(default=Rows(), kw_only=True)

    def __check_init__(self):
        check_number("GroupLasso", "lam", self.lam, 0)

    def scalar_value(self, t, lam):
        return lam * t

    def scalar_slope(self, t, lam):
        return lam

    def scalar_lambda_max(self, slope):
        return slope

    def scalar_prox(self, t, lam, step):
        return jnp.maximum(t - step * lam, 0)


class GroupMCP(RadialPenalty):
    """Group minimax concave penalty (Zhang 2010; Huang, Breheny & Ma 2012).

    `Pen(w) = P(||w||_2)`, `P(t) = lam t - t^2 / (2 gamma)` up to `t = gamma lam`, then flat at
    `gamma lam^2 / 2`. Large rows are not shrunk, which is what removes the lasso's bias.

    Parameters
    ----------
    lam : float, >= 0
    gamma : float, > 1
        Concavity; `gamma -> inf` is the group lasso. `prox` needs steps below `gamma`.
    """

    lam: ArrayLike
    gamma: float = 3.0
    weights: ArrayLike | None = eqx.field(default=None, kw_only=True)
    groups: Rows | FeatureGroups = eqx.field(default=Rows(), kw_only=True)

    def __check_init__(self):
        check_number("GroupMCP", "lam", self.lam, 0)
        check_number("GroupMCP", "gamma", self.gamma, 1, strict=True)

    @property
    def max_step(self) -> float:
        return self.gamma

    def scalar_value(self, t, lam):
        return mcp_value(t, lam, self.gamma)

    def scalar_slope(self, t, lam):
        return mcp_slope(t, lam, self.gamma)

    def scalar_lambda_max(self, slope):
        return slope

    def scalar_prox(self, t, lam, step):
        shrunk = jnp.maximum(t - step * lam, 0) / (1 - step / self.gamma)
        return jnp.where(t <= self.gamma * lam, shrunk, t)


class GroupSCAD(RadialPenalty):
    """Group smoothly clipped absolute deviation (Fan & Li 2001).

    `Pen(w) = P(||w||_2)`; `P'(t) = lam` up to `t = lam`, then `(gamma lam - t)_+ / (gamma - 1)`.

    Parameters
    ----------
    lam : float, >= 0
    gamma : float, > 2
        Concavity; `gamma -> inf` is the group lasso. `prox` needs steps below `gamma - 1`.
    """

    lam: ArrayLike
    gamma: float = 3.7
    weights: ArrayLike | None = eqx.field(default=None, kw_only=True)
    groups: Rows | FeatureGroups = eqx.field(default=Rows(), kw_only=True)

    def __check_init__(self):
        check_number("GroupSCAD", "lam", self.lam, 0)
        check_number("GroupSCAD", "gamma", self.gamma, 2, strict=True)

    @property
    def max_step(self) -> float:
        return self.gamma - 1

    def scalar_value(self, t, lam):
        gamma = self.gamma
        middle = (2 * gamma * lam * t - t**2 - lam**2) / (2 * (gamma - 1))
        flat = jnp.where(t <= gamma * lam, middle, lam**2 * (gamma + 1) / 2)
        return jnp.where(t <= lam, lam * t, flat)

    def scalar_slope(self, t, lam):
        return jnp.where(t <= lam, lam, jnp.maximum(self.gamma * lam - t, 0) / (self.gamma - 1))

    def scalar_lambda_max(self, slope):
        return slope

    def scalar_prox(self, t, lam, step):
        gamma = self.gamma
        lasso = jnp.maximum(t - step * lam, 0)
        middle = ((gamma - 1) * t - step * gamma * lam) / (gamma - 1 - step)
        outer = jnp.where(t <= gamma * lam, middle, t)
        return jnp.where(t <= (1 + step) * lam, lasso, outer)


def mcp_value(t: Array, lam: ArrayLike, gamma: ArrayLike) -> Array:
    """Scalar MCP `P(t; lam, gamma)` for `t >= 0`."""
    return jnp.where(t > gamma * lam, gamma * lam**2 / 2, lam * t - t**2 / (2 * gamma))


def mcp_slope(t: Array, lam: ArrayLike, gamma: ArrayLike) -> Array:
    """`P'(t; lam, gamma) = (lam - t / gamma)_+`."""
    return jnp.maximum(lam - t / gamma, 0)

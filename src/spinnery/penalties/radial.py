"""Penalties of a group's norm alone: group lasso, group MCP, group SCAD."""

from __future__ import annotations

import abc

import equinox as eqx
import jax.numpy as jnp
from jax.typing import ArrayLike

from ..arrays import Array
from .base import TINY, Penalty, check_number
from .rows import FeatureGroups, Rows


class RadialPenalty(Penalty):
    """`Pen(w) = P(||w||_2)`: everything follows from the scalar function `P`."""

    @abc.abstractmethod
    def _scalar_value(self, t: Array, lam: Array) -> Array:
        """`P(t)` for `t >= 0`."""

    @abc.abstractmethod
    def _scalar_slope(self, t: Array, lam: Array) -> Array:
        """`P'(t)` for `t > 0`."""

    @abc.abstractmethod
    def _scalar_prox(self, t: Array, lam: Array, step: ArrayLike) -> Array:
        """`argmin_u 1/2 (u - t)^2 + step * P(u)` over `u >= 0`."""

    def group_values(self, W: Array) -> Array:
        norms = self._norms(W)
        return self._scalar_value(norms, self._lam(norms))

    def prox(self, W: Array, step: ArrayLike, at: Array | None = None) -> Array:
        norms = self._norms(W)
        shrunk = self._scalar_prox(norms, self._lam(norms), step)
        return W * self.groups.expand(shrunk / jnp.maximum(norms, TINY))

    def distance(self, W: Array, gradient: Array) -> Array:
        norms = self._norms(W)
        lam = self._lam(norms)
        pull = self._scalar_slope(norms, lam) / jnp.maximum(norms, TINY)
        inside = self._norms(gradient + self.groups.expand(pull) * W)
        at_zero = jnp.maximum(self._norms(gradient) - lam, 0)
        return jnp.where(norms > 0, inside, at_zero)

    def lambda_max(self, gradient: Array) -> Array:
        norms = self._norms(gradient)
        weights = self.with_lam(1.0)._lam(norms)
        return jnp.max(norms / weights, axis=0)


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

    def _scalar_value(self, t, lam):
        return lam * t

    def _scalar_slope(self, t, lam):
        return lam

    def _scalar_prox(self, t, lam, step):
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

    def _scalar_value(self, t, lam):
        return mcp_value(t, lam, self.gamma)

    def _scalar_slope(self, t, lam):
        return mcp_slope(t, lam, self.gamma)

    def _scalar_prox(self, t, lam, step):
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

    def _scalar_value(self, t, lam):
        gamma = self.gamma
        middle = (2 * gamma * lam * t - t**2 - lam**2) / (2 * (gamma - 1))
        flat = jnp.where(t <= gamma * lam, middle, lam**2 * (gamma + 1) / 2)
        return jnp.where(t <= lam, lam * t, flat)

    def _scalar_slope(self, t, lam):
        return jnp.where(t <= lam, lam, jnp.maximum(self.gamma * lam - t, 0) / (self.gamma - 1))

    def _scalar_prox(self, t, lam, step):
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

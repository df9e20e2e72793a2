"""Penalties over cohorts: which features matter, and in which of the cohorts.

A feature's row holds one block per cohort, `w = (w_1, ..., w_M)` with `w_m` in `R^T`. Called by
hand, `W` has shape `(p, ..., M, T)`; the engine keeps rows flat, `(p, ..., M T)`, and says how
many cohorts they hold with `with_cohorts`. Where features form a group, its block `w_m` is all
their weights in cohort m.
"""

from __future__ import annotations

import abc
import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from ..arrays import Array
from .base import TINY, Penalty, check_number, falling_root, over_units, soft
from .bilevel import l1_residual, shrink_groups
from .radial import GroupMCP, mcp_slope, mcp_value
from .rows import FeatureGroups, Rows

ROWS = Rows()


class CohortPenalty(Penalty):
    """A penalty of a row's cohort blocks, majorised by its tangent at the current iterate."""

    n_cohorts: eqx.AbstractVar[int | None]

    @abc.abstractmethod
    def block_prox(self, blocks: Array, step: ArrayLike, at: Array) -> Array:
        """`prox` on blocks `(p, ..., M, T)`; `step` broadcasts to `(n_groups, ...)`."""

    @abc.abstractmethod
    def block_residual(self, blocks: Array, gradient: Array) -> Array:
        """Norm of the smallest element of `gradient + dPen`, per block, `(n_groups, ..., M)`."""

    def prox(self, W: Array, step: ArrayLike, at: Array | None = None) -> Array:
        at = W if at is None else at
        return self.block_prox(self.blocks(W), step, self.blocks(at)).reshape(W.shape)

    def distance(self, W: Array, gradient: Array) -> Array:
        return whole_norms(self.block_residual(self.blocks(W), self.blocks(gradient)))

    def blocks(self, W: Array) -> Array:
        if self.n_cohorts is None:
            return W
        return W.reshape(*W.shape[:-1], self.n_cohorts, -1)


class IntegrativeMCP(CohortPenalty):
    """Composite penalty over cohorts, `Pen(w) = P(sum_m Omega_alpha(w_m); lam, gamma)`.

    `Omega_alpha(v) = (1 - alpha) ||v||_1 + alpha ||v||_2` and `P(t; lam, gamma)` is the MCP,
    `lam t - t^2 / (2 gamma)` up to `t = gamma lam`, then flat. Cohorts share which features
    matter through the sum, not how: the more of a feature's blocks are in use, the less the next
    one costs. With `gamma -> inf` it is the sparse group lasso of every block; with one cohort
    and `alpha = 1` the group MCP.

    The prox is that of the tangent majoriser at the current iterate `a`: with
    `c = P'(sum_m Omega_alpha(a_m))`, every block is soft-thresholded by `step c (1 - alpha)`, then
    shrunk in norm by `step c alpha`.

    Parameters
    ----------
    lam : float, >= 0
    alpha : float in [0, 1]
        1 selects whole blocks, less also single weights.
    gamma : float, > 1
        Concavity.

    Notes
    -----
    `W` has shape `(p, ..., M, T)`: features, lanes, cohorts, hidden units.
    """

    lam: ArrayLike
    alpha: float = 1.0
    gamma: float = 3.0
    weights: ArrayLike | None = eqx.field(default=None, kw_only=True)
    groups: Rows | FeatureGroups = eqx.field(default=Rows(), kw_only=True)
    n_cohorts: int | None = eqx.field(static=True, default=None, kw_only=True)

    def __check_init__(self):
        check_number("IntegrativeMCP", "lam", self.lam, 0)
        check_number("IntegrativeMCP", "gamma", self.gamma, 1, strict=True)
        if isinstance(self.alpha, (int, float)) and not 0 <= self.alpha <= 1:
            raise ValueError(f"IntegrativeMCP: alpha must lie in [0, 1]; got {self.alpha}.")

    def with_cohorts(self, n_cohorts: int) -> Penalty:
        if n_cohorts == 1 and isinstance(self.alpha, (int, float)) and self.alpha == 1:
            return GroupMCP(self.lam, self.gamma, weights=self.weights, groups=self.groups)
        return dataclasses.replace(self, n_cohorts=n_cohorts)

    def group_values(self, W: Array) -> Array:
        total = self._total(self.blocks(W))
        return mcp_value(total, self.lams(total), self.gamma)

    def _slope(self, blocks: Array) -> Array:
        """`P'(sum_m Omega_alpha(w_m))` of every group, `(n_groups, ...)`."""
        total = self._total(blocks)
        return mcp_slope(total, self.lams(total), self.gamma)

    def _total(self, blocks: Array) -> Array:
        singles = self.groups.reduce(jnp.abs(blocks))
        return jnp.sum((1 - self.alpha) * singles + self.alpha * self.norms(blocks), axis=-1)

    def block_prox(self, blocks: Array, step: ArrayLike, at: Array) -> Array:
        threshold = (step * self._slope(at))[..., None]
        inner = soft(blocks, self.groups.expand(threshold * (1 - self.alpha)))
        return shrink_groups(self.groups, inner, threshold * self.alpha)

    def block_residual(self, blocks: Array, gradient: Array) -> Array:
        slope = self._slope(blocks)[..., None]
        single = self.groups.expand(slope * (1 - self.alpha))
        norms = self.norms(blocks)
        pull = self.groups.expand(slope * self.alpha / jnp.maximum(norms, TINY)) * blocks
        active = self.norms(l1_residual(blocks, gradient + pull, single))
        at_zero = jnp.maximum(self.norms(soft(gradient, single)) - slope * self.alpha, 0)
        return jnp.where(norms > 0, active, at_zero)

    @jax.jit
    def lambda_max(self, gradient: Array) -> Array:
        blocks = self.blocks(gradient)
        unit = self.with_lam(1.0)._slope(jnp.zeros_like(blocks))[..., None]

        def excess(lam):
            inner = soft(blocks, self.groups.expand(lam * unit * (1 - self.alpha)))
            return self.norms(inner) - lam * unit * self.alpha

        return jnp.max(falling_root(excess, over_units(self.norms(blocks), unit)), axis=(0, -1))


class SparseGroupMCP(CohortPenalty):
    """Additive penalty over cohorts (Liu, Huang & Ma 2013).

    `Pen(w) = P(||(w_1 .. w_M)||_2; lam1 sqrt(M), gamma) + sum_m P(||w_m||_2; lam2, gamma)`: the
    first MCP decides whether a feature matters at all, the second in which cohorts. The prox is
    that of the tangent majoriser at the current iterate: every block shrinks in norm, then the
    whole row.

    Parameters
    ----------
    lam1, lam2 : float, >= 0
        Weights of the feature and of the cohort level. `lam` is their sum, which a path scales.
    gamma : float, > 1
        Concavity.

    Notes
    -----
    `W` has shape `(p, ..., M, T)`: features, lanes, cohorts, hidden units.
    """

    lam: ArrayLike
    share: float  # of lam1 in the sum
    gamma: float
    weights: ArrayLike | None
    groups: Rows | FeatureGroups
    n_cohorts: int | None = eqx.field(static=True)

    def __init__(
        self, lam1: float, lam2: float, gamma: float = 3.0, *, weights: ArrayLike | None = None,
        groups: Rows | FeatureGroups = ROWS, n_cohorts: int | None = None,
    ):  # fmt: skip
        check_number("SparseGroupMCP", "lam1", lam1, 0)
        check_number("SparseGroupMCP", "lam2", lam2, 0)
        check_number("SparseGroupMCP", "gamma", gamma, 1, strict=True)
        self.lam = lam1 + lam2
        self.share = lam1 / (lam1 + lam2) if lam1 + lam2 > 0 else 0.5
        self.gamma, self.weights, self.groups, self.n_cohorts = gamma, weights, groups, n_cohorts

    def with_cohorts(self, n_cohorts: int) -> Penalty:
        blank = SparseGroupMCP(
            1, 1, self.gamma, weights=self.weights, groups=self.groups, n_cohorts=n_cohorts
        )  # lam and share go over as they are: the sum may be 0, or traced
        return eqx.tree_at(lambda p: (p.lam, p.share), blank, (self.lam, self.share))

    def group_values(self, W: Array) -> Array:
        blocks = self.blocks(W)
        norms = self.norms(blocks)
        whole = whole_norms(norms)
        outer, inner = self._levels(self.lams(whole), blocks)
        each = jnp.sum(mcp_value(norms, inner, self.gamma), axis=-1)
        return mcp_value(whole, outer, self.gamma) + each

    def _levels(self, lam: Array, blocks: Array) -> tuple[Array, Array]:
        """Strengths of the feature level `(n_groups, ...)` and of blocks `(n_groups, ..., 1)`."""
        return self.share * blocks.shape[-2] ** 0.5 * lam, (1 - self.share) * lam[..., None]

    def _slopes(self, blocks: Array) -> tuple[Array, Array]:
        """Slopes at the norms of the whole groups and of their blocks."""
        norms = self.norms(blocks)
        whole = whole_norms(norms)
        outer, inner = self._levels(self.lams(whole), blocks)
        return mcp_slope(whole, outer, self.gamma), mcp_slope(norms, inner, self.gamma)

    def block_prox(self, blocks: Array, step: ArrayLike, at: Array) -> Array:
        outer, inner = self._slopes(at)
        each = jnp.asarray(step)[..., None] if jnp.ndim(step) else step
        shrunk = shrink_groups(self.groups, blocks, each * inner)
        whole = whole_norms(self.norms(shrunk))
        kept = jnp.maximum(1 - step * outer / jnp.maximum(whole, TINY), 0)
        return shrunk * self.groups.expand(kept[..., None])

    def block_residual(self, blocks: Array, gradient: Array) -> Array:
        norms = self.norms(blocks)
        whole = whole_norms(norms)[..., None]
        outer, inner = self._slopes(blocks)
        outer = outer[..., None]
        pull = outer / jnp.maximum(whole, TINY) + inner / jnp.maximum(norms, TINY)
        active = self.norms(gradient + self.groups.expand(pull) * blocks)
        at_zero = jnp.maximum(self.norms(gradient) - inner, 0)
        # where the whole group is zero its blocks share the outer slope's ball
        size = jnp.maximum(whole_norms(at_zero)[..., None], TINY)
        empty = jnp.maximum(1 - outer / size, 0) * at_zero
        return jnp.where(norms > 0, active, jnp.where(whole > 0, at_zero, empty))

    def slope_at_zero(self) -> Array:
        """The feature's level counts every cohort, `lam1 sqrt(M) + lam2`; M unknown is 1."""
        return (self.share * (self.n_cohorts or 1) ** 0.5 + 1 - self.share) * jnp.asarray(self.lam)

    @jax.jit
    def lambda_max(self, gradient: Array) -> Array:
        blocks = self.blocks(gradient)
        norms = self.norms(blocks)
        whole = whole_norms(norms)
        unit = self.with_lam(1.0).lams(whole)

        def excess(lam):
            outer, inner = self._levels(lam * unit, blocks)
            return whole_norms(jnp.maximum(norms - inner, 0)) - outer

        # the norm is enough: `||(n_m - (1 - share) n)_+|| <= share n` for `n = ||(n_1 .. n_M)||`
        return jnp.max(falling_root(excess, over_units(whole, unit)), axis=0)


def whole_norms(norms: Array) -> Array:
    """Norms of whole groups `(n_groups, ...)` from those of their blocks `(n_groups, ..., M)`."""
    return jnp.sqrt(jnp.sum(norms**2, axis=-1))

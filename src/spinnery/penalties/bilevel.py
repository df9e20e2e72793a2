"""Penalties that also act inside a group: lassos, sparse group lasso, composite MCP."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from ..arrays import Array
from .base import TINY, Penalty, check_number, falling_root, over_units, soft
from .radial import mcp_slope, mcp_value
from .rows import FeatureGroups, Rows


class Lasso(Penalty):
    """Lasso on single weights: `Pen(w) = lam ||w||_1` (Tibshirani 1996).

    Parameters
    ----------
    lam : float, >= 0
    """

    lam: ArrayLike
    weights: ArrayLike | None = eqx.field(default=None, kw_only=True)
    groups: Rows | FeatureGroups = eqx.field(default=Rows(), kw_only=True)

    def __check_init__(self):
        check_number("Lasso", "lam", self.lam, 0)

    def group_values(self, W: Array) -> Array:
        sums = self.groups.reduce(jnp.abs(W))
        return self.lams(sums) * sums

    def prox(self, W: Array, step: ArrayLike, at: Array | None = None) -> Array:
        lam = self.lams(self.norms(W))
        return soft(W, self.groups.expand(step * lam))

    def distance(self, W: Array, gradient: Array) -> Array:
        lam = self.groups.expand(self.lams(self.norms(W)))
        return self.norms(l1_residual(W, gradient, lam))

    def lambda_max(self, gradient: Array) -> Array:
        unit = self.groups.expand(self.with_lam(1.0).lams(self.norms(gradient)))
        return jnp.max(over_units(jnp.abs(gradient), unit), axis=(0, -1))


class NonNegativeLasso(Penalty):
    """Lasso on weights that may not be negative: `Pen(w) = lam sum_t w_t`, infinite if any is.

    For linear problems (`ista`, `sparse_code`, `DictionaryLearning`); with `lam = 0` it is
    non-negative least squares. Networks' refits know no signs, so it has no name there.

    Parameters
    ----------
    lam : float, >= 0
    """

    lam: ArrayLike
    weights: ArrayLike | None = eqx.field(default=None, kw_only=True)
    groups: Rows | FeatureGroups = eqx.field(default=Rows(), kw_only=True)

    def __check_init__(self):
        check_number("NonNegativeLasso", "lam", self.lam, 0)

    def group_values(self, W: Array) -> Array:
        sums = self.groups.reduce(W)
        outside = self.groups.reduce(jnp.maximum(-W, 0)) > 0
        return jnp.where(outside, jnp.inf, self.lams(sums) * sums)

    def prox(self, W: Array, step: ArrayLike, at: Array | None = None) -> Array:
        lam = self.lams(self.norms(W))
        return jnp.maximum(W - self.groups.expand(step * lam), 0)

    def distance(self, W: Array, gradient: Array) -> Array:
        slope = gradient + self.groups.expand(self.lams(self.norms(W)))
        inside = self.norms(jnp.where(W == 0, jnp.minimum(slope, 0), slope))
        return jnp.where(self.groups.reduce(jnp.maximum(-W, 0)) > 0, jnp.inf, inside)

    def lambda_max(self, gradient: Array) -> Array:
        unit = self.groups.expand(self.with_lam(1.0).lams(self.norms(gradient)))
        return jnp.max(over_units(jnp.maximum(-gradient, 0), unit), axis=(0, -1))


class SparseGroupLasso(Penalty):
    """Sparse group lasso: `Pen(w) = lam ((1 - alpha) ||w||_1 + alpha ||w||_2)`.

    Parameters
    ----------
    lam : float, >= 0
    alpha : float in [0, 1]
        1 is the group lasso, 0 the lasso. (Simon et al. 2013 write `1 - alpha` for it.)
    """

    lam: ArrayLike
    alpha: float = 0.5
    weights: ArrayLike | None = eqx.field(default=None, kw_only=True)
    groups: Rows | FeatureGroups = eqx.field(default=Rows(), kw_only=True)

    def __check_init__(self):
        check_number("SparseGroupLasso", "lam", self.lam, 0)
        if isinstance(self.alpha, (int, float)) and not 0 <= self.alpha <= 1:
            raise ValueError(f"SparseGroupLasso: alpha must lie in [0, 1]; got {self.alpha}.")

    def group_values(self, W: Array) -> Array:
        norms = self.norms(W)
        sums = self.groups.reduce(jnp.abs(W))
        return self.lams(norms) * ((1 - self.alpha) * sums + self.alpha * norms)

    def prox(self, W: Array, step: ArrayLike, at: Array | None = None) -> Array:
        lam = self.lams(self.norms(W))
        inner = soft(W, self.groups.expand(step * lam * (1 - self.alpha)))
        return shrink_groups(self.groups, inner, step * lam * self.alpha)

    def distance(self, W: Array, gradient: Array) -> Array:
        norms = self.norms(W)
        lam = self.lams(norms)
        radial = self.groups.expand(self.alpha * lam / jnp.maximum(norms, TINY)) * W
        inner = self.groups.expand(lam * (1 - self.alpha))
        active = self.norms(l1_residual(W, gradient + radial, inner))
        at_zero = jnp.maximum(self.norms(soft(gradient, inner)) - self.alpha * lam, 0)
        return jnp.where(norms > 0, active, at_zero)

    @jax.jit
    def lambda_max(self, gradient: Array) -> Array:
        unit = self.with_lam(1.0).lams(self.norms(gradient))

        def excess(lam):
            inner = soft(gradient, self.groups.expand(lam * unit * (1 - self.alpha)))
            return self.norms(inner) - self.alpha * lam * unit

        # the norm is enough: either part of the penalty is below it
        return jnp.max(falling_root(excess, over_units(self.norms(gradient), unit)), axis=0)


class CompositeMCP(Penalty):
    """Composite (bi-level) MCP, `Pen(w) = P_out(sum_t P_in(|w_t|))` (Breheny & Huang 2009).

    Both levels are MCPs with the same `lam`; the inner one has concavity `gamma`, the outer
    `T gamma lam / 2`, so that the outer level saturates only when every member has. Selects
    groups and single weights. Its slope at zero is `lam^2`.

    The prox is that of the tangent majoriser at the current iterate: soft-thresholding by
    `step * P_out'(sum_t P_in(|a_t|)) * P_in'(|a_t|)`.

    Parameters
    ----------
    lam : float, >= 0
    gamma : float, > 1
    """

    lam: ArrayLike
    gamma: float = 3.0
    weights: ArrayLike | None = eqx.field(default=None, kw_only=True)
    groups: Rows | FeatureGroups = eqx.field(default=Rows(), kw_only=True)

    def __check_init__(self):
        check_number("CompositeMCP", "lam", self.lam, 0)
        check_number("CompositeMCP", "gamma", self.gamma, 1, strict=True)

    def _levels(self, W: Array) -> tuple[Array, Array, Array]:
        """`lam` and the outer concavity per group, and `sum_t P_in(|w_t|)`."""
        members = self.groups.reduce(jnp.ones_like(W))
        lam = self.lams(members)
        inner = mcp_value(jnp.abs(W), self.groups.expand(lam), self.gamma)
        return lam, members * self.gamma * lam / 2, self.groups.reduce(inner)

    def slopes(self, W: Array) -> Array:
        """Tangent weights `P_out' * P_in'` of every weight at `W`, shape of `W`."""
        lam, outer_gamma, inner = self._levels(W)
        outer = mcp_slope(inner, lam, jnp.maximum(outer_gamma, TINY))
        return self.groups.expand(outer) * mcp_slope(
            jnp.abs(W), self.groups.expand(lam), self.gamma
        )

    def group_values(self, W: Array) -> Array:
        lam, outer_gamma, inner = self._levels(W)
        return mcp_value(inner, lam, jnp.maximum(outer_gamma, TINY))

    def prox(self, W: Array, step: ArrayLike, at: Array | None = None) -> Array:
        step = jnp.asarray(step)[..., None] if jnp.ndim(step) else step
        return soft(W, step * self.slopes(W if at is None else at))

    def distance(self, W: Array, gradient: Array) -> Array:
        return self.norms(l1_residual(W, gradient, self.slopes(W)))

    def slope_at_zero(self) -> Array:
        return jnp.asarray(self.lam) ** 2

    def lambda_max(self, gradient: Array) -> Array:
        unit = self.groups.expand(self.with_lam(1.0).lams(self.norms(gradient)))
        return jnp.sqrt(jnp.max(over_units(jnp.abs(gradient), unit**2), axis=(0, -1)))


def shrink_groups(groups: Rows | FeatureGroups, W: Array, threshold: Array) -> Array:
    """`(1 - threshold / ||w||)_+ w` for every group."""
    norms = jnp.sqrt(groups.reduce(W * W))
    return W * groups.expand(jnp.maximum(1 - threshold / jnp.maximum(norms, TINY), 0))


def l1_residual(W: Array, gradient: Array, lam: Array) -> Array:
    """Smallest element of `gradient + lam * d|W|`, weight by weight."""
    return jnp.where(W == 0, soft(gradient, lam), gradient + lam * jnp.sign(W))

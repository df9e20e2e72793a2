"""Penalties of a row's norm: the scalar functions behind them."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from spinnery.penalties import GroupLasso, GroupMCP, GroupSCAD, RadialPenalty, Rows
from spinnery.penalties.radial import mcp_slope, mcp_value

pytestmark = pytest.mark.usefixtures("x64")


def norms_to_rows(t):
    """Rows `(len, 2)` of given norms in an arbitrary direction."""
    return jnp.asarray(np.outer(t, [0.6, -0.8]))


@pytest.mark.parametrize(
    ("penalty", "slope"),
    [
        (GroupLasso(0.7), lambda t: np.full_like(t, 0.7)),
        (GroupMCP(0.7, gamma=3.0), lambda t: np.maximum(0.7 - t / 3.0, 0)),
        (GroupSCAD(0.7, gamma=3.7),
         lambda t: np.where(t <= 0.7, 0.7, np.maximum(3.7 * 0.7 - t, 0) / 2.7)),
    ],
)  # fmt: skip
def test_value_is_the_integral_of_the_documented_slope(penalty, slope):
    t = np.linspace(0, 4, 40_001)
    middles = (t[1:] + t[:-1]) / 2
    integral = np.concatenate([[0], np.cumsum(slope(middles) * np.diff(t))])
    np.testing.assert_allclose(penalty.group_values(norms_to_rows(t)), integral, atol=1e-7)


def test_mcp_formulas_at_the_seams():
    """`P(t) = lam t - t^2 / (2 gamma)`, flat at `gamma lam^2 / 2` from `t = gamma lam` on."""
    np.testing.assert_allclose(mcp_value(jnp.array([0.0, 1.0, 1.5, 9.0]), 0.5, 3.0),
                               [0, 0.5 - 1 / 6, 0.375, 0.375])  # fmt: skip
    np.testing.assert_allclose(mcp_slope(jnp.array([0.0, 1.0, 1.5, 9.0]), 0.5, 3.0),
                               [0.5, 0.5 - 1 / 3, 0, 0], atol=1e-15)  # fmt: skip


@pytest.mark.parametrize(
    ("penalty", "unshrunk"), [(GroupMCP(0.5, gamma=3.0), 1.5), (GroupSCAD(0.5, gamma=3.7), 1.85)]
)
def test_large_rows_are_not_shrunk(penalty, unshrunk):
    rows = norms_to_rows(np.array([unshrunk, unshrunk + 1e-6, 10.0]))
    for step in (0.1, 0.5, 0.99 * penalty.max_step):
        np.testing.assert_allclose(penalty.prox(rows, step), rows, rtol=1e-12)
    smaller = norms_to_rows(np.array([0.9 * unshrunk]))
    assert np.linalg.norm(penalty.prox(smaller, 0.5)) < 0.9 * unshrunk - 1e-3


def test_group_mcp_prox_formula():
    """`(1 - s lam/||w||)_+ / (1 - s/gamma) w` up to `gamma lam`: 2 / (2/3) of the unit vector."""
    out = GroupMCP(1.0, gamma=3.0).prox(norms_to_rows(np.array([0.9, 1.0, 2.0])), 1.0)
    np.testing.assert_allclose(out, norms_to_rows(np.array([0.0, 0.0, 1.5])), atol=1e-12)


def test_admissible_steps():
    assert GroupMCP(1.0, gamma=3.0).max_step == 3.0
    assert GroupSCAD(1.0, gamma=3.7).max_step == pytest.approx(2.7)
    assert GroupLasso(1.0).max_step == np.inf


# -- one's own --------------------------------------------------------------------------------


class ElasticNorm(RadialPenalty):
    """`lam (alpha t + (1 - alpha) t^2 / 2)` of the norm, whose slope at zero is `alpha lam`."""

    lam: float
    alpha: float = 0.5
    weights: object = eqx.field(default=None, kw_only=True)
    groups: object = eqx.field(default=Rows(), kw_only=True)

    def scalar_value(self, t, lam):
        return lam * (self.alpha * t + (1 - self.alpha) * t**2 / 2)

    def scalar_slope(self, t, lam):
        return lam * (self.alpha + (1 - self.alpha) * t)

    def scalar_prox(self, t, lam, step):
        return jnp.maximum(t - step * lam * self.alpha, 0) / (1 + step * lam * (1 - self.alpha))


class SquareRoot(ElasticNorm):
    """A slope at zero that is no multiple of `lam`."""

    def scalar_slope(self, t, lam):
        return jnp.sqrt(lam) * (self.alpha + t)


def test_the_slope_at_zero_is_the_penaltys_own():
    """Case 7: half of `lam = 0.2` holds a zero row against gradients up to 0.1."""
    penalty, zero = ElasticNorm(0.2), jnp.zeros((1, 2))
    gradient = jnp.asarray([[0.09, 0.12]])  # norm 0.15
    np.testing.assert_allclose(penalty.distance(zero, gradient), [0.05], rtol=1e-12)
    np.testing.assert_allclose(penalty.distance(zero, gradient / 1.6), [0.0])
    assert float(penalty.slope_at_zero()) == pytest.approx(0.1)
    # the prox, which always knew, agrees
    assert not np.asarray(penalty.prox(-0.5 * gradient / 1.6, 0.5)).any()
    assert np.asarray(penalty.prox(-0.5 * gradient, 0.5)).any()
    row = jnp.asarray([[0.6, -0.8]])
    stationary = -0.2 * (0.5 + 0.5) * row
    np.testing.assert_allclose(penalty.distance(row, stationary), [0.0], atol=1e-15)


@pytest.mark.parametrize(
    ("penalty", "per_norm"),
    [(ElasticNorm(1.0), lambda t: 2 * t), (SquareRoot(1.0), lambda t: 4 * t**2)],
)
def test_lambda_max_follows_from_the_slope_at_zero(penalty, per_norm):
    weights = np.array([1.0, 4.0, 0.5])
    for size in (1e-6, 1.0, 1e6):
        gradient = size * norms_to_rows([0.5, 3.0, 0.1])[:, None]  # one lane
        expected = np.max(per_norm(size * np.array([0.5, 3.0, 0.1])) / weights)
        weighted = penalty.with_groups(Rows(), weights)
        np.testing.assert_allclose(weighted.lambda_max(gradient), [expected], rtol=1e-9)


def test_lambda_max_without_any_slope_at_zero_is_infinite():
    smooth = ElasticNorm(1.0, alpha=0.0)
    np.testing.assert_array_equal(smooth.lambda_max(norms_to_rows([1.0, 2.0])), np.inf)
    np.testing.assert_array_equal(smooth.lambda_max(norms_to_rows([0.0, 0.0])), 0)


@pytest.mark.parametrize("penalty", [GroupLasso(0.7), GroupMCP(0.7), GroupSCAD(0.7)])
def test_known_lambda_max_is_the_one_found(penalty):
    slopes = jnp.asarray([0.0, 1e-4, 0.7, 30.0])
    found = RadialPenalty.scalar_lambda_max(penalty, slopes)
    np.testing.assert_allclose(penalty.scalar_lambda_max(slopes), found, rtol=1e-12)

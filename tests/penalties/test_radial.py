"""Penalties of a row's norm: the scalar functions behind them."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from spinnery.penalties import GroupLasso, GroupMCP, GroupSCAD
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

"""Penalties that act inside a row as well."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import references as ref
from spinnery.penalties import CompositeMCP, GroupLasso, Lasso, SparseGroupLasso

pytestmark = pytest.mark.usefixtures("x64")

WEIGHT = st.integers(-64, 64).map(lambda k: k / 16)
ROWS = arrays(np.float64, (4, 3), elements=WEIGHT)


@given(W=ROWS, G=ROWS, lam=st.sampled_from([0.0, 0.25, 1.0]))
def test_sparse_group_lasso_ends_at_group_lasso_and_lasso(W, G, lam):
    for alpha, end in ((1.0, GroupLasso(lam)), (0.0, Lasso(lam))):
        mixed = SparseGroupLasso(lam, alpha=alpha)
        np.testing.assert_allclose(mixed.group_values(W), end.group_values(W), atol=1e-12)
        np.testing.assert_allclose(mixed.prox(W, 0.7), end.prox(W, 0.7), atol=1e-12)
        np.testing.assert_allclose(mixed.distance(W, G), end.distance(W, G), atol=1e-12)
        np.testing.assert_allclose(mixed.lambda_max(G), end.lambda_max(G), atol=1e-12)


def test_sparse_group_lasso_lambda_max_in_closed_form():
    """One row (2, 0): `||soft(g, lam (1 - a))|| = 2 - lam (1 - a)` meets `lam a` at lam = 2."""
    top = SparseGroupLasso(1.0, alpha=0.3).lambda_max(np.array([[2.0, 0.0], [0.5, 0.5]]))
    assert float(top) == pytest.approx(2.0, rel=1e-12)


@pytest.mark.parametrize("alpha", [-0.1, 1.1])
def test_sparse_group_lasso_refuses_alpha_outside_its_range(alpha):
    message = rf"^SparseGroupLasso: alpha must lie in \[0, 1\]; got {alpha}\.$"
    with pytest.raises(ValueError, match=message):
        SparseGroupLasso(1.0, alpha=alpha)


@given(W=ROWS, at=ROWS, lam=st.sampled_from([0.0, 0.5, 1.5]))
def test_composite_mcp_lies_under_its_tangent(W, at, lam):
    """The prox's model `Pen(at) + slopes (|w| - |at|)` majorises, and touches at `at`."""
    penalty = CompositeMCP(lam, gamma=2.5)
    slopes = np.asarray(penalty.slopes(at))
    np.testing.assert_allclose(slopes, ref.tangent_slopes(at, np.full(4, lam), 2.5), atol=1e-6)
    model = ref.composite(at, np.full(4, lam), 2.5) + (
        slopes * (np.abs(W) - np.abs(at))
    ).sum(axis=-1)  # fmt: skip
    assert (ref.composite(W, np.full(4, lam), 2.5) <= model + 1e-12).all()


def test_composite_mcp_thresholds_by_the_current_iterate_not_the_point():
    """At zero the slope is `lam^2`; at a saturated row it is 0 and nothing is shrunk."""
    penalty = CompositeMCP(0.5, gamma=3.0)
    point = np.array([[1.0, -0.2]])
    shrunk = penalty.prox(point, 1.0, at=np.zeros((1, 2)))
    np.testing.assert_allclose(shrunk, [[0.75, 0.0]], atol=1e-12)
    np.testing.assert_allclose(penalty.prox(point, 1.0, at=np.full((1, 2), 9.0)), point)
    np.testing.assert_allclose(
        penalty.prox(point, 1.0), ref_soft(point, penalty.slopes(point)), atol=1e-12
    )


def test_composite_mcp_saturates_only_when_every_member_has():
    """Breheny and Huang's outer concavity: slope 0 with all members flat, positive with one not."""
    lam, gamma = 0.5, 3.0
    penalty = CompositeMCP(lam, gamma=gamma)
    flat = gamma * lam
    np.testing.assert_allclose(penalty.slopes(np.array([[flat, flat, flat]])), 0, atol=1e-12)
    slopes = np.asarray(penalty.slopes(np.array([[flat, flat, 0.9 * flat]])))
    assert (slopes[0, :2] == 0).all() and slopes[0, 2] > 0


def ref_soft(w, threshold):
    return np.sign(w) * np.maximum(np.abs(w) - np.asarray(threshold), 0)

"""The data matrix as an operator."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery.design import DenseDesign, LaneDesign, round_up, take_lanes

pytestmark = pytest.mark.usefixtures("x64")

n, p, B, T = 5, 7, 3, 2
rng = np.random.default_rng(0)
X = rng.normal(size=(n, p))
INDEX = np.array([[0, 2, 4, 6], [1, 1, 7, 7], [7, 3, 5, 7]])  # 7 = p is an empty slot


def columns():
    """`X.T` with a last row of zeros."""
    return jnp.asarray(np.vstack([X.T, np.zeros(n)]))


def lane_matrices():
    padded = np.hstack([X, np.zeros((n, 1))])
    return [padded[:, index] for index in INDEX]


def test_dense_products_lane_by_lane():
    W, Z = rng.normal(size=(p, B, T)), rng.normal(size=(n, B, T))
    design = DenseDesign(jnp.asarray(X))
    forward, backward = design.matmul(W), design.rmatmul(Z)
    assert forward.shape == (n, B, T) and backward.shape == (p, B, T)
    for b in range(B):
        np.testing.assert_allclose(forward[:, b], X @ W[:, b], atol=1e-12)
        np.testing.assert_allclose(backward[:, b], X.T @ Z[:, b], atol=1e-12)


def test_lane_products_on_columns_of_their_own():
    W, Z = rng.normal(size=(4, B, T)), rng.normal(size=(n, B, T))
    design = take_lanes(columns(), INDEX)
    assert design.X.shape == (B, n, 4)
    forward, backward = design.matmul(W), design.rmatmul(Z)
    assert forward.shape == (n, B, T) and backward.shape == (4, B, T)
    for b, matrix in enumerate(lane_matrices()):
        np.testing.assert_allclose(forward[:, b], matrix @ W[:, b], atol=1e-12)
        np.testing.assert_allclose(backward[:, b], matrix.T @ Z[:, b], atol=1e-12)
        assert not np.any(np.asarray(backward)[INDEX[b] == p, b])


@pytest.mark.parametrize("design", [
    DenseDesign(X), LaneDesign(np.stack(lane_matrices()))
], ids=["dense", "lanes"])  # fmt: skip
def test_rmatmul_is_the_adjoint_of_matmul(design):
    W = rng.normal(size=(p if isinstance(design, DenseDesign) else 4, B, T))
    Z = rng.normal(size=(n, B, T))
    left = np.sum(np.asarray(design.matmul(W)) * Z, axis=(0, 2))
    right = np.sum(W * np.asarray(design.rmatmul(Z)), axis=(0, 2))
    np.testing.assert_allclose(left, right, atol=1e-12)


@given(size=st.integers(1, 5000), low=st.sampled_from([16, 64]))
def test_round_up_to_the_next_grid_size(size, low):
    grid = sorted({low * 2**k for k in range(12)} | {3 * low * 2**k // 2 for k in range(12)})
    assert round_up(size, low) == next(g for g in grid if g >= size)


def test_round_up_defaults():
    assert [round_up(s) for s in (1, 64, 65, 96, 97, 128, 129, 2400)] == [
        64, 64, 96, 96, 128, 128, 192, 3072,
    ]  # fmt: skip

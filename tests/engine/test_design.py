"""The data matrix as an operator."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery.engine.design import (
    CohortDesign,
    DenseDesign,
    LaneDesign,
    dense_design,
    lane_design,
    round_up,
    split_blocks,
)

pytestmark = pytest.mark.usefixtures("x64")

n, p, B, T = 5, 7, 3, 2
rng = np.random.default_rng(0)
X = rng.normal(size=(n, p))
INDEX = np.array([[0, 2, 4, 6], [1, 1, 7, 7], [7, 3, 5, 7]])  # 7 = p is an empty slot


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
    design = lane_design(jnp.asarray(X), (0, n), INDEX[:, None])
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


# -- cohorts --------------------------------------------------------------------------------------


# few shapes, for each compiles its own operations; a cohort may have a single sample
BOUNDS = st.sampled_from([(0, 1, 4), (0, 2, 3, 5)])
SEED = st.integers(0, 999)


def block_diagonal(data, bounds):
    """The matrix that a CohortDesign never forms, `(n, M k)` from `(n, M, k)` or `(n, k)`."""
    M = len(bounds) - 1
    data = np.repeat(data[:, None], M, axis=1) if data.ndim == 2 else data
    out = np.zeros((bounds[-1], M, data.shape[-1]))
    for m in range(M):
        rows = slice(bounds[m], bounds[m + 1])
        out[rows, m] = data[rows, m]
    return out.reshape(bounds[-1], -1)


def check_against(design, bounds, matrices, rng):
    """Products, adjointness and bounds, given each lane's block-diagonal matrix `(n, M k)`."""
    assert isinstance(design, CohortDesign) and design.bounds == bounds
    M = len(bounds) - 1
    W = rng.normal(size=(matrices[0].shape[1] // M, B, M * T))
    Z = rng.normal(size=(bounds[-1], B, T))
    forward, backward = np.asarray(design.matmul(W)), np.asarray(design.rmatmul(Z))
    assert forward.shape == Z.shape and backward.shape == W.shape
    for b, matrix in enumerate(matrices):
        stacked = np.concatenate(np.split(W[:, b], M, axis=1))  # (M k, T), a cohort's block each
        np.testing.assert_allclose(forward[:, b], matrix @ stacked, atol=1e-12)
        blocks = np.split(matrix.T @ Z[:, b], M)
        np.testing.assert_allclose(backward[:, b], np.concatenate(blocks, axis=1), atol=1e-12)
        inner = np.sum(forward[:, b] * Z[:, b]), np.sum(W[:, b] * backward[:, b])
        np.testing.assert_allclose(*inner, atol=1e-12)


@given(bounds=BOUNDS, seed=SEED)
def test_cohorts_on_shared_columns_are_a_block_diagonal_matrix(bounds, seed):
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(bounds[-1], p))
    design = dense_design(jnp.asarray(data), bounds)
    check_against(design, bounds, [block_diagonal(data, bounds)] * B, rng)


@given(bounds=BOUNDS, seed=SEED)
def test_cohorts_on_columns_of_their_own_are_a_block_diagonal_matrix(bounds, seed):
    """A slot may hold another feature in each lane and cohort; `>= p` is empty."""
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(bounds[-1], p))
    padded = np.hstack([data, np.zeros((len(data), 2))])
    index = rng.integers(0, p + 2, (B, len(bounds) - 1, 4))
    design = lane_design(jnp.asarray(data), bounds, jnp.asarray(index))
    matrices = [block_diagonal(padded[:, lane], bounds) for lane in index]
    check_against(design, bounds, matrices, rng)


def test_a_single_cohort_is_the_plain_design_to_the_bit():
    W, Z = jnp.asarray(rng.normal(size=(p, B, T))), jnp.asarray(rng.normal(size=(n, B, T)))
    data = jnp.asarray(X)
    dense, lanes = dense_design(data, (0, n)), lane_design(data, (0, n), INDEX[:, None])
    assert type(dense) is DenseDesign and type(lanes) is LaneDesign
    assert dense.bounds == lanes.bounds == (0, n)
    wrapped = CohortDesign((dense,))
    assert wrapped.bounds == (0, n)
    np.testing.assert_array_equal(wrapped.matmul(W), DenseDesign(data).matmul(W))
    np.testing.assert_array_equal(wrapped.rmatmul(Z), DenseDesign(data).rmatmul(Z))


def test_split_blocks_keeps_each_cohort_together():
    W = np.arange(12).reshape(2, 6)
    np.testing.assert_array_equal(split_blocks(W, 3)[1], [[6, 7], [8, 9], [10, 11]])
    assert split_blocks(W, 1).shape == (2, 1, 6)


# -- sizes ----------------------------------------------------------------------------------------


@given(size=st.integers(1, 5000), low=st.sampled_from([16, 64]))
def test_round_up_to_the_next_grid_size(size, low):
    grid = sorted({low * 2**k for k in range(12)} | {3 * low * 2**k // 2 for k in range(12)})
    assert round_up(size, low) == next(g for g in grid if g >= size)


def test_round_up_defaults():
    assert [round_up(s) for s in (1, 64, 65, 96, 97, 128, 129, 2400)] == [
        64, 64, 96, 96, 128, 128, 192, 3072,
    ]  # fmt: skip

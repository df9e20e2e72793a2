"""Affinities: every row at its perplexity, symmetric, summing to one."""

import jax
import neighbours
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from spinnery.embedding.affinities import conditional_affinities, joint_affinities

CASES = {
    "seed": st.integers(0, 10**6),
    "n": st.integers(3, 40),
    "share": st.floats(0.02, 0.98),
    "log_scale": st.floats(-12, 12),
    "heavy": st.booleans(),
}


def draw(seed, n, log_scale, heavy):
    rng = np.random.default_rng(seed)
    X = rng.standard_t(1.5, size=(n, 4)) if heavy else rng.normal(size=(n, 4))
    return neighbours.squared_distances(10**log_scale * X)


def entropies(rows):
    return np.array([neighbours.entropy(row) for row in np.asarray(rows, float)])


def conditional(D, n, perplexity, dtype="float64", own=True):
    """In units of the mean, as the estimators do; padded, so that examples share a program."""
    padded = np.pad(D / (D.mean() or 1), [(0, max(40 - size, 0)) for size in D.shape])
    with jax.enable_x64(dtype == "float64"):
        P = conditional_affinities(padded.astype(dtype), n, np.asarray(perplexity, dtype), own=own)
    return np.asarray(P)[: D.shape[0], : D.shape[1]]


def joint(D, n, perplexity):
    padded = np.pad(D / (D.mean() or 1), (0, 40 - n))
    with jax.enable_x64(True):
        return np.asarray(joint_affinities(padded, n, perplexity))[:n, :n]


@given(**CASES)
def test_each_row_has_the_perplexity(seed, n, share, log_scale, heavy):
    perplexity = 1 + share * (n - 2)
    D = draw(seed, n, log_scale, heavy)
    rows = conditional(D, n, perplexity, own=False)
    assert_allclose(np.exp(entropies(rows)), perplexity, rtol=1e-8)
    assert_allclose(rows.sum(axis=1), 1, rtol=1e-12)
    assert_array_equal(np.diag(rows), 0)


@given(**CASES)
def test_float32_reaches_it_too(seed, n, share, log_scale, heavy):
    perplexity = 1 + share * (n - 2)
    rows = conditional(draw(seed, n, log_scale, heavy), n, perplexity, "float32", own=False)
    assert_allclose(np.exp(entropies(rows)), perplexity, rtol=1e-4)


@given(**CASES)
def test_they_are_the_plain_loops(seed, n, share, log_scale, heavy):
    perplexity = 1 + share * (n - 2)
    D = draw(seed, n, log_scale, heavy)
    P = joint(D, n, perplexity)
    assert_allclose(P, neighbours.joint_affinities(D, perplexity), atol=1e-9)
    assert_allclose(P, P.T, rtol=1e-14)
    assert_allclose(P.sum(), 1, rtol=1e-12)


@pytest.mark.parametrize("n", [2, 3, 10])
@given(CASES["seed"], st.floats(0.05, 0.95))
def test_padding_changes_nothing(n, seed, share):
    perplexity = 1 + share * max(n - 2, 0.5)
    D = draw(seed, n, 0, False)
    padded = np.pad(D, (0, 9), constant_values=3.0)
    with jax.enable_x64(True):
        P = np.asarray(joint_affinities(padded, n, perplexity))
        assert_allclose(P[:n, :n], np.asarray(joint_affinities(D, n, perplexity)), atol=1e-14)
    assert_array_equal(P[n:], 0)
    assert_array_equal(P[:, n:], 0)
    with jax.enable_x64(True):
        new = np.asarray(conditional_affinities(padded, n, perplexity))
    assert_array_equal(new[:, n:], 0)
    assert_allclose(new.sum(axis=1), 1, rtol=1e-12)


@given(CASES["seed"], st.integers(3, 30))
def test_new_points_may_pick_every_point(seed, n):
    D = draw(seed, n, 0, False)[:2]
    rows = conditional(D, n, n / 2)
    for row, distances in zip(rows, D, strict=True):
        assert_allclose(row, neighbours.row_affinities(distances, n / 2), atol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ties_share_evenly(dtype):
    """Six points in one place and six in another: five neighbours are nearer than all others."""
    D = neighbours.squared_distances(np.repeat([[0.0, 0.0], [1.0, 2.0]], 6, axis=0))
    rows = conditional(D, 12, 2.0, dtype, own=False)
    expected = np.kron(np.eye(2), np.ones((6, 6)) - np.eye(6)) / 5
    assert_allclose(rows, expected, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("perplexity", [7, 7.5])
def test_the_largest_perplexity_is_uniform(dtype, perplexity):
    rows = conditional(draw(0, 8, 0, False), 8, perplexity, dtype, own=False)
    assert_allclose(rows, (1 - np.eye(8)) / 7, atol=2e-3)
    assert_allclose(rows.sum(axis=1), 1, rtol=1e-6)


def test_the_smallest_perplexity_is_the_nearest_point():
    D = draw(0, 8, 0, False)
    nearest = np.where(np.eye(8, dtype=bool), np.inf, D).argmin(axis=1)
    assert_allclose(conditional(D, 8, 1, own=False), np.eye(8)[nearest], atol=1e-8)


@pytest.mark.parametrize("D", [np.zeros((6, 6)), np.zeros((2, 2))])
def test_identical_points_are_equally_likely(D):
    n = len(D)
    rows = conditional(D, n, 1.5, own=False)
    assert_allclose(rows, (1 - np.eye(n)) / (n - 1))

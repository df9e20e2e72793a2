"""Sparse features and very many: the products of the dense matrix."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy import sparse

from spinnery.engine import features
from spinnery.engine.features import (
    grams_of,
    of_gradients,
    own_design,
    shared_design,
    take_columns,
    varying,
)  # fmt: skip
from spinnery.engine.problem import Params
from spinnery.engine.refit import entry_lambda, leaving_costs, score_features
from spinnery.inputs.table import make_table
from spinnery.losses import Squared
from spinnery.nn import SHARED, Dense, Upper
from spinnery.penalties import GroupLasso

pytestmark = pytest.mark.usefixtures("x64")
N, P, B = 50, 21, 2


@pytest.fixture(params=[1, 2], ids=["one cohort", "two"])
def both(request):
    """The same data dense and sparse."""
    rng = np.random.default_rng(request.param)
    X = rng.gamma(2, size=(N, P)) * (rng.uniform(size=(N, P)) < 0.3)
    X[:, 5], X[:, 6] = 0, rng.normal(size=N) + 100
    codes, weights = rng.permutation(N) % request.param, np.full(N, 1 / N)
    targets = rng.normal(size=(N, 1))
    made = (
        make_table(kind(X), targets, weights, codes, Squared(), np.dtype("float64"))
        for kind in (np.asarray, sparse.csc_array)
    )
    return [table.padded(np.tile(weights[:, None], B), np.ones(B)) for table in made]


def test_products(both):
    rng = np.random.default_rng(0)
    dense, thin = (shared_design(data.X, data.bounds) for data in both)
    assert dense.bounds == thin.bounds
    W = rng.normal(size=(both[0].X.shape[1], B, 2 * 3))
    Z = np.asarray(dense.matmul(W))
    np.testing.assert_allclose(thin.matmul(W), Z, atol=1e-10)
    Z = rng.normal(size=Z.shape)  # padded rows, too, have no part in the other product
    np.testing.assert_allclose(thin.rmatmul(Z), dense.rmatmul(Z), atol=1e-10)
    np.testing.assert_allclose(jax.jit(lambda d, W: d.matmul(W))(thin, W), dense.matmul(W))


def test_columns(both):
    dense, thin = (data.X for data in both)
    p = dense.shape[1]
    assert thin.shape == dense.shape and thin.dtype == dense.dtype
    which = np.array([3, 0, p - 1, p, p + 5, 6])
    np.testing.assert_allclose(take_columns(thin, which), take_columns(dense, which), atol=1e-10)
    bounds = both[0].bounds
    index = np.random.default_rng(0).integers(p + 2, size=(B, len(bounds) - 1, 4))
    W = np.random.default_rng(1).normal(size=(4, B, 2 * 3))
    found, expected = (own_design(X, bounds, index).matmul(W) for X in (thin, dense))
    np.testing.assert_allclose(found, expected, atol=1e-10)
    np.testing.assert_array_equal(varying(thin, bounds), varying(dense, bounds))
    for found, expected in zip(grams_of(thin, bounds), grams_of(dense, bounds), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-9)


def test_gradients_block_by_block(both, monkeypatch):
    dense = both[0]
    slope = np.random.default_rng(0).normal(size=(dense.X.shape[0], B, 3))

    def sums(rows, first):
        return rows.sum(axis=-1) * (first + 1)  # which block it is, too

    whole = of_gradients(dense.X, dense.bounds, slope, sums)
    monkeypatch.setattr(features, "WIDE", 8)
    monkeypatch.setattr(features, "BLOCK", 8)
    blocks = of_gradients(dense.X, dense.bounds, slope, sums)
    firsts = np.arange(dense.X.shape[1]) // 8 * 8
    np.testing.assert_allclose(blocks, np.asarray(whole) * (firsts + 1)[:, None], atol=1e-10)


def test_what_is_asked_of_very_many_features(both, monkeypatch):
    """Gains, costs and entry lambdas are the same block by block."""
    data, rng = both[0], np.random.default_rng(3)
    M, p, k, T = data.n_cohorts, data.X.shape[1], 4, 3
    index = rng.permutation(P)[: B * M * k].reshape(B, M, -1)[:, :, :k]
    index = np.concatenate([index, np.full((B, M, k - index.shape[-1]), p)], axis=-1)
    one = Upper(np.zeros((B, T)), (Dense(rng.normal(size=(B, T, 1)), np.zeros((B, 1))),), "tanh")
    upper = one if M == 1 else SHARED.spread(one, M)
    params = Params(rng.normal(size=(k, B, M * T)), upper)
    labels = np.tile(np.arange(k), (B, M, 1))
    asked = data, index, labels, np.arange(k), params
    penalty = GroupLasso(1.0)
    scores, entry = score_features(*asked), entry_lambda(data, penalty, index, params)
    np.testing.assert_allclose(leaving_costs(*asked), scores.cost, rtol=1e-12)
    monkeypatch.setattr(features, "WIDE", 8)
    monkeypatch.setattr(features, "BLOCK", 8)
    jax.clear_caches()
    np.testing.assert_allclose(score_features(*asked).gain, scores.gain, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(entry_lambda(data, penalty, index, params), entry, rtol=1e-9)
    jax.clear_caches()

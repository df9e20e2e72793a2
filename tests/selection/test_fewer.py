"""Searches on a part of the samples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from spinnery import SPINNRegressorCV
from spinnery.inputs.table import make_table
from spinnery.losses import Squared
from spinnery.selection import fewer
from spinnery.selection.fewer import fewer_samples

N, P = 90, 5


def made(kind=np.asarray, order=slice(None)):
    rng = np.random.default_rng(0)
    X, y = rng.uniform(size=(N, P)) * (rng.uniform(size=(N, P)) < 0.5), rng.normal(size=(N, 1))
    codes, weights = (rng.uniform(size=N) < 0.3).astype(int), np.full(N, 1.0)
    weights[:10] = 0
    parts = (part[order] for part in (y, weights / weights.sum(), codes))
    return make_table(kind(X[order]), *parts, Squared(), np.dtype("float64"))


def test_few_enough_are_left_alone():
    table = made()
    assert fewer_samples(table, [np.arange(3)])[0] is table


@pytest.mark.parametrize("kind", [np.asarray, sparse.csc_array])
def test_an_even_share_of_cohorts_and_targets(kind, monkeypatch):
    monkeypatch.setattr(fewer, "MOST", 40)
    table = made(kind)
    folds = np.array_split(np.random.default_rng(1).permutation(N), 3)
    part, held = fewer_samples(table, folds)
    rows = np.flatnonzero(np.isin(table.targets[:, 0], part.targets[:, 0]))
    assert len(part.codes) == 40 and part.weights.min() > 0
    assert abs(part.weights.sum() - 1) < 1e-12
    np.testing.assert_array_equal(part.X[:, :], table.X[rows, :])
    np.testing.assert_array_equal(np.sort(part.order), np.arange(40))
    np.testing.assert_array_equal(rows[part.order], table.order[np.isin(table.order, rows)])
    for own, fold in zip(held, folds, strict=True):
        np.testing.assert_array_equal(rows[own], np.intersect1d(rows, fold))
    counted = table.weights > 0
    for code in (0, 1):
        taken = (part.codes == code).sum() / (counted & (table.codes == code)).sum()
        assert abs(taken - 0.5) < 0.06
        every = np.sort(table.targets[counted & (table.codes == code), 0])
        ranks = np.searchsorted(every, np.sort(part.targets[part.codes == code, 0]))
        assert np.diff(ranks).max() <= 3  # none of the range is left out


def test_the_same_samples_in_any_order(monkeypatch):
    monkeypatch.setattr(fewer, "MOST", 40)
    shuffled = np.random.default_rng(2).permutation(N)
    one, other = (fewer_samples(made(order=order), [])[0] for order in (slice(None), shuffled))
    np.testing.assert_array_equal(one.targets[one.order], other.targets[other.order])


def test_a_search_on_a_part_ends_on_all(monkeypatch):
    monkeypatch.setattr(fewer, "MOST", 60)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 8))
    y = X[:, 0] - X[:, 1] + 0.3 * rng.normal(size=120)
    settings = {"hidden": ((),), "ridges": (0.01,), "cv": 3, "max_features": 4}
    model = SPINNRegressorCV(**settings, random_state=0).fit(X, y)
    assert {0, 1} <= set(model.get_support(indices=True))
    assert model.stationarity_ < model.tol
    assert np.isfinite(model.cv_predictions_).all()  # of every sample, by a fit without it
    least = np.linalg.lstsq(np.c_[X[:, model.selected_], np.ones(120)], y, rcond=None)[0]
    np.testing.assert_allclose(model.coef_[model.selected_], least[:-1], atol=0.03)  # ridge aside

"""The check for nothing: exact under the null hypothesis, and it sees what there is."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

import spinnery as sp
from spinnery.evidence import association
from spinnery.evidence.association import (
    Statistics,
    observed,
    products,
    single_features,
)
from spinnery.evidence.null import LEVEL, null_p_value, p_of_first, permutations
from spinnery.inputs.table import make_table
from spinnery.losses import Logistic, PartialLikelihood, Poisson, SoftmaxCrossEntropy, Squared

n, p = 60, 30
CODES = np.repeat([0, 1], [35, 25])


def table_of(X, targets, loss=None, codes=None, weights=None):
    weights = np.ones(len(X)) if weights is None else weights
    codes = np.zeros(len(X), int) if codes is None else codes
    targets = np.asarray(targets, float).reshape(len(X), -1)
    return make_table(X, targets, weights / weights.sum(), codes, loss or Squared(), np.float32)


def draw(kind, rng):
    """Targets of every kind, as losses take them."""
    if kind == "numbers":
        y = rng.normal(size=n)
        return (y - y.mean()) / y.std(), Squared(), None
    if kind == "two classes":
        return rng.integers(0, 2, n), Logistic(), None
    if kind == "three classes":
        return np.eye(3)[rng.integers(0, 3, n)], SoftmaxCrossEntropy(), None
    if kind == "counts":
        y = rng.poisson(np.exp(rng.normal(size=n)))
        return y / y.mean(), Poisson(), None
    event, time = rng.integers(0, 2, n), rng.integers(1, 30, n)
    codes = CODES if kind == "cohorts of times" else np.zeros(n, int)
    rank = stats.rankdata([(c * 100 - t) for c, t in zip(codes, time, strict=True)], "dense")
    return np.stack([event, rank, codes], axis=1), PartialLikelihood(), codes


KINDS = (
    "numbers", "two classes", "three classes", "counts", "times", "cohorts of times",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
def test_p_values_of_noise_are_uniform(kind):
    """Few features, so that both halves of the test run; heavy tails and twins among them."""
    rng = np.random.default_rng(KINDS.index(kind))
    found = []
    for seed in range(120):
        X = rng.standard_t(3, size=(n, 8))
        X[:, 1] = X[:, 0] + 0.1 * X[:, 1]
        targets, loss, codes = draw(kind, rng)
        found.append(null_p_value(table_of(X, targets, loss, codes), seed))
    assert np.mean(np.array(found) <= LEVEL) <= stats.binom.ppf(0.999, 120, LEVEL) / 120
    assert np.mean(np.array(found) <= 0.5) <= stats.binom.ppf(0.999, 120, 0.5) / 120
    assert len(set(found)) > 20


SIGNALS = {
    "line": lambda X: X[:, 0],
    "bend": lambda X: np.abs(X[:, 0]),
    "product": lambda X: 1.5 * X[:, 0] * X[:, 1],
    "many": lambda X: X[:, :8].sum(axis=1) / 2,
}


@pytest.mark.parametrize("kind", SIGNALS)
def test_what_there_is_is_seen(kind):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(100, 40))
    y = SIGNALS[kind](X) + 0.5 * rng.normal(size=100)
    assert null_p_value(table_of(X, (y - y.mean()) / y.std()), 0) <= LEVEL


def test_one_outlier_does_not_hide_a_line():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(100, 40))
    y = X[:, 0] + 0.5 * rng.normal(size=100)
    y[3] = 200.0
    assert null_p_value(table_of(X, (y - y.mean()) / y.std()), 0) <= LEVEL


def at_the_mean(kind, targets):
    """A cohort's slopes and summed curvature at its best constants, by their formulas."""
    t = targets.reshape(len(targets), -1).astype(float)
    mean = t.mean(axis=0)
    if kind == "two classes":
        return mean - t, len(t) * np.diag(mean * (1 - mean))
    if kind == "three classes":
        return mean - t, len(t) * (np.diag(mean) - np.outer(mean, mean))
    return mean - t, len(t) * np.diag(mean if kind == "counts" else np.ones(1))


@pytest.mark.parametrize("kind", KINDS[:4])
def test_gains_are_what_a_linear_term_saves(kind):
    """`1/2 g' H^-1 g` in each of two cohorts, which have constants of their own; one half apart."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n, p))
    targets, loss, _ = draw(kind, rng)
    table = table_of(X, targets, loss, CODES)
    gain = np.zeros((2, p))
    for m in range(2):
        own = np.flatnonzero(m == CODES)
        slope, curvature = at_the_mean(kind, np.asarray(targets)[own])
        g, H = table.X[own].T.astype(float) @ slope / n, curvature / n
        gain[m] = np.einsum("pk,kl,pl->p", g, np.linalg.pinv(H, rcond=1e-9), g)
    rows, residuals = observed(table)
    found = single_features(table.X, rows, residuals).values[:, 0]
    np.testing.assert_allclose(found[0], gain.sum(axis=0).max(), rtol=1e-3)
    np.testing.assert_allclose(found[1], np.sort(gain.sum(axis=0))[-10:].sum(), rtol=1e-3)
    np.testing.assert_allclose(found[2], gain.max(axis=0).max(), rtol=1e-3)


def test_the_gain_of_numbers_is_their_squared_correlation():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(n, p))
    y = rng.normal(size=n)
    table = table_of(X, (y - y.mean()) / y.std())
    rows, residuals = observed(table)
    found = single_features(table.X, rows, residuals[:1]).values[0, 0]
    expected = max(np.corrcoef(X[:, j], y)[0, 1] ** 2 for j in range(p))
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    pairs = products(table.X, rows, residuals[:1]).values[0, 0]
    Z, t = table.X[rows].astype(float), table.targets[rows, 0].astype(float)
    expected = max(np.mean(Z[:, i] * Z[:, j] * t) ** 2 for i in range(p) for j in range(i))
    np.testing.assert_allclose(pairs, expected, rtol=1e-4)


@pytest.mark.parametrize(("cohorts", "outputs"), [(1, 1), (3, 1), (1, 2), (2, 2)])
def test_products_a_few_at_a_time_are_all_products(cohorts, outputs, monkeypatch):
    rng = np.random.default_rng(6)
    X, codes = rng.normal(size=(n, 11)).astype(np.float32), np.arange(n) % cohorts
    slope = rng.normal(size=(n, 1, outputs))
    gain = sum(
        (X[codes == m].T @ (slope[codes == m, 0, k, None] * X[codes == m])) ** 2
        for m in range(cohorts) for k in range(outputs)
    )  # fmt: skip
    expected = np.max(gain[~np.eye(11, dtype=bool)])
    for few in (1, 4, 11, 100):
        monkeypatch.setattr(association, "FEW", few)
        found = association._best_product(X, association.Residuals(slope, codes))
        assert found == pytest.approx(expected, rel=1e-4)


def test_permutations_stay_within_cohorts():
    codes = np.array([1, 0, 1, 1, 0, 2])
    places = permutations(codes, 200, np.random.default_rng(0))
    assert places.shape == (6, 201) and (places[:, 0] == np.arange(6)).all()
    assert (np.sort(places, axis=0) == np.arange(6)[:, None]).all()
    assert (codes[places] == codes[:, None]).all()
    assert len({tuple(column) for column in places.T}) == 12  # 3! times 2!


def test_the_p_value_of_the_first_column():
    values = np.array([[3.0, 1, 2, 0], [0.0, 1, 2, 3]])
    assert p_of_first(Statistics(values[:1], np.ones(1))) == 0.25
    assert p_of_first(Statistics(values[1:], np.ones(1))) == 1.0
    assert p_of_first(Statistics(values, np.ones(2))) == 0.5  # the last is as extreme
    assert p_of_first(Statistics(values, np.array([1, 0.5]))) == 0.25
    assert p_of_first(Statistics(np.ones((2, 5)), np.ones(2))) == 1.0  # nothing tells them apart


def test_samples_of_no_weight_have_no_part():
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(n, p)), rng.normal(size=n)
    y -= y.mean()
    more = rng.normal(size=(5, p)) * 30
    whole = null_p_value(table_of(X, y), 0)
    weights = np.append(np.ones(n), np.zeros(5))
    padded = table_of(np.concatenate([X, more]), np.append(y, 1e3 * np.ones(5)), weights=weights)
    assert null_p_value(padded, 0) == whole


def test_fits_of_nothing_say_so():
    rng = np.random.default_rng(7)
    X, y = rng.normal(size=(n, 200)), rng.normal(size=n)
    settings = {"hidden": ((),), "max_features": 4, "random_state": 0}
    with pytest.warns(UserWarning, match=r"no better than with permuted ones \(p = [\d.]+\), as"):
        model = sp.SPINNRegressorCV(**settings).fit(X, y)
    assert not model.found_signal_ and not model.selected_.any() and model.null_p_value_ > LEVEL
    np.testing.assert_allclose(model.predict(X), y.mean(), rtol=1e-4)
    guess = sp.SPINNRegressorCV(null_check=False, **settings).fit(X, y)
    assert guess.found_signal_ and np.isnan(guess.null_p_value_)
    assert len(model.path_) == len(guess.path_)  # what there was to choose from is shown


def test_residuals_are_kept_apart():
    residuals = observed(table_of(np.eye(6), np.arange(6.0)))[1]
    assert [one.importance for one in residuals] == [1.0, 0.5]
    with pytest.raises(dataclasses.FrozenInstanceError):
        residuals[0].importance = 2

"""Sample and class weights mean what they say."""

import numpy as np
import pytest

from spinnery import SPINNClassifier, SPINNClassifierCV, SPINNRegressor


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 6))
    y = X[:, 0] - 0.5 * X[:, 1] + 0.1 * rng.normal(size=90)
    return X, y, rng.integers(0, 3, size=90)


def test_weights_equal_repetition(data):
    X, y, times = data
    settings = dict(hidden=(), lam=0.05, dtype="float64", tol=1e-8, max_iter=20_000)
    weighted = SPINNRegressor(**settings).fit(X, y, sample_weight=times)
    repeated = SPINNRegressor(**settings).fit(np.repeat(X, times, axis=0), np.repeat(y, times))
    np.testing.assert_allclose(weighted.predict(X), repeated.predict(X), atol=1e-6)
    np.testing.assert_array_equal(weighted.selected_, repeated.selected_)


@pytest.mark.slow
def test_samples_of_weight_zero_do_not_exist(data):
    X, y, times = data
    settings = dict(
        hidden=(5,), lam=0.1, dtype="float64", tol=1e-7, max_iter=20_000, random_state=0
    )
    spoiled = np.where(times > 0, y, 1e3)
    weighted = SPINNRegressor(**settings).fit(X, spoiled, sample_weight=times > 0)
    removed = SPINNRegressor(**settings).fit(X[times > 0], y[times > 0])
    np.testing.assert_allclose(weighted.predict(X), removed.predict(X), atol=1e-4)


def test_class_weight_is_sample_weight(data):
    X, y, _ = data
    labels = np.where(y > 0.5, "high", "low")
    settings = dict(hidden=(), lam=0.05, dtype="float64", tol=1e-8)
    by_class = SPINNClassifier(class_weight={"high": 3, "low": 1}, **settings).fit(X, labels)
    weights = np.where(labels == "high", 3.0, 1.0)
    by_sample = SPINNClassifier(**settings).fit(X, labels, sample_weight=weights)
    np.testing.assert_allclose(by_class.predict_proba(X), by_sample.predict_proba(X), atol=1e-8)
    balanced = SPINNClassifier(class_weight="balanced", **settings).fit(X, labels)
    plain = SPINNClassifier(**settings).fit(X, labels)
    assert balanced.predict_proba(X)[:, 0].mean() > plain.predict_proba(X)[:, 0].mean()


def test_a_class_without_weight_is_no_class(data):
    X, y, _ = data
    labels = np.where(y > 0, 1, 0)
    with pytest.raises(ValueError, match="needs samples of at least 2 classes; the data contain"):
        SPINNClassifierCV().fit(X, labels, sample_weight=labels)

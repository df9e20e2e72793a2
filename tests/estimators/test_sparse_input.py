"""Estimators on sparse tables: what they are on dense ones."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone

from spinnery import (
    IntegrativeSPINNRegressor,
    NetworkRegressor,
    SparseAutoencoder,
    SPINNClassifier,
    SPINNRegressor,
    SPINNRegressorCV,
    SPINNSurvival,
    assess,
    survival_target,
)
from spinnery.inputs import form

N, P = 80, 12
EXACT = {"hidden": (), "lam": 0.1, "tol": 1e-7, "dtype": "float64", "random_state": 0}


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = rng.gamma(2, size=(N, P)) * (rng.uniform(size=(N, P)) < 0.4)
    X[:, 7], X[:, 8] = 0, 3  # of nothing, and a constant
    f = X[:, 0] - X[:, 1] + 0.5 * X[:, 2]
    return X, f + 0.3 * rng.normal(size=N), rng.uniform(0.5, 2, size=N), np.arange(N) % 2


def both(model, X, y, **given):
    """Fitted to the dense table and to the sparse one, the second to different kinds in turn."""
    kinds = (sparse.csr_array, sparse.csc_matrix, sparse.coo_array)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of single samples that stand out
        return [clone(model).fit(kind(X), y, **given) for kind in (np.asarray, *kinds)]


def agree(models, answer, tol=1e-6):
    dense, *others = models
    for model in others:
        np.testing.assert_array_equal(model.selected_, dense.selected_)
        assert abs(model.stationarity_ - dense.stationarity_) < 1e-5
        np.testing.assert_allclose(answer(model), answer(dense), atol=tol)
    assert 0 < dense.selected_.sum() < dense.selected_.size


QUICK, LONGER = ("numbers", "three classes"), ("two classes", "times", "cohorts", "network")


@pytest.mark.parametrize(
    "kind", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in LONGER)]
)
def test_the_same_model(kind, data):
    X, y, weights, codes = data
    thin = sparse.csr_array(X)
    if kind == "numbers":
        models = both(SPINNRegressor(**EXACT), X, y, sample_weight=weights)
        agree(models, lambda model: model.predict(thin))
        agree(models, lambda model: model.coef_)
        np.testing.assert_allclose(models[1].score(thin, y), models[0].score(X, y))
        np.testing.assert_array_equal(models[1].transform(thin).toarray(), models[0].transform(X))
        panel = models[1].to_panel()
        used = models[1].get_support()
        np.testing.assert_array_equal(panel.predict(thin[:, used]), models[1].predict(thin))
    elif kind.endswith("classes"):
        labels = np.digitize(y, [1] if kind == "two classes" else [0, 2])
        models = both(SPINNClassifier(**EXACT | {"lam": 0.03}), X, labels, sample_weight=weights)
        agree(models, lambda model: model.predict_proba(thin))
    elif kind == "times":
        rng = np.random.default_rng(1)
        times = survival_target(rng.uniform(size=N) < 0.7, np.exp(-y) * rng.exponential(size=N))
        models = both(SPINNSurvival(**EXACT | {"lam": 0.03}), X, times)
        agree(models, lambda model: model.predict_survival_function(thin, [0.1, 1.0]))
    elif kind == "cohorts":
        X = X.copy()
        X[codes == 1, 5] = np.nan  # which this cohort lacks
        models = both(IntegrativeSPINNRegressor(**EXACT), X, y, cohorts=codes)
        agree(models, lambda model: model.predict(sparse.csr_array(X), cohorts=codes))
        np.testing.assert_array_equal(models[1].absent_, models[0].absent_)
    else:
        network = {"hidden": (3,), "n_restarts": 1, "lam": 0.2, "tol": 1e-5}
        models = both(SPINNRegressor(**EXACT | network), X, y)
        agree(models, lambda model: model.predict(thin), tol=1e-3)


@pytest.mark.parametrize("missing", ["mean", "indicator"])
def test_gaps(missing, data):
    X, y, *_ = data
    X = np.where(np.random.default_rng(2).uniform(size=X.shape) < 0.1, np.nan, X)
    models = both(SPINNRegressor(**EXACT, missing=missing), X, y)
    agree(models, lambda model: model.predict(sparse.coo_array(X)))


def test_gaps_are_refused_with_their_columns(data):
    X, y, *_ = data
    thin = sparse.csr_array(X)
    thin.data[5] = np.nan
    column = thin.indices[5]
    with pytest.raises(ValueError, match=rf"1 cells are missing, in the columns '{column}'\. Set"):
        SPINNRegressor(**EXACT).fit(thin, y)


def test_whole_numbers_zeros_and_repeats_count_as_what_they_are(data):
    X, y, *_ = data
    counts = np.floor(X).astype(int)
    plain = SPINNRegressor(**EXACT).fit(counts.astype(float), y)
    one = sparse.coo_array(counts)
    rows, columns = one.coords
    again = np.concatenate([one.data - 1, np.ones_like(one.data), [0]])  # in two parts, and a zero
    places = [np.concatenate([part, part, [0]]) for part in (rows, columns)]
    for kind in (sparse.coo_array, sparse.csr_array):
        given = kind(sparse.coo_array((again, places), shape=X.shape))
        found = SPINNRegressor(**EXACT).fit(given, y)
        np.testing.assert_allclose(found.coef_, plain.coef_, atol=1e-9)


@pytest.mark.slow
def test_cross_validation_finds_what_is_there(data):
    X, y, *_ = data
    thin = sparse.csc_array(X)
    settings = {"hidden": ((),), "ridges": (0.01,), "cv": 3, "max_features": 4}
    model = SPINNRegressorCV(**settings, random_state=0).fit(thin, y)
    assert {0, 1, 2} <= set(model.get_support(indices=True))
    evidence = assess(model, thin, y, n_pairs=3, n_permutations=0, n_folds=2)
    assert evidence.features.loc[[0, 1], "frequency"].min() > 0.5


def test_mini_batches_are_those_of_the_dense_table(data):
    X, y, weights, _ = data
    thin = sparse.csr_matrix(X)
    settings = {"hidden": (3,), "epochs": 2, "batch_size": 20, "random_state": 0}
    for more in ({}, {"standardize": True}, {"max_features": 4}):
        model = NetworkRegressor(**settings, **more)
        dense, own = (clone(model).fit(one, y, sample_weight=weights) for one in (X, thin))
        np.testing.assert_allclose(own.predict(thin), dense.predict(X), atol=1e-5)
        np.testing.assert_allclose(own.hidden_features(thin), dense.hidden_features(X), atol=1e-5)
    model = SparseAutoencoder(**settings)
    dense, own = (clone(model).fit(one) for one in (X, thin))
    np.testing.assert_allclose(own.transform(thin), dense.transform(X), atol=1e-5)
    np.testing.assert_allclose(own.score(thin), dense.score(X), rtol=1e-5)


def test_sparse_columns_of_a_frame_stay_sparse_in_networks(data, monkeypatch):
    """All of them, or some beside dense ones; names are kept."""
    X, y, *_ = data
    thin = pd.DataFrame.sparse.from_spmatrix(sparse.csc_array(X)).add_prefix("g")
    mixed = thin.assign(g1=X[:, 1])
    settings = {"hidden": (3,), "epochs": 2, "batch_size": 20, "random_state": 0}
    expected = NetworkRegressor(**settings).fit(X, y).predict(X)
    monkeypatch.setattr(form, "read_columns", None)  # makes columns dense
    for frame in (thin, mixed):
        model = NetworkRegressor(**settings).fit(frame, y)
        assert list(model.feature_names_in_) == list(frame.columns)
        np.testing.assert_allclose(model.predict(frame), expected, atol=1e-5)


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_a_model_of_factors_wants_their_words(data):
    X, y, *_ = data
    table = pd.DataFrame(X[:, :3], columns=list("abc")).assign(d=["u", "v"] * (N // 2))
    model = SPINNRegressor(**EXACT).fit(table, y)
    with pytest.raises(ValueError, match=r"X is sparse, and the model was fitted to a table with"):
        model.predict(sparse.csr_array(np.ones((2, 4))))

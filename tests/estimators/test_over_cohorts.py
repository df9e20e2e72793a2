"""Integrative estimators: one cohort is the plain estimator, several share what matters."""

import re

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, KFold, LeaveOneGroupOut
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import spinnery
from spinnery import (
    IntegrativeSPINNClassifier,
    IntegrativeSPINNClassifierCV,
    IntegrativeSPINNRegressor,
    IntegrativeSPINNRegressorCV,
    SPINNClassifier,
    SPINNClassifierCV,
    SPINNRegressor,
    SPINNRegressorCV,
    leave_one_cohort_out,
    load,
)

COMMON = {"random_state": 0, "hidden": (4,)}
PAIRS = [
    (IntegrativeSPINNRegressor, SPINNRegressor, {"lam": 0.3}),
    (IntegrativeSPINNClassifier, SPINNClassifier, {"lam": 0.1}),
    (IntegrativeSPINNRegressorCV, SPINNRegressorCV, {"max_features": 3}),
    (IntegrativeSPINNClassifierCV, SPINNClassifierCV, {"max_features": 3}),
]


def make(n=120, p=12, seed=0):
    """Two cohorts share feature 0 with opposite signs; "a" uses 1 besides, "b" uses 2."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    cohorts = np.where(np.arange(n) % 2 == 0, "a", "b")
    first = cohorts == "a"
    y = np.where(first, 2 * X[:, 0] + 1.5 * X[:, 1], -2 * X[:, 0] + 1.5 * X[:, 2])
    return X, y + 0.2 * rng.normal(size=n), cohorts


@pytest.fixture(scope="module")
def fitted():
    X, y, cohorts = make()
    model = IntegrativeSPINNRegressorCV(hidden=(), max_features=6, rule="1se", random_state=0)
    return model.fit(X, y, cohorts=cohorts), X, y, cohorts


@pytest.mark.parametrize(("several", "single", "settings"), PAIRS)
def test_one_cohort_is_the_single_cohort_estimator(several, single, settings):
    X, _, _ = make()
    y = 2 * X[:, 0] + X[:, 1] ** 2
    if "Classifier" in single.__name__:
        y = y > 1
    if single.__name__.endswith("CV"):  # integrative folds are dealt by cohort: give both the same
        settings = {**settings, "cv": list(KFold(3, shuffle=True, random_state=0).split(X))}
    one = single(**COMMON, **settings).fit(X, y)
    for cohorts in (None, np.full(len(y), "x")):
        many = several(**COMMON, **settings).fit(X, y, cohorts=cohorts)
        np.testing.assert_array_equal(many.selected_[0], one.selected_)
        np.testing.assert_allclose(many.coef_norm_[0], one.coef_norm_, rtol=1e-6)
        np.testing.assert_allclose(many.predict(X), one.predict(X))
        assert many.stationarity_ == pytest.approx(one.stationarity_)
        assert many.lambda_ == pytest.approx(one.lambda_)


@pytest.mark.parametrize("balance", ["sample", "cohort"])
def test_without_penalty_a_linear_model_is_one_ridge_per_cohort(balance):
    X, y, cohorts = make()
    keep = np.flatnonzero((cohorts == "a") | (np.arange(len(y)) < 60))
    X, y, cohorts = X[keep], y[keep], cohorts[keep]
    model = IntegrativeSPINNRegressor(
        hidden=(), lam=0.0, ridge=0.1, balance=balance, tol=1e-6, dtype="float64", random_state=0
    ).fit(X, y, cohorts=cohorts)
    for name in ("a", "b"):
        rows = cohorts == name
        A, b = StandardScaler().fit_transform(X[rows]), y[rows]
        share = rows.mean() if balance == "sample" else 0.5
        scaled = (b - b.mean()) / b.std()
        expected = Ridge(alpha=0.1 * rows.sum() / share, fit_intercept=False).fit(A, scaled)
        np.testing.assert_allclose(
            model.predict(X[rows], cohorts=cohorts[rows]),
            expected.predict(A) * b.std() + b.mean(), atol=1e-4,
        )  # fmt: skip


def test_tells_shared_from_specific_features(fitted):
    model, X, y, cohorts = fitted
    expected = np.zeros((2, X.shape[1]), bool)
    expected[0, [0, 1]] = expected[1, [0, 2]] = True
    np.testing.assert_array_equal(model.selected_, expected)
    assert model.get_support(indices=True).tolist() == [0, 1, 2]
    assert model.transform(X).shape == (len(X), 3)
    table = model.cohort_table().set_index("feature")
    assert table["kind"].to_dict() == {0: "shared", 1: "specific", 2: "specific"}
    assert table.loc[1, "a"] > 0 and table.loc[1, "b"] == 0
    assert model.score(X, y, cohorts=cohorts) > 0.95
    assert model.stationarity_ <= model.tol
    assert (model.block_path_["n_blocks"].diff().dropna() > 0).all()


@pytest.mark.slow
def test_networks_with_shared_upper_layers_find_effects_of_opposite_sign():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(300, 20))
    cohorts = np.repeat([0, 1, 2], 100)
    y = np.array([1, -1, 1])[cohorts] * np.sin(2 * X[:, 0]) + np.abs(X[:, 1])
    model = IntegrativeSPINNRegressorCV(hidden=(10,), max_features=5, random_state=0)
    model.fit(X, y + 0.1 * rng.normal(size=300), cohorts=cohorts)
    assert model.get_support(indices=True).tolist() == [0, 1]
    assert model.selected_[:, :2].all()
    new = rng.normal(size=(300, 20))
    truth = np.array([1, -1, 1])[cohorts] * np.sin(2 * new[:, 0]) + np.abs(new[:, 1])
    assert model.score(new, truth, cohorts=cohorts) > 0.9


@pytest.mark.parametrize("share", ["upper", "none"])
@pytest.mark.parametrize("own_intercept", [True, False])
@pytest.mark.parametrize("hidden", [(), (4,), (5, 3)])
@pytest.mark.slow
def test_every_depth_and_sharing_fits_three_classes(share, own_intercept, hidden):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 8))
    cohorts = rng.choice(["a", "b"], 150)
    y = np.argmax(np.c_[X[:, 0], X[:, 1], -X[:, 0]], axis=1)
    model = IntegrativeSPINNClassifier(
        hidden=hidden, lam=0.02, share=share, own_intercept=own_intercept, random_state=0
    ).fit(X, y, cohorts=cohorts)
    assert model.score(X, y, cohorts=cohorts) > 0.8
    np.testing.assert_allclose(model.predict_proba(X, cohorts=cohorts).sum(axis=1), 1)


def test_saved_model_predicts_the_same(fitted, tmp_path):
    model, X, _, cohorts = fitted
    model.save(tmp_path / "model.spinn")
    again = load(tmp_path / "model.spinn")
    np.testing.assert_array_equal(
        again.predict(X, cohorts=cohorts), model.predict(X, cohorts=cohorts)
    )
    pd.testing.assert_frame_equal(again.cohort_table(), model.cohort_table())


def test_new_cohorts_are_an_error_or_an_average(fitted):
    model, X, _, cohorts = fitted
    with pytest.raises(
        ValueError, match=r"^Unknown cohorts \['c', 'd'\]; this model knows 'a', 'b'"
    ):
        model.predict(X[:3], cohorts=["c", "a", "d"])
    with pytest.raises(ValueError, match=r"^This model was fitted to the cohorts 'a', 'b': pass"):
        model.predict(X)
    each = [model.predict(X, cohorts=np.full(len(X), name)) for name in ("a", "b")]
    try:
        model.set_params(new_cohorts="average")
        mixed = model.predict(X, cohorts=np.where(cohorts == "a", "a", "new"))
        np.testing.assert_allclose(model.predict(X), np.mean(each, axis=0), rtol=1e-5)
    finally:
        model.set_params(new_cohorts="error")
    expected = np.where(cohorts == "a", each[0], np.mean(each, axis=0))
    np.testing.assert_allclose(mixed, expected, rtol=1e-5)


@pytest.mark.slow
def test_a_cohort_may_lack_a_feature():
    X, y, cohorts = make()
    X[cohorts == "b", 1] = np.nan
    X[cohorts == "a", 2] = np.nan
    model = IntegrativeSPINNRegressorCV(hidden=(4,), max_features=4, random_state=0)
    model.fit(X, y, cohorts=cohorts)
    assert model.absent_.sum(axis=1).tolist() == [1, 1]
    assert model.selected_[0, 1] and not model.selected_[1, 1]
    assert model.cohort_table().set_index("feature").loc[1, "kind"] == "shared"  # by all that can
    assert np.isfinite(model.predict(X, cohorts=cohorts)).all()
    broken = X.copy()
    broken[0, 0] = np.nan
    message = "NaN in the features '0', which the model of cohort 'a' uses"
    with pytest.raises(ValueError, match=message):
        model.predict(broken, cohorts=cohorts)
    with pytest.raises(ValueError, match=r"missing for some but not all samples of cohort 'a' '0'"):
        model.fit(broken, y, cohorts=cohorts)


def test_folds_that_hold_out_a_cohort_are_refused():
    X, y, cohorts = make()
    folds = list(LeaveOneGroupOut().split(X, y, cohorts))
    with pytest.raises(ValueError, match=r"holds out all of cohort 'a'.*leave_one_cohort_out"):
        IntegrativeSPINNRegressorCV(cv=folds).fit(X, y, cohorts=cohorts)


@pytest.mark.parametrize("name", ["Regressor", "ClassifierCV", "SurvivalCV"])
def test_a_samples_id_is_no_cohort(name):
    """They are named before anything is fitted."""
    X, y = np.ones((20, 2)), np.arange(20)
    message = (
        "2 of 3 cohorts have one sample each, 'p', 'q', which leaves nothing to learn from or to "
        "hold out. Give labels that samples share (ids of samples are none), or leave these "
        "samples out."
    )
    model = getattr(spinnery, f"IntegrativeSPINN{name}")()
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        model.fit(X, y, cohorts=["p", "q", *["z"] * 18])
    with pytest.raises(ValueError, match=r"^20 of 20 cohorts have one sample each, '0', '1', "):
        model.fit(X, y, cohorts=np.arange(20))


def test_metadata_routing_through_a_pipeline_and_a_grid():
    X, y, cohorts = make()
    with sklearn.config_context(enable_metadata_routing=True):
        model = IntegrativeSPINNRegressor(hidden=(), random_state=0)
        model.set_fit_request(cohorts=True).set_predict_request(cohorts=True)
        model.set_score_request(cohorts=True)
        pipeline = make_pipeline(StandardScaler(), model)
        grid = GridSearchCV(pipeline, {"integrativespinnregressor__lam": [0.1, 0.3]}, cv=3)
        grid.fit(X, y, cohorts=cohorts)
        assert grid.best_params_ == {"integrativespinnregressor__lam": 0.1}
        assert grid.score(X, y, cohorts=cohorts) > 0.9
        assert grid.best_estimator_.predict(X, cohorts=cohorts).shape == y.shape


def test_leave_one_cohort_out_measures_transfer():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(180, 6))
    cohorts = np.repeat(["a", "b", "c"], 60)
    y = np.where(X[:, 0] + 0.3 * rng.normal(size=180) > 0, "high", "low")
    X[cohorts == "c"] = 5 * X[cohorts == "c"] + 100  # another machine
    model = IntegrativeSPINNClassifier(hidden=(), lam=0.1, random_state=0)
    table = leave_one_cohort_out(model, X, y, cohorts)
    assert table["cohort"].tolist() == ["a", "b", "c"]
    assert table["n_samples"].tolist() == [60, 60, 60]
    assert (table["balanced_accuracy"] > 0.75).all()
    raw = leave_one_cohort_out(model, X, y, cohorts, standardise=False).set_index("cohort")
    assert raw.loc["c", "balanced_accuracy"] == 0.5  # all of one class on the other scale
    with pytest.raises(ValueError, match=r"^leave_one_cohort_out needs at least 2 cohorts; got 1"):
        leave_one_cohort_out(model, X, y, np.full(180, "a"))

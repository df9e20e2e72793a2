"""Survival estimators: optima beside independent ones, prediction, cohorts, errors."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from spinnery import (
    IntegrativeSPINNSurvival,
    IntegrativeSPINNSurvivalCV,
    NetworkSurvival,
    SPINNClassifier,
    SPINNRegressorCV,
    SPINNSurvival,
    SPINNSurvivalCV,
    load,
    survival_target,
)

n, p = 120, 5
RNG = np.random.default_rng(0)
X = RNG.normal(size=(n, p)) * [1, 2, 0.5, 1, 1]
T = RNG.exponential(np.exp(-X[:, 0] + 0.5 * X[:, 1]))
Y = survival_target(T < 1.5, np.minimum(T, 1.5).round(1) + 0.1)  # with ties
WEIGHTS = RNG.integers(1, 4, n).astype(float)
LINEAR = {"hidden": (), "lam": 0, "relax": False, "tol": 1e-6, "dtype": "float64"}


def coefficients(model):
    (fitted,) = model._models
    beta = np.zeros(p)
    beta[fitted.features] = fitted.W[:, 0] / fitted.scale
    return beta


def log_likelihood(beta, y, weights, ties, strata):
    """Cox's log partial likelihood by plain loops."""
    g, total = X @ beta, 0.0
    for s in np.unique(strata):
        rows = strata == s
        for t in np.unique(y["time"][rows & y["event"]]):
            risk = rows & (y["time"] >= t)
            tied = rows & (y["time"] == t) & y["event"]
            d, mean = tied.sum(), weights[tied].mean()
            at_risk = np.sum(weights[risk] * np.exp(g[risk]))
            own = np.sum(weights[tied] * np.exp(g[tied]))
            total += weights[tied] @ g[tied]
            for k in range(d):
                less = k / d * own if ties == "efron" else 0.0
                total -= mean * np.log(at_risk - less)
    return total


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("several", [False, True], ids=["one stratum", "strata"])
def test_linear_cox_with_ridge_has_the_optimum_of_plain_loops(ties, several):
    strata = np.arange(n) % 3 if several else np.zeros(n, int)
    ridge = 0.05
    model = SPINNSurvival(ridge=ridge, ties=ties, random_state=0, **LINEAR)
    model.fit(X, Y, sample_weight=WEIGHTS, strata=strata if several else None)
    w = WEIGHTS / WEIGHTS.sum()
    scale = np.sqrt(w @ (X - w @ X) ** 2)
    events = WEIGHTS[Y["event"]].sum()

    def objective(beta):
        fit = -log_likelihood(beta, Y, WEIGHTS, ties, strata) / events
        return fit + ridge / 2 * np.sum((beta * scale) ** 2)

    best = minimize(objective, np.zeros(p), method="BFGS", options={"gtol": 1e-8}).x
    np.testing.assert_allclose(coefficients(model), best, atol=1e-4)
    assert model.stationarity_ <= 1e-6


def test_without_ridge_it_is_lifelines_efron_fit_with_weights():
    lifelines = pytest.importorskip("lifelines")
    frame = pd.DataFrame(X).add_prefix("x").assign(t=Y["time"], e=Y["event"], w=WEIGHTS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas' future, and of weights that are no counts
        options = {"precision": 1e-9}
        peer = lifelines.CoxPHFitter().fit(frame, "t", "e", weights_col="w", fit_options=options)
    model = SPINNSurvival(ridge=0, random_state=0, **LINEAR).fit(X, Y, sample_weight=WEIGHTS)
    np.testing.assert_allclose(coefficients(model), peer.params_.to_numpy(), atol=1e-4)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_without_ridge_it_is_scikit_survivals_fit(ties):
    sksurv = pytest.importorskip("sksurv.linear_model")
    peer = sksurv.CoxPHSurvivalAnalysis(ties=ties, tol=1e-12).fit(X, Y)
    model = SPINNSurvival(ridge=0, ties=ties, random_state=0, **LINEAR).fit(X, Y)
    np.testing.assert_allclose(coefficients(model), peer.coef_, atol=1e-4)


@pytest.fixture(scope="module")
def wide():
    rng = np.random.default_rng(1)
    X = rng.uniform(-1, 1, size=(200, 20))
    time = rng.exponential(np.exp(-3 * np.sin(3 * X[:, 0]) - 3 * X[:, 1]))
    return X, survival_target(time < 2, np.minimum(time, 2))


@pytest.fixture(scope="module")
def chosen(wide):
    return SPINNSurvivalCV(max_features=4, random_state=0).fit(*wide)


@pytest.fixture(scope="module")
def linear(wide):
    return SPINNSurvivalCV(hidden=(), max_features=4, random_state=0).fit(*wide)


@pytest.mark.slow
def test_features_are_found_and_risks_ordered(chosen, wide):
    X, y = wide
    assert chosen.selected_[:2].all() and chosen.selected_.sum() <= 3
    assert chosen.score(X, y) > 0.8
    assert chosen.cv_predictions_.shape == (200,) and np.isfinite(chosen.cv_predictions_).all()
    assert abs(chosen.predict(X).mean()) < 1e-6


def test_curves_fall_from_one_and_order_with_risk(linear, wide):
    X, _ = wide
    times = np.linspace(0, 2, 9)
    curves = linear.predict_survival_function(X, times)
    assert curves.shape == (200, 9) and (np.diff(curves, axis=1) <= 0).all()
    np.testing.assert_array_equal(curves[:, 0], 1)
    order = np.argsort(linear.predict(X))
    assert (np.diff(curves[order, 4]) <= 1e-12).all()
    hazard = linear.predict_cumulative_hazard_function(X, times)
    np.testing.assert_allclose(np.exp(-hazard), curves)
    medians = linear.predict_median(X)
    assert (np.diff(medians[order][np.isfinite(medians[order])]) <= 0).all()
    assert linear.predict_survival_function(X).shape == (200, len(linear.event_times_))


def test_a_model_comes_back_from_its_file(linear, wide, tmp_path):
    linear.save(tmp_path / "model.spinn")
    again = load(tmp_path / "model.spinn")
    X, y = wide
    np.testing.assert_array_equal(again.predict(X), linear.predict(X))
    np.testing.assert_array_equal(
        again.predict_survival_function(X, [0.5]), linear.predict_survival_function(X, [0.5])
    )
    assert again.score(X, y) == linear.score(X, y)


def test_scoring_may_choose(wide):
    X, y = wide

    def concordance(estimator, X, y):
        from spinnery.metrics import concordance_index

        return concordance_index(y, estimator.predict(X))

    model = SPINNSurvivalCV(
        hidden=(), max_features=4, scoring=concordance, random_state=0
    ).fit(X, y)  # fmt: skip
    assert -1 <= model.cv_loss_ < -0.7


@pytest.mark.slow
def test_cohorts_are_strata(wide):
    X, y = wide
    cohorts = np.repeat(["a", "b"], 100)
    slower = y.copy()
    slower["time"][100:] *= 50  # times of different cohorts are not compared
    given = dict(lam=0.3, random_state=0)
    one = IntegrativeSPINNSurvival(**given).fit(X, y, cohorts=cohorts)
    other = IntegrativeSPINNSurvival(**given).fit(X, slower, cohorts=cohorts)
    np.testing.assert_allclose(
        one.predict(X, cohorts=cohorts), other.predict(X, cohorts=cohorts), rtol=1e-4, atol=1e-4
    )
    curves = other.predict_survival_function(X, [1.0], cohorts=cohorts)
    assert curves[100:].mean() > curves[:100].mean() + 0.2
    with pytest.raises(ValueError, match="pass cohorts="):
        one.predict(X)
    one.set_params(new_cohorts="average")
    assert np.isfinite(one.predict(X)).all()
    with pytest.raises(ValueError, match="Samples of new cohorts have no baseline"):
        one.predict_survival_function(X, [1.0])


@pytest.mark.slow
def test_cohorts_are_cross_validated(wide):
    X, y = wide
    cohorts = np.repeat(["a", "b"], 100)
    model = IntegrativeSPINNSurvivalCV(hidden=(), max_features=3, random_state=0)
    model.fit(X, y, cohorts=cohorts)
    assert model.selected_[:, 1].all()
    assert model.score(X, y, cohorts=cohorts) > 0.7


@pytest.mark.slow
def test_strata_have_baselines_of_their_own(wide):
    X, y = wide
    strata = np.repeat(["early", "late"], 100)
    model = SPINNSurvival(**LINEAR, ridge=0.1, random_state=0).fit(X, y, strata=strata)
    early = model.predict_survival_function(X[:3], [1.0], strata=["early"] * 3)
    late = model.predict_survival_function(X[:3], [1.0], strata=["late"] * 3)
    assert not np.allclose(early, late)
    with pytest.raises(ValueError, match="fitted with the strata early, late"):
        model.predict_survival_function(X[:3], [1.0])
    with pytest.raises(ValueError, match=r"Unknown strata \['never'\]"):
        model.predict_median(X[:1], strata=["never"])


@pytest.mark.slow
def test_samples_of_weight_zero_are_not_there(wide):
    X, y = wide
    weights = np.ones(200)
    weights[::4] = 0
    kept = weights > 0
    settings = {**LINEAR, "ridge": 0.05, "random_state": 0}
    a = SPINNSurvival(**settings).fit(X, y, sample_weight=weights)
    b = SPINNSurvival(**settings).fit(X[kept], y[kept])
    np.testing.assert_allclose(a.predict(X), b.predict(X), atol=1e-5)


@pytest.mark.slow
def test_networks_by_mini_batches(wide):
    X, y = wide
    model = NetworkSurvival(
        hidden=(10,), epochs=30, learning_rate=0.01, batch_size=100, random_state=0
    )
    model.fit(X, y, validation_data=(X, y))
    assert model.score(X, y) > 0.75
    assert {"loss", "val_loss"} <= set(model.history_) and "mse" not in model.history_
    assert model.predict_survival_function(X, [1.0]).shape == (200, 1)
    parts = NetworkSurvival(hidden=(10,), batch_size=100, random_state=0).partial_fit(X, y)
    with pytest.raises(ValueError, match="There is no baseline"):
        parts.predict_median(X)


@pytest.mark.parametrize("estimator", [SPINNClassifier(), SPINNRegressorCV()])
def test_other_estimators_name_the_survival_one(estimator, wide):
    name = type(estimator).__name__
    right = name.replace("Classifier", "Survival").replace("Regressor", "Survival")
    message = f"structured array with the fields event, time.*{name} predicts.*Use {right}"
    with pytest.raises(ValueError, match=message):
        estimator.fit(*wide)


def test_folds_need_events(wide):
    X, y = wide
    few = y.copy()
    few["event"] = np.arange(200) < 3
    message = "cv=5 folds need at least 5 samples with the event; got 3"
    with pytest.raises(ValueError, match=message):
        SPINNSurvivalCV(cv=5).fit(X, few)
    fold = [(np.arange(100, 200), np.arange(100)), (np.arange(100), np.arange(100, 200))]
    with pytest.raises(ValueError, match="Fold 1 of cv holds out every sample with the event"):
        SPINNSurvivalCV(cv=fold).fit(X, few)
    with pytest.raises(ValueError, match="requires y to be passed, but the target y is None"):
        SPINNSurvivalCV().fit(X, None)

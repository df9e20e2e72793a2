"""Estimators at one lambda: certificates, limits, errors, the scikit-learn face."""

import pickle
import warnings

import jax
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from spinnery import SPINNClassifier, SPINNRegressor
from spinnery.losses import Absolute
from spinnery.penalties import GroupMCP


@pytest.fixture(scope="module")
def waves():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(300, 50))
    return X, np.sin(3 * X[:, 0]) * X[:, 1]


@pytest.fixture(scope="module")
def fitted(waves):
    return SPINNRegressor(random_state=0).fit(*waves)


def test_a_linear_model_with_a_lasso_is_the_lasso(waves):
    X, _ = waves
    y = X[:, 0] - 0.5 * X[:, 3] + 0.2 * X[:, 7]
    Xs, ys = (X - X.mean(0)) / X.std(0), (y - y.mean()) / y.std()
    reference = Lasso(alpha=0.05, tol=1e-10).fit(Xs, ys)
    ours = SPINNRegressor(
        hidden=(), penalty="lasso", lam=0.05, ridge=0, relax=False, dtype="float64", tol=1e-7,
        max_iter=10_000,
    ).fit(X, y)  # fmt: skip
    np.testing.assert_array_equal(ours.selected_, reference.coef_ != 0)
    np.testing.assert_allclose(ours.coef_norm_, np.abs(reference.coef_), atol=1e-6)
    np.testing.assert_allclose(
        (ours.predict(X) - y.mean()) / y.std(), reference.predict(Xs), atol=1e-6
    )


def test_a_linear_model_without_penalty_is_ridge_logistic_regression(waves):
    X, _ = waves
    labels = np.where(X[:, 0] + X[:, 1] > 0.2, "b", "a")
    Xs = (X - X.mean(0)) / X.std(0)
    reference = LogisticRegression(C=1 / (0.1 * len(X)), tol=1e-10, max_iter=1000).fit(Xs, labels)
    ours = SPINNClassifier(hidden=(), lam=0, ridge=0.1, dtype="float64", tol=1e-8).fit(X, labels)
    np.testing.assert_allclose(ours.predict_proba(X), reference.predict_proba(Xs), atol=1e-6)


@pytest.mark.parametrize(
    "penalty", ["lasso", "group_lasso", "sparse_group_lasso", "group_mcp", "group_scad",
                "composite_mcp"]
)  # fmt: skip
def test_every_penalty_is_certified(waves, penalty):
    model = SPINNRegressor(penalty=penalty, lam=0.15, relax=False, n_restarts=1, random_state=0)
    model.fit(*waves)
    assert model.stationarity_ <= model.tol
    assert 0 < model.selected_.sum() < 50


def test_finds_the_two_features_and_their_interaction(waves, fitted):
    X, y = waves
    assert fitted.get_support(indices=True).tolist() == [0, 1]
    assert fitted.score(X, y) > 0.97
    assert fitted.transform(X).shape == (300, 2)
    assert fitted.stationarity_ <= fitted.tol
    assert fitted.path_["lambda"].is_monotonic_increasing
    assert fitted.path_coef_norm_.shape == (len(fitted.path_), 50)
    assert fitted.path_["n_features"].iloc[-1] == 2


def test_the_same_seed_gives_the_same_model(waves, fitted):
    again = clone(fitted).fit(*waves)
    np.testing.assert_array_equal(again.predict(waves[0]), fitted.predict(waves[0]))


def test_scale_and_shift_of_inputs_and_target_do_not_matter(waves, fitted):
    X, y = waves
    moved = clone(fitted).fit(1e4 * X + 5, 1e-3 * y - 7)
    np.testing.assert_array_equal(moved.selected_, fitted.selected_)
    np.testing.assert_allclose((moved.predict(1e4 * X + 5) + 7) * 1e3, fitted.predict(X), atol=0.02)


def test_constant_columns_are_never_selected(waves, fitted):
    X, y = waves
    padded = np.column_stack([X, np.ones(300), np.full(300, 1e8)])
    model = clone(fitted).fit(padded, y)
    assert not model.selected_[50:].any() and model.selected_[:2].all()


def test_groups_enter_and_leave_together(waves):
    X, y = waves
    groups = ["pair", "pair", *range(2, 48), "rest", "rest"]
    model = SPINNRegressor(feature_groups=groups, lam=0.3, n_restarts=1, random_state=0).fit(X, y)
    assert model.selected_[0] and model.selected_[1]
    assert model.selected_[48] == model.selected_[49]


def test_a_heavy_penalty_weight_keeps_a_feature_out(waves):
    X, y = waves
    twin = np.column_stack([X, X[:, 0]])
    weights = np.ones(51)
    weights[0] = 20
    model = SPINNRegressor(penalty_weights=weights, n_restarts=1, random_state=0).fit(twin, y)
    assert not model.selected_[0] and model.selected_[50]


def test_multi_output_and_deep_and_pandas(waves):
    X, y = waves
    table = pd.DataFrame(X, columns=[f"gene {i}" for i in range(50)])
    targets = np.column_stack([y, X[:, 2]])
    model = SPINNRegressor(hidden=(12, 6), lam=0.1, random_state=0)
    model.fit(table, targets)
    assert model.predict(table).shape == (300, 2)
    assert {"gene 0", "gene 1", "gene 2"} <= set(model.get_feature_names_out())
    assert list(model.set_output(transform="pandas").transform(table)) == list(
        model.get_feature_names_out()
    )


def test_float64_leaves_jax_alone(waves):
    before = jax.config.jax_enable_x64
    model = SPINNRegressor(dtype="float64", n_restarts=1, random_state=0).fit(*waves)
    assert [m.W.dtype for m in model._models] == [np.float64]
    assert jax.config.jax_enable_x64 == before


def test_works_in_a_pipeline_and_a_grid_search_and_pickles(waves):
    X, y = waves
    search = GridSearchCV(
        make_pipeline(StandardScaler(), SPINNRegressor(n_restarts=1, random_state=0)),
        {"spinnregressor__lam": [0.2, 0.4]}, cv=2,
    ).fit(X, y)  # fmt: skip
    back = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(back.predict(X), search.predict(X))


def test_nothing_selected_is_a_valid_constant_model(waves):
    X, y = waves
    with pytest.warns(UserWarning, match="No feature was selected: the model predicts a constant"):
        model = SPINNRegressor(lam=100, n_restarts=1).fit(X, y)
    assert np.ptp(model.predict(X)) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(model.stationarity_)


def test_stopping_early_warns_with_the_certificate(waves):
    with pytest.warns(ConvergenceWarning, match=r"relative stationarity \S+, above tol=1e-06"):
        SPINNRegressor(tol=1e-6, max_iter=3, n_restarts=1).fit(*waves)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(hidden=(0,)), r"hidden must be a tuple of positive widths, \(\) for a linear model"),
        (
            dict(feature_groups=[1, 2]),
            r"feature_groups needs one label per feature, shape \(50,\); got shape \(2,",
        ),
        (dict(penalty_weights=-np.ones(50)), "penalty_weights needs one finite number >= 0 per"),
        (dict(loss=Absolute()), "loss must be smooth for full-batch training; got"),
        (dict(lam=-1), "The 'lam' parameter of SPINNRegressor must be a float in the range"),
        (dict(penalty="ridge"), "The 'penalty' parameter of SPINNRegressor must be a str among"),
    ],
)
def test_bad_parameters_say_what_to_do(waves, settings, message):
    with pytest.raises(ValueError, match=message):
        SPINNRegressor(**settings).fit(*waves)


def test_penalty_objects_carry_their_shape(waves):
    mild = SPINNRegressor(penalty=GroupMCP(1.0, gamma=50.0), n_restarts=1, random_state=0)
    norms = mild.fit(*waves).path_coef_norm_[[-1]].max()
    assert norms < SPINNRegressor(n_restarts=1, random_state=0).fit(*waves).path_coef_norm_.max()


def test_huber_shrugs_off_outliers(waves):
    X, y = waves
    spoiled = y.copy()
    spoiled[:10] += 20
    settings = dict(lam=0.05, n_restarts=1, random_state=0)
    robust = SPINNRegressor(loss="huber", **settings).fit(X, spoiled)
    squared = SPINNRegressor(**settings).fit(X, spoiled)
    clean = slice(10, None)
    error = [np.mean((m.predict(X[clean]) - y[clean]) ** 2) for m in (robust, squared)]
    assert error[0] < 0.5 * error[1]

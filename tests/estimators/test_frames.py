"""Tables with factors and gaps in the estimators: the user's columns in, the user's columns out."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags
from small import quickly

import spinnery as sp
from spinnery.embedding.views import seen
from spinnery.selection.transfer import within_cohorts

n = 120
FIXED = {"hidden": (3,), "lam": 0.1, "random_state": 0, "n_restarts": 1}
CV = {"hidden": (), "cv": 3, "ridges": [0.1], "max_features": 3, "null_check": False,
      "random_state": 0}  # fmt: skip
EVERY = {
    "SPINNRegressor": FIXED, "SPINNClassifier": FIXED, "SPINNSurvival": FIXED,
    "IntegrativeSPINNRegressor": FIXED, "SPINNRegressorCV": CV, "SPINNClassifierCV": CV,
    "SPINNSurvivalCV": CV, "IntegrativeSPINNRegressorCV": CV, "IntegrativeSPINNSurvivalCV": CV,
}  # fmt: skip


def make(gaps=False):
    """`stage` (three levels, far apart), `dose` and whether one smokes matter."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "age": rng.normal(50, 9, n),
            "sex": np.where(rng.random(n) < 0.5, "f", "m"),
            "stage": pd.Categorical(np.array(["I", "II", "III"])[rng.integers(0, 3, n)]),
            "dose": rng.normal(size=n).astype(np.float32),
            "smokes": pd.array(rng.random(n) < 0.4, dtype="boolean"),
            "lab": pd.array(rng.integers(0, 9, n), dtype="Int64"),
        }
    )
    y = 2.0 * (X["stage"] == "II") + X["dose"] + X["smokes"].astype(float)
    y = y.to_numpy(float) + 0.2 * rng.normal(size=n)
    if gaps:
        for name in ("dose", "stage", "smokes", "lab"):
            X.loc[rng.random(n) < 0.15, name] = None
    return X, y, np.arange(n) % 2


def targets(name, y):
    if "Classifier" in name:
        return np.where(y > np.median(y), "late", "early")
    return sp.survival_target(np.ones(n, bool), np.exp(-y)) if "Survival" in name else y


def fit(name, X, y, cohorts, **changed):
    given = {"cohorts": cohorts} if "Integrative" in name else {}
    model = getattr(sp, name)(**{**EVERY[name], **changed})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, targets(name, y), **given), given


def by_hand(X):
    """Indicators written out, and the feature that each column is of."""
    stage = [(X["stage"] == level).astype(float) for level in ("I", "II", "III")]
    columns = [X["age"], X["sex"] == "m", *stage, X["dose"], X["smokes"], X["lab"]]
    labels = np.array([0, 1, 2, 2, 2, 3, 4, 5])
    return np.column_stack([np.asarray(c, float) for c in columns]), labels


@pytest.mark.parametrize("name", quickly(EVERY))
def test_a_factor_is_one_feature(name):
    X, y, cohorts = make()
    model, given = fit(name, X, y, cohorts)
    assert model.n_features_in_ == 6 and list(model.feature_names_in_) == list(X)
    assert model.selected_.shape[-1] == model.coef_norm_.shape[-1] == 6
    assert {"stage", "dose"} <= set(model.get_feature_names_out())
    values, labels = by_hand(X)
    same, _ = fit(name, values, y, cohorts, feature_groups=labels)
    np.testing.assert_allclose(model._outputs(X, **given), same._outputs(values, **given))
    norms = np.atleast_2d(same.coef_norm_)
    for j in range(6):
        joined = np.linalg.norm(norms[:, labels == j], axis=1)
        np.testing.assert_allclose(np.atleast_2d(model.coef_norm_)[:, j], joined)
    path, other = model.path_coef_norm_.toarray(), same.path_coef_norm_.toarray()
    np.testing.assert_allclose(path[:, 2], np.linalg.norm(other[:, 2:5], axis=1))
    np.testing.assert_array_equal(model.path_["n_features"], (path > 0).sum(axis=1))


@pytest.mark.parametrize("missing", ["mean", "indicator"])
@pytest.mark.parametrize("name", quickly(EVERY))
@pytest.mark.slow
def test_gaps_and_factors_survive_files_pickles_and_predictions(name, missing, tmp_path):
    X, y, cohorts = make(gaps=True)
    model, given = fit(name, X, y, cohorts, missing=missing)
    expected = model.predict(X, **given)
    assert expected.dtype.kind in "U" or np.isfinite(expected).all()
    assert model.selected_.shape[-1] == 6 and {"dose"} <= set(model.get_feature_names_out())
    model.save(tmp_path / "m.spinn")
    for other in (sp.load(tmp_path / "m.spinn"), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(other.predict(X, **given), expected)
        np.testing.assert_array_equal(other.coef_norm_, model.coef_norm_)
    kept = model.transform(X)
    assert kept.shape == (n, model.get_support().sum())
    assert seen(model, X, **given).shape[0] == n
    one = {key: value[:1] for key, value in given.items()}
    first = model.predict(X[:1], **one)
    if expected.dtype.kind == "U":
        assert first == expected[:1]
    else:
        np.testing.assert_allclose(first, expected[:1])


@pytest.mark.parametrize("name", quickly(EVERY))
def test_gaps_are_refused_unless_one_says_what_they_are(name):
    X, y, cohorts = make(gaps=True)
    with pytest.raises(ValueError) as error:
        fit(name, X, y, cohorts)
    for word in ("Input X contains NaN", "'dose', 'smokes', 'lab'", 'missing="mean"',
                 'missing="indicator"'):  # fmt: skip
        assert word in str(error.value)
    whole, y, cohorts = make()
    model, given = fit(name, whole, y, cohorts)
    with pytest.raises(ValueError, match="Input X contains NaN"):
        model.predict(X, **given)
    assert not get_tags(model).input_tags.allow_nan
    assert get_tags(model.set_params(missing="mean")).input_tags.allow_nan


@pytest.mark.parametrize("indicator", [False, True])
def test_arrays_with_gaps_are_those_that_an_imputer_fills(indicator):
    X, y, _ = make()
    X = by_hand(X)[0]
    X[np.random.default_rng(1).random(X.shape) < 0.1] = np.nan
    X[:, 1] = np.nan_to_num(X[:, 1])  # a column without gaps
    imputer = SimpleImputer(add_indicator=indicator)
    filled = imputer.fit_transform(X)
    groups = np.r_[np.arange(8), imputer.indicator_.features_] if indicator else None
    settings = {**CV, "dtype": "float64"}
    other = sp.SPINNRegressorCV(feature_groups=groups, **settings).fit(filled, y)
    how = "indicator" if indicator else "mean"
    model = sp.SPINNRegressorCV(missing=how, **settings).fit(X, y)
    np.testing.assert_allclose(model.predict(X), other.predict(filled), atol=1e-6)
    np.testing.assert_array_equal(model.get_support(), other.get_support()[:8])


def test_that_a_value_is_missing_may_be_what_matters():
    X, y, _ = make()
    gone = np.random.default_rng(2).random(n) < 0.3
    X.loc[gone, "lab"] = None
    y = 3.0 * gone + 0.3 * np.random.default_rng(3).normal(size=n)
    model = sp.SPINNRegressorCV(missing="indicator", **CV).fit(X, y)
    assert model.get_feature_names_out().tolist() == ["lab"]
    assert model.score(X, y) > 0.9
    blind = sp.SPINNRegressorCV(missing="mean", **CV)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert blind.fit(X, y).score(X, y) < 0.3


def test_gaps_where_training_had_none_are_told():
    X, y, _ = make()
    X.loc[3, "lab"] = None
    model = sp.SPINNRegressorCV(missing="indicator", **CV).fit(X, y)
    new = X.copy()
    new.loc[[5, 6], "dose"] = np.nan
    new.loc[7, "lab"] = None
    with pytest.warns(UserWarning) as caught:
        found = model.predict(new)
    assert [str(w.message) for w in caught] == [
        "2 gaps are in columns that had none in training and are taken for the mean: 'dose'."
    ]
    mean = X.assign(dose=X["dose"].where(~X.index.isin([5, 6]), X["dose"].astype(float).mean()))
    np.testing.assert_allclose(found[5:7], model.predict(mean)[5:7], rtol=1e-6)


def test_a_level_never_seen_counts_as_the_mean():
    X, y, _ = make()
    model = sp.SPINNRegressorCV(**CV).fit(X, y)
    new = X.astype({"stage": object})
    new.loc[0, "stage"] = "IV"
    with pytest.warns(UserWarning, match=r"^1 cells hold levels .*: 'stage' 1 \('IV'\)\.$"):
        found = model.predict(new)
    (one,) = model._models
    standard = (model._checked(X)[:1, one.features] - one.center) / one.scale
    standard[:, np.isin(model._form.owner[one.features], [2])] = 0
    raw = one.upper(standard @ one.W, np)
    np.testing.assert_allclose(found[0], model.outcome_.in_units(raw)[0, 0], rtol=1e-6)


def test_a_cohort_that_lacks_a_column_still_lacks_it():
    X, y, cohorts = make(gaps=True)
    X.loc[cohorts == 1, "stage"] = None
    for missing in ("mean", "indicator"):
        model = sp.IntegrativeSPINNRegressorCV(missing=missing, **CV)
        model.fit(X, y, cohorts=cohorts)
        assert model.absent_.tolist() == [[False] * 6, [False, False, True, False, False, False]]
        assert model.selected_[0, 2] and not model.selected_[1, 2]
        table = model.cohort_table().set_index("feature")
        assert np.isnan(table.loc["stage", "1"]) and table.loc["stage", "kind"] == "shared"
        assert np.isfinite(model.predict(X, cohorts=cohorts)).all()
    whole, y, cohorts = make()
    whole.loc[cohorts == 1, "stage"] = None  # today's meaning, with factors
    model = sp.IntegrativeSPINNRegressorCV(**CV).fit(whole, y, cohorts=cohorts)
    assert model.absent_[1, 2] and np.isfinite(model.predict(whole, cohorts=cohorts)).all()
    whole.loc[0, "stage"] = None
    message = "NaN in the features 'stage', which the model of cohort '0' uses"
    with pytest.raises(ValueError, match=message):
        model.predict(whole, cohorts=cohorts)


def test_an_empty_column_is_never_selected():
    X, y, _ = make(gaps=True)
    X["nothing"], X["none"] = np.nan, pd.Categorical([None] * n)
    for missing in ("mean", "indicator"):
        model = sp.SPINNRegressorCV(missing=missing, **CV).fit(X, y)
        assert not model.selected_[-2:].any() and np.isfinite(model.predict(X)).all()


def test_weights_and_groups_are_of_the_users_columns():
    X, y, _ = make(gaps=True)
    settings = {**CV, "missing": "indicator", "max_features": 1}
    model = sp.SPINNRegressorCV(penalty_weights=[1, 0, 1, 1, 1, 1], **settings).fit(X, y)
    assert (model.path_coef_norm_.toarray()[:, 1] > 0).all()
    groups = ["p", "q", "r", "r", "q", "s"]
    model = sp.SPINNRegressorCV(feature_groups=groups, **settings).fit(X, y)
    assert model.get_feature_names_out().tolist() == ["stage", "dose"]


def test_pipelines_and_searches_take_tables():
    X, y, _ = make(gaps=True)
    model = make_pipeline("passthrough", sp.SPINNRegressorCV(missing="indicator", **CV))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert cross_val_score(model, X, y, cv=3).mean() > 0.5


def test_polars_in_polars_out():
    pl = pytest.importorskip("polars")
    X, y, _ = make()
    other = pl.DataFrame({name: X[name].to_list() for name in X})
    model, same = (sp.SPINNRegressorCV(**CV).fit(table, y) for table in (X, other))
    assert list(same.feature_names_in_) == list(X)
    np.testing.assert_allclose(same.predict(other), model.predict(X), rtol=1e-5)
    np.testing.assert_allclose(same.predict(X), model.predict(X), rtol=1e-5)


@pytest.mark.parametrize("name", ["SPINNRegressor", "SPINNClassifierCV", "SPINNSurvivalCV"])
def test_columns_that_cannot_be_are_named_at_once(name):
    X, y, cohorts = make()
    X = X.assign(seen=pd.Timestamp("2020-01-03"), note=[f"text {k}" for k in range(n)])
    with pytest.raises(
        ValueError, match=r"'seen' holds dates .*; 'note' holds free text \('text 0' in row 0\)"
    ):
        fit(name, X, y, cohorts)


@pytest.mark.parametrize("name", ["NetworkRegressor", "SparseAutoencoder"])
def test_networks_by_mini_batches_take_numbers_of_any_kind_and_name_words(name):
    X, y, _ = make()
    given = () if name == "SparseAutoencoder" else (y,)
    model = getattr(sp, name)(hidden=(2,), epochs=1, random_state=0)
    with pytest.raises(ValueError) as error:
        model.fit(X, *given)
    assert str(error.value) == (
        f"{name} takes numbers, and these columns hold words: 'sex', 'stage'. Encode them "
        "(sklearn.preprocessing.OneHotEncoder) or leave them out; the SPINN estimators take "
        "factors as they are."
    )
    numbers = X.drop(columns=["sex", "stage"])  # booleans and nullable integers among them
    model.fit(numbers, *given)
    assert list(model.feature_names_in_) == list(numbers)
    assert np.isfinite(model._outputs(numbers)).all()


def test_transfer_between_cohorts_of_mixed_tables():
    X, y, cohorts = make(gaps=True)
    before = X.copy()
    model = sp.IntegrativeSPINNRegressorCV(missing="indicator", **CV)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = sp.leave_one_cohort_out(model, X, y, cohorts)
    assert (found["score"] > 0.5).all() and (found["n_features"] >= 2).all()
    pd.testing.assert_frame_equal(X, before)
    scaled = within_cohorts(X, cohorts)
    assert list(scaled) == list(X) and scaled["sex"].equals(X["sex"])
    for name in ("age", "dose", "lab"):
        of = scaled[name].groupby(cohorts)
        np.testing.assert_allclose(of.mean(), 0, atol=1e-6)
        np.testing.assert_allclose(of.std(ddof=0), 1)
        np.testing.assert_array_equal(scaled[name].isna(), X[name].isna())

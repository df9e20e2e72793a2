"""`assess`, end to end: what it finds, and by a second route what its numbers are."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

import spinnery
from spinnery import (
    IntegrativeSPINNRegressorCV,
    SPINNClassifierCV,
    SPINNRegressor,
    SPINNRegressorCV,
    SPINNSurvivalCV,
    assess,
    survival_target,
)
from spinnery.evidence.chosen import own_effects
from spinnery.evidence.resampled import overlap_error
from spinnery.evidence.samples import samples_of
from spinnery.inputs.cohorts import deal_folds

n, p = 80, 16
rng = np.random.default_rng(0)
X = rng.normal(size=(n, p))
X[:, 9] = X[:, 0] + 0.05 * rng.normal(size=n)  # a twin
y = 1.5 * X[:, 0] - X[:, 1] + 0.5 * rng.normal(size=n)
QUICK = {"n_pairs": 6, "n_permutations": 3, "n_folds": 3}


@pytest.fixture(scope="module")
def model():
    return SPINNRegressorCV((), cv=4, dtype="float64", random_state=0).fit(X, y)


@pytest.fixture(scope="module")
def evidence(model):
    return assess(model, X, y, **QUICK)


def test_firm_features_come_first_and_the_twins_share_a_cluster(model, evidence):
    table = evidence.features.set_index("feature")
    assert "x1" in set(evidence.features["feature"].iloc[:2])
    assert table.loc["x1", "frequency"] == 1 and table.loc["x1", "stable"]
    assert table.loc["x1", "cluster"] != table.loc["x0", "cluster"]
    assert evidence.stable.sum() == table["stable"].sum()
    assert evidence.stable[1] and not evidence.stable[[3, 4, 5, 6]].any()
    twins = evidence.clusters[evidence.clusters["n_features"] == 2].iloc[0]
    assert set(twins["members"]) == {"x0", "x9"}
    assert twins["frequency"] == 1 and twins["stable"]
    assert twins["frequency"] >= table.loc[["x0", "x9"], "frequency"].max()
    firm = evidence.features
    assert firm["frequency"].is_monotonic_decreasing
    assert firm["expected_false"].is_monotonic_increasing
    assert (firm["expected_false"] <= firm["worst_case"] + 1e-12).all()
    assert (firm["stable"] == (firm["frequency"] >= evidence.threshold)).all()
    assert set(firm.index[firm["selected"]]) == set(model.get_support(indices=True))


def test_signs_words_and_the_p_value(evidence):
    table = evidence.features.set_index("feature")
    assert (table.loc["x1", "effect"], table.loc["x1", "sign"]) == ("down", -1)
    assert evidence.null_p_value == 1 / 4
    assert len(evidence.null_gains) == 3 and evidence.gain > evidence.null_gains.max()
    (curve,) = evidence.effects["x1"].values()
    slope = np.polyfit(curve.values, curve.curve[:, 0], 1)[0]
    assert slope == pytest.approx(-1, abs=0.2)
    assert np.allclose(curve.curve.mean(axis=0), 0)
    assert (curve.error[[0, -1]] > 0).all()


def test_a_curve_is_the_mean_prediction_with_the_feature_set(model, evidence):
    (curve,) = evidence.effects["x1"].values()
    by_hand = []
    for value in curve.values:
        set_to = X.copy()
        set_to[:, 1] = value
        by_hand.append(model.predict(set_to).mean())
    by_hand = np.array(by_hand) - np.mean(by_hand)
    np.testing.assert_allclose(curve.curve[:, 0], by_hand, atol=1e-6)


def test_curves_without_refits_are_the_same(model, evidence):
    own = own_effects(model, X, np.zeros(n, int))
    assert set(own) == set(model.get_support(indices=True))
    for j, curves in own.items():
        known = evidence.effects[f"x{j}"]["all"]
        np.testing.assert_allclose(curves["all"].values, known.values, atol=1e-9)
        np.testing.assert_allclose(curves["all"].curve, known.curve, atol=1e-9)
        assert np.isnan(curves["all"].error).all()


def test_importance_is_the_rise_of_the_held_out_loss(model, evidence):
    """Least squares with ridge on folds dealt out as assess does, by hand."""
    table = evidence.features.set_index("feature")
    support = model.get_support(indices=True)
    seed = int(np.random.RandomState(0).randint(2**31 - 1))
    samples = samples_of(model, X, y, None, None, None)
    order, Z = samples.counted, samples.table.X
    target = samples.table.targets[:, 0]
    columns = [int(np.flatnonzero(samples.table.columns == j)[0]) for j in support]

    def loss(features, fold):
        train = np.setdiff1d(np.arange(n), fold)
        A = np.column_stack([np.ones(n), Z[:, features]])
        ridge = model.ridge_ * np.diag([0.0] + [1.0] * len(features))
        G = A[train].T @ A[train] / len(train) + ridge
        coef = np.linalg.solve(G, A[train].T @ target[train] / len(train))
        return 0.5 * np.mean((target[fold] - A[fold] @ coef) ** 2)

    folds = [order[f] for r in range(3) for f in deal_folds(np.zeros(n, int), 10, seed + r)]
    without = [c for j, c in zip(support, columns, strict=True) if j != 1]
    rises = np.array([loss(without, f) - loss(columns, f) for f in folds])
    row = table.loc["x1"]
    assert row["importance"] == pytest.approx(rises.mean(), rel=1e-3)
    half = row["importance_high"] - row["importance"]
    assert half == pytest.approx(2.04523 * overlap_error(rises, 0.1), rel=1e-3)


def test_a_twin_is_a_stand_in(evidence):
    chosen = evidence.features.set_index("feature")
    assert chosen.loc["x0", "stand_ins"] == ["x9"]
    assert chosen.loc["x1", "stand_ins"] == []


def test_performance_is_of_samples_that_were_not_seen(model, evidence):
    held_out = evidence.held_out
    assert sorted(np.concatenate(held_out.folds)) == list(range(n))
    assert sorted(set(held_out.fold_of)) == [1, 2, 3]
    rows = held_out.folds[0]
    other = np.setdiff1d(np.arange(n), rows)
    part = clone(model).fit(X[other], y[other])
    np.testing.assert_allclose(held_out.outputs[rows, 0], part.predict(X[rows]), atol=0.05)
    value = evidence.performance.set_index("measure").loc["R²"]
    assert 0.7 < value["value"] < 1 and value["low"] < value["value"] < value["high"] <= 1


def test_plain_numbers_for_json(evidence):
    text = json.dumps(evidence.to_dict(), allow_nan=False)
    again = json.loads(text)
    assert again["features"][0]["feature"] == evidence.features["feature"].iloc[0]
    assert again["effects"]["x1"]["all"]["word"] == "down"
    assert again["stable"] == np.flatnonzero(evidence.stable).tolist()


def test_in_one_line(evidence):
    said = repr(evidence)
    assert said.startswith(f"Evidence({evidence.stable.sum()} of 16 features stable; against")
    assert f"R² {evidence.performance['value'].iloc[0]:.2f} (" in said and "p = 0.25;" in said


def test_the_order_of_columns_and_rows_changes_nothing(evidence):
    columns, rows = rng.permutation(p), rng.permutation(n)
    frame = pd.DataFrame(X[rows][:, columns], columns=[f"x{j}" for j in columns])
    again = SPINNRegressorCV((), cv=4, dtype="float64", random_state=0).fit(frame, y[rows])
    other = assess(again, frame, y[rows], **QUICK)
    one = evidence.features.set_index("feature")[["frequency", "importance"]].sort_index()
    two = other.features.set_index("feature")[["frequency", "importance"]].sort_index()
    pd.testing.assert_frame_equal(one, two, rtol=1e-4)
    assert other.threshold == evidence.threshold


@pytest.mark.slow
def test_workers_change_nothing(model, evidence):
    other = assess(model, X, y, **QUICK, n_jobs=2)
    pd.testing.assert_frame_equal(evidence.features, other.features)
    pd.testing.assert_frame_equal(evidence.clusters, other.clusters)
    assert np.array_equal(evidence.null_gains, other.null_gains)


def test_nothing_to_find():
    noise = np.random.default_rng(5).normal(size=n)
    with pytest.warns(UserWarning, match="No feature"):
        empty = SPINNRegressorCV((), cv=4, random_state=0).fit(X, noise)
    found = assess(empty, X, noise, **QUICK | {"n_permutations": 9})
    assert not found.stable.any() and found.effects == {}
    assert found.null_p_value > 0.1
    assert found.features["importance"].isna().all()
    assert found.performance.set_index("measure").loc["R²", "value"] < 0.2


def test_an_infinite_threshold_selects_nothing(model):
    found = assess(model, X, y, n_pairs=2, expected_false=1e-6, n_permutations=0, n_folds=0)
    assert found.threshold == np.inf and not found.stable.any()
    assert np.isnan(found.null_p_value) and found.performance.empty


@pytest.mark.parametrize("kind", ["classes", "times", "cohorts"])
@pytest.mark.slow
def test_other_outcomes(kind):
    quick = {"n_pairs": 4, "n_permutations": 3, "n_folds": 2}
    given = {}
    if kind == "classes":
        labels = np.array(["a", "b", "c"])[np.digitize(y, [-1, 1])]
        model = SPINNClassifierCV((), cv=3, random_state=0).fit(X, labels)
    elif kind == "times":
        time = rng.exponential(np.exp(-y))
        labels = survival_target(time < 3, np.minimum(time, 3))
        model = SPINNSurvivalCV((), cv=3, random_state=0).fit(X, labels)
    else:
        given = {"cohorts": np.repeat(["north", "south"], n // 2)}
        labels = np.where(given["cohorts"] == "north", 1.5, -1.5) * X[:, 0] - X[:, 1]
        labels = labels + 0.3 * rng.normal(size=n)
        model = IntegrativeSPINNRegressorCV((), cv=3, random_state=0).fit(X, labels, **given)
    found = assess(model, X, labels, **given, **quick)
    assert found.features["feature"].iloc[0] in ("x0", "x1", "x9")
    assert found.null_p_value == 1 / 4
    assert found.performance["value"].notna().all()
    if kind == "cohorts":
        row = found.features[found.features["feature"].isin(["x0", "x9"])]
        row = row[row["selected"]].iloc[0]
        assert (row["sign: north"], row["sign: south"], row["sign"]) == (1, -1, 0)
        assert row["effect"] == "differs"


def test_errors_say_what_to_do(model):
    with pytest.raises(ValueError, match="chosen by cross-validation"):
        assess(SPINNRegressor((), lam=0.1).fit(X, y), X, y)
    with pytest.raises(ValueError, match=r"n_pairs must be at least 2; got 1\. expected_false"):
        assess(model, X, y, n_pairs=1, expected_false=0)
    with pytest.raises(ValueError, match="knows no cohorts"):
        assess(model, X, y, cohorts=np.zeros(n))
    with pytest.raises(ValueError, match=r"15 features.*fitted to 16"):
        assess(model, X[:, :15], y)
    with pytest.raises(ValueError, match="at least 8 samples"):
        assess(model, X[:7], y[:7])
    assert "assess" in dir(spinnery)

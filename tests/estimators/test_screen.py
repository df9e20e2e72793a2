"""`screen`: the features of each target are those of a fit of that target alone."""

import numpy as np
import pandas as pd
import pytest

from spinnery import SPINNRegressorCV, screen
from spinnery.evidence import ranks
from spinnery.evidence.ranks import rank_p_values
from spinnery.evidence.screening import Screen

n, p = 90, 30
rng = np.random.default_rng(1)
X = rng.normal(size=(n, p)) * rng.uniform(0.1, 10, p) + 3
Z = (X - X.mean(axis=0)) / X.std(axis=0)
SIGNAL = [np.array([3, 7]), np.array([0]), np.array([5, 11, 20]), np.array([], int)]
Y = np.column_stack(
    [Z[:, own] @ (-1.0) ** np.arange(len(own)) + 0.3 * rng.normal(size=n) for own in SIGNAL]
)
Y = Y * [1, 100, 0.01, 1] + [0, 5, -2, 1]


@pytest.fixture(scope="module")
def found():
    return screen(X, Y, cv=5)


@pytest.mark.parametrize("t", [0, 1, 2])
def test_features_ridge_and_loss_are_those_of_a_fit(found, t):
    model = SPINNRegressorCV((), cv=5, random_state=0).fit(X, Y[:, t])
    row, own = found.targets.iloc[t], found.features[found.features["target"] == f"y{t}"]
    assert {f"x{j}" for j in model.get_support(indices=True)} == set(own["feature"])
    assert row["ridge"] == pytest.approx(model.ridge_)
    assert row["features"] == own["feature"].tolist()
    coef = {f"x{j}": model.coef_[j] for j in model.get_support(indices=True)}
    for feature, value, sign in own[["feature", "coef", "sign"]].itertuples(index=False):
        assert value == pytest.approx(coef[feature], rel=0.01)
        assert sign == np.sign(value)
    nothing = model.path_["cv_mean"].iloc[0]
    assert row["r2"] == pytest.approx(1 - model.cv_loss_ / nothing, abs=1e-3)


def test_what_is_found_and_what_is_not(found):
    table = found.targets
    assert table["found_signal"].tolist() == [True, True, True, False]
    assert (table["p_value"][:3] <= 0.01).all() and table["p_value"][3] > 0.05
    assert (table["q_value"] >= table["p_value"]).all()
    assert table["r2"][3] == 0 and table["n_features"][3] == 0
    for t, own in enumerate(SIGNAL):
        assert {f"x{j}" for j in own} <= set(table["features"][t])
    assert (found.features["in_folds"] <= 1).all()
    assert repr(found).startswith("Screening(3 of 4 targets")


def test_a_target_alone_or_among_others_is_the_same(found):
    alone = screen(X, Y[:, [2]], cv=5)
    own = found.features[found.features["target"] == "y2"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone.features.assign(target="y2"), own, rtol=1e-5)
    assert alone.targets["p_value"][0] == found.targets["p_value"][2]


def test_units_and_the_order_of_rows_and_columns_change_nothing(found):
    rows, columns = rng.permutation(n), rng.permutation(p)
    frame = pd.DataFrame(X[rows][:, columns] * 2 - 1, columns=[f"x{j}" for j in columns])
    targets = pd.DataFrame(-3 * Y[rows] + 1, columns=[f"y{t}" for t in range(4)])
    again = screen(frame, targets, cv=5)
    assert again.targets["features"].tolist() == found.targets["features"].tolist()
    assert (again.features["sign"] == -found.features["sign"]).all()
    np.testing.assert_allclose(again.features["coef"], -1.5 * found.features["coef"], rtol=1e-3)


def test_a_gap_in_a_target_leaves_its_sample_out():
    holes = Y.copy()
    holes[::7, 0] = np.nan
    found = screen(X, holes, cv=5)
    there = np.isfinite(holes[:, 0])
    model = SPINNRegressorCV((), cv=5, random_state=0).fit(X[there], holes[there, 0])
    assert found.targets["n_samples"].tolist() == [there.sum(), n, n, n]
    assert set(found.targets["features"][0]) >= {"x3", "x7"}
    top = found.features[found.features["feature"] == "x3"].iloc[0]
    assert top["coef"] == pytest.approx(model.coef_[3], rel=0.1)
    wild = holes.copy()
    pd.testing.assert_frame_equal(screen(X, wild, cv=5).features, found.features)


def test_under_noise_p_values_are_uniform():
    noise = np.random.default_rng(3).normal(size=(60, 400))
    features = np.random.default_rng(4).normal(size=(60, 20)).astype(np.float32)
    p_values = rank_p_values(features, noise, np.ones_like(noise, bool), 0)
    for level in (0.05, 0.25, 0.5):  # within four standard errors
        share = np.mean(p_values <= level)
        assert abs(share - level) < 4 * np.sqrt(level * (1 - level) / 400)
    skewed = np.exp(3 * noise)  # ranks are the same
    np.testing.assert_array_equal(
        rank_p_values(features, skewed, np.ones_like(noise, bool), 0), p_values
    )


def test_targets_without_ties_share_their_permutations(monkeypatch):
    values = np.random.default_rng(3).normal(size=(60, 12))
    features, calls = np.random.default_rng(4).normal(size=(60, 20)).astype(np.float32), []
    counted = ranks.strongest_gains
    monkeypatch.setattr(ranks, "strongest_gains", lambda *a: calls.append(1) or counted(*a))
    together = rank_p_values(features, values, np.ones_like(values, bool), 0)
    assert len(calls) == 1
    for t in range(12):
        alone = rank_p_values(features, values[:, [t]], np.ones((60, 1), bool), 0)
        assert alone[0] == together[t]


def test_a_portion_is_set_by_the_table_alone():
    task = Screen(np.zeros((10, 5), np.float32), np.zeros((10, 120)), np.ones((10, 120), bool),
                  [np.arange(5), np.arange(5, 10)], 5, 5, 0.05, 0)  # fmt: skip
    assert [t for part in task.parts for t in part] == list(range(120))


@pytest.mark.slow
def test_workers_change_nothing(found, monkeypatch):
    monkeypatch.setattr("spinnery.evidence.screening.TARGETS", 2)
    one, two = screen(X, Y, cv=5), screen(X, Y, cv=5, n_jobs=2)
    pd.testing.assert_frame_equal(one.features, two.features, check_exact=True)
    pd.testing.assert_frame_equal(one.targets, two.targets, check_exact=True)


def test_targets_that_cannot_be_screened():
    few = np.column_stack([Y[:, 0], np.ones(n), np.where(np.arange(n) < 5, Y[:, 1], np.nan)])
    with pytest.warns(UserWarning, match=r"2 of 3 targets are left out.*'y1', 'y2'"):
        found = screen(X, few, cv=5)
    assert found.targets["found_signal"].tolist() == [True, False, False]
    assert found.targets[["p_value", "q_value", "r2"]].isna().sum(axis=1).tolist() == [0, 3, 3]


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="a row for each sample; got 90 and 80 rows"):
        screen(X, Y[:80])
    with pytest.raises(ValueError, match="level must lie in"):
        screen(X, Y, level=0)
    with pytest.raises(ValueError, match="'error' or 'mean'; got 'indicator'"):
        screen(X, Y, missing="indicator")
    frame = pd.DataFrame(X).rename(columns=str).assign(kind=np.resize(["a", "b", "c"], n))
    with pytest.raises(ValueError, match=r"X holds factors. Drop them"):
        screen(frame, Y)

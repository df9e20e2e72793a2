"""`assess` of models of factors, gaps, features always in, and groups of samples."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from spinnery import SPINNRegressorCV, assess
from spinnery.evidence.samples import samples_of

n = 90
rng = np.random.default_rng(0)
FRAME = pd.DataFrame(rng.normal(size=(n, 8)), columns=[f"g{j}" for j in range(8)])
FRAME["arm"] = rng.choice(["a", "b", "c"], n)
FRAME["age"] = rng.normal(60, 10, n)
y = FRAME["g0"] + FRAME["arm"].map({"a": -1.0, "b": 0.0, "c": 1.5}) + 0.4 * rng.normal(size=n)
y = y.to_numpy()
PATIENT = np.repeat(np.arange(n // 3), 3)
QUICK = {"n_pairs": 5, "n_permutations": 0, "n_folds": 3}


@pytest.fixture(scope="module")
def evidence():
    frame = FRAME.copy()
    frame.loc[:4, "g0"] = np.nan
    weights = np.where(frame.columns == "age", 0.0, 1.0)
    model = SPINNRegressorCV((), cv=3, missing="indicator", penalty_weights=weights, random_state=0)
    model.fit(frame, y, groups=PATIENT)
    assert model.get_support()[[0, 8, 9]].all()
    return model, assess(model, frame, y, groups=PATIENT, **QUICK)


def test_a_factor_is_one_feature(evidence):
    model, found = evidence
    assert found.stable.shape == (10,)
    table = found.features.set_index("feature")
    assert not table.index.duplicated().any()
    assert table.loc["arm", "stable"] and table.loc["g0", "stable"]
    assert table.loc["arm", "effect"] == "by level" and table.loc["arm", "importance"] > 0.1
    assert table.loc["arm", "importance_low"] > 0
    (effect,) = found.effects["arm"].values()
    assert effect.levels == ("a", "b", "c")
    by_hand = []
    for level in effect.levels:
        frame = FRAME.assign(arm=level)
        frame.loc[:4, "g0"] = np.nan
        by_hand.append(model.predict(frame).mean())
    np.testing.assert_allclose(effect.curve[:, 0], by_hand - np.mean(by_hand), atol=1e-5)
    arms = [row for row in found.clusters.itertuples() if "arm" in row.members]
    assert len(arms) == 1 and arms[0].frequency == table.loc["arm", "frequency"]
    for row in found.clusters.itertuples():
        assert len(row.members) == row.n_features == len(set(row.members))


def test_what_is_always_in_is_not_judged(evidence):
    model, found = evidence
    assert "age" not in set(found.features["feature"])
    assert "age" in found.effects  # but has a curve
    assert not found.stable[9] and model.get_support()[9]


def test_groups_stay_together_in_folds_and_halves(evidence):
    model, found = evidence
    folds = found.held_out.fold_of.reshape(-1, 3)
    assert (folds == folds[:, :1]).all()
    frame = FRAME.copy()
    frame.loc[:4, "g0"] = np.nan
    samples = samples_of(model, frame, y, groups=PATIENT)
    for lane in samples.lanes(4, 0, n_permutations=1):
        inside = np.isin(np.arange(n), lane.rows).reshape(-1, 3)
        assert (inside == inside[:, :1]).all()
        assert abs(len(lane.rows) - n / 2) <= 3
    one, other = samples.lanes(4, 0)[:2]
    assert sorted([*one.rows, *other.rows]) == list(range(n))


def test_no_coefficients_beside_factors(evidence):
    model, _ = evidence
    with pytest.raises(AttributeError, match="factors or gap indicators"):
        model.coef_  # noqa: B018


def test_groups_that_leave_no_folds(evidence):
    model, _ = evidence
    frame = FRAME.copy()
    frame.loc[:4, "g0"] = np.nan
    samples = samples_of(model, frame, y, groups=PATIENT)
    with pytest.raises(ValueError, match="groups leave no folds"):
        replace(samples, groups=np.zeros(n, int)).folds(3, 0)
    with pytest.raises(ValueError, match="whole groups need at least 3 groups"):
        assess(model, frame, y, groups=np.full(n, "one"), **QUICK)

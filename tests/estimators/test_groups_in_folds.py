"""`fit(..., groups=)`: samples that stay together, by hand and by metadata routing."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import sklearn
from sklearn.model_selection import GroupKFold, cross_validate
from sklearn.pipeline import make_pipeline
from small import quickly

import spinnery as sp
from spinnery.selection import folds as drawing

n, p = 90, 5
QUICK = {"hidden": (), "max_features": 2, "ridges": [0.1], "null_check": False, "random_state": 0}
CV = ["SPINNRegressorCV", "SPINNClassifierCV", "SPINNSurvivalCV", "IntegrativeSPINNRegressorCV",
      "IntegrativeSPINNClassifierCV", "IntegrativeSPINNSurvivalCV"]  # fmt: skip


@pytest.fixture(scope="module")
def data():
    """Thirty patients of three samples, whom a random intercept tells apart."""
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(30), 3)
    X = rng.normal(size=(n, p))
    y = X[:, 0] + rng.normal(size=30)[patient] + 0.2 * rng.normal(size=n)
    return X, y, patient


@pytest.fixture
def drawn(monkeypatch):
    """The folds of every fit."""
    seen = []
    real = drawing.draw_folds

    def spy(*arguments):
        seen.append(real(*arguments))
        return seen[-1]

    monkeypatch.setattr("spinnery.estimators.cross_validated.draw_folds", spy)
    return seen


def targets(name, y):
    if "Classifier" in name:
        return np.where(y > 0, "late", "early")
    return sp.survival_target(np.ones(n, bool), np.exp(-y)) if "Survival" in name else y


@pytest.mark.parametrize("cv", [3, GroupKFold(3)], ids=["int", "splitter"])
@pytest.mark.parametrize("name", quickly(CV))
def test_every_estimator_keeps_patients_together(data, drawn, name, cv):
    X, y, patient = data
    given = {"cohorts": patient % 2} if "Integrative" in name else {}
    model = getattr(sp, name)(cv=cv, **QUICK)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # between so few patients nothing may be found
        model.fit(X, targets(name, y), groups=patient.astype(str), **given)
    ((folds),) = drawn
    assert len(folds) == 3
    for fold in folds:
        assert not {*patient[fold]} & {*patient[np.setdiff1d(np.arange(n), fold)]}


@pytest.mark.parametrize("name", ["SPINNRegressor", "IntegrativeSPINNSurvival"])
def test_estimators_without_folds_take_no_groups(data, name):
    X, y, patient = data
    with pytest.raises(TypeError, match="unexpected keyword argument 'groups'"):
        getattr(sp, name)().fit(X, targets(name, y), groups=patient)


def test_metadata_routing_brings_each_fit_its_samples_groups(data, drawn):
    X, y, patient = data
    with sklearn.config_context(enable_metadata_routing=True):
        model = sp.SPINNRegressorCV(cv=3, **QUICK).set_fit_request(groups=True)
        found = cross_validate(
            make_pipeline("passthrough", model), X, y, cv=GroupKFold(3), params={"groups": patient}
        )
    assert len(drawn) == 3 and np.isfinite(found["test_score"]).all()
    outer = [train for train, _ in GroupKFold(3).split(X, y, patient)]
    for folds, train in zip(drawn, outer, strict=True):
        for fold in folds:
            inside = patient[train[fold]]
            assert not {*inside} & {*np.delete(patient[train], fold)}


def test_groups_are_asked_for_where_routing_is_on(data):
    X, y, patient = data
    with (
        sklearn.config_context(enable_metadata_routing=True),
        pytest.raises(
            ValueError, match=r"groups.* are passed but are not explicitly set as request"
        ),
    ):
        cross_validate(sp.SPINNRegressorCV(cv=3, **QUICK), X, y, params={"groups": patient})


def test_leakage_between_a_patients_samples_is_gone():
    """Where features tell patients apart and nothing else, whole patients held out cannot be
    predicted, and single samples can."""
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(12), 8)
    X = np.eye(12)[patient] + 0.01 * rng.normal(size=(96, 12))
    y = rng.normal(size=12)[patient]
    model = sp.SPINNRegressorCV((), cv=4, ridges=[0.01], null_check=False, random_state=0)
    assert model.fit(X, y).cv_loss_ < 0.05
    assert model.fit(X, y, groups=patient).cv_loss_ > 0.4  # the mean alone has 0.5

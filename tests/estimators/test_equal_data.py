"""Equal data, equal answers: the order of samples and features, copies in another precision."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import spinnery as sp

n, p = 60, 16
SMALL = {"hidden": ((4,),), "cv": 3, "max_features": 4}
FITS = {
    "regressor": (sp.SPINNRegressor, {"hidden": (4,), "lam": 0.1}),
    "regressor_cv": (sp.SPINNRegressorCV, SMALL),
    "classifier_cv": (sp.SPINNClassifierCV, SMALL),
    "survival_cv": (sp.SPINNSurvivalCV, SMALL),
    "integrative_cv": (sp.IntegrativeSPINNRegressorCV, SMALL),
}


def make(name):
    """Single-precision numbers in double precision, features in groups of two."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n, p)).astype(np.float32).astype(float)
    signal = np.sin(2 * X[:, 0]) + X[:, 2] ** 2 + X[:, 5]
    y = signal + 0.3 * rng.normal(size=n)
    if "classifier" in name:
        y = np.where(y > np.median(y), "late", "early")
    if "survival" in name:
        y = sp.survival_target(rng.random(n) < 0.9, np.exp(-y - 3 * X[:, 5]))
    return X, y, {"cohorts": np.arange(n) % 2} if "integrative" in name else {}


def fit(name, X, y, given, **changed):
    kind, parameters = FITS[name]
    parameters = {"feature_groups": np.arange(p) // 2, "random_state": 0} | parameters | changed
    return kind(**parameters).fit(X, y, **given)


def outputs(model, X, given):
    return model._outputs(X, **given)


@pytest.mark.parametrize("name", FITS)
@pytest.mark.slow
def test_order_and_precision_change_nothing(name):
    X, y, given = make(name)
    model = fit(name, X, y, given)
    expected, chosen = outputs(model, X, given), model.get_support()
    assert chosen.any()

    columns = np.random.default_rng(0).permutation(p)
    groups = (np.arange(p) // 2)[columns]
    other = fit(name, X[:, columns], y, given, feature_groups=groups)
    np.testing.assert_array_equal(other.get_support(), chosen[columns])
    np.testing.assert_allclose(outputs(other, X[:, columns], given), expected, rtol=1e-12)
    if hasattr(model, "null_p_value_"):
        assert other.null_p_value_ == model.null_p_value_
    np.testing.assert_allclose(
        other.path_coef_norm_.toarray(), model.path_coef_norm_.toarray()[:, columns]
    )

    rows = np.random.default_rng(1).permutation(n)
    moved = {key: value[rows] for key, value in given.items()}
    other = fit(name, X[rows], y[rows], moved)
    np.testing.assert_array_equal(other.get_support(), chosen)
    np.testing.assert_allclose(outputs(other, X, given), expected, rtol=1e-4, atol=1e-4)
    if hasattr(model, "cv_predictions_"):
        np.testing.assert_allclose(
            other.cv_predictions_, model.cv_predictions_[rows], rtol=1e-4, atol=1e-4
        )

    other = fit(name, X.astype(np.float32), y, given)
    np.testing.assert_array_equal(outputs(other, X, given), expected)


SCRIPT = """
import os, sys
if sys.argv[1] == "one":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
import numpy as np, test_equal_data as t
X, y, given = t.make("regressor_cv")
np.save(sys.argv[2], t.fit("regressor_cv", X, y, given).predict(X))
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs a choice of processors")
@pytest.mark.slow
def test_number_of_threads_changes_nothing(tmp_path):
    found = []
    for threads in ("one", "all"):
        file = tmp_path / f"{threads}.npy"
        command = [sys.executable, "-c", SCRIPT, threads, str(file)]
        subprocess.run(command, check=True, cwd=os.path.dirname(__file__))
        found.append(np.load(file))
    np.testing.assert_array_equal(*found)

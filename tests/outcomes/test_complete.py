"""Missing targets are named as such, whatever stands for them; nullable types are NumPy's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spinnery as sp

n = 20
X = np.random.default_rng(0).normal(size=(n, 3))
WORDS = np.where(X[:, 0] > 0, "yes", "no").astype(object)
MISSING = [None, np.nan, pd.NA, pd.NaT]
LINEAR = {"hidden": (), "random_state": 0}


def with_gap(y, gap, kind):
    y = kind(y.copy())
    y[3] = gap
    return y


@pytest.mark.parametrize("kind", [np.asarray, pd.Series, list])
@pytest.mark.parametrize("gap", MISSING, ids=repr)
@pytest.mark.parametrize("estimator", [sp.SPINNClassifier, sp.NetworkClassifier])
def test_missing_labels(estimator, gap, kind):
    with pytest.raises(ValueError, match=r"y contains NaN: it is missing for 1 of 20 .* in row 3"):
        estimator(hidden=()).fit(X, with_gap(WORDS, gap, kind))


@pytest.mark.parametrize("dtype", ["string", "category", "boolean", "Int64", "Float64"])
def test_missing_values_of_pandas_types(dtype):
    numbers = dtype == "Float64"
    y = pd.Series(WORDS if dtype in ("string", "category") else X[:, 0] > 0).astype(dtype)
    y[[2, 5]] = pd.NA
    estimator = sp.SPINNRegressor if numbers else sp.SPINNClassifier
    with pytest.raises(ValueError, match=r"missing for 2 of 20 samples, the first in row 2"):
        estimator(hidden=()).fit(X, y)


def test_missing_numbers_as_objects():
    for gap in MISSING:
        with pytest.raises(ValueError, match="missing for 1 of 20"):
            sp.SPINNRegressor(hidden=()).fit(X, with_gap(X[:, 0].astype(object), gap, np.asarray))
    frame = pd.DataFrame({"a": X[:, 0], "b": np.where(np.arange(n) < 2, np.nan, X[:, 1])})
    with pytest.raises(ValueError, match="missing for 2 of 20 samples, the first in row 0"):
        sp.SPINNRegressor(hidden=()).fit(X, frame)


@pytest.mark.parametrize(
    ("dtype", "labels"),
    [("boolean", [False, True]), ("object", [False, True]), ("Int64", [0, 1]),
     ("string", ["no", "yes"])],
)  # fmt: skip
def test_labels_of_nullable_types_come_back_as_numpys(dtype, labels):
    y = pd.Series(WORDS if dtype == "string" else X[:, 0] > 0).astype(dtype)
    model = sp.SPINNClassifier(**LINEAR).fit(X, y)
    assert model.classes_.tolist() == labels
    assert model.classes_.dtype == {"Int64": int, "string": object}.get(dtype, bool)

"""Values that hold most of a column's variance are named; ordinary columns are not."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spinnery as sp
from spinnery.inputs.leverage import outstanding
from spinnery.losses import Squared
from tables import regression_table

n, p = 40, 6
NAMES = list("abcdef")


def remark(X, codes=None, weights=None):
    weights = np.ones(len(X)) if weights is None else weights
    y = np.random.default_rng(1).normal(size=len(X))
    return outstanding(regression_table(X, y, weights, Squared(), np.float32, codes), X, NAMES)


@given(row=st.integers(0, n - 1), column=st.integers(0, p - 1), seed=st.integers(0, 99))
def test_the_cell_is_named(row, column, seed):
    X = np.random.default_rng(seed).normal(size=(n, p))
    assert remark(X) is None
    X[row, column] = -60
    text = remark(X)
    assert f"row {row}, column {NAMES[column]!r}: -60 (9" in text and text.count("row ") == 1


def test_the_worst_are_shown_and_the_rest_counted():
    X = np.random.default_rng(0).normal(size=(n, p))
    X[3] = [30, 40, 50, 60, 70, 80]
    text = remark(X)
    assert [text.index(f"column {name!r}") for name in "fed"] == sorted(
        text.index(f"column {name!r}") for name in "def"
    )
    assert "'c'" not in text and "and 3 more" in text


def test_what_is_not_remarked():
    X = np.random.default_rng(0).normal(size=(n, p))
    X[:, 1] = np.arange(n) == 5  # an indicator of one sample
    X[:, 2] = 7.0
    assert remark(X) is None
    X[4, 0] = 99
    assert remark(X, weights=np.where(np.arange(n) == 4, 0.0, 1.0)) is None
    assert remark(X[:12]) is None  # few samples
    codes = np.repeat([0, 1], n // 2)
    X[codes == 1, 3] += 1000  # another scale in another cohort
    assert "row 4, column 'a'" in remark(X, codes)


@pytest.mark.parametrize("kind", [sp.SPINNRegressor, sp.SPINNRegressorCV])
def test_fits_say_so(kind):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 4))).add_prefix("gene ")
    y = X["gene 0"] + 0.1 * rng.normal(size=n)
    X.loc[3, "gene 2"] = 60
    with pytest.warns(UserWarning, match=r"row 3, column 'gene 2': 60 \(96%\)"):
        kind(hidden=() if kind is sp.SPINNRegressor else ((),), random_state=0).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kind(hidden=() if kind is sp.SPINNRegressor else ((),), random_state=0).fit(
            X.drop(index=3), y.drop(3)
        )

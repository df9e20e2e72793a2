"""Tables with known truth."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_breast_cancer

from spinnery.datasets import feng_simon, feng_simon_truth, make_decoys


def test_decoys_permute_measured_columns():
    data = load_breast_cancer(as_frame=True)
    X, y, measured = make_decoys(n_decoys=65, random_state=3)
    assert X.shape == (569, 95) and measured.sum() == 30
    assert set(X.columns[measured]) == set(data.feature_names)
    assert not measured[:30].all()  # hidden, not in front
    assert_array_equal(X[list(data.feature_names)], data.data)
    assert_array_equal(y == "benign", data.target == 1)
    for name in X.columns[~measured]:
        number, source = re.fullmatch(r"decoy (\d\d) \(permuted (.*)\)", name).groups()
        assert 1 <= int(number) <= 65
        assert_array_equal(np.sort(X[name]), np.sort(data.data[source]))
        assert (X[name] != data.data[source]).mean() > 0.5
    assert X.columns.is_unique


def test_decoys_depend_on_the_seed_only():
    a, b, c = (make_decoys(5, random_state=s).X for s in (0, 0, 1))
    assert a.equals(b)
    assert not a.equals(c)
    assert make_decoys(0).X.shape == (569, 30)


def truth_by_hand(design, x1, x2, x3, x4, x5, x6):
    from math import cos, exp, sin, tanh

    if design == "additive":
        return sin(2 * x1) + cos(5 * x2) + x3**3 - sin(x4) + x5 - x6**2
    if design == "multivar":
        return sin(x1 * (x1 + x2)) * cos(x3 + x4 * x5) * sin(exp(x5) + exp(x6) - x2)
    return (
        tanh(x1 + 2 * x2 - 3 * x3 + 2 * x4)
        - 2 * tanh(x1 - x5 + 2 * x6)
        + tanh(-x2 - x3 + x4 - x6)
        + tanh(x5 - 0.5 * x3 + 0.5 * x6)
    )


@pytest.mark.parametrize("design", ["additive", "multivar", "nn"])
def test_feng_simon(design):
    X, y, f = feng_simon(design, n_samples=40, n_features=9, random_state=0)
    assert X.shape == (40, 9) and X.min() >= 0 and X.max() <= 1
    assert_allclose(f, [truth_by_hand(design, *row[:6]) for row in X], rtol=1e-12)
    assert_array_equal(f, feng_simon_truth(design, X))
    assert_allclose(np.linalg.norm(y - f), np.linalg.norm(f) / 2)
    assert_array_equal(y, feng_simon(design, 40, 9, 0).y)


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: feng_simon("linear"),
            "design must be one of 'additive', 'multivar', 'nn'; got 'linear'.",
        ),
        (lambda: feng_simon("nn", n_features=5), "n_features must be an integer >= 6; got 5."),
        (lambda: feng_simon("nn", n_samples=2.5), "n_samples must be an integer >= 1; got 2.5."),
        (
            lambda: feng_simon_truth("nn", np.zeros((3, 5))),
            "X must have shape (n, p) with p >= 6; got shape (3, 5).",
        ),
        (lambda: make_decoys(-1), "n_decoys must be an integer >= 0; got -1."),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()

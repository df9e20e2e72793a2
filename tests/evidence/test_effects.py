"""Curves of effects against predictions, and the words for them."""

import numpy as np
import pytest

from spinnery.evidence.effects import grid, word_for
from spinnery.evidence.resampled import jackknife_error, overlap_error, overlap_interval

x = np.linspace(-2, 2, 25)
SMALL = np.full(25, 0.01)


@pytest.mark.parametrize(
    "curve, word",
    [
        (x, "up"),
        (-np.exp(x), "down"),
        (-(x**2), "peak"),
        (np.abs(x), "valley"),
        (np.tanh(3 * x) + 0.02 * np.sin(20 * x), "up"),
        (np.zeros(25), "none by itself"),
        (0.015 * x / 2, "none by itself"),
        (np.sin(2 * x - 0.5), "valley"),
    ],
)
def test_words(curve, word):
    assert word_for(curve - curve.mean(), SMALL) == word


def test_large_errors_admit_no_word():
    assert word_for(x, np.full(25, 1.1)) == "none by itself"
    assert word_for(x, np.full(25, 0.9)) == "up"


def test_a_grid_runs_over_the_range_or_over_the_few_values():
    assert grid(np.array([0.0, 1, 1, 0])).tolist() == [0, 1]
    assert grid(np.array([2.76e-6, 3, 3 + 1e-6, 1])).tolist() == [0, 1, 3]  # float32's rounding
    values = grid(np.arange(1000.0))
    assert len(values) == 25
    assert 20 < values[0] < 30 and 970 < values[-1] < 980


def test_the_jackknife_of_a_mean_is_its_standard_error():
    rng = np.random.default_rng(0)
    y = rng.normal(size=40)
    left_out = (y.sum() - y) / 39
    assert jackknife_error(left_out) == pytest.approx(y.std(ddof=1) / np.sqrt(40))


def test_overlap_error_is_nadeau_and_bengios():
    values = np.array([1.0, 2.0, 4.0, 5.0])
    expected = np.sqrt((1 / 4 + 0.2 / 0.8) * values.var(ddof=1))
    assert overlap_error(values, 0.2) == pytest.approx(expected)
    low, high = overlap_interval(values, 0.2)
    assert (low + high) / 2 == pytest.approx(3)
    assert (high - low) / 2 == pytest.approx(3.182446 * expected, rel=1e-5)

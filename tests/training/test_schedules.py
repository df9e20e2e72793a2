"""Learning rates over the course of training."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery.training.schedules import SCHEDULES, rates

EPOCHS = 6


@pytest.mark.parametrize(
    "name, t, factors",
    [
        ("constant", [0, 2.5, 6, 60], [1, 1, 1, 1]),
        ("step", [0, 1.99, 2, 3.5, 4, 5.99], [1, 1, 0.1, 0.1, 0.01, 0.01]),
        ("cosine", [0, 1, 2, 3, 6, 9], [1, (1 + np.sqrt(0.75)) / 2, 0.75, 0.5, 0, 0]),
        ("1/t", [0, 0.5, 1, 3, 99], [1, 2 / 3, 1 / 2, 1 / 4, 1 / 100]),
    ],
)
def test_named(name, t, factors):
    found = rates(name, 0.2, np.array(t, float), EPOCHS)
    np.testing.assert_allclose(found, 0.2 * np.array(factors), rtol=1e-12, atol=1e-16)


@given(
    name=st.sampled_from(sorted(SCHEDULES)), epochs=st.integers(1, 500), rate=st.floats(1e-6, 1e3)
)
def test_every_schedule_starts_at_the_rate_and_never_rises(name, epochs, rate):
    found = rates(name, rate, np.linspace(0, epochs, 50), epochs)
    assert found[0] == pytest.approx(rate)
    assert np.all(np.diff(found) <= 1e-12 * rate) and np.all(found >= 0)


def test_a_function_gives_factors():
    def half(t, epochs):
        return np.where(t < epochs / 2, 1, 0.25)

    np.testing.assert_allclose(rates(half, 2.0, np.arange(4.0), 4), [2, 2, 0.5, 0.5])


@pytest.mark.parametrize(
    "function, got",
    [
        (lambda t, epochs: 1.0, "np.float64(0.5)."),
        (lambda t, epochs: -t, "array([-0. , -0.5])."),
        (lambda t, epochs: t * np.nan, "array([nan, nan])."),
        (lambda t, epochs: [1.0, np.inf], "array([0.5, inf])."),
    ],
)
def test_functions_that_give_anything_else(function, got):
    message = (
        "schedule must give one finite factor >= 0 for every progress t, shape (2,); got " + got
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        rates(function, 0.5, np.arange(2.0), 4)

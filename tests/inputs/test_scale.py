"""Centres and scales: what counts as constant, and how exact they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery.inputs import scale as module
from spinnery.inputs.scale import robust_scale, standard_scale

weighted = st.booleans()


@given(
    offset=st.sampled_from([0.0, 1.0, 2.46e6, -1e12]), seed=st.integers(0, 99), weighted=weighted
)
def test_a_small_spread_beside_a_large_mean_is_a_spread(offset, seed, weighted):
    rng = np.random.default_rng(seed)
    values = offset + rng.normal(size=(20, 3))  # as double precision holds it
    weights = rng.random(20) + 0.1 if weighted else np.ones(20)
    weights /= weights.sum()
    center, scale = standard_scale(values, weights)
    exact = values.astype(np.longdouble) - np.longdouble(offset)
    mean = weights @ exact
    np.testing.assert_allclose(center, np.float64(mean + offset), rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(
        scale, np.sqrt(weights @ (exact - mean) ** 2).astype(float), rtol=1e-9
    )


@given(value=st.floats(-1e300, 1e300), n=st.integers(1, 40), seed=st.integers(0, 99))
def test_equal_numbers_are_constant_whatever_rounding_says(value, n, seed):
    weights = np.random.default_rng(seed).random(n) + 0.1
    values = np.full((n, 2), value)
    values[:, 1] = np.nan
    center, scale = standard_scale(values, weights / weights.sum())
    assert np.isinf(scale).all()
    np.testing.assert_array_equal(center, [value, 0])


@pytest.mark.parametrize("unit", [1e-300, 1e-160, 1.0, 1e160, 1e300])
def test_any_unit_will_do(unit):
    values = np.random.default_rng(0).normal(size=(30, 2))
    weights = np.full(30, 1 / 30)
    center, scale = standard_scale(values * unit, weights)
    np.testing.assert_allclose(center / unit, values.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(scale / unit, values.std(axis=0), rtol=1e-12)


def test_samples_of_weight_zero_do_not_make_a_column_vary():
    values = np.array([[9.0, 1], [2, 5], [2, 7]])
    center, scale = standard_scale(values, np.array([0, 0.5, 0.5]))
    assert center.tolist() == [2, 6] and scale.tolist() == [np.inf, 1]


@pytest.mark.parametrize("spread", [standard_scale, robust_scale])
def test_two_neighbouring_numbers_differ(spread):
    values = np.array([[1.0], [np.nextafter(1.0, 2)], [1.0], [np.nextafter(1.0, 2)]])
    assert 0 < spread(values, np.full(4, 0.25))[1][0] < 1e-15


def test_blocks_are_a_matter_of_memory(monkeypatch):
    values = np.random.default_rng(1).normal(size=(50, 4))
    weights = np.full(50, 1 / 50)
    whole = standard_scale(values, weights)
    monkeypatch.setattr(module, "BLOCK", 12)
    np.testing.assert_allclose(standard_scale(values, weights), whole, rtol=1e-13)

"""Sums over the first axis: any length, and digits that a plain float32 sum loses."""

import jax.numpy as jnp
import numpy as np
import pytest

from spinnery.arrays import BLOCK, column_sums


@pytest.mark.parametrize("length", [0, 1, BLOCK, BLOCK + 1, 3 * BLOCK, BLOCK**2 + 7])
@pytest.mark.parametrize("rest", [(), (3,), (2, 2)])
def test_sums_over_the_first_axis(length, rest):
    values = np.random.default_rng(0).normal(size=(length, *rest)).astype(np.float32)
    out = column_sums(jnp.asarray(values))
    assert out.shape == rest and out.dtype == jnp.float32
    np.testing.assert_allclose(out, values.sum(axis=0, dtype=float), atol=1e-6 * (1 + length**0.5))


def test_long_sums_keep_their_digits():
    values = np.random.default_rng(0).random(300_000).astype(np.float32)
    assert float(column_sums(jnp.asarray(values))) == pytest.approx(
        values.sum(dtype=float), rel=1e-6
    )


def test_infinity_stays():
    assert column_sums(jnp.asarray([1.0, jnp.inf])) == jnp.inf

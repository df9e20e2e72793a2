"""LP and fractional max pooling against plain loops, their limits and gradients."""

from __future__ import annotations

import math
import re

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spinnery.nn import FractionalMaxPool, LPPool

pytestmark = pytest.mark.usefixtures("x64")

INPUT = [[4, 5, 2, 2, 1], [3, 3, 2, 2, 4], [4, 3, 4, 1, 1], [5, 1, 4, 1, 2], [5, 1, 3, 1, 4]]
KERNEL = [[4, 3, 3], [5, 5, 5], [2, 4, 3]]
RESULT = [[109, 92, 72], [108, 85, 74], [110, 74, 79]]


def test_convolution_example():
    """maths.md, section 5: valid cross-correlation."""
    layer = eqx.nn.Conv2d(1, 1, 3, use_bias=False, key=jax.random.key(0))
    layer = eqx.tree_at(lambda c: c.weight, layer, jnp.array(KERNEL, float)[None, None])
    np.testing.assert_allclose(layer(jnp.array(INPUT, float)[None])[0], RESULT)


# -- LP -------------------------------------------------------------------------------------------


def lp(x, p, size, stride, mean):
    """The sum over each window, one window at a time."""
    steps = [range(0, side - size + 1, stride) for side in x.shape[1:]]
    out = np.zeros((len(x), *map(len, steps)))
    for c, channel in enumerate(x):
        for i, top in enumerate(steps[0]):
            for j, left in enumerate(steps[1]):
                window = np.abs(channel[top : top + size, left : left + size])
                out[c, i, j] = (window**p).sum() ** (1 / p) / (size**2 if mean else 1)
    return out


@pytest.mark.parametrize("mean", [False, True])
@pytest.mark.parametrize("size, stride", [(2, None), (3, 2), (2, 3)])
@given(seed=st.integers(0, 99), p=st.sampled_from([1, 1.5, 7.5]))
def test_lp(size, stride, mean, seed, p):
    x = np.random.default_rng(seed).normal(size=(2, 7, 6))
    found = LPPool(p, size, stride, mean)(jnp.asarray(x))
    np.testing.assert_allclose(found, lp(x, p, size, stride or size, mean), rtol=1e-10)


def test_lp_limits():
    """`p = 1` with the mean is average pooling of magnitudes, `p -> inf` maximum pooling."""
    x = jax.random.normal(jax.random.key(1), (3, 6, 6))
    average, maximum = eqx.nn.AvgPool2d(2, 2), eqx.nn.MaxPool2d(2, 2)
    np.testing.assert_allclose(LPPool(1, 2, mean=True)(x), average(jnp.abs(x)), rtol=1e-12)
    np.testing.assert_allclose(LPPool(1e4, 2)(x), maximum(jnp.abs(x)), rtol=2e-4)
    np.testing.assert_allclose(LPPool(2, 2)(x) / 4, LPPool(2, 2, mean=True)(x), rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-30, 1e-3, 1.0, 1e30])
def test_lp_at_any_magnitude(scale):
    """In single precision, with windows of very different size side by side, at high powers."""
    x = jnp.array([[[3.0, 4.0, 3e-4, 4e-4], [0.0, 0.0, 0.0, 0.0]]], jnp.float32) * scale
    np.testing.assert_allclose(LPPool(2, 2)(x)[0, 0] / scale, [5, 5e-4], rtol=1e-5)
    np.testing.assert_allclose(LPPool(60.0, 2)(x)[0, 0] / scale, [4, 4e-4], rtol=1e-5)


@pytest.mark.parametrize("p", [1, 1.5, 2, 5.0])
def test_lp_gradients(p):
    """Equal to finite differences away from zero, finite and zero in windows of zeros."""
    x = np.random.default_rng(3).uniform(0.2, 1, size=(1, 4, 4)) * [1, -1, 1, -1]
    x[:, :2, :2] = 0
    pool = LPPool(p, 2)

    def value(x):
        return jnp.sum(pool(x) * jnp.array([[1.0, 2.0], [3.0, 4.0]]))

    gradient = jax.grad(value)(jnp.asarray(x))
    assert np.isfinite(gradient).all()
    np.testing.assert_array_equal(gradient[:, :2, :2], 0)
    for i, j in [(0, 2), (1, 3), (2, 0), (3, 3)]:
        step = np.zeros_like(x)
        step[0, i, j] = 1e-6
        finite = (value(jnp.asarray(x + step)) - value(jnp.asarray(x - step))) / 2e-6
        np.testing.assert_allclose(gradient[0, i, j], finite, rtol=1e-6)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((0.5, 2), "LPPool: p must be >= 1; got 0.5."),
        ((float("nan"), 2), "LPPool: p must be >= 1; got nan."),
        ((math.inf, 2), "LPPool: p must be finite; use eqx.nn.MaxPool2d for the maximum."),
        ((2, 0), "LPPool: size must be >= 1; got 0."),
        ((2, 2, 0), "LPPool: stride must be >= 1; got 0."),
    ],
)
def test_lp_parameters(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        LPPool(*arguments)


@pytest.mark.parametrize("shape", [(4, 4), (1, 2, 4), (2, 1, 4, 4)])
def test_lp_shapes(shape):
    message = (
        "LPPool needs one sample of shape (channels, height, width), each side at least 3; got "
        f"shape {shape}. Batches go through jax.vmap."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        LPPool(2, 3)(jnp.zeros(shape))


# -- fractional -----------------------------------------------------------------------------------


def regions(layer, size, key):
    starts, ends = (np.asarray(a) for a in layer._regions(size, key))
    return starts, ends


@pytest.mark.parametrize("random", [False, True])
@settings(max_examples=4)
@given(size=st.integers(2, 70), ratio=st.floats(1, 2), seed=st.integers(0, 99))
@example(size=2, ratio=2.0, seed=0)
@example(size=3, ratio=2.0, seed=0)
def test_regions_are_disjoint_and_cover(random, size, ratio, seed):
    layer = FractionalMaxPool(ratio, random)
    drawn = jax.vmap(lambda key: layer._regions(size, key))(
        jax.random.split(jax.random.key(seed), 9)
    )
    for starts, ends in [regions(layer, size, None), *zip(*map(np.asarray, drawn), strict=True)]:
        assert len(starts) == max(int(size / ratio), math.ceil(size / 2))
        assert starts[0] == 0 and ends[-1] == size - 1
        np.testing.assert_array_equal(starts[1:], ends[:-1] + 1)
        assert set(ends - starts + 1) <= {1, 2}


@pytest.mark.parametrize("ratio, length", [(1.0, 1), (2.0, 2)])
def test_regions_at_the_limits(ratio, length):
    for seed in range(20):
        starts, ends = regions(FractionalMaxPool(ratio), 64, jax.random.key(seed))
        assert set(ends - starts + 1) == {length}


def test_pseudo_random_regions_are_those_of_the_paper():
    """`ceil(a (i + u))` with u = 1/2, and lengths that never run together at random."""
    for size, ratio in [(25, 1.5), (36, 1.44), (10, 1.25), (33, 1.9)]:
        starts, _ = regions(FractionalMaxPool(ratio), size, None)
        a = size / len(starts)
        bounds = np.ceil(a * (np.arange(len(starts)) + 0.5))
        np.testing.assert_array_equal(starts, bounds - bounds[0])
    runs = set()
    for seed in range(20):  # at ratio 4/3, a pair is followed by two single rows, always
        starts, ends = regions(FractionalMaxPool(4 / 3), 48, jax.random.key(seed))
        pairs = np.flatnonzero(ends > starts)
        assert set(np.diff(pairs)) == {3}
        runs.add(int(pairs[0]))
    assert runs == {0, 1, 2}
    starts, ends = regions(FractionalMaxPool(4 / 3, random=True), 48, jax.random.key(0))
    assert len(set(np.diff(np.flatnonzero(ends > starts)))) > 1


@pytest.mark.parametrize("random", [False, True])
def test_fractional_takes_each_region_once(random):
    layer, key = FractionalMaxPool(1.4, random), jax.random.key(5)
    x = np.random.default_rng(0).normal(size=(2, 11, 8))
    rows, columns = jax.random.split(key)
    (top, bottom), (left, right) = regions(layer, 11, rows), regions(layer, 8, columns)
    expected = [
        [
            [c[t : b + 1, u : v + 1].max() for u, v in zip(left, right, strict=True)]
            for t, b in zip(top, bottom, strict=True)
        ]
        for c in x
    ]
    np.testing.assert_array_equal(layer(jnp.asarray(x), key=key), expected)


def test_fractional_is_differentiable_and_random_only_with_a_key():
    layer, x = FractionalMaxPool(1.5, random=True), jax.random.normal(jax.random.key(2), (1, 9, 9))
    np.testing.assert_array_equal(layer(x), layer(x))
    drawn = [layer(x, key=jax.random.key(s)) for s in range(4)]
    assert any(not np.array_equal(drawn[0], other) for other in drawn[1:])
    gradient = jax.grad(lambda x: jnp.sum(layer(x)))(x)
    assert float(gradient.sum()) == 6 * 6 and set(np.unique(gradient)) == {0.0, 1.0}
    batch = jax.vmap(lambda x, k: layer(x, key=k))(
        jnp.stack([x, x]), jax.random.split(jax.random.key(0))
    )
    assert batch.shape == (2, 1, 6, 6)


def test_fractional_refuses():
    message = "FractionalMaxPool: ratio must lie in [1, 2]; got 2.5."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        FractionalMaxPool(2.5)
    with pytest.raises(
        ValueError, match=r"^FractionalMaxPool: ratio must lie in \[1, 2\]; got nan"
    ):
        FractionalMaxPool(float("nan"))
    message = (
        "FractionalMaxPool needs one sample of shape (channels, height, width), each side at least "
        "2; got shape (1, 1, 5). Batches go through jax.vmap."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        FractionalMaxPool(1.5)(jnp.zeros((1, 1, 5)))

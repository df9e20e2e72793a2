"""Cost and gradient: maths.md's sums as loops, and finite differences."""

import jax
import neighbours
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from spinnery.embedding.cost import cost, gradient

pytestmark = pytest.mark.usefixtures("x64")

TAILS = st.sampled_from(["gaussian", "student"])
CASES = {
    "tails": TAILS,
    "seed": st.integers(0, 10**6),
    "n": st.sampled_from([2, 3, 7]),  # few shapes: JAX compiles for each
    "d": st.sampled_from([1, 2]),
    "scale": st.sampled_from([1e-3, 0.3, 1.0, 3.0]),
}


def draw(seed, n, d, scale):
    rng = np.random.default_rng(seed)
    P = rng.exponential(size=(n, n)) * (rng.uniform(size=(n, n)) < 0.8)
    P[0, 1] = 1  # not empty
    P = P + P.T
    np.fill_diagonal(P, 0)
    return P / P.sum(), scale * rng.normal(size=(n, d))


def differences(f, Y, step):
    """Central differences of `f`, coordinate by coordinate."""
    out = np.zeros_like(Y)
    for index in np.ndindex(*Y.shape):
        there, back = Y.copy(), Y.copy()
        there[index] += step
        back[index] -= step
        out[index] = (float(f(there)) - float(f(back))) / (2 * step)
    return out


@given(**CASES)
def test_they_are_the_plain_loops(tails, seed, n, d, scale):
    P, Y = draw(seed, n, d, scale)
    value, slope = neighbours.cost_and_gradient(tails, P, Y)
    assert_allclose(cost(tails, P, Y, None, n), value, rtol=1e-9, atol=1e-12)
    size = max(np.abs(slope).max(), 1e-9)
    assert_allclose(np.asarray(gradient(tails, P, Y, None, n)) / size, slope / size, atol=1e-9)


@given(**CASES)
def test_gradient_is_the_difference_quotient(tails, seed, n, d, scale):
    P, Y = draw(seed, n, d, scale)
    slope = differences(lambda Y: cost(tails, P, Y, None, n), Y, 1e-5)
    assert_allclose(gradient(tails, P, Y, None, n), slope, rtol=1e-5, atol=1e-8)


@given(**CASES)
def test_new_points_have_a_cost_of_their_own(tails, seed, n, d, scale):
    rng = np.random.default_rng(seed)
    _, fixed = draw(seed, n, d, scale)
    P = rng.dirichlet(np.ones(n), size=3)
    Y = scale * rng.normal(size=(3, d))
    expected = neighbours.new_cost(tails, P, Y, fixed)
    assert_allclose(cost(tails, P, Y, fixed, n), expected, rtol=1e-9, atol=1e-12)
    slope = differences(lambda Y: cost(tails, P, Y, fixed, n), Y, 1e-5)
    assert_allclose(gradient(tails, P, Y, fixed, n), slope, rtol=1e-5, atol=1e-8)


@given(TAILS, st.integers(0, 10**6), st.sampled_from([2, 6]), st.booleans())
def test_padding_changes_nothing(tails, seed, n, joint):
    P, Y = draw(seed, n, 2, 1.0)
    rng = np.random.default_rng(seed)
    far = np.concatenate([Y, rng.normal(size=(5, 2))])
    if joint:
        padded, plain = (np.pad(P, (0, 5)), far, None), (P, Y, None)
    else:
        padded, plain = (np.pad(P, ((0, 0), (0, 5))), Y + 0.1, far), (P, Y + 0.1, Y)
    assert_allclose(cost(tails, *padded, n), cost(tails, *plain, n), rtol=1e-12)
    found = gradient(tails, *padded, n)
    assert_allclose(found[:n], gradient(tails, *plain, n), rtol=1e-10, atol=1e-14)
    assert_array_equal(found[n:], 0)


@given(**CASES)
def test_nothing_pulls_on_the_whole(tails, seed, n, d, scale):
    P, Y = draw(seed, n, d, scale)
    found = np.asarray(gradient(tails, P, Y, None, n))
    assert_allclose(found.sum(axis=0), 0, atol=1e-12)


def test_far_points_have_a_finite_cost():
    """exp(-d) of every pair vanishes in float32 here, and q must not."""
    Y = np.array([[0.0, 0], [30, 0], [0, 31]], np.float32)
    P = np.full((3, 3), 1 / 6, np.float32) * (1 - np.eye(3, dtype=np.float32))
    with jax.enable_x64(False):
        value, slope = cost("gaussian", P, Y, None, 3), gradient("gaussian", P, Y, None, 3)
    expected, _ = neighbours.cost_and_gradient("student", P, Y)
    exact = sum(P[i, j] * float(np.sum((Y[i] - Y[j]) ** 2)) for i in range(3) for j in range(3))
    assert_allclose(value, np.log(1 / 6) + exact - 900 + np.log(2), rtol=1e-5)
    assert np.isfinite(np.asarray(slope)).all() and expected > 0


@pytest.mark.parametrize("tails", ["gaussian", "student"])
def test_points_in_one_place(tails):
    P = (1 - np.eye(4)) / 12
    assert_allclose(cost(tails, P, np.zeros((4, 2)), None, 4), 0, atol=1e-14)
    assert_array_equal(gradient(tails, P, np.zeros((4, 2)), None, 4), np.zeros((4, 2)))

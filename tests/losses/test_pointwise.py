"""Losses that are sums over samples against their closed forms and differences of them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mean_poisson_deviance

import references as ref
from spinnery.losses import (
    BY_NAME,
    AnyLoss,
    Huber,
    Loss,
    PartialLikelihood,
    Poisson,
    SoftmaxCrossEntropy,
    resolve,
)

pytestmark = pytest.mark.usefixtures("x64")

POINTWISE = [name for name, kind in BY_NAME.items() if issubclass(kind, Loss)]
every_loss = pytest.mark.parametrize("name", POINTWISE)
OUTPUTS = arrays(np.float64, (4, 3), elements=st.floats(-6, 6).map(lambda v: round(v, 3)))
WEIGHTS = np.array([0.4, 0.0, 0.1, 0.5])


curvature_of = jax.jit(lambda loss, g, t, w: loss.curvature(g, t, w))
gradient_of = jax.jit(jax.grad(lambda g, loss, t: jnp.sum(loss.value(g, t))))


def targets_for(name, seed=0):
    """Targets `(4, 3)` off any kink: an irrational shift, class indicators, or counts."""
    rng = np.random.default_rng(seed)
    if name == "softmax":
        return np.eye(3)[rng.integers(0, 3, 4)]
    if name == "logistic":
        return rng.integers(0, 2, (4, 3)).astype(float)
    if name == "poisson":
        return rng.poisson(1.5, (4, 3)).astype(float)
    return rng.normal(size=(4, 3)) + np.pi * 1e-3


def numeric_gradient(f, g, h=1e-6):
    """Central differences of `f: (n, K) -> (n,)` in each output."""
    moves = h * np.eye(g.shape[1])
    return np.stack([(f(g + e) - f(g - e)) / (2 * h) for e in moves], axis=-1)


@every_loss
@given(outputs=OUTPUTS)
def test_value_gradient_and_curvature(name, outputs):
    loss, targets = resolve(name), targets_for(name)
    # magnitudes reach e^6 where there is a log link
    scale = 1 + np.exp(outputs.max()) if name == "poisson" else 1
    np.testing.assert_allclose(loss.value(outputs, targets), ref.loss_value(name, outputs, targets),
                               atol=1e-10)  # fmt: skip

    gradient = gradient_of(outputs, loss, targets)
    np.testing.assert_allclose(gradient, ref.loss_gradient(name, outputs, targets), atol=1e-10)
    numeric = numeric_gradient(lambda g: ref.loss_value(name, g, targets), outputs)
    np.testing.assert_allclose(gradient, numeric, atol=1e-7 * scale)

    curvature = np.asarray(curvature_of(loss, outputs, targets, WEIGHTS))
    h = 1e-6
    for k, e in enumerate(h * np.eye(3)):
        up, down = (ref.loss_gradient(name, outputs + d, targets) for d in (e, -e))
        expected = WEIGHTS[:, None] * (up - down) / (2 * h)
        np.testing.assert_allclose(curvature[:, :, k], expected, atol=1e-7 * scale)
    np.testing.assert_allclose(curvature, np.swapaxes(curvature, 1, 2), atol=1e-12)


def test_extreme_logits_cost_what_they_should():
    """A confident mistake costs its margin, a confident hit nothing."""
    g = jnp.asarray([[1e4, 0.0, -1e4]])
    loss = SoftmaxCrossEntropy()
    np.testing.assert_allclose([loss.value(g, t)[0] for t in np.eye(3)], [0, 1e4, 2e4])
    logistic = resolve("logistic")
    np.testing.assert_allclose(logistic.value(jnp.asarray([[1e4], [-1e4]]), jnp.ones((2, 1))),
                               [0, 1e4])  # fmt: skip


@given(outputs=OUTPUTS, shift=st.sampled_from([-1e4, -3.0, 0.5, 1e4]))
def test_softmax_is_blind_to_a_common_shift(outputs, shift):
    loss, targets = SoftmaxCrossEntropy(), targets_for("softmax")
    np.testing.assert_allclose(loss.value(outputs + shift, targets), loss.value(outputs, targets),
                               atol=1e-10)  # fmt: skip
    np.testing.assert_allclose(loss.link_inverse(outputs + shift), ref.softmax(outputs), atol=1e-10)


@given(outputs=OUTPUTS)
def test_softmax_curvature_is_the_softmax_jacobian(outputs):
    """`ds_i / dz_j = s_i (1[i = j] - s_j)`, maths.md section 1."""
    s = ref.softmax(outputs)
    expected = s[:, :, None] * (np.eye(3) - s[:, None, :])
    one_hot = np.eye(3)[[0, 0, 1, 2]]
    curvature = curvature_of(SoftmaxCrossEntropy(), outputs, one_hot, np.ones(4))
    np.testing.assert_allclose(curvature, expected, atol=1e-12)


def test_links():
    g = np.array([[0.3, -2.0, 1.0]])
    np.testing.assert_allclose(resolve("softmax").link_inverse(g).sum(axis=-1), 1)
    np.testing.assert_allclose(resolve("logistic").link_inverse(g), 1 / (1 + np.exp(-g)))
    np.testing.assert_allclose(resolve("poisson").link_inverse(g), np.exp(g))
    for name in ("squared", "huber", "absolute"):
        np.testing.assert_array_equal(resolve(name).link_inverse(g), g)


# -- Huber ------------------------------------------------------------------------------------


def test_huber_is_squared_inside_and_linear_outside():
    loss = Huber(delta=2.0)
    residuals = jnp.asarray([[0.0], [1.0], [2.0], [5.0], [-5.0]])
    values = loss.value(residuals, jnp.zeros((5, 1)))
    np.testing.assert_allclose(values, [0, 0.5, 2.0, 2 * (5 - 1), 2 * (5 - 1)])
    with pytest.raises(ValueError, match=r"^Huber: delta must be > 0; got 0\.$"):
        Huber(delta=0)


def test_huber_curves_at_an_exact_fit():
    curvature = curvature_of(Huber(), np.zeros((1, 1)), np.zeros((1, 1)), np.full(1, 0.25))
    assert float(curvature[0, 0, 0]) == 0.25


# -- Poisson ----------------------------------------------------------------------------------


@given(outputs=OUTPUTS, counts=arrays(np.int64, (4, 3), elements=st.integers(0, 9)))
def test_poisson_is_half_the_deviance_of_scikit_learn(outputs, counts):
    weights = WEIGHTS / WEIGHTS.sum()
    outputs = outputs / 2
    total = Poisson().total(outputs[:, None], counts[:, None].astype(float), weights[:, None])
    # scikit-learn's takes one column at a time
    deviances = [
        mean_poisson_deviance(counts[:, k], np.exp(outputs[:, k]), sample_weight=weights)
        for k in range(3)
    ]
    assert total.shape == (1,)
    np.testing.assert_allclose(float(total[0]), sum(deviances) / 2, rtol=1e-9, atol=1e-12)


@given(rate=st.floats(1e-6, 1e6))
@pytest.mark.parametrize("double", [True, False])
def test_poisson_is_never_negative_and_zero_at_the_right_rate(double, rate):
    with jax.enable_x64(double):
        targets = jnp.full((3, 1), rate)
        outputs = jnp.log(targets) + jnp.asarray([[0.0], [1e-4], [-1e-4]])
        values = np.asarray(Poisson().value(outputs, targets))
    assert (values >= 0).all()
    eps = np.finfo(values.dtype).eps
    assert values[0] <= 40 * eps * max(rate, 1)


def test_poisson_has_its_derivatives_at_the_right_rate_too():
    """Rounding at a value of 0 must not take them away."""
    with jax.enable_x64(False):
        targets = jnp.linspace(0.3, 3, 400)[:, None]
        outputs = jnp.log(targets) + 1e-4
        slopes = gradient_of(outputs, Poisson(), targets)
        np.testing.assert_allclose(slopes, 1e-4 * targets, atol=2e-6)
        curvature = curvature_of(Poisson(), outputs - 1e-4, targets, jnp.ones(400))
        np.testing.assert_allclose(curvature[:, :, 0], targets, rtol=1e-5)


def test_poisson_goes_on_along_its_tangent():
    """Beyond `e^30` value and slope are those of the tangent there: no step overflows."""
    loss, targets = Poisson(), jnp.asarray([[2.0]])
    far = np.array([[30.0], [31.0], [1e4]])
    constant = -2 + 2 * np.log(2)
    expected = np.exp(30) * (1 + far[:, 0] - 30) - 2 * far[:, 0] + constant
    np.testing.assert_allclose(loss.value(far, targets), expected, rtol=1e-12)
    for g in far[1:]:
        np.testing.assert_allclose(gradient_of(g[None], loss, targets), np.exp(30) - 2, rtol=1e-12)


# -- names ------------------------------------------------------------------------------------


def test_resolve():
    for name, cls in BY_NAME.items():
        assert type(resolve(name)) is cls and issubclass(cls, AnyLoss)
    assert set(BY_NAME.values()) - {BY_NAME[name] for name in POINTWISE} == {PartialLikelihood}
    own = Huber(delta=0.5)
    assert resolve(own) is own
    message = (
        r"^loss must be a Loss or one of 'squared', 'huber', 'absolute', 'poisson', 'logistic', "
        r"'softmax', 'partial'; got 'hinge'\.$"
    )
    with pytest.raises(ValueError, match=message):
        resolve("hinge")

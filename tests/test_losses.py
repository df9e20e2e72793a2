"""Losses against their closed forms, finite differences and extreme outputs."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import references as ref
from spinnery.losses import BY_NAME, Huber, Loss, SoftmaxCrossEntropy, resolve

pytestmark = pytest.mark.usefixtures("x64")

every_loss = pytest.mark.parametrize("name", list(BY_NAME))
OUTPUTS = arrays(np.float64, (4, 3), elements=st.floats(-6, 6).map(lambda v: round(v, 3)))


def targets_for(name, seed=0):
    """Targets `(4, 3)` off any kink: an irrational shift, or class indicators."""
    rng = np.random.default_rng(seed)
    if name == "softmax":
        return np.eye(3)[rng.integers(0, 3, 4)]
    if name == "logistic":
        return rng.integers(0, 2, (4, 3)).astype(float)
    return rng.normal(size=(4, 3)) + np.pi * 1e-3


def numeric_gradient(f, g, h=1e-6):
    """Central differences of `f: (n, K) -> (n,)` in each output."""
    moves = h * np.eye(g.shape[1])
    return np.stack([(f(g + e) - f(g - e)) / (2 * h) for e in moves], axis=-1)


@every_loss
@given(outputs=OUTPUTS)
def test_value_gradient_and_curvature(name, outputs):
    loss, targets = resolve(name), targets_for(name)
    np.testing.assert_allclose(loss.value(outputs, targets), ref.loss_value(name, outputs, targets),
                               atol=1e-10)  # fmt: skip

    gradient = jax.grad(lambda g: loss.value(g, targets).sum())(outputs)
    np.testing.assert_allclose(gradient, ref.loss_gradient(name, outputs, targets), atol=1e-10)
    numeric = numeric_gradient(lambda g: ref.loss_value(name, g, targets), outputs)
    np.testing.assert_allclose(gradient, numeric, atol=1e-7)

    curvature = np.asarray(loss.curvature(jnp.asarray(outputs), jnp.asarray(targets)))
    h = 1e-6
    for k, e in enumerate(h * np.eye(3)):
        up, down = (ref.loss_gradient(name, outputs + d, targets) for d in (e, -e))
        np.testing.assert_allclose(curvature[:, :, k], (up - down) / (2 * h), atol=1e-7)
    np.testing.assert_allclose(curvature, np.swapaxes(curvature, 1, 2), atol=1e-12)


@every_loss
@pytest.mark.parametrize("double", [True, False])
def test_finite_at_extreme_outputs(name, double):
    loss = resolve(name)
    with jax.enable_x64(double):
        g = jnp.asarray([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, 1e4], [0.0, 0.0, 1e4]])
        targets = jnp.asarray(targets_for(name))
        for out in (
            loss.value(g, targets),
            jax.grad(lambda g: loss.value(g, targets).sum())(g),
            loss.curvature(g, targets),
            loss.link_inverse(g),
        ):
            assert np.isfinite(out).all()


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
    curvature = SoftmaxCrossEntropy().curvature(jnp.asarray(outputs), jnp.asarray(np.eye(3)[:1]))
    np.testing.assert_allclose(curvature, expected, atol=1e-12)


def test_links():
    g = np.array([[0.3, -2.0, 1.0]])
    np.testing.assert_allclose(resolve("softmax").link_inverse(g).sum(axis=-1), 1)
    np.testing.assert_allclose(resolve("logistic").link_inverse(g), 1 / (1 + np.exp(-g)))
    for name in ("squared", "huber", "absolute"):
        np.testing.assert_array_equal(resolve(name).link_inverse(g), g)


def test_huber_is_squared_inside_and_linear_outside():
    loss = Huber(delta=2.0)
    residuals = jnp.asarray([[0.0], [1.0], [2.0], [5.0], [-5.0]])
    values = loss.value(residuals, jnp.zeros((5, 1)))
    np.testing.assert_allclose(values, [0, 0.5, 2.0, 2 * (5 - 1), 2 * (5 - 1)])
    with pytest.raises(ValueError, match=r"^Huber: delta must be > 0; got 0\.$"):
        Huber(delta=0)


def test_huber_curves_at_an_exact_fit():
    curvature = Huber().curvature(jnp.zeros((1, 1)), jnp.zeros((1, 1)))
    assert float(curvature[0, 0, 0]) == 1.0


def test_resolve():
    for name, cls in BY_NAME.items():
        assert type(resolve(name)) is cls and issubclass(cls, Loss)
    own = Huber(delta=0.5)
    assert resolve(own) is own
    message = (
        r"^loss must be a Loss or one of 'squared', 'huber', 'absolute', 'logistic', 'softmax'; "
        r"got 'hinge'\.$"
    )
    with pytest.raises(ValueError, match=message):
        resolve("hinge")

"""Networks above the first linear map, against a recursion written out in NumPy."""

from __future__ import annotations

from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import references as ref
from spinnery.losses import SoftmaxCrossEntropy
from spinnery.nn import (
    ACTIVATIONS,
    Dense,
    Upper,
    apply_lanes,
    init_lanes,
    init_network,
    lane_squared_norms,
)
from spinnery.nn.activations import init_variance

pytestmark = pytest.mark.usefixtures("x64")

N, P, T, K = 5, 6, 4, 3  # one width throughout, so that all depths share compiled operations
every_activation = pytest.mark.parametrize("activation", list(ACTIVATIONS))


def network(depth, activation, seed=0):
    """Data and a random network of `depth` layers: `(X, W, Upper, [(weight, bias), ...])`."""
    rng = np.random.default_rng(seed)
    sizes = [T] * (depth - 1) + [K]
    X, W = rng.normal(size=(N, P)), rng.normal(size=(P, sizes[0]))
    layers = [(rng.normal(size=s), rng.normal(size=s[1])) for s in pairwise(sizes)]
    bias = rng.normal(size=sizes[0])
    return X, W, Upper(bias, tuple(Dense(*layer) for layer in layers), activation), layers


def count(hidden):
    W, upper = init_network(np.random.default_rng(0), 784, hidden, 10, "sigmoid", np.float32)
    return W.size + sum(leaf.size for leaf in jax.tree.leaves(upper))


def test_parameter_counts():
    """784 -> 10 and 784 -> 10 -> 10; one hidden layer has `(D_x + 1) H + (H + 1) D_y`."""
    assert count(()) == 7_850
    assert count((10,)) == 7_960
    assert count((32,)) == 785 * 32 + 33 * 10


@every_activation
@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_backpropagation_by_hand(depth, activation):
    X, W, upper, layers = network(depth, activation)
    targets = np.eye(K)[[0, 1, 2, 0, 1]]
    phi = ACTIVATIONS[activation]

    def total(W, upper):
        return SoftmaxCrossEntropy().value(upper(X @ W), targets).sum()

    value, (gW, gu) = jax.value_and_grad(total, argnums=(0, 1))(W, upper)
    outputs = ref.forward(phi, W, upper.bias, layers, X)[-1]
    assert float(value) == pytest.approx(ref.loss_value("softmax", outputs, targets).sum())

    delta = ref.softmax(outputs) - targets
    rW, rb, rl = ref.backpropagate(phi, W, upper.bias, layers, X, delta)
    np.testing.assert_allclose(gW, rW, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(gu.bias, rb, rtol=1e-6, atol=1e-7)
    for layer, (weight, bias) in zip(gu.layers, rl, strict=True):
        np.testing.assert_allclose(layer.weight, weight, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(layer.bias, bias, rtol=1e-6, atol=1e-7)

    np.testing.assert_allclose(upper(X @ W, np), upper(jnp.asarray(X @ W)), atol=1e-12)
    assert isinstance(upper(X @ W, np), np.ndarray)


def test_activations_are_what_their_names_say():
    z = np.array([-3.0, -0.5, 0.0, 0.7, 4.0])
    expected = {
        "identity": z,
        "sigmoid": 1 / (1 + np.exp(-z)),
        "tanh": np.tanh(z),
        "relu": [0, 0, 0, 0.7, 4.0],
        "leaky_relu": [-0.3, -0.05, 0, 0.7, 4.0],
        "softplus": np.log(1 + np.exp(z)),
        # the tanh form stays within 5e-4 of `z Phi(z)`; Phi from tables
        "gelu": z * [0.0013499, 0.3085375, 0.5, 0.7580363, 0.9999683],
    }
    assert set(expected) == set(ACTIVATIONS)
    for name, values in expected.items():
        atol = 5e-4 if name == "gelu" else 1e-12
        np.testing.assert_allclose(ACTIVATIONS[name](z, np), values, atol=atol)
        np.testing.assert_allclose(ACTIVATIONS[name](jnp.asarray(z)), values, atol=atol)


@every_activation
def test_activations_stay_finite_far_out(activation):
    z = np.array([-1e4, 1e4], np.float32)
    phi = ACTIVATIONS[activation]
    assert np.isfinite(phi(z, np)).all()
    assert np.isfinite(jax.grad(lambda z: phi(z).sum())(jnp.asarray(z))).all()


@every_activation
def test_without_layers_the_model_is_linear(activation):
    rng = np.random.default_rng(1)
    upper = Upper(rng.normal(size=K), (), activation)
    a, b = rng.normal(size=(2, N, K))
    np.testing.assert_allclose(upper(a), a + upper.bias)
    np.testing.assert_allclose(upper(2 * a - b), 2 * upper(a) - upper(b), atol=1e-12)
    assert float(upper.squared_norm()) == 0


def test_identity_layers_collapse_into_one_matrix():
    X, W, upper, layers = network(3, "identity")
    (A, a), (B, b) = layers
    np.testing.assert_allclose(upper(X @ W), X @ (W @ A @ B) + (upper.bias @ A + a) @ B + b)


def test_lanes_are_separate_networks():
    lanes = [network(3, "tanh", seed) for seed in range(4)]
    batch = jax.tree.map(lambda *a: jnp.stack(a), *[upper for _, _, upper, _ in lanes])
    Z = np.stack([X @ W for X, W, _, _ in lanes], axis=1)
    outputs, norms = apply_lanes(batch, Z), lane_squared_norms(batch)
    assert outputs.shape == (N, 4, K)
    for b, (_, _, upper, layers) in enumerate(lanes):
        np.testing.assert_allclose(outputs[:, b], upper(Z[:, b]), atol=1e-12)
        assert float(norms[b]) == pytest.approx(sum((w**2).sum() for w, _ in layers))


def test_init_scale_and_zero_biases():
    """Uniform with variance `2 / in` for rectifiers and `2 / (in + out)` otherwise."""
    for activation, variance in (("relu", 2 / 200), ("tanh", 2 / 250)):
        assert init_variance(activation, 200, 50) == variance
        rng = np.random.default_rng(3)
        W, upper = init_network(rng, 200, (50, 40), 2, activation, np.float32)
        assert W.shape == (200, 50) and W.dtype == np.float32
        assert float(W.var()) == pytest.approx(variance, rel=0.05)
        assert float(np.abs(W).max()) <= np.sqrt(3 * variance)
        assert [layer.weight.shape for layer in upper.layers] == [(50, 40), (40, 2)]
        for bias in (upper.bias, *(layer.bias for layer in upper.layers)):
            assert bias.dtype == np.float32 and not np.any(bias)


def test_lanes_start_from_their_seeds():
    W, upper = init_lanes([4, 7, 4], 5, (4, 4), 2, "tanh", np.float32)
    assert W.shape == (5, 3, 4) and upper.layers[0].weight.shape == (3, 4, 4)
    alone, other = init_network(np.random.default_rng(7), 5, (4, 4), 2, "tanh", np.float32)
    np.testing.assert_array_equal(W[:, 1], alone)
    np.testing.assert_array_equal(upper.layers[0].weight[1], other.layers[0].weight)
    np.testing.assert_array_equal(W[:, 0], W[:, 2])
    assert not np.allclose(W[:, 0], W[:, 1])


def test_a_linear_model_starts_at_zero():
    W, upper = init_network(np.random.default_rng(0), 7, (), 3, "tanh", np.float32)
    assert W.shape == (7, 3) and not np.any(W) and not np.any(upper.bias) and not upper.layers

"""Whole networks against plain NumPy, their parameter counts, and the examples of maths.md."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import references as ref
from spinnery.nn import ACTIVATIONS, MLP, TiedAutoencoder
from spinnery.nn.mlp import init_mlp, init_tied, is_weight, layer_shapes

pytestmark = pytest.mark.usefixtures("x64")

N, P, T, K = 5, 6, 4, 3
every_activation = pytest.mark.parametrize("activation", list(ACTIVATIONS))


def random_like(network, seed=0):
    """The network with all its parameters drawn anew, biases too."""
    rng = np.random.default_rng(seed)
    return jax.tree.map(lambda a: rng.normal(size=np.shape(a)), network)


def mlp(depth, activation="tanh", seed=0):
    rng = np.random.default_rng(seed)
    return random_like(init_mlp(rng, P, (T,) * (depth - 1), K, activation, float), seed)


def parts(network):
    layers = [(layer.weight, layer.bias) for layer in network.upper.layers]
    return network.weight, network.upper.bias, layers


def n_parameters(network):
    return sum(int(np.prod(shape)) for _, shape in layer_shapes(network))


@every_activation
@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_forward_and_layers(depth, activation):
    network, phi = mlp(depth, activation), ACTIVATIONS[activation]
    X = np.random.default_rng(1).normal(size=(N, P))
    z = ref.forward(phi, *parts(network), X)
    np.testing.assert_allclose(network(X, np), z[-1], atol=1e-12)
    assert isinstance(network(X, np), np.ndarray)
    np.testing.assert_allclose(jax.vmap(network)(X), z[-1], atol=1e-12)

    found = network.layers(X, np)
    assert len(found) == depth
    for k, h in enumerate(found):
        np.testing.assert_allclose(h, z[k] if k == depth - 1 else phi(z[k], np), atol=1e-12)
    for k in range(1, depth):
        np.testing.assert_allclose(network.decode(found[k - 1], k, np), z[-1], atol=1e-12)


@pytest.mark.parametrize("hidden, count", [((), 7_850), ((10,), 7_960)])
def test_counts_of_the_digits(hidden, count):
    """784 -> 10 and 784 -> 10 -> 10."""
    assert n_parameters(init_mlp(np.random.default_rng(0), 784, hidden, 10, "relu", float)) == count


@given(p=st.integers(1, 50), width=st.integers(1, 50), k=st.integers(1, 20))
def test_count_of_one_hidden_layer(p, width, k):
    network = init_mlp(np.random.default_rng(0), p, (width,), k, "tanh", np.float32)
    assert n_parameters(network) == (p + 1) * width + (width + 1) * k
    tied = init_tied(np.random.default_rng(0), p, (width,), "tanh", np.float32)
    assert n_parameters(tied) == p * width + width + p


def test_names_and_shapes_of_the_parameters():
    assert layer_shapes(mlp(2)) == [
        ("weight", (P, T)), ("upper.bias", (T,)), ("upper.layers[0].weight", (T, K)),
        ("upper.layers[0].bias", (K,)),
    ]  # fmt: skip


# -- tied autoencoders ----------------------------------------------------------------------------


@every_activation
@pytest.mark.parametrize("hidden", [(T,), (5, T), (5, 4, 2)])
def test_tied_autoencoder(hidden, activation):
    """`h_k = a(h W_k + b_k)` down, `a(h W_k' + c_k)` back, the last without activation."""
    rng, phi = np.random.default_rng(0), ACTIVATIONS[activation]
    net = random_like(init_tied(rng, P, hidden, activation, float))
    X = rng.normal(size=(N, P))
    weights = [net.weight, *net.inner]
    h, codes = X, []
    for weight, bias in zip(weights, net.encoder_bias, strict=True):
        h = phi(h @ weight + bias, np)
        codes.append(h)
    for k, (weight, bias) in enumerate(zip(weights[::-1], net.decoder_bias, strict=True)):
        h = h @ weight.T + bias
        h = h if k == len(hidden) - 1 else phi(h, np)
    np.testing.assert_allclose(net(X, np), h, atol=1e-12)
    np.testing.assert_allclose(jax.vmap(net)(X), h, atol=1e-12)
    for found, code in zip(net.layers(X, np), codes, strict=True):
        np.testing.assert_allclose(found, code, atol=1e-12)


@pytest.mark.parametrize("hidden", [(T,), (5, T)])
def test_a_new_tied_autoencoder_can_learn(hidden):
    """No weight is zero, where a tied network would have no gradient and stay."""
    net = init_tied(np.random.default_rng(0), P, hidden, "sigmoid", np.float32)
    assert isinstance(net, TiedAutoencoder)
    assert [w.shape for w in (net.weight, *net.inner)] == list(
        zip((P, *hidden), hidden, strict=False)
    )
    assert all(np.all(w != 0) and w.dtype == np.float32 for w in (net.weight, *net.inner))
    assert not any(np.any(b) for b in (*net.encoder_bias, *net.decoder_bias))


# -- ridge ----------------------------------------------------------------------------------------


def weights(network):
    """Shapes of the arrays that ridge acts on."""
    arrays = jax.tree_util.tree_flatten_with_path(eqx.filter(network, eqx.is_inexact_array))[0]
    return [leaf.shape for path, leaf in arrays if is_weight(path, leaf)]


def test_biases_of_all_kinds_are_no_weights():
    """A convolution's bias has three axes, a layer's with a single output one entry."""
    keys = jax.random.split(jax.random.key(0), 3)
    network = eqx.nn.Sequential(
        [
            eqx.nn.Conv2d(2, 3, 2, key=keys[0]), eqx.nn.Conv1d(3, 3, 1, key=keys[1]),
            eqx.nn.Linear(5, 1, key=keys[2]), eqx.nn.LayerNorm(4),
        ]
    )  # fmt: skip
    assert weights(network) == [(3, 2, 2, 2), (3, 3, 1), (1, 5)]
    assert weights(mlp(3)) == [(P, T), (T, T), (T, K)]
    tied = init_tied(np.random.default_rng(0), P, (5, T), "tanh", float)
    assert weights(tied) == [(P, 5), (5, T)]


# -- the seeds' examples --------------------------------------------------------------------------


def test_chain_rule_example():
    """maths.md, section 1: `f = (x^2 + s(y)) / (3x + y - s(x))` at (1, 0)."""

    def f(x, y):
        return (x**2 + jax.nn.sigmoid(y)) / (3 * x + y - jax.nn.sigmoid(x))

    found = jax.grad(f, argnums=(0, 1))(1.0, 0.0)
    np.testing.assert_allclose(found, (0.06465, -0.18119), atol=6e-6)


@given(z=st.lists(st.floats(-20, 20), min_size=K, max_size=K))
def test_softmax_jacobian(z):
    """`ds_i / dz_j = s_i (1[i = j] - s_j)`."""
    z = np.array(z)
    s = ref.softmax(z)
    jacobian = jax.jacobian(jax.nn.softmax)(jnp.asarray(z))
    np.testing.assert_allclose(jacobian, np.diag(s) - np.outer(s, s), atol=1e-12)
    sigmoid = ACTIVATIONS["sigmoid"]
    slope = jax.vmap(jax.grad(sigmoid))(jnp.asarray(z))
    np.testing.assert_allclose(slope, sigmoid(z, np) - sigmoid(z, np) ** 2, atol=1e-12)


@pytest.mark.parametrize("shift", [-1e4, 1e4])
def test_the_loss_does_not_see_a_shift_of_the_outputs(shift):
    from spinnery.losses import SoftmaxCrossEntropy

    network, loss = mlp(2), SoftmaxCrossEntropy()
    X, targets = np.random.default_rng(2).normal(size=(N, P)), np.eye(K)[[0, 1, 2, 0, 1]]
    moved = eqx.tree_at(lambda n: n.upper.layers[-1].bias, network, replace_fn=lambda b: b + shift)

    def value(network):
        return jnp.sum(loss.value(jax.vmap(network)(X), targets))

    for a, b in zip(
        jax.tree.leaves(jax.value_and_grad(value)(network)),
        jax.tree.leaves(jax.value_and_grad(value)(moved)),
        strict=True,
    ):
        np.testing.assert_allclose(a, b, atol=1e-9)


def test_identity_layers_collapse_into_one_matrix():
    network = mlp(3, "identity")
    W, _, ((A, _), (B, _)) = parts(network)
    origin = network(np.zeros(P), np)
    X = np.random.default_rng(3).normal(size=(N, P))
    np.testing.assert_allclose(network(X, np) - origin, X @ (W @ A @ B), atol=1e-12)


def test_seeds_decide():
    a, b, c = (
        init_mlp(np.random.default_rng(s), P, (T,), K, "relu", np.float32) for s in (0, 0, 1)
    )
    assert isinstance(a, MLP)
    np.testing.assert_array_equal(a.weight, b.weight)
    assert np.all(a.weight != c.weight)

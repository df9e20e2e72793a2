"""First-layer rows: there and back, for every layer that may come first."""

from __future__ import annotations

import re

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinnery.nn.inputs import first_rows, input_norms, with_first_rows
from spinnery.nn.mlp import init_mlp, init_tied

KEY = jax.random.key(0)
SHAPES = {"linear": (6,), "conv1d": (3, 8), "conv2d": (3, 5, 5), "nested": (2, 4, 4)}


class Classifier(eqx.Module):
    """A user's module; the first layer is found however deep it lies."""

    body: eqx.nn.Sequential
    head: eqx.nn.Linear

    def __call__(self, x):
        return self.head(self.body(x))


def networks():
    relu, flat = eqx.nn.Lambda(jax.nn.relu), eqx.nn.Lambda(jnp.ravel)
    inner = eqx.nn.Sequential([eqx.nn.Conv2d(2, 3, 2, key=KEY), relu, flat])
    rng = np.random.default_rng(0)
    return {
        "mlp": init_mlp(rng, 6, (4,), 2, "relu", np.float32),
        "softmax": init_mlp(rng, 6, (), 2, "relu", np.float32),
        "tied": init_tied(rng, 6, (4,), "tanh", np.float32),
        "linear": eqx.nn.Sequential([relu, eqx.nn.Linear(6, 4, key=KEY)]),
        "conv1d": eqx.nn.Sequential([eqx.nn.Conv1d(3, 4, 2, key=KEY), flat]),
        "conv2d": eqx.nn.Sequential([eqx.nn.Conv2d(3, 4, (2, 3), key=KEY), relu]),
        "nested": Classifier(
            eqx.nn.Sequential([eqx.nn.Sequential([relu]), inner]), eqx.nn.Linear(27, 2, key=KEY)
        ),
    }


every_network = pytest.mark.parametrize("name", list(networks()))


@every_network
def test_round_trip(name):
    network = networks()[name]
    rows = first_rows(network)
    other = np.random.default_rng(1).normal(size=rows.shape).astype(np.float32)
    np.testing.assert_array_equal(first_rows(with_first_rows(network, other)), other)
    back = with_first_rows(with_first_rows(network, other), rows)
    for a, b in zip(jax.tree.leaves(back), jax.tree.leaves(network), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", list(SHAPES))
def test_a_zero_row_makes_its_input_vanish(name):
    """And no other: outputs change with every input but the one whose row is zero."""
    network, shape = networks()[name], SHAPES[name]
    rows = np.abs(np.asarray(first_rows(network))) + 0.1
    rows[1] = 0
    network = with_first_rows(network, rows)
    x = jnp.abs(jax.random.normal(KEY, shape)) + 0.1
    for j in range(shape[0]):
        moved = x.at[j].add(1.0)
        same = np.array_equal(network(x), network(moved))
        assert same == (j == 1), f"input {j}"
    norms = input_norms(network, shape)
    assert norms.shape == (shape[0],)
    np.testing.assert_array_equal(norms == 0, np.arange(shape[0]) == 1)
    np.testing.assert_allclose(norms, np.sqrt((rows.astype(float) ** 2).sum(axis=1)))


def test_norms_do_not_overflow():
    network = init_mlp(np.random.default_rng(0), 2, (), 1, "relu", np.float32)
    network = with_first_rows(network, np.array([[3e30], [0.0]], np.float32))
    np.testing.assert_allclose(input_norms(network, (2,)), [3e30, 0])


def test_rows_that_say_nothing_about_the_inputs():
    flat = eqx.nn.Lambda(jnp.ravel)
    pooled = eqx.nn.Sequential([eqx.nn.MaxPool2d(2), flat, eqx.nn.Linear(3, 2, key=KEY)])
    assert input_norms(pooled, (3, 2, 2)) is None
    grouped = eqx.nn.Sequential([eqx.nn.Conv2d(4, 4, 2, groups=2, key=KEY), flat])
    assert input_norms(grouped, (4, 3, 3)) is None
    assert input_norms(eqx.nn.Sequential([flat]), (3,)) is None


@pytest.mark.parametrize(
    "network, message",
    [
        (
            eqx.nn.LayerNorm(3),
            "network has no dense or convolutional layer to find its inputs in; got LayerNorm. "
            "Begin it with eqx.nn.Linear or eqx.nn.Conv, or leave penalty and max_features out.",
        ),
        (
            eqx.nn.Conv2d(4, 4, 2, groups=2, key=KEY),
            "a penalised convolution must have groups=1, so that each channel has weights of its "
            "own; got groups=2.",
        ),
    ],
)
def test_networks_without_rows(network, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        first_rows(network)

"""Networks that do not fit the data are refused before training, in one sentence."""

from __future__ import annotations

import re

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinnery.nn.checks import cast, check_network

KEY = jax.random.key(0)


def conv(channels=1):
    return eqx.nn.Sequential(
        [
            eqx.nn.Conv2d(channels, 2, 3, key=KEY), eqx.nn.Lambda(jnp.ravel),
            eqx.nn.Linear(72, 3, key=KEY),
        ]
    )  # fmt: skip


class Needs(eqx.Module):
    """Takes no `key` by default, so it cannot predict."""

    def __call__(self, x, key):
        return x


class Silent(eqx.Module):
    def __call__(self, x):
        raise AssertionError


def test_number_of_outputs():
    assert check_network(conv(), (1, 8, 8), (3,)) == 3
    assert check_network(eqx.nn.Linear(4, 2, key=KEY), (4,), (1, 2)) == 2


def test_nothing_is_computed():
    """A sample's shape is enough: a huge one costs nothing."""
    wide = eqx.nn.Sequential(
        [eqx.nn.Conv2d(1, 1, 1, key=KEY), eqx.nn.Lambda(lambda x: x[0, 0, :2])]
    )
    assert check_network(wide, (1, 10**5, 10**5), (2,)) == 2


BEFORE = "network cannot take one sample of shape {shape}: "
AFTER = (
    " Set input_shape to what its first layer expects (channels first for a convolution), or "
    "change the network."
)


@pytest.mark.parametrize(
    "network, shape",
    [(conv(3), (1, 8, 8)), (conv(), (64,)), (conv(), (1, 9, 8)), (Needs(), (3,)), (Silent(), (3,))],
)
def test_a_sample_that_the_network_cannot_take(network, shape):
    before, after = re.escape(BEFORE.format(shape=shape)), re.escape(AFTER)
    with pytest.raises(ValueError, match=f"^{before}.+{after}$"):
        check_network(network, shape, (3,))


@pytest.mark.parametrize(
    "network, wanted, message",
    [
        (lambda x: x, (3,), "network must be an Equinox module that maps one sample to its raw "
         "outputs, such as eqx.nn.Sequential([...]); got function."),
        (None, (3,), "network must be an Equinox module that maps one sample to its raw outputs, "
         "such as eqx.nn.Sequential([...]); got NoneType."),
        (eqx.nn.BatchNorm(4, "batch", mode="ema"), (4,), "network keeps state between calls (batch "
         "normalisation, say), which mini-batches of independent samples cannot train. Use "
         "eqx.nn.LayerNorm or eqx.nn.GroupNorm instead."),
        (eqx.nn.Linear(4, 5, key=KEY), (1, 2), "network must map one sample to raw outputs of "
         "shape (1,) or (2,) for these targets; got shape (5,). Change its last layer."),
        (eqx.nn.Linear(4, "scalar", key=KEY), (1,), "network must map one sample to raw outputs of "
         "shape (1,) for these targets; got shape (). Change its last layer."),
        (eqx.nn.Lambda(lambda x: (x, x)), (4,), "network must map one sample to raw outputs of "
         "shape (4,) for these targets; got shape tuple. Change its last layer."),
    ],
)  # fmt: skip
def test_networks_of_the_wrong_kind(network, wanted, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_network(network, (4,), wanted)


def test_dropout_is_off_while_checking():
    net = eqx.nn.Sequential([eqx.nn.Dropout(0.5), eqx.nn.Linear(4, 1, key=KEY)])
    assert check_network(net, (4,), (1,)) == 1


def test_cast_touches_floats_alone():
    class Mixed(eqx.Module):
        weight: jax.Array
        index: jax.Array
        name: str = "a"

    given = Mixed(jnp.ones(2), jnp.arange(2))
    found = cast(given, "float64")
    assert found.weight.dtype == np.float64 and found.index.dtype == given.index.dtype
    assert found.name == "a" and given.weight.dtype == np.float32

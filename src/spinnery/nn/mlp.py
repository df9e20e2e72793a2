"""Whole networks, one sample at a time: what mini-batch training takes."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from ..storage.registry import storable
from .activations import ACTIVATIONS
from .upper import Upper, init_network


@storable
class MLP(eqx.Module):
    """A multi-layer perceptron: first-layer rows `weight` `(p, T)` and the network above.

    `mlp(x)` maps `(..., p)` to raw outputs `(..., K)`; with `xp=numpy` it computes without JAX.
    """

    weight: Array
    upper: Upper

    def __call__(self, x: Array, xp=jnp) -> Array:
        return self.upper(x @ self.weight, xp)

    def layers(self, x: Array, xp=jnp) -> list[Array]:
        """Activations of every layer, the raw outputs last."""
        h = [x @ self.weight + self.upper.bias]
        for layer in self.upper.layers:
            h[-1] = ACTIVATIONS[self.upper.activation](h[-1], xp)
            h.append(layer(h[-1]))
        return h

    def decode(self, code: Array, depth: int, xp=jnp) -> Array:
        """Raw outputs from the activations of hidden layer `depth`, counted from 1."""
        first, *rest = self.upper.layers[depth - 1 :]
        h = first(code)
        for layer in rest:
            h = layer(ACTIVATIONS[self.upper.activation](h, xp))
        return h


@storable
class TiedAutoencoder(eqx.Module):
    """An autoencoder whose decoder is the encoder transposed, layer by layer.

    `h_k = a(h_{k-1} W_k + b_k)` up to the code, then `h_{k-1} = a(h_k W_k' + c_k)` back, without
    activation at the very end.
    """

    weight: Array  # (p, first width)
    inner: tuple[Array, ...]  # the encoder's further weights
    encoder_bias: tuple[Array, ...]
    decoder_bias: tuple[Array, ...]  # the code's first, the reconstruction's last
    activation: str = eqx.field(static=True)

    def layers(self, x: Array, xp=jnp) -> list[Array]:
        """Activations of the encoder's layers, the code last."""
        h = [x]
        for weight, bias in zip((self.weight, *self.inner), self.encoder_bias, strict=True):
            h.append(ACTIVATIONS[self.activation](h[-1] @ weight + bias, xp))
        return h[1:]

    def decode(self, code: Array, depth: int = 0, xp=jnp) -> Array:
        """The reconstruction from the code; `depth` is that of the encoder."""
        h = code
        for weight, bias in zip(self.inner[::-1], self.decoder_bias[:-1], strict=True):
            h = ACTIVATIONS[self.activation](h @ weight.T + bias, xp)
        return h @ self.weight.T + self.decoder_bias[-1]

    def __call__(self, x: Array, xp=jnp) -> Array:
        return self.decode(self.layers(x, xp)[-1], xp=xp)


def init_mlp(
    rng: np.random.Generator, n_features: int, hidden: tuple[int, ...], n_outputs: int,
    activation: str, dtype,
) -> MLP:  # fmt: skip
    """An `MLP` with the initial weights of `init_network`."""
    return MLP(*init_network(rng, n_features, hidden, n_outputs, activation, dtype))


def init_tied(
    rng: np.random.Generator, n_features: int, hidden: tuple[int, ...], activation: str, dtype
) -> TiedAutoencoder:
    """A `TiedAutoencoder` with encoder widths `hidden`."""
    net = init_mlp(rng, n_features, hidden[:-1], hidden[-1], activation, dtype)
    if len(hidden) == 1:  # `init_network` starts a linear map at zero, from which this cannot move
        net = init_mlp(rng, n_features, hidden, n_features, activation, dtype)
    weights = [net.weight, *(layer.weight for layer in net.upper.layers)][: len(hidden)]
    widths = (n_features, *hidden)
    return TiedAutoencoder(
        weights[0],
        tuple(weights[1:]),
        tuple(np.zeros(b, dtype) for b in widths[1:]),
        tuple(np.zeros(b, dtype) for b in widths[-2::-1]),
        activation,
    )


def is_weight(path: tuple, array: Array) -> bool:
    """Whether ridge applies: two or more axes, and not a bias (a convolution's has three)."""
    return array.ndim > 1 and "bias" not in jax.tree_util.keystr(path[-1:])


def layer_shapes(network) -> list[tuple[str, tuple[int, ...]]]:
    """Name and shape of every parameter array, in the order of the tree."""
    arrays = eqx.filter(network, eqx.is_inexact_array)
    named = jax.tree_util.tree_flatten_with_path(arrays)[0]
    return [(jax.tree_util.keystr(path).lstrip("."), leaf.shape) for path, leaf in named]

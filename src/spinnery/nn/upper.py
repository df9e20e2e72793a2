"""The network above the first linear map."""

from __future__ import annotations

import itertools

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from ..storage.registry import storable
from .activations import ACTIVATIONS, init_variance


@storable
class Dense(eqx.Module):
    """`h @ weight + bias`."""

    weight: Array
    bias: Array

    def __call__(self, h: Array) -> Array:
        return h @ self.weight + self.bias


@storable
class Upper(eqx.Module):
    """Everything above `Z = X W`: first bias, activations, further layers.

    `upper(Z)` maps `(..., T)` to raw outputs `(..., K)`. Without layers it only adds the bias:
    the model is linear and `T = K`. A batch of models (lanes) is an `Upper` whose arrays carry a
    leading lane axis; `apply_lanes` evaluates it.
    """

    bias: Array
    layers: tuple[Dense, ...]
    activation: str = eqx.field(static=True)

    def __call__(self, Z: Array, xp=jnp) -> Array:
        h = Z + self.bias
        for layer in self.layers:
            h = layer(ACTIVATIONS[self.activation](h, xp))
        return h

    def cohort(self, m: int) -> Upper:
        """Cohort m's network: this one."""
        return self

    def squared_norm(self) -> Array:
        """Sum of squared weights, biases left out."""
        return sum(
            (jnp.sum(layer.weight**2) for layer in self.layers), jnp.zeros((), self.bias.dtype)
        )


def apply_lanes(upper: Upper, Z: Array) -> Array:
    """Outputs `(n, B, K)` of B models at `Z` of shape `(n, B, T)`."""
    return jax.vmap(lambda u, z: u(z), in_axes=(0, 1), out_axes=1)(upper, Z)


def lane_squared_norms(upper) -> Array:
    """`squared_norm` of each of B models, `(B,)`."""
    return jax.vmap(lambda u: u.squared_norm())(upper)


def widths(hidden: tuple[int, ...], n_outputs: int) -> tuple[int, ...]:
    """Layer widths from the first linear map up; the first is T."""
    return (*hidden, n_outputs)


def init_network(
    rng: np.random.Generator, n_features: int, hidden: tuple[int, ...], n_outputs: int,
    activation: str, dtype,
) -> tuple[np.ndarray, Upper]:  # fmt: skip
    """One model's first-layer weights `(p, T)` and upper network, as NumPy arrays.

    Weights are uniform with the variance of `init_variance`, biases zero; a linear model
    (`hidden=()`) starts at zero, where its convex problem needs no symmetry breaking. Drawn by
    NumPy because JAX would compile a sampler for every shape.
    """
    sizes = widths(hidden, n_outputs)
    if not hidden:
        first = np.zeros((n_features, n_outputs), dtype)
        return first, Upper(np.zeros(n_outputs, dtype), (), activation)

    def uniform(fan_in, fan_out):
        bound = (3 * init_variance(activation, fan_in, fan_out)) ** 0.5
        return rng.uniform(-bound, bound, (fan_in, fan_out)).astype(dtype)

    first = uniform(n_features, sizes[0])
    layers = tuple(Dense(uniform(a, b), np.zeros(b, dtype)) for a, b in itertools.pairwise(sizes))
    return first, Upper(np.zeros(sizes[0], dtype), layers, activation)


def init_lanes(
    seeds: list[int], n_features: int, hidden: tuple[int, ...], n_outputs: int, activation: str,
    dtype,
) -> tuple[np.ndarray, Upper]:  # fmt: skip
    """One model per seed: first layers `(p, B, T)` side by side, and `Upper` with a lane axis."""
    nets = [
        init_network(np.random.default_rng(s), n_features, hidden, n_outputs, activation, dtype)
        for s in seeds
    ]
    W = np.stack([net[0] for net in nets], axis=1)
    return W, jax.tree.map(lambda *leaves: np.stack(leaves), *[net[1] for net in nets])

"""What of a fitted model goes into a graph, whatever estimator it is of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ..nn import ACTIVATIONS, Upper
from ..nn.mlp import MLP, TiedAutoencoder


@dataclass(frozen=True)
class Linear:
    """`h @ weight + bias`."""

    weight: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True)
class Activation:
    """One of `nn.ACTIVATIONS`, by name."""

    name: str


Layer = Linear | Activation


@dataclass(frozen=True)
class Network:
    """From standardised columns to raw outputs, and these to the targets' units."""

    columns: np.ndarray  # (k,) of the numbers that the model's form gives
    center: np.ndarray  # (k,)
    scale: np.ndarray  # (k,)
    layers: list[Layer]
    out_center: np.ndarray  # (K,)
    out_scale: np.ndarray  # (K,)


def sparse_layers(W: np.ndarray, upper: Upper) -> list[Layer]:
    """Of first-layer rows and the network above."""
    found: list[Layer] = [Linear(W, upper.bias)]
    for layer in upper.layers:
        found += [Activation(upper.activation), Linear(layer.weight, layer.bias)]
    return found


# What users put between layers, under the names that this package has for it.
KNOWN: dict[Callable, str] = {
    jnp.tanh: "tanh", jax.nn.tanh: "tanh", jax.nn.relu: "relu", jax.nn.sigmoid: "sigmoid",
    jax.nn.softplus: "softplus", jax.nn.gelu: "gelu", jax.nn.identity: "identity",
    **{function: name for name, function in ACTIVATIONS.items()},
}  # fmt: skip


@singledispatch
def layers_of(network: Any) -> list[Layer]:
    """Layers of an Equinox network, in order.

    Raises
    ------
    ValueError
        If one is not plain: linear, an activation, dropout (nothing in prediction), or several of
        these in a row.
    """
    raise ValueError(
        f"to_onnx writes plain layers, and {type(network).__name__} is none: it knows "
        "equinox.nn.Linear, Lambda with a usual activation, Identity, Dropout, and Sequential of "
        "these. Write the others with onnx.helper, or build the network with hidden=..."
    )


@layers_of.register
def _(network: MLP) -> list[Layer]:
    return sparse_layers(network.weight, network.upper)


@layers_of.register
def _(network: TiedAutoencoder) -> list[Layer]:
    bent, weights = Activation(network.activation), (network.weight, *network.inner)
    found: list[Layer] = []
    for weight, bias in zip(weights, network.encoder_bias, strict=True):
        found += [Linear(weight, bias), bent]
    for weight, bias in zip(weights[::-1], network.decoder_bias, strict=True):
        found += [Linear(weight.T, bias), bent]
    return found[:-1]  # the end is linear


@layers_of.register
def _(network: eqx.nn.Sequential) -> list[Layer]:
    return [layer for part in network.layers for layer in layers_of(part)]


@layers_of.register
def _(network: eqx.nn.Linear) -> list[Layer]:
    weight = np.asarray(network.weight).T
    bias = np.zeros(weight.shape[1]) if network.bias is None else np.asarray(network.bias)
    return [Linear(weight, bias)]


@layers_of.register(eqx.nn.Identity)
@layers_of.register(eqx.nn.Dropout)
def _(network: eqx.Module) -> list[Layer]:
    return []


@layers_of.register
def _(network: eqx.nn.Lambda) -> list[Layer]:
    name = KNOWN.get(network.fn)
    if name is None:
        raise ValueError(
            f"to_onnx does not know the activation {getattr(network.fn, '__name__', network.fn)!r} "
            "of a Lambda: it knows jax.nn.relu, sigmoid, tanh, softplus, gelu, identity, and those "
            "of spinnery.nn. Use one of these, or write the network with onnx.helper."
        )
    return [Activation(name)]

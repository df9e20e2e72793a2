"""The rows of a network's first layer: all weights that one input meets.

An input is a feature for a dense first layer and a channel for a convolution. A penalty on the
rows makes whole features or whole channels vanish.
"""

from __future__ import annotations

import math
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from .mlp import MLP, TiedAutoencoder

_LAYERS = (MLP, TiedAutoencoder, eqx.nn.Linear, eqx.nn.Conv)


def _first(network: Any) -> Any:
    found = [
        leaf
        for leaf in jax.tree.leaves(network, is_leaf=lambda x: isinstance(x, _LAYERS))
        if isinstance(leaf, _LAYERS)
    ]
    if not found:
        raise ValueError(
            f"network has no dense or convolutional layer to find its inputs in; got "
            f"{type(network).__name__}. Begin it with eqx.nn.Linear or eqx.nn.Conv, or leave "
            "penalty and max_features out."
        )
    layer = found[0]
    if isinstance(layer, eqx.nn.Conv) and layer.groups != 1:
        raise ValueError(
            f"a penalised convolution must have groups=1, so that each channel has weights of its "
            f"own; got groups={layer.groups}."
        )
    return layer


def first_rows(network: Any) -> Array:
    """First-layer weights as rows, `(inputs, weights per input)`."""
    layer = _first(network)
    if isinstance(layer, (MLP, TiedAutoencoder)):
        return layer.weight
    rows = jnp.moveaxis(layer.weight, 1, 0)  # (out, in, *kernel)
    return rows.reshape(rows.shape[0], -1)


def with_first_rows(network: Any, rows: Array) -> Any:
    """The network with other first-layer rows."""
    layer = _first(network)
    weight = rows
    if not isinstance(layer, (MLP, TiedAutoencoder)):
        out, inputs, *kernel = layer.weight.shape
        weight = jnp.moveaxis(rows.reshape(inputs, out, *kernel), 0, 1)
    return eqx.tree_at(lambda net: _first(net).weight, network, weight)


def input_norms(network: Any, shape: tuple[int, ...]) -> Array | None:
    """Norm of each input's weights for samples of `shape`: one per feature, or per channel.

    None where the first layer does not meet the inputs themselves, so that its rows say nothing
    about them.
    """
    try:
        layer = _first(network)
    except ValueError:
        return None
    inputs = shape[0] if isinstance(layer, eqx.nn.Conv) else math.prod(shape)
    rows = np.asarray(first_rows(network), float)  # in single precision, squares may overflow
    return np.linalg.norm(rows, axis=1) if len(rows) == inputs else None

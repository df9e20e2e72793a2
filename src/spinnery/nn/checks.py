"""Whether a network fits the data, found out before any training."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np


def cast(network: Any, dtype) -> Any:
    """The network with its floating-point arrays in `dtype`, on the host."""
    return jax.tree.map(lambda a: np.asarray(a, dtype) if eqx.is_inexact_array(a) else a, network)


def check_network(network: Any, shape: tuple[int, ...], n_outputs: tuple[int, ...]) -> int:
    """Number of raw outputs of the network for one sample of `shape`.

    Raises
    ------
    ValueError
        If the network is stateful, cannot take such a sample, or its outputs are not one of
        `n_outputs` numbers.
    """
    if not isinstance(network, eqx.Module):
        raise ValueError(
            "network must be an Equinox module that maps one sample to its raw outputs, such as "
            f"eqx.nn.Sequential([...]); got {type(network).__name__}."
        )
    states = jax.tree.leaves(network, is_leaf=lambda x: isinstance(x, eqx.nn.StateIndex))
    if any(isinstance(leaf, eqx.nn.StateIndex) for leaf in states):
        raise ValueError(
            "network keeps state between calls (batch normalisation, say), which mini-batches of "
            "independent samples cannot train. Use eqx.nn.LayerNorm or eqx.nn.GroupNorm instead."
        )
    sample = jax.ShapeDtypeStruct(shape, jnp.result_type(float))
    quiet = eqx.nn.inference_mode(network)
    try:
        found = eqx.filter_eval_shape(quiet, sample)
    except Exception as error:  # whatever a user's network raises on a wrong shape
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise ValueError(
            f"network cannot take one sample of shape {shape}: {reason} Set input_shape to what "
            "its first layer expects (channels first for a convolution), or change the network."
        ) from error
    if getattr(found, "ndim", None) != 1 or found.shape[0] not in n_outputs:
        wanted = " or ".join(f"({n},)" for n in n_outputs)
        raise ValueError(
            f"network must map one sample to raw outputs of shape {wanted} for these targets; "
            f"got shape {getattr(found, 'shape', type(found).__name__)}. Change its last layer."
        )
    return int(found.shape[0])

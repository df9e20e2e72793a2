"""Activation functions by name, over JAX arrays or (for prediction, without compiling) NumPy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp


def identity(z, xp=jnp):
    """`z`."""
    return z


def sigmoid(z, xp=jnp):
    """`1 / (1 + e^-z)`, written so that no magnitude of `z` overflows."""
    return 0.5 * (1 + xp.tanh(0.5 * z))


def tanh(z, xp=jnp):
    """`tanh z`."""
    return xp.tanh(z)


def relu(z, xp=jnp):
    """`max(z, 0)`."""
    return xp.maximum(z, 0)


def leaky_relu(z, xp=jnp):
    """`max(z, 0.1 z)`."""
    return xp.maximum(z, 0.1 * z)


def softplus(z, xp=jnp):
    """`log(1 + e^z)`."""
    return xp.logaddexp(z, xp.zeros_like(z))


def gelu(z, xp=jnp):
    """`z Phi(z)` in the tanh approximation of Hendrycks & Gimpel (2016)."""
    return 0.5 * z * (1 + xp.tanh((2 / xp.pi) ** 0.5 * (z + 0.044715 * z**3)))


ACTIVATIONS: dict[str, Callable[..., Any]] = {
    f.__name__: f for f in (identity, sigmoid, tanh, relu, leaky_relu, softplus, gelu)
}

_RECTIFIERS = {"relu", "leaky_relu", "softplus", "gelu"}


def init_variance(activation: str, fan_in: int, fan_out: int) -> float:
    """Weight variance at the start.

    `2 / (in + out)` (Glorot & Bengio 2010), or `2 / in` for rectifiers (He et al. 2015).
    """
    return 2 / fan_in if activation in _RECTIFIERS else 2 / (fan_in + fan_out)

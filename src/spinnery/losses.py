"""Pointwise losses on raw outputs.

A loss sees raw network outputs `g` (logits, never probabilities) and encoded targets `t`, both
with outputs on the last axis, and returns one number per sample. Averages and sample weights
enter elsewhere, once. Adding a constant to every logit changes nothing (softmax), and values stay
finite at any magnitude of `g` because only log-sum-exp is ever taken.
"""

from __future__ import annotations

import abc

import equinox as eqx
import jax
import jax.numpy as jnp

from .arrays import Array
from .penalties.base import check_number


class Loss(eqx.Module):
    """A pointwise loss with its link."""

    @abc.abstractmethod
    def value(self, outputs: Array, targets: Array) -> Array:
        """Loss per sample: `(..., K), (..., K) -> (...)`."""

    @abc.abstractmethod
    def link_inverse(self, outputs: Array) -> Array:
        """Raw outputs to predictions (means or probabilities)."""

    def curvature(self, outputs: Array, targets: Array) -> Array:
        """Hessian in the outputs, `(..., K) -> (..., K, K)`."""
        hessian = jax.hessian(self.value)
        for _ in range(outputs.ndim - 1):
            hessian = jax.vmap(hessian)
        return hessian(outputs, jnp.broadcast_to(targets, outputs.shape))


class Squared(Loss):
    """`1/2 sum_k (g_k - t_k)^2`."""

    def value(self, outputs: Array, targets: Array) -> Array:
        return 0.5 * jnp.sum((outputs - targets) ** 2, axis=-1)

    def link_inverse(self, outputs: Array) -> Array:
        return outputs


class Huber(Loss):
    """`sum_k h(g_k - t_k)`, `h(r) = r^2 / 2` up to `delta`, then `delta (|r| - delta / 2)`.

    Parameters
    ----------
    delta : float, > 0
        Where the loss turns linear, in units of the (standardised) target.
    """

    delta: float = 1.35

    def __check_init__(self):
        check_number("Huber", "delta", self.delta, 0, strict=True)

    def value(self, outputs: Array, targets: Array) -> Array:
        size = jnp.abs(outputs - targets)
        inner = jnp.minimum(size, self.delta)
        return jnp.sum(inner * (size - inner / 2), axis=-1)

    def link_inverse(self, outputs: Array) -> Array:
        return outputs


class Absolute(Loss):
    """`sum_k |g_k - t_k|`. Not differentiable, so for stochastic training only."""

    def value(self, outputs: Array, targets: Array) -> Array:
        return jnp.sum(jnp.abs(outputs - targets), axis=-1)

    def link_inverse(self, outputs: Array) -> Array:
        return outputs


class Logistic(Loss):
    """`log(1 + e^g) - t g` with one output and `t` in {0, 1}."""

    def value(self, outputs: Array, targets: Array) -> Array:
        return jnp.sum(jax.nn.softplus(outputs) - targets * outputs, axis=-1)

    def link_inverse(self, outputs: Array) -> Array:
        return jax.nn.sigmoid(outputs)


class SoftmaxCrossEntropy(Loss):
    """`log sum_l e^{g_l} - sum_l t_l g_l` with one-hot (or probability) targets `t`."""

    def value(self, outputs: Array, targets: Array) -> Array:
        lse = jax.nn.logsumexp(outputs, axis=-1)
        return lse - jnp.sum(targets * outputs, axis=-1)

    def link_inverse(self, outputs: Array) -> Array:
        return jax.nn.softmax(outputs, axis=-1)


BY_NAME: dict[str, type[Loss]] = {
    "squared": Squared,
    "huber": Huber,
    "absolute": Absolute,
    "logistic": Logistic,
    "softmax": SoftmaxCrossEntropy,
}


def resolve(loss: str | Loss) -> Loss:
    """A loss from its name or the loss itself."""
    if isinstance(loss, Loss):
        return loss
    if loss not in BY_NAME:
        names = ", ".join(repr(name) for name in BY_NAME)
        raise ValueError(f"loss must be a Loss or one of {names}; got {loss!r}.")
    return BY_NAME[loss]()

"""Losses that are sums over samples.

Adding a constant to every logit changes nothing (softmax), and values stay finite at any magnitude
of `g` because only log-sum-exp is ever taken.
"""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from ..penalties.base import check_number
from .base import Loss, Scaling, not_negative

STEEPEST = 30.0  # log rate above which the Poisson loss goes on along its tangent


class Squared(Loss):
    """`1/2 sum_k (g_k - t_k)^2`."""

    scaling: ClassVar[Scaling] = "standard"

    def value(self, outputs: Array, targets: Array) -> Array:
        return 0.5 * jnp.sum((outputs - targets) ** 2, axis=-1)


class Huber(Loss):
    """`sum_k h(g_k - t_k)`, `h(r) = r^2 / 2` up to `delta`, then `delta (|r| - delta / 2)`.

    Parameters
    ----------
    delta : float, > 0
        Where the loss turns linear, in units of the (standardised) target.
    """

    scaling: ClassVar[Scaling] = "robust"
    delta: float = 1.35

    def __check_init__(self):
        check_number("Huber", "delta", self.delta, 0, strict=True)

    def value(self, outputs: Array, targets: Array) -> Array:
        size = jnp.abs(outputs - targets)
        inner = jnp.minimum(size, self.delta)
        return jnp.sum(inner * (size - inner / 2), axis=-1)


class Absolute(Loss):
    """`sum_k |g_k - t_k|`. Not differentiable, so for stochastic training only."""

    scaling: ClassVar[Scaling] = "standard"
    smooth: ClassVar[bool] = False

    def value(self, outputs: Array, targets: Array) -> Array:
        return jnp.sum(jnp.abs(outputs - targets), axis=-1)


class Poisson(Loss):
    """Half the Poisson deviance, `sum_k e^g_k - t_k + t_k (log t_k - g_k)`, with log link.

    For counts and rates `t >= 0`. Beyond `g = 30` it goes on along its tangent, so that no step of
    a solver overflows.
    """

    scaling: ClassVar[Scaling] = "mean"

    def value(self, outputs: Array, targets: Array) -> Array:
        low = jnp.minimum(outputs, STEEPEST)
        rate = jnp.exp(low) * (1 + outputs - low)
        log = jnp.log(jnp.where(targets > 0, targets, 1))
        return jnp.sum(not_negative(rate - targets + targets * (log - outputs)), axis=-1)

    def link_inverse(self, outputs: Array) -> Array:
        xp = np if isinstance(outputs, np.ndarray) else jnp
        return xp.exp(outputs)


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

"""What a loss must offer.

A loss sees raw network outputs `g` (logits, log rates, log risks; never probabilities) and encoded
targets `t`, each sample's on the last axis. It says what they cost a model as a whole; weights
enter here and nowhere else.
"""

from __future__ import annotations

import abc
from typing import ClassVar, Literal

import equinox as eqx
import jax
import jax.numpy as jnp

from ..arrays import Array

Scaling = Literal["none", "standard", "robust", "mean"]


class AnyLoss(eqx.Module):
    """A loss of B models (lanes) on n samples.

    Class attributes
    ----------------
    scaling : {"none", "standard", "robust", "mean"}
        What numeric targets are before the loss sees them: as they are; of mean 0 and variance 1;
        of median 0 and unit median deviation; or divided by their mean (log links). Outputs are
        taken back: `scale * g + center`, or `g + log(mean)`.
    smooth : bool
        Whether its gradient is continuous, which full-batch training needs.
    """

    scaling: ClassVar[Scaling] = "none"
    smooth: ClassVar[bool] = True

    @abc.abstractmethod
    def total(self, outputs: Array, targets: Array, weights: Array) -> Array:
        """The lanes' losses `(B,)`, never negative (the certificate divides by `sqrt(2 f)`).

        `outputs` `(n, B, K)`, `targets` `(n, 1, q)` or `(n, B, q)`, `weights` `(n, B)`: columns
        sum to one, and a sample of weight 0 has no part in it whatsoever.
        """

    @abc.abstractmethod
    def held_out(
        self, outputs: Array, targets: Array, weights: Array, train_weights: Array
    ) -> Array:
        """The lanes' losses on samples that they were not trained on, `(B,)`.

        `weights` `(n, 1)` are all samples', `train_weights` `(n, B)` those of training: held out
        is what weighs nothing there. NaN where nothing was held out.
        """

    @abc.abstractmethod
    def curvature(self, outputs: Array, targets: Array, weights: Array) -> Array:
        """One lane's second derivatives of `total` in each sample's own outputs, `(n, K, K)`.

        `outputs` `(n, K)`, `targets` `(n, q)`, `weights` `(n,)`.
        """

    def n_outputs(self, n_columns: int) -> int:
        """K, given the targets' number of columns q."""
        return n_columns

    def link_inverse(self, outputs: Array) -> Array:
        """Outputs in the targets' units to predictions (means, probabilities), for NumPy or JAX."""
        return outputs


class Loss(AnyLoss):
    """A loss that is a weighted sum over samples: subclasses give `value`, and perhaps a link.

    A loss of your own works in every estimator that takes `loss=`; `spinnery.testing.check_loss`
    tells what it lacks.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> class LogCosh(Loss):
    ...     scaling = "standard"
    ...     def value(self, outputs, targets):
    ...         r = outputs - targets
    ...         return jnp.sum(jnp.logaddexp(r, -r) - jnp.log(2), axis=-1)
    >>> float(LogCosh().value(jnp.ones(1), jnp.ones(1)))
    0.0
    """

    @abc.abstractmethod
    def value(self, outputs: Array, targets: Array) -> Array:
        """Loss per sample: `(..., K), (..., K) -> (...)`."""

    def total(self, outputs: Array, targets: Array, weights: Array) -> Array:
        return jnp.sum(weights * self.value(outputs, targets), axis=0)

    def held_out(
        self, outputs: Array, targets: Array, weights: Array, train_weights: Array
    ) -> Array:
        judge = jnp.where(train_weights > 0, 0, weights)
        return self.total(outputs, targets, judge) / jnp.sum(judge, axis=0)

    def curvature(self, outputs: Array, targets: Array, weights: Array) -> Array:
        return weights[:, None, None] * jax.vmap(jax.hessian(self.value))(outputs, targets)


def not_negative(values: Array) -> Array:
    """`values`, and 0 where rounding took them below it; with the derivatives of `values`."""
    return values + jax.lax.stop_gradient(jnp.maximum(-values, 0))

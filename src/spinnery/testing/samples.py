"""Samples on which a loss is tried, and its methods compiled."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from ..losses import AnyLoss, Logistic, PartialLikelihood, SoftmaxCrossEntropy

N_SAMPLES, N_LANES = 12, 3
N_PADDING = 2  # samples at the end that weigh nothing in any lane


@jax.jit
def total(loss: AnyLoss, outputs: Array, targets: Array, weights: Array) -> Array:
    return loss.total(outputs, targets, weights)


@jax.jit
def slope(loss: AnyLoss, outputs: Array, targets: Array, weights: Array) -> tuple[Array, Array]:
    """`total` and its gradient in the outputs: lanes do not see one another, so all at once."""

    def lanes(outputs):
        values = loss.total(outputs, targets, weights)
        return jnp.sum(values), values

    (_, values), gradient = jax.value_and_grad(lanes, has_aux=True)(outputs)
    return values, gradient


@jax.jit
def held_out(loss: AnyLoss, outputs: Array, targets: Array, weights: Array, train: Array) -> Array:
    return loss.held_out(outputs, targets, weights, train)


@jax.jit
def curvature(loss: AnyLoss, outputs: Array, targets: Array, weights: Array) -> Array:
    return loss.curvature(outputs, targets, weights)


@dataclass(frozen=True)
class Samples:
    """Targets, outputs and weights for B lanes.

    Attributes
    ----------
    loss : AnyLoss
    targets : (n, q) array
    lane_targets : (n, B, q) array
        The lanes' own: permuted ones.
    outputs : (n, B, K) array
    weights : (n, B) array
        Columns sum to one. The last samples weigh 0 in all lanes, and others in some.
    all_weights : (n, 1) array
        The last samples weigh 0.
    """

    loss: AnyLoss
    targets: np.ndarray
    lane_targets: np.ndarray
    outputs: np.ndarray
    weights: np.ndarray
    all_weights: np.ndarray

    @property
    def name(self) -> str:
        return type(self.loss).__name__

    @property
    def size(self) -> tuple[int, int, int]:
        """n, B, K."""
        n, B, K = self.outputs.shape
        return n, B, K

    @property
    def shared(self) -> np.ndarray:
        """`(n, 1, q)`."""
        return self.targets[:, None]

    def total(self, outputs: np.ndarray | None = None) -> np.ndarray:
        """The lanes' losses `(B,)`, at these outputs or the samples' own."""
        outputs = self.outputs if outputs is None else outputs
        return np.asarray(total(self.loss, outputs, self.shared, self.weights))

    def slope(self, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The lanes' losses and their gradients `(n, B, K)`."""
        values, gradient = slope(self.loss, outputs, self.shared, self.weights)
        return np.asarray(values), np.asarray(gradient)


def samples(loss: AnyLoss, targets: np.ndarray | None, rng: np.random.Generator) -> Samples:
    """Samples of the kind that the loss takes, or with the author's own targets."""
    t = _usual_targets(loss, rng) if targets is None else np.asarray(targets, float)
    if t.ndim != 2 or len(t) < 6 or not np.isfinite(t).all():
        raise ValueError(
            f"targets must be finite numbers for at least 6 samples, shape (n, q); got shape "
            f"{t.shape} with {int((~np.isfinite(t)).sum())} that are not finite."
        )
    n, B = len(t), N_LANES
    K = loss.n_outputs(t.shape[1])
    if not (isinstance(K, int) and K >= 1):
        raise AssertionError(
            f"{type(loss).__name__}.n_outputs({t.shape[1]}): expected how many outputs it takes, "
            f"an int; got {K!r}."
        )
    own = np.stack([t[rng.permutation(n)] for _ in range(B)], axis=1)
    weights = rng.uniform(0.5, 2, (n, B))
    weights[(np.arange(n)[:, None] + np.arange(B)) % B == 0] = 0
    weights[-N_PADDING:] = 0
    every = rng.uniform(0.5, 2, (n, 1))
    every[-N_PADDING:] = 0
    outputs = rng.normal(size=(n, B, K))
    return Samples(loss, t, own, outputs, weights / weights.sum(axis=0), every / every.sum())


def _usual_targets(loss: AnyLoss, rng: np.random.Generator) -> np.ndarray:
    n = N_SAMPLES
    if isinstance(loss, Logistic):
        return (np.arange(n) % 2)[:, None].astype(float)
    if isinstance(loss, SoftmaxCrossEntropy):
        return np.eye(3)[np.arange(n) % 3]
    if isinstance(loss, PartialLikelihood):  # two strata, ties, an event in three of four
        stratum = np.arange(n) // (n // 2)
        rank = np.array([0, 1, 1, 2, 3, 3]) + 10 * stratum.reshape(2, -1)
        return np.stack([np.arange(n) % 4 != 1, rank.ravel(), stratum], axis=1).astype(float)
    if loss.scaling == "mean":
        return rng.poisson(3, (n, 2)).astype(float)
    return rng.normal(size=(n, 2))

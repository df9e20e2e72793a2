"""A penalty on trial: its groups, lanes and steps, and its methods compiled."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from ..penalties import FeatureGroups, Penalty, Rows
from .points import N_CANDIDATES, N_WEIGHTS

N_FEATURES = 6
LAMS = np.array([0.0, 0.4, 1.0, 2.5, 0.0, 0.4, 1.0, 2.5])  # the lanes', over the penalty's own
FRACTIONS = np.array([0.3, 0.02, 0.3, 0.7, 0.999, 0.7, 0.999, 0.999])  # of the largest step
LONGEST = 4.0  # step where the largest one is infinite, or as good as that


@jax.jit
def group_values(penalty: Penalty, W: Array) -> Array:
    return penalty.group_values(W)


@jax.jit
def value(penalty: Penalty, W: Array) -> Array:
    return penalty.value(W)


@jax.jit
def prox(penalty: Penalty, W: Array, step: Array, at: Array | None = None) -> Array:
    return penalty.prox(W, step, at=at)


@jax.jit
def distance(penalty: Penalty, W: Array, gradient: Array) -> Array:
    return penalty.distance(W, gradient)


@jax.jit
def lambda_max(penalty: Penalty, gradient: Array) -> Array:
    return penalty.lambda_max(gradient)


@dataclass(frozen=True)
class Trial:
    """A penalty over groups, with a `lam` and a step for every lane.

    A group's weights are handled as one vector: `(G, B, d)` beside the penalty's own `(p, B, T)`.

    Attributes
    ----------
    penalty : Penalty
    members : (G, F) int array
        The features of every group.
    weights : (G,) array
    lam, step : (B,) arrays
    slope : (B,) array
        The penalty's slope at zero along one weight, measured.
    """

    penalty: Penalty
    members: np.ndarray
    weights: np.ndarray
    lam: np.ndarray
    step: np.ndarray
    slope: np.ndarray

    @property
    def alone(self) -> bool:
        """Whether every feature is a group by itself."""
        return self.members.shape[1] == 1

    @property
    def name(self) -> str:
        return type(self.penalty).__name__

    @property
    def size(self) -> tuple[int, int, int]:
        """Groups, lanes, weights in a group."""
        G, F = self.members.shape
        return G, len(self.lam), F * N_WEIGHTS

    @property
    def unit(self) -> np.ndarray:
        """Norms of the order at which the penalty's own shape shows, `(B,)`."""
        return np.where(self.slope > 0, longest_step(self.penalty) * self.slope, 1.0)

    @property
    def pull(self) -> np.ndarray:
        """Gradients of the order that a zero group withstands, `(B,)`."""
        return np.where(self.slope > 0, self.slope, 1.0)

    def rows(self, vectors: np.ndarray) -> Array:
        """`(G, m, d)` as the features' rows `(p, m, T)`."""
        G, m, _ = vectors.shape
        W = np.empty((self.members.size, m, N_WEIGHTS))
        parts = vectors.reshape(G, m, -1, N_WEIGHTS)
        for f, features in enumerate(self.members.T):
            W[features] = parts[:, :, f]
        return jnp.asarray(W)

    def vectors(self, W: Array) -> np.ndarray:
        """`(p, m, T)` as the groups' vectors `(G, m, d)`."""
        parts = np.asarray(W)[self.members]  # (G, F, m, T)
        return parts.swapaxes(1, 2).reshape(len(self.members), np.shape(W)[1], -1)

    def prox(self, vectors: np.ndarray, step: np.ndarray, at: np.ndarray) -> np.ndarray:
        """The penalty's, on groups' vectors."""
        there = prox(self.penalty, self.rows(vectors), jnp.asarray(step), self.rows(at))
        return self.vectors(there)

    def distance(self, vectors: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """The penalty's, `(G, B)`, on groups' vectors."""
        return np.asarray(distance(self.penalty, self.rows(vectors), self.rows(gradient)))

    def values(self, candidates: np.ndarray) -> np.ndarray:
        """The penalty of candidates for every group and lane: `(G, B, C, d)` to `(G, B, C)`.

        `N_CANDIDATES` at a time, so that few shapes are compiled for.
        """
        G, B, C, d = candidates.shape
        at_once = min(C, N_CANDIDATES)
        penalty = self.penalty.with_lam(jnp.asarray(np.repeat(self.lam, at_once)))
        parts = [
            group_values(penalty, self.rows(part.reshape(G, B * at_once, d)))
            for part in np.split(candidates, C // at_once, axis=2)
        ]
        return np.concatenate([np.reshape(part, (G, B, at_once)) for part in parts], axis=2)


def longest_step(penalty: Penalty) -> float:
    """The end of the steps that are tried, itself not admissible where it is `max_step`."""
    return penalty.max_step if penalty.max_step < 100 else LONGEST


def trials(penalty: Penalty) -> list[Trial]:
    """The penalty with every feature alone, and with groups of two, weighted."""
    own = float(np.max(np.asarray(penalty.lam)))
    lam = LAMS * (own if own > 0 else 1.0)
    step = FRACTIONS * longest_step(penalty)
    single = penalty.with_groups(Rows(), None)
    slope = _slope(single, lam)
    pairs = np.array([[4, 1], [0, 3], [2, 5]])
    ids = np.argsort(pairs.ravel()) // 2
    grouped = FeatureGroups(jnp.asarray(ids), len(pairs))
    out = []
    for groups, members in ((Rows(), np.arange(N_FEATURES)[:, None]), (grouped, pairs)):
        weights = np.array([1.0, 2.0, 0.5, 1.4, 1.0, 0.7])[: len(members)]
        weighted = single.with_groups(groups, jnp.asarray(weights)).with_lam(jnp.asarray(lam))
        out.append(Trial(weighted, members, weights, lam, step, slope))
    return out


def _slope(penalty: Penalty, lam: np.ndarray) -> np.ndarray:
    """Smallest slope at zero along one weight, up or down, `(B,)`."""
    h = 1e-7 * np.where(lam > 0, lam, 1.0)
    single = penalty.with_lam(jnp.asarray(lam))

    def rate(move):
        W = np.zeros((N_FEATURES, len(lam), N_WEIGHTS))
        W[0] = move
        return np.asarray(group_values(single, jnp.asarray(W)))[0] / np.abs(move).sum(axis=1)

    slopes = []
    for axis in np.concatenate([np.eye(N_WEIGHTS), -np.eye(N_WEIGHTS)]):
        near, nearer = rate(h[:, None] * axis), rate(h[:, None] / 2 * axis)
        bounded = np.isfinite(near)
        slopes.append(np.where(bounded, 2 * nearer - np.where(bounded, near, 0), np.inf))
    return np.min(slopes, axis=0)

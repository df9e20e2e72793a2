"""Held-out loss against model size, and what to take from it.

Models are compared at equal *number of groups*, not at equal lambda: lanes at one lambda differ
in size, so a curve over lambda averages unlike models. Near ties, judged by the error of the
difference fold by fold (what makes a fold hard for both cancels), go to the calmer model
(docs/decisions.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from .exchange import Candidate

SIZE_TIE = 0.25  # standard errors within which the smaller model is taken
RIDGE_TIE = 0.5  # standard errors within which the larger ridge is taken
NEGLIGIBLE = 0.001  # share of what is explained, for which squared error needs no further feature
WORTHWHILE = 0.02  # share a larger architecture must save, of the loss or of what is explained


@dataclass(frozen=True)
class Curve:
    """Held-out loss against number of groups for one architecture and ridge."""

    hidden: tuple[int, ...]
    ridge: float
    sizes: np.ndarray
    folds: np.ndarray  # (n_sizes, n_folds) held-out losses
    lanes: list[dict[int, Candidate]] = field(repr=False)  # all samples first, then the folds

    @property
    def candidates(self) -> dict[int, Candidate]:
        """The models of the lane that saw all samples, by size."""
        return self.lanes[0]

    def at(self, size: int) -> list[Candidate]:
        """Each lane's model of that size, else the next smaller, else the smallest."""
        return [at_size(found, size) for found in self.lanes]

    @property
    def mean(self) -> np.ndarray:
        """Mean held-out loss of each size."""
        return self.folds.mean(axis=1)

    @property
    def error(self) -> np.ndarray:
        """Its standard error over folds."""
        return standard_error(self.folds)

    def best(self) -> int:
        """Position of the lowest mean."""
        return int(np.argmin(self.mean))

    def position(self, rule: str, negligible: float = 0.0) -> int:
        """The size to take: the best up to a near tie ("min"), or the smallest whose mean lies
        within one standard error of the lowest ("1se").

        A tie is also what costs no more than the share `negligible` of what is explained.
        """
        excess = self.folds - self.folds[self.best()]
        allowed = SIZE_TIE * standard_error(excess) if rule == "min" else self.error[self.best()]
        if negligible:
            allowed = np.maximum(allowed, negligible * (self.mean[0] - self.mean.min()))
        return int(np.flatnonzero(excess.mean(axis=1) <= allowed)[0])


AnyCurve = TypeVar("AnyCurve", bound=Curve)


def choose(curves: list[Curve]) -> int:
    """Which architecture: the simplest that no other beats clearly, by its error and in size.

    The error is that of the difference fold by fold, so that what makes a fold hard for both
    cancels. A few dozen samples cannot tell a network from a linear model by their means alone.
    """
    order = sorted(range(len(curves)), key=lambda i: sum(curves[i].hidden))
    winner = order[0]
    for i in order[1:]:
        gain = curves[winner].folds[curves[winner].best()] - curves[i].folds[curves[i].best()]
        mean = curves[winner].mean
        least = WORTHWHILE * min(abs(mean.min()), mean[0] - mean.min())
        if gain.mean() > max(standard_error(gain), least):
            winner = i
    return winner


def at_size(found: dict[int, Candidate], size: int) -> Candidate:
    """The candidate of that size, else the next smaller, else the smallest."""
    smaller = [k for k in found if k <= size]
    return found[max(smaller) if smaller else min(found)]


def standard_error(folds: np.ndarray) -> np.ndarray:
    """Standard error of the mean over the last axis."""
    return folds.std(axis=-1, ddof=1) / np.sqrt(folds.shape[-1])


def strongest(curves: list[AnyCurve]) -> AnyCurve:
    """The curve with the largest ridge not clearly worse than the best, judged at their minima."""
    best = min(curves, key=lambda curve: float(curve.mean.min()))
    at_best = best.folds[best.best()]
    tied = []
    for curve in curves:
        excess = curve.folds[curve.best()] - at_best
        if excess.mean() <= RIDGE_TIE * standard_error(excess):
            tied.append(curve)
    return max(tied, key=lambda curve: curve.ridge)

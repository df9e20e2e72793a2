"""How strongly do features go with what the model without features leaves?

Score statistics: nothing is fitted, so a thousand permuted targets cost a few matrix products.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import stats

from ..devices import on_host
from ..engine.constant import constant_model
from ..inputs.table import Table

BLOCK = 512  # features looked at together
TOP = 10  # strongest features that are summed
SINGULAR = 1e-5  # share of the largest eigenvalue: rounding of single precision, classes sum to one
MOST_PAIRED = 1024  # features whose products are looked at
FEW = 128  # features whose products with all others fit into the processor's cache


class Statistics(NamedTuple):
    """Values `(s, B)` of s statistics, and how much each counts `(s,)`."""

    values: np.ndarray
    importance: np.ndarray


@dataclass(frozen=True)
class Residuals:
    """What the model without features leaves of B assignments of targets to samples.

    Attributes
    ----------
    slope : (n, B, K) array
        Every sample's derivatives of the loss in its outputs, whitened: one feature's linear term
        lowers the loss by `1/2 ||sum_i slope_i x_i||^2`.
    codes : (n,) int array
        Cohorts.
    importance : float
    """

    slope: np.ndarray
    codes: np.ndarray
    importance: float = 1.0

    def permuted(self, places: np.ndarray) -> Residuals:
        """Assigned to other samples, by `places` `(n, B)`."""
        return Residuals(self.slope[places, 0], self.codes, self.importance)


def observed(table: Table) -> tuple[np.ndarray, list[Residuals]]:
    """Samples that count, in canonical order, and their residuals.

    Where a few samples could hold most of the residuals' variance, a second set has the normal
    scores of their ranks within the cohort instead.
    """
    rows = table.order[table.weights[table.order] > 0]
    codes, weights = table.codes[rows], table.weights[rows]
    placed = table.place(table.targets), table.place(table.weights)
    constant = on_host(constant_model(*placed, table.loss, table.layout[1]))
    slope = constant.slope.astype(float)[table.layout[0][rows]]
    white = np.empty_like(slope)
    for m, curvature in enumerate(constant.curvature.astype(float)):
        values, vectors = np.linalg.eigh(curvature)
        inverse = np.where(values > SINGULAR * values.max(), 1 / np.maximum(values, 1e-300), 0)
        white[codes == m] = slope[codes == m] @ (vectors * np.sqrt(inverse))
    found = [Residuals(white[:, None], codes)]
    if slope.shape[1] == 1 and len(np.unique(slope)) > len(slope) // 4:
        scores = np.empty(len(slope))
        for m in range(table.n_cohorts):
            own = codes == m
            ranks = stats.rankdata(slope[own, 0] / weights[own])
            scores[own] = stats.norm.ppf(ranks / (own.sum() + 1)) * weights[own]
            scores[own] -= weights[own] * scores[own].sum() / weights[own].sum()
        found.append(Residuals(scores[:, None, None], codes, 0.5))
    return rows, found


def single_features(X: np.ndarray, rows: np.ndarray, every: list[Residuals]) -> Statistics:
    """Largest gain of a feature, and the sum of the ten largest.

    By features' values, and by their distances from the mean, which see bends; over cohorts
    together and, with several, in whichever cohort gains most.
    """
    values, importance = [], []
    for residuals in every:
        for view, worth in ((np.asarray, 1.0), (_distances, 0.5)):
            tops: list[np.ndarray] = []
            for start in range(0, X.shape[1], BLOCK):
                block = view(X[rows, start : start + BLOCK].astype(np.float32))
                gain = _gains(block, residuals)
                kinds = (
                    [gain.sum(axis=0)] if len(gain) == 1 else [gain.sum(axis=0), gain.max(axis=0)]
                )
                found = [strongest(kind) for kind in kinds]
                if tops:
                    found = [
                        strongest(np.concatenate(pair)) for pair in zip(tops, found, strict=True)
                    ]
                tops = found
            for top, share in zip(tops, (1.0, 0.5), strict=False):
                values += [top.max(axis=0), top.sum(axis=0)]
                importance += [share * worth * residuals.importance * w for w in (1.0, 0.25)]
    return Statistics(np.stack(values), np.array(importance))


def products(X: np.ndarray, rows: np.ndarray, every: list[Residuals]) -> Statistics:
    """Largest gain of a product of two features, over cohorts together.

    Of at most `MOST_PAIRED` features: those with the largest gains of their own.
    """
    values = []
    for residuals in every:
        slopes = np.moveaxis(residuals.slope, 1, 0)[:, :, None]
        each = zip(slopes, _paired(X, rows, residuals), strict=False)
        best = [_best_product(found, Residuals(slope, residuals.codes)) for slope, found in each]
        values.append(np.array(best))
    return Statistics(np.stack(values), np.array([residuals.importance for residuals in every]))


def _paired(X: np.ndarray, rows: np.ndarray, residuals: Residuals) -> Iterator[np.ndarray]:
    """The features whose products are tried with each column of residuals."""
    p = X.shape[1]
    if p <= MOST_PAIRED:
        return itertools.repeat(X[rows, :].astype(np.float32))
    own = np.concatenate([
        _gains(X[rows, start : start + BLOCK].astype(np.float32), residuals).sum(axis=0)
        for start in range(0, p, BLOCK)
    ])  # fmt: skip
    best = np.argpartition(own, -MOST_PAIRED, axis=0)[-MOST_PAIRED:]
    return (X[rows[:, None], chosen].astype(np.float32) for chosen in best.T)


def _gains(X: np.ndarray, residuals: Residuals) -> np.ndarray:
    """Expected falls of the loss `(M, p, B)`, but for the factor 1/2."""
    out = []
    for m in range(int(residuals.codes.max()) + 1):
        own = residuals.codes == m
        slope = residuals.slope[own].astype(np.float32)
        g = (X[own].T @ slope.reshape(len(slope), -1)).reshape(-1, *slope.shape[1:])
        out.append(np.einsum("pbk,pbk->pb", g, g))
    return np.stack(out)


def _distances(X: np.ndarray) -> np.ndarray:
    """Distances of standardised features from their mean, standardised; 0 where there is one."""
    distance = np.abs(X)
    distance -= distance.mean(axis=0)
    scale = np.sqrt(np.mean(distance**2, axis=0))
    return distance / np.where(scale > 1e-3, scale, np.inf)


def strongest(gain: np.ndarray) -> np.ndarray:
    """The `TOP` largest of each column."""
    most = min(TOP, len(gain))
    return np.partition(gain, len(gain) - most, axis=0)[len(gain) - most :]


def _best_product(X: np.ndarray, residuals: Residuals) -> float:
    """Over all pairs of columns: a few at a time with themselves and all later ones."""
    cohorts = [residuals.codes == m for m in range(int(residuals.codes.max()) + 1)]
    parts = [
        (X[own], slope[:, None])
        for own in cohorts
        for slope in residuals.slope[own, 0].astype(np.float32).T
    ]
    best = 0.0
    for start in range(0, X.shape[1], FEW):
        few = slice(start, start + FEW)
        gain, *others = (
            _squared(values[:, start:], values[:, few] * slope) for values, slope in parts
        )
        for other in others:
            gain += other
        np.fill_diagonal(gain, 0)  # a feature with itself
        best = max(best, float(gain.max()))
    return best


def _squared(X: np.ndarray, few: np.ndarray) -> np.ndarray:
    gram = X.T @ few
    gram *= gram
    return gram

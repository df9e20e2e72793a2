"""Is there anything to find, for each of many targets? By their ranks, which share permutations.

The normal scores of a target's ranks are, up to ties and gaps, the same numbers for every target.
So are their permutations, and what those reach: one set of them judges all targets.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from .association import BLOCK, Statistics, strongest
from .null import p_of_first

PERMUTATIONS = 999
IMPORTANCE = np.array([1.0, 0.25])  # of the strongest feature, and of the sum of the strongest


def rank_p_values(X: np.ndarray, targets: np.ndarray, known: np.ndarray, seed: int) -> np.ndarray:
    """Permutation p-values of "this target has nothing to do with the features", `(T,)`.

    Of linear effects: a feature's gain is the square of its product with the scores.

    Parameters
    ----------
    X : (n, p) standardised features
    targets : (n, T)
    known : (n, T) bool array
        The values that count.
    seed : int
    """
    alike: dict[bytes, list[int]] = {}
    scores = {t: normal_scores(targets[known[:, t], t]) for t in range(targets.shape[1])}
    for t, own in scores.items():
        alike.setdefault(known[:, t].tobytes() + np.sort(own).tobytes(), []).append(t)
    out = np.empty(len(scores))
    for members in alike.values():
        rows = known[:, members[0]]
        own = np.stack([scores[t] for t in members], axis=1)
        rng = np.random.default_rng(seed)
        drawn = np.tile(np.sort(own[:, 0])[:, None], PERMUTATIONS)
        assigned = np.hstack([own, rng.permuted(drawn, axis=0)]).astype(np.float32)
        top = strongest_gains(X if rows.all() else X[rows], assigned)
        values = np.stack([top.max(axis=0), top.sum(axis=0)])
        for k, t in enumerate(members):
            first = np.append(values[:, k : k + 1], values[:, len(members) :], axis=1)
            out[t] = p_of_first(Statistics(first, IMPORTANCE))
    return out


def normal_scores(values: np.ndarray) -> np.ndarray:
    """Normal quantiles of the ranks `(m,)`, of mean zero."""
    scores = stats.norm.ppf(stats.rankdata(values) / (len(values) + 1))
    return scores - np.sort(scores).mean()  # in an order that is the same for all targets


def strongest_gains(X: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The largest squared products of a feature with each column of scores `(m, B)`."""
    top = np.zeros((0, scores.shape[1]), np.float32)
    for start in range(0, X.shape[1], BLOCK):
        gains = (X[:, start : start + BLOCK].T @ scores) ** 2
        top = strongest(np.concatenate([top, strongest(gains)]))
    return top

"""How well log risks order survival times, and on one page all that judges survival models.

Pairs of samples are compared in `O(n log n)` time and `O(n)` memory.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .auc import cumulative_dynamic_auc
from .baseline import breslow_baseline, median_survival
from .brier import brier_score, integrated_brier_score
from .censoring import censoring_survival
from .curves import KaplanMeier, kaplan_meier, log_rank_test
from .follow_up import finite, per_sample, split, weights_of

__all__ = [
    "KaplanMeier",
    "breslow_baseline",
    "brier_score",
    "concordance_index",
    "concordance_index_ipcw",
    "cumulative_dynamic_auc",
    "integrated_brier_score",
    "kaplan_meier",
    "log_rank_test",
    "median_survival",
    "split",
]


def concordance_index(
    y: np.ndarray, risk: ArrayLike, sample_weight: ArrayLike | None = None
) -> float:
    """Harrell's C: the share of comparable pairs in which the higher risk has the event sooner.

    Over the pairs (i, j) in which i has the event at `t_i`, and j is followed for longer
    (`t_j > t_i`) or censored at the same time,

        C = sum w_i w_j (1[r_i > r_j] + 1/2 1[r_i = r_j]) / sum w_i w_j

    Two events at the same time are not comparable. 1/2 is chance; `-risk` has `1 - C`. Only equal
    risks are tied: any strictly rising function of the risks has the same C.

    Parameters
    ----------
    y : (n,) structured array
        Event (bool), then time.
    risk : array-like of shape (n,)
        Higher is sooner: log risks, hazards, minus expected times.
    sample_weight : array-like of shape (n,), optional
        Weights `>= 0`; weight 2 is a row given twice.

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    ValueError
        If no pair is comparable, or arguments are not of that form.

    References
    ----------
    Harrell, Lee and Mark (1996), Statistics in Medicine 15, 361-387.

    Examples
    --------
    >>> y = np.array([(True, 1), (True, 2), (False, 3)], dtype="?,f8")
    >>> concordance_index(y, [3.0, 1.0, 1.0])
    0.8333333333333334
    """
    event, time = split(y)
    risk = per_sample(risk, len(time), "risk")
    weights = weights_of(sample_weight, len(time))
    return _concordance(event, time, risk, weights, weights)


def concordance_index_ipcw(
    y_train: np.ndarray, y: np.ndarray, risk: ArrayLike, tau: float | None = None
) -> float:
    """Uno's C: Harrell's, freed of its dependence on who was censored.

    A pair counts `1 / G(t_i)^2`, with `G` the Kaplan-Meier estimate of staying uncensored in the
    training data, and only events at `t_i < tau` count:

        C = sum G(t_i)^-2 (1[r_i > r_j] + 1/2 1[r_i = r_j]) / sum G(t_i)^-2

    over the pairs of `concordance_index`.

    Parameters
    ----------
    y_train : (m,) structured array
        Event (bool), then time; from these the censoring is learnt.
    y : (n,) structured array
        What was observed of the samples judged.
    risk : array-like of shape (n,)
        Higher is sooner.
    tau : float, optional
        Events from this time on do not count. Default: all count.

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    ValueError
        If an event that counts comes where the training data say nothing of censoring (pass
        `tau`), or no pair is comparable.

    References
    ----------
    Uno, Cai, Pencina, D'Agostino and Wei (2011), Statistics in Medicine 30, 1105-1117.

    Examples
    --------
    >>> y = np.array([(True, 1), (False, 2), (True, 3), (True, 4)], dtype="?,f8")
    >>> round(concordance_index_ipcw(y, y, [3.0, 0.0, 1.0, 2.0]), 4)
    0.5714
    """
    event, time = split(y)
    risk = per_sample(risk, len(time), "risk")
    counts = event if tau is None else event & (time < float(finite(tau, "tau")))
    anchor = np.zeros(len(time))
    anchor[counts] = censoring_survival(y_train, time[counts], "events", "tau") ** -2.0
    return _concordance(event, time, risk, anchor, np.ones(len(time)))


def _concordance(
    event: np.ndarray, time: np.ndarray, risk: np.ndarray, anchor: np.ndarray, partner: np.ndarray
) -> float:
    """Concordance where a pair counts the event's `anchor` times the other's `partner`."""
    # latest first, those censored at a time before its events: an event's partners come before
    # its block of tied events
    order = np.lexsort((event, -time))
    event, time, anchor, partner = event[order], time[order], anchor[order], partner[order]
    new = np.concatenate([[True], (np.diff(time) != 0) | (event[1:] != event[:-1])])
    block = np.maximum.accumulate(np.where(new, np.arange(len(time)), 0))[event]
    anchor = anchor[event]
    pairs = float(anchor @ np.concatenate([[0.0], np.cumsum(partner)])[block])
    if not pairs > 0:
        raise ValueError(
            f"No two of the {len(time)} samples can be compared: {int(event.sum())} event(s), and "
            "none that counts has a sample followed for longer. Judge more samples, or samples "
            "followed for longer."
        )
    rank = np.unique(risk, return_inverse=True)[1][order]
    below, equal = _sums_below(rank, partner, block, rank[event])
    return float(np.clip(anchor @ (below + 0.5 * equal) / pairs, 0, 1))


def _sums_below(
    rank: np.ndarray, weight: np.ndarray, prefix: np.ndarray, limit: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Of the first `prefix[k]` samples, the weight of ranks below `limit[k]`, and equal to it.

    A wavelet matrix (Claude, Navarro and Ordonez 2015): from the highest bit of the ranks to the
    lowest, zeros are moved stably before ones, and each query's stretch moves with them.
    """
    left, right, below = np.zeros_like(prefix), prefix, np.zeros(len(prefix))
    for bit in reversed(range(int(rank.max()).bit_length())):
        zero = (rank >> bit) & 1 == 0
        before = np.concatenate([[0], np.cumsum(zero)])
        mass = np.concatenate([[0.0], np.cumsum(np.where(zero, weight, 0))])
        one = (limit >> bit) & 1 == 1
        below += np.where(one, mass[right] - mass[left], 0)
        left, right = (np.where(one, before[-1] + p - before[p], before[p]) for p in (left, right))
        order = np.concatenate([np.flatnonzero(zero), np.flatnonzero(~zero)])
        rank, weight = rank[order], weight[order]
    mass = np.concatenate([[0.0], np.cumsum(weight)])
    return below, mass[right] - mass[left]

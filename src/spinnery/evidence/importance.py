"""How much each selected feature matters given the others, and what could stand in for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..selection.exchange import Candidate
from .refits import Refits
from .resampled import overlap_error, overlap_interval

PAIRS = 64  # of a unit and what might replace it, that are tried
FEWEST, MOST = 2, 8  # of them for one unit


@dataclass(frozen=True)
class Importance:
    """Of each unit (selected group of features).

    Attributes
    ----------
    rise : (m,) array
        Mean rise of the held-out loss when the unit is dropped and the rest trained again.
    low, high : (m,) arrays
        Ends of its interval of level 0.95 (Nadeau and Bengio).
    stand_ins : list of int arrays
        For each unit the features outside that could replace it: with one in its place the held-out
        loss rises by no more than one standard error of the difference. Best first.
    """

    rise: np.ndarray
    low: np.ndarray
    high: np.ndarray
    stand_ins: list[np.ndarray]


def importance(refits: Refits, test_share: float) -> Importance:
    """Drop every unit in turn, and try others in its place.

    Parameters
    ----------
    refits : Refits
    test_share : float
        Share of the samples in a fold.
    """
    n_units = refits.n_units
    if n_units == 0:
        nothing = np.zeros(0)
        return Importance(nothing, nothing, nothing, [])
    base = held_out(refits.whole)
    without = refits.without(list(range(n_units)))
    rises = np.array([held_out(fits) - base for fits in without])
    low, high = overlap_interval(rises.T, test_share)
    changes = _to_try(refits, without)
    found: list[list[tuple[float, int]]] = [[] for _ in range(n_units)]
    for (unit, feature), fits in zip(changes, refits.instead(changes), strict=True):
        excess = held_out(fits) - base
        if excess.mean() <= overlap_error(excess, test_share):
            found[unit].append((float(excess.mean()), feature))
    ordered = [np.array([feature for _, feature in sorted(one)], int) for one in found]
    return Importance(rises.mean(axis=1), low, high, ordered)


def _to_try(refits: Refits, without: list[list[Candidate]]) -> list[tuple[int, int]]:
    """Units, and features outside the support that would bring most to the fits without them."""
    ids = refits.settings.groups.ids
    single = np.bincount(ids) == 1
    feature_of = np.zeros(len(single), int)
    feature_of[ids] = np.arange(len(ids))
    per_unit = int(np.clip(PAIRS // len(without), FEWEST, MOST))
    changes = []
    for unit, fits in enumerate(without):
        gain = np.where(single, refits.gains(fits), 0.0)
        gain[ids[refits.features]] = 0
        best = np.argsort(-gain, kind="stable")[:per_unit]
        changes += [(unit, int(feature_of[group])) for group in best if gain[group] > 0]
    return changes


def held_out(fits: list[Candidate]) -> np.ndarray:
    """Each fit's loss on the fold that it has not seen, `(J,)`."""
    return np.array([fit.held_out for fit in fits])

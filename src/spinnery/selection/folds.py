"""Folds: which samples are held out together."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.model_selection import check_cv

from ..inputs.cohorts import deal_folds
from ..outcomes import Outcome

N_FOLDS = 10


def draw_folds(
    cv: Any, X, y: np.ndarray, outcome: Outcome, weights: np.ndarray, codes: np.ndarray,
    names: np.ndarray, seed: int, order: np.ndarray,
) -> list[np.ndarray]:  # fmt: skip
    """The held-out rows of every fold.

    Parameters
    ----------
    cv : int, splitter, iterable or None
        An int shuffles, with even shares of the outcome's strata, of cohorts, and of the samples
        of weight 0, which leave the others' folds as they would be without them. None is
        `N_FOLDS`, or fewer where the smallest class or cohort or the events are fewer.
    X : array of shape (n, p)
    y : validated targets
    outcome : Outcome
    weights : (n,) sample weights
    codes : (n,) int array, cohorts of the samples
    names : (M,) array, the cohorts
    seed : int
    order : (n,) int array
        Samples in the order in which an int cv deals them out, after shuffling.

    Raises
    ------
    ValueError
        If there are too few samples (or events), or a fold holds out a whole class or cohort, or
        nothing that counts.
    """
    strata, several = outcome.strata(y), len(names) > 1
    if cv is None:
        most = min(outcome.most_folds(y[weights > 0])[0], np.bincount(codes[weights > 0]).min())
        cv = max(min(N_FOLDS, int(most)), 2)
    if isinstance(cv, (int, np.integer)):
        _check_number(int(cv), y, weights, outcome)
        joint = codes * (int(strata.max()) + 1) + strata
        parts = [order[weights[order] > 0], order[weights[order] == 0]]
        dealt = [deal_folds(joint[rows], int(cv), seed) for rows in parts]
        folds = [
            np.sort(np.concatenate([rows[fold] for rows, fold in zip(parts, found, strict=True)]))
            for found in zip(*dealt, strict=True)
        ]
    else:
        labels = strata if outcome.stratified else y
        splitter = check_cv(cv, labels, classifier=outcome.stratified)
        groups = {"groups": codes} if several else {}
        folds = [test for _, test in splitter.split(X, labels, **groups)]
    outcome.check_folds(y, weights, folds)
    _check_cohorts(folds, codes, names)
    return folds


def _check_number(n_folds: int, y: np.ndarray, weights: np.ndarray, outcome: Outcome) -> None:
    most, what = outcome.most_folds(y[weights > 0])
    if not weights.all():
        what += " of positive weight"
    if not 2 <= n_folds <= most:
        raise ValueError(
            f"cv={n_folds} folds need at least {n_folds} {what}; got {most}. Lower cv or add "
            "samples."
        )


def _check_cohorts(folds: list[np.ndarray], codes: np.ndarray, names: np.ndarray) -> None:
    sizes = np.bincount(codes, minlength=len(names))
    for fold in folds:
        whole = np.flatnonzero(np.bincount(codes[fold], minlength=len(sizes)) == sizes)
        if len(names) > 1 and len(whole):
            raise ValueError(
                f"A fold of cv holds out all of cohort {str(names[whole[0]])!r}, whose first layer "
                "would then be fitted to nothing. Use folds within cohorts (an integer cv), and "
                "leave_one_cohort_out to judge transfer to new cohorts."
            )

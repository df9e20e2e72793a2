"""Folds: which samples are held out together."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.model_selection import check_cv

from ..inputs.cohorts import deal_folds
from ..outcomes import Outcome
from .group_folds import check_together, deal_groups, encode_groups, most_group_folds

N_FOLDS = 10


def draw_folds(
    cv: Any, X, y: np.ndarray, outcome: Outcome, weights: np.ndarray, codes: np.ndarray,
    names: np.ndarray, seed: int, order: np.ndarray, groups: Any = None,
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
    groups : array-like of shape (n,), optional
        Labels of samples that stay together: what an int or None deals out, and a splitter gets.

    Raises
    ------
    ValueError
        If there are too few samples (or events), or a fold holds out a whole class or cohort, or
        nothing that counts, or parts a group, or a splitter wants groups and there are none.
    """
    strata, several = outcome.strata(y), len(names) > 1
    joint = codes * (int(strata.max()) + 1) + strata
    if groups is not None:
        folds = _folds_of_groups(cv, X, y, outcome, weights, codes, joint, seed, groups)
        _check_cohorts(folds, codes, names)
        return folds
    if cv is None:
        smallest = int(np.bincount(codes[weights > 0]).min())
        cv = max(min(N_FOLDS, outcome.most_folds(y[weights > 0])[0], smallest), 2)
    if isinstance(cv, (int, np.integer)):
        _check_number(int(cv), y, weights, outcome)
        parts = [order[weights[order] > 0], order[weights[order] == 0]]
        dealt = [deal_folds(joint[rows], int(cv), seed) for rows in parts]
        folds = [
            np.sort(np.concatenate([rows[fold] for rows, fold in zip(parts, found, strict=True)]))
            for found in zip(*dealt, strict=True)
        ]
    else:
        folds = _split(cv, X, y, outcome, codes if several else None)
    outcome.check_folds(y, weights, folds)
    _check_cohorts(folds, codes, names)
    return folds


def _folds_of_groups(
    cv: Any, X, y: np.ndarray, outcome: Outcome, weights: np.ndarray, codes: np.ndarray,
    joint: np.ndarray, seed: int, groups: Any,
) -> list[np.ndarray]:  # fmt: skip
    """Folds of whole groups."""
    labels, numbers = encode_groups(groups, len(y))
    if cv is not None and not isinstance(cv, (int, np.integer)):
        folds = _split(cv, X, y, outcome, labels[numbers])
        outcome.check_folds(y, weights, folds)
        check_together(folds, numbers, labels, cv)
        return folds
    strata = joint if outcome.stratified else codes
    if cv is None:
        cv = max(min(N_FOLDS, most_group_folds(numbers, strata, weights)), 2)
    folds = deal_groups(numbers, strata, weights, int(cv), seed)
    try:
        outcome.check_folds(y, weights, folds)
    except ValueError as error:
        raise ValueError(
            f"{cv} folds that keep {len(labels)} groups together cannot be used. {error}"
        ) from None
    return folds


def _split(cv: Any, X, y: np.ndarray, outcome: Outcome, groups: Any) -> list[np.ndarray]:
    """The test rows of a splitter's folds."""
    labels = outcome.strata(y) if outcome.stratified else y
    splitter = check_cv(cv, labels, classifier=outcome.stratified)
    try:
        with warnings.catch_warnings():  # whether groups were heeded is looked at in the folds
            warnings.filterwarnings("ignore", "The groups parameter is ignored", UserWarning)
            given = {} if groups is None else {"groups": groups}
            return [test for _, test in splitter.split(X, labels, **given)]
    except ValueError as error:
        if groups is None and "groups" in str(error):
            raise ValueError(
                f"cv={cv!r} splits by groups, and fit was given none ({error}) Pass "
                "fit(X, y, groups=...), one label per sample, or give cv an int."
            ) from None
        raise


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

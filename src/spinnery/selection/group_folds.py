"""Folds that keep groups of samples together, such as all samples of a patient."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold


def encode_groups(groups: object, n_samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels of groups, sorted, and each sample's number among them, `(n,)`.

    Raises
    ------
    ValueError
        If there is not exactly one label per sample, or a label is missing.
    """
    labels = np.asarray(groups)
    if labels.shape != (n_samples,):
        raise ValueError(
            f"groups needs one label per sample, shape ({n_samples},); got shape {labels.shape}. "
            "Groups of features are the parameter feature_groups."
        )
    missing = np.asarray(pd.isna(labels))
    if missing.any():
        raise ValueError(
            f"groups has {missing.sum()} missing labels, the first at position "
            f"{int(np.argmax(missing))}. Give a sample that belongs to no group a label of its own."
        )
    labels = labels.astype(str) if labels.dtype == object else labels
    return np.unique(labels, return_inverse=True)


def most_group_folds(numbers: np.ndarray, strata: np.ndarray, weights: np.ndarray) -> int:
    """How many folds may each have a group of every stratum, with samples that weigh something."""
    counted = weights > 0
    pairs = np.unique(np.stack([strata[counted], numbers[counted]]), axis=1)
    return int(np.bincount(pairs[0])[np.unique(pairs[0])].min())


def deal_groups(
    numbers: np.ndarray, strata: np.ndarray, weights: np.ndarray, n_folds: int, seed: int
) -> list[np.ndarray]:
    """Folds of whole groups with shares of the strata as even as groups allow.

    The order of samples changes nothing, nor do samples that weigh nothing: they go with their
    group, and groups of such samples alone are dealt out last.

    Parameters
    ----------
    numbers : (n,) int array
        Each sample's group, as `encode_groups` numbers them.
    strata : (n,) int array
        What is shared out evenly.
    weights : (n,) array
    n_folds : int
    seed : int
    """
    count = int(numbers.max()) + 1
    shuffled = np.random.default_rng(seed).permutation(count)[numbers]
    rows = np.flatnonzero(weights > 0)
    known = len(np.unique(shuffled[rows]))
    if not 2 <= n_folds <= known:
        raise ValueError(
            f"cv={n_folds} folds of whole groups need at least {max(n_folds, 2)} groups with "
            f"samples of positive weight; got {known}. Lower cv, or leave out groups."
        )
    several = len(np.unique(strata[rows])) > 1
    splitter = StratifiedGroupKFold(n_folds) if several else GroupKFold(n_folds)
    fold_of = np.arange(count) % n_folds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of strata smaller than the folds are many
        for k, (_, test) in enumerate(splitter.split(rows, strata[rows], shuffled[rows])):
            fold_of[shuffled[rows[test]]] = k
    return [np.flatnonzero(fold_of[shuffled] == k) for k in range(n_folds)]


def check_together(
    folds: list[np.ndarray], numbers: np.ndarray, labels: np.ndarray, cv: object
) -> None:
    """Refuse folds that part a group."""
    sizes = np.bincount(numbers)
    for k, fold in enumerate(folds):
        held = np.bincount(numbers[np.unique(fold)], minlength=len(sizes))
        parted = np.flatnonzero((held > 0) & (held < sizes))
        if len(parted):
            one = parted[0]
            raise ValueError(
                f"Fold {k + 1} of cv holds out {held[one]} of the {sizes[one]} samples of group "
                f"{str(labels[one])!r}, and groups are given to be kept together; cv is {cv!r}. "
                "Use an int, None, or a splitter by groups (GroupKFold, StratifiedGroupKFold, "
                "LeaveOneGroupOut), or leave out groups."
            )

"""Gaps in a table: refused, or filled with the mean of their cohort."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import listing

WAYS = ("error", "mean", "indicator")
REMEDY = (
    'Set missing="mean", which takes a gap for the mean, or missing="indicator", which puts an '
    "indicator of the gap beside it"
)


def has_gaps(X: np.ndarray) -> bool:
    """Whether any is NaN, with no array as large as `X` beside it."""
    return X.size > 0 and bool(np.isnan(X.min()))


def refuse_gaps(X: np.ndarray, names: Sequence) -> None:
    """Say where `X` `(n, p)` has gaps, if anywhere.

    Raises
    ------
    ValueError
    """
    if not has_gaps(X):
        return
    gaps = np.isnan(X)
    columns = np.flatnonzero(gaps.any(axis=0))
    raise ValueError(
        f"Input X contains NaN: {int(gaps.sum())} cells are missing, in the columns "
        f"{listing([names[j] for j in columns.tolist()])}. {REMEDY}; or fill them in yourself."
    )


def fill_gaps(X: np.ndarray, weights: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Gaps filled with their column's weighted mean within the cohort.

    After standardisation that is 0. A column that a cohort lacks stays NaN there, one without a
    sample that weighs something becomes 0.

    Parameters
    ----------
    X : (n, q) array
        As it is if it has no gaps, else copied.
    weights : (n,) sample weights
    codes : (n,) int array, cohorts
    """
    if not has_gaps(X):
        return X
    columns, X = np.flatnonzero(np.isnan(X).any(axis=0)), X.copy()
    for m in np.unique(codes):
        rows = np.flatnonzero(codes == m)
        values = X[np.ix_(rows, columns)].astype(np.float64)
        gaps = np.isnan(values)
        share = np.where(gaps, 0, weights[rows, None])
        total = share.sum(axis=0)
        mean = np.sum(share * np.where(gaps, 0, values), axis=0) / np.where(total > 0, total, 1)
        mean = np.where(gaps.all(axis=0), np.nan, mean)
        X[np.ix_(rows, columns)] = np.where(gaps, mean, values)
    return X

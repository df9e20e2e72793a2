"""Gaps in a table: refused, or filled with the mean of their cohort."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from ..errors import listing

WAYS = ("error", "mean", "indicator")
REMEDY = (
    'Set missing="mean", which takes a gap for the mean, or missing="indicator", which puts an '
    "indicator of the gap beside it"
)


def has_gaps(X: np.ndarray) -> bool:
    """Whether any is NaN, with no array as large as `X` beside it."""
    values: Any = X.data if sparse.issparse(X) else X
    return values.size > 0 and bool(np.isnan(values.min()))


def gap_counts(X: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """How many values of each column are missing in each cohort, `(M, p)`."""
    M, p = int(codes.max(initial=0)) + 1, X.shape[1]
    if not has_gaps(X):
        return np.zeros((M, p), int)
    if not sparse.issparse(X):
        return np.stack([np.isnan(X[codes == m]).sum(axis=0) for m in range(M)])
    rows, columns = _gaps_of_entries(X)
    return np.bincount(codes[rows] * p + columns, minlength=M * p).reshape(M, p)


def gaps_in(X: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Where columns are missing, `(n, k)` bool, sparse if `X` is."""
    part = X[:, columns]
    if not sparse.issparse(X):
        return np.isnan(part)
    rows, places = _gaps_of_entries(part)
    return sparse.csc_array((np.ones(len(rows), bool), (rows, places)), shape=part.shape)


def _gaps_of_entries(X: sparse.csc_array) -> tuple[np.ndarray, np.ndarray]:
    missing = np.isnan(X.data)
    columns = np.repeat(np.arange(X.shape[1]), np.diff(X.indptr))
    return X.indices[missing], columns[missing]


def refuse_gaps(X: np.ndarray, names: Sequence) -> None:
    """Say where `X` `(n, p)` has gaps, if anywhere.

    Raises
    ------
    ValueError
    """
    if not has_gaps(X):
        return
    gaps = gap_counts(X, np.zeros(X.shape[0], int))[0]
    columns = np.flatnonzero(gaps)
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
    if sparse.issparse(X):
        return _fill_entries(X, weights, codes)
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


def _fill_entries(X: sparse.csc_array, weights: np.ndarray, codes: np.ndarray) -> sparse.csc_array:
    """`fill_gaps` of sparse columns, whose other zeros count in the mean."""
    p, M = X.shape[1], int(codes.max()) + 1
    column = np.repeat(np.arange(p), np.diff(X.indptr))
    cell, missing = codes[X.indices] * p + column, np.isnan(X.data)
    w, values = weights[X.indices], X.data.astype(np.float64)
    lost = np.bincount(cell[missing], w[missing], M * p)
    total = np.bincount(codes, weights, M).repeat(p) - lost
    total = np.where(total > 1e-12 * np.bincount(codes, weights, M).repeat(p), total, 0)
    mean = np.bincount(cell[~missing], (w * values)[~missing], M * p)
    mean = np.where(total > 0, mean / np.where(total > 0, total, 1), 0)
    whole = np.bincount(cell[missing], minlength=M * p) == np.bincount(codes).repeat(p)
    mean[whole] = np.nan
    X = X.copy()
    X.data[missing] = mean[cell[missing]]
    return X

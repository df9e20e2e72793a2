"""A sparse table standardised within cohorts, its zeros kept as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ..engine.sparse import SparseFeatures, sparse_design

FILLED = 0.5  # weight of a column's entries beyond which all its samples are entries


@dataclass(frozen=True)
class SparseMatrix:
    """Standardised numbers `z_ij = entries_ij - shift[codes_i, j]`, `(n, p)`.

    `X[rows, columns]` are some of them as a dense array. A column of which most is filled has no
    shift but an entry for every sample, so that `|shift| <= 1` and centring costs no digits.
    """

    entries: sparse.csc_array  # (n, p)
    shift: np.ndarray  # (M, p)
    codes: np.ndarray  # (n,)

    @property
    def shape(self) -> tuple[int, int]:
        return self.entries.shape

    @property
    def dtype(self) -> np.dtype:
        return self.shift.dtype

    def __getitem__(self, part) -> np.ndarray:
        rows, columns = (p.ravel() if isinstance(p, np.ndarray) else p for p in part)
        dense = self.entries[:, columns].toarray()[rows]
        dense -= self.shift[:, columns][self.codes[rows]]
        return dense

    def only(self, columns: np.ndarray) -> SparseMatrix:
        """Some of the columns, sparse."""
        return replace(self, entries=self.entries[:, columns], shift=self.shift[:, columns])

    def of(self, rows: np.ndarray) -> SparseMatrix:
        """Some of the samples, sparse."""
        return replace(self, entries=self.entries[rows].tocsc(), codes=self.codes[rows])

    def placed(self, rows: np.ndarray, bounds: tuple[int, ...], width: int) -> SparseFeatures:
        """On the device, sample i in row `rows[i]`, cohort m from row `bounds[m]` on."""
        cohorts = []
        for m, shift in enumerate(self.shift):
            own = np.flatnonzero(self.codes == m)
            own = own[np.argsort(rows[own])]
            height = bounds[m + 1] - bounds[m]
            cohorts.append(sparse_design(self.entries[own], shift, height, width))
        return SparseFeatures(tuple(cohorts))

    @property
    def triplets(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows, columns and values of the entries."""
        counts = np.diff(self.entries.indptr)
        return self.entries.indices, np.repeat(np.arange(len(counts)), counts), self.entries.data

    def cubes(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sums of `z^3` over columns `(n,)`, and of `weights z^3` over samples `(p,)`."""
        rows, columns, values = self.triplets
        (n, p), shift = self.shape, self.shift.astype(float)
        own = shift[self.codes[rows], columns]
        more = (values - own) ** 3 + own**3  # than a zero there would give
        of_rows = np.bincount(rows, more, n) - (shift**3).sum(axis=1)[self.codes]
        of_columns = np.bincount(columns, weights[rows] * more, p)
        return of_rows, of_columns - np.bincount(self.codes, weights) @ shift**3


def standardise_sparse(
    X: sparse.csc_array, weights: np.ndarray, codes: np.ndarray, dtype
) -> tuple[SparseMatrix, np.ndarray, np.ndarray]:
    """`scale.standardise` of a sparse table: the matrix, `center` and `scale`, `(M, p)`."""
    parts, found = [], []
    for m in range(codes.max() + 1):
        rows = codes == m
        own = X[rows] if codes.any() else X
        entries, *numbers = _standardised(own, weights[rows] / weights[rows].sum(), dtype)
        parts.append(entries)
        found.append(numbers)
    entries = parts[0]
    if len(parts) > 1:
        places = np.argsort(np.argsort(codes, kind="stable"))
        entries = sparse.vstack(parts, format="csr")[places].tocsc()
    shift, center, scale = (np.stack(part) for part in zip(*found, strict=True))
    return SparseMatrix(entries, shift.astype(dtype), codes), center, scale


def sparse_scale(X: sparse.csc_array, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`scale.standard_scale` of a sparse table, from its entries alone: sums in float64."""
    p, counted = X.shape[1], weights > 0
    column = np.repeat(np.arange(p), np.diff(X.indptr))
    w, values = weights[X.indices], X.data.astype(np.float64)
    there = counted[X.indices]
    full = np.bincount(column, there, p) == counted.sum()
    low, high = np.where(full, np.inf, 0), np.where(full, -np.inf, 0)
    with np.errstate(invalid="ignore", over="ignore"):  # NaN, and the ends of the range
        np.minimum.at(low, column[there], values[there])
        np.maximum.at(high, column[there], values[there])
        reach = np.maximum(np.abs(low), np.abs(high))
        unit = np.where((reach > 0) & np.isfinite(reach), reach, 1)  # so that squares stay in range
        values = np.where(there, values / unit[column], 0)
        mean = np.bincount(column, w * values, p)
        empty = np.where(full, 0, 1 - np.bincount(column, w, p))  # weight of the zeros
        squares = np.bincount(column, w * (values - mean[column]) ** 2, p)
        spread = np.sqrt(squares + np.maximum(empty, 0) * mean**2)
    center, scale = unit * mean, unit * np.where(high > low, spread, 0)
    return np.where(np.isfinite(center), center, 0), np.where(scale > 0, scale, np.inf)


def _standardised(X: sparse.csc_array, weights: np.ndarray, dtype) -> tuple:
    """One cohort's entries, shift, center and scale."""
    n, p = X.shape
    center, scale = sparse_scale(X, weights)
    column = np.repeat(np.arange(p), np.diff(X.indptr))
    varies = np.isfinite(scale)
    filled = varies & (np.bincount(column, weights[X.indices], p) > FILLED)
    moved = X.data - np.where(filled, center, 0)[column]
    data = np.where(varies[column], moved / scale[column], 0).astype(dtype)
    entries = sparse.csc_array((data, X.indices, X.indptr), shape=X.shape, copy=True)
    if filled.any():
        whole = np.tile((-center / scale)[filled].astype(dtype), (n, 1))
        local = np.cumsum(filled) - 1
        inside = filled[column]
        whole[X.indices[inside], local[column[inside]]] = data[inside]
        order = np.argsort(np.concatenate([np.flatnonzero(~filled), np.flatnonzero(filled)]))
        parts = [entries[:, ~filled], sparse.csc_array(whole)]
        entries = sparse.hstack(parts, format="csc")[:, order]
    entries.eliminate_zeros()
    shift = np.where(filled, 0, center / scale)
    return entries, shift, center, np.where(varies, scale, 1)

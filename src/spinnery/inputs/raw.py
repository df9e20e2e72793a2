"""A user's numbers before they are standardised: an array, or sparse columns (CSC)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from ..arrays import Array


def tidy(X: Any) -> Any:
    """Sparse columns without repeated or zero entries, sorted; arrays as they are.

    The user's matrix is not touched.
    """
    if not sparse.issparse(X):
        return X
    X = sparse.csc_array(X)
    if not X.has_canonical_format or not X.data.all():
        X = X.copy()
        X.sum_duplicates()
        X.eliminate_zeros()
    return X


def dense_columns(X: Array, columns: Any) -> np.ndarray:
    """Columns as a dense array: `(n,)` of a number, `(n, k)` of numbers or truths."""
    if not sparse.issparse(X):
        return X[:, columns]
    one = np.ndim(columns) == 0 and not isinstance(columns, slice)
    found = X[:, [columns] if one else columns].toarray()
    return found[:, 0] if one else found


def ends(X: Array) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest value of each column, gaps aside, `(p,)` each."""
    if not sparse.issparse(X):
        return np.fmin.reduce(X, axis=0), np.fmax.reduce(X, axis=0)
    return X.nanmin(axis=0).toarray().ravel(), X.nanmax(axis=0).toarray().ravel()


def dense_rows(X: Array, rows: Any) -> np.ndarray:
    """Rows as a dense array, `(m, p)`."""
    found = X[rows]
    return found.toarray() if sparse.issparse(found) else found

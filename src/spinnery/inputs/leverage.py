"""Single samples that decide what a column says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import row_number
from .raw import dense_columns
from .table import Table

SHARE = 0.5  # of a column's variance within its cohort
FEWEST = 16  # samples of a cohort: with fewer, half is nothing to remark
SHOWN = 3
COLUMNS, NUMBERS = 1024, 2**23  # looked at together at most


def outstanding(table: Table, X: np.ndarray, names: Sequence) -> str | None:
    """One line on the samples that hold most of a column's variance; None if there are none.

    A column that is the same for all other samples (an indicator of one) is not remarked.

    Parameters
    ----------
    table : Table of `X`
    X : (n, p) array as given by the user
    names : p column names
    """
    found: list[tuple[float, int, int]] = []
    for m in range(table.n_cohorts):
        rows = np.flatnonzero((table.codes == m) & (table.weights > 0))
        if len(rows) >= FEWEST:
            found += _in_cohort(table, X, rows)
    if not found:
        return None
    found.sort(reverse=True)
    shown = []
    for share, i, j in found[:SHOWN]:
        cell = dense_columns(X, j)[i]
        shown.append(f"row {row_number(i)}, column {names[j]!r}: {cell:.6g} ({share:.0%})")
    more = f", and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return (
        f"Single samples hold most of a column's variance: {'; '.join(shown)}{more}. Selection may "
        "follow such a value. Correct it or leave the sample out if it is an error; if it is not, "
        "take logarithms or ranks of the column."
    )


def _in_cohort(table: Table, X: np.ndarray, rows: np.ndarray) -> list[tuple[float, int, int]]:
    weights = table.weights[rows, None] / table.weights[rows].sum()
    found, width = [], max(min(COLUMNS, NUMBERS // len(rows)), 1)
    for start in range(0, table.X.shape[1], width):
        shares = weights * table.X[rows, start : start + width].astype(np.float64) ** 2
        top = shares.argmax(axis=0)
        for k in np.flatnonzero(shares.max(axis=0) > SHARE):
            j, rest = int(table.columns[start + k]), np.delete(rows, top[k])
            if np.ptp(dense_columns(X, j)[rest]) > 0:
                found.append((float(shares[top[k], k]), int(rows[top[k]]), j))
    return found

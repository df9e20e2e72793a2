"""An order of samples and features that depends on the data alone.

Sums of floating-point numbers depend on their order, random starting weights on which feature is
which, and a network's training is chaotic: it turns a last digit into another local optimum. So
that equal data give equal answers, the engine sees samples and features in an order of its own,
whatever order the user's table has.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from .sparse import SparseMatrix

DECIMALS = 6  # of the keys: what rounding moves by less keeps its place
BLOCK = 2**22  # numbers looked at together


def canonical_order(
    X: Array, targets: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Samples `(n,)` and features `(p,)` in their canonical order, which sorts by content.

    First by third moments, which hardly move when the table is rounded to single precision, then
    by hashes that know every number to single precision, of a sparse table every entry. Only copies
    keep the order they came in.

    Parameters
    ----------
    X : (n, p) standardised inputs
    targets : (n, q)
    weights : (n,) sample weights that sum to one
    """
    thin = isinstance(X, SparseMatrix)
    of_rows, of_columns = X.cubes(weights) if thin else _cubes(X, weights)
    of_rows = np.round(of_rows / X.shape[1], DECIMALS)
    of_columns = np.round(of_columns, DECIMALS)
    if _distinct(of_rows) and _distinct(of_columns):
        return np.argsort(of_rows), np.argsort(of_columns)
    labels = np.column_stack([targets, weights])
    rows, columns = _hashes_of_entries(X, labels) if thin else _hashes(X, labels)
    return np.lexsort((rows, of_rows)), np.lexsort((columns, of_columns))


def _cubes(X: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums of cubes over columns `(n,)`, and weighted over samples `(p,)`."""
    of_rows, of_columns = np.zeros(X.shape[0]), np.empty(X.shape[1])
    for block in _blocks(*X.shape):
        cubes = X[:, block].astype(np.float64) ** 3
        of_rows += cubes.sum(axis=1)
        of_columns[block] = weights @ cubes
    return of_rows, of_columns


def _hashes(X: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A number for each row and column that depends on its contents and not on their order."""
    rows = _mixed(labels, np.arange(labels.shape[1], dtype=np.uint64)).sum(axis=1)
    blocks = _blocks(*X.shape)
    rows = rows + sum(_mixed(X[:, block], 0).sum(axis=1) for block in blocks)
    columns = np.concatenate([_mixed(X[:, block], rows[:, None]).sum(axis=0) for block in blocks])
    rows = rows + sum(_mixed(X[:, block], columns[block]).sum(axis=1) for block in blocks)
    return rows, columns


def _hashes_of_entries(X: SparseMatrix, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same of the entries alone."""
    i, j, values = X.triplets
    rows = _mixed(labels, np.arange(labels.shape[1], dtype=np.uint64)).sum(axis=1)
    columns = np.zeros(X.shape[1], np.uint64)
    np.add.at(rows, i, _mixed(values, 0))
    np.add.at(columns, j, _mixed(values, rows[i]))
    np.add.at(rows, i, _mixed(values, columns[j]))
    return rows, columns


def _mixed(values: np.ndarray, salt) -> np.ndarray:
    """The numbers' bits, scrambled (splitmix64's finaliser), as integers that may be added.

    In single precision: means and sums of weights, which went into the numbers, differ in the last
    digits of double precision for another order.
    """
    single = values.astype(np.float32) + np.float32(0)  # -0 is 0
    bits = single.view(np.uint32).astype(np.uint64) ^ np.asarray(salt, np.uint64)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _blocks(n: int, p: int) -> list[slice]:
    width = max(BLOCK // max(n, 1), 1)
    return [slice(k, k + width) for k in range(0, p, width)]


def _distinct(keys: np.ndarray) -> bool:
    return len(np.unique(keys)) == len(keys)

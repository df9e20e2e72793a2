"""Which sample a row is: ids that are named, or plainly there."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from ..errors import listing
from .columns import take_column
from .files import Source
from .kinds import FEW_LEVELS, Refused, labels, read_column

DENSE = 0.8  # share of the whole numbers between the ends that a numbering has at least


def split_ids(
    source: Source, column: str | None, known: Iterable[str] = ()
) -> tuple[Source, np.ndarray | None, str | None]:
    """The table without its column of ids, the ids as words, and the column's name.

    The column is the one named; else the ids are the file's row names; else the first column that
    plainly holds ids and is none of `known`, which is said in a line.
    """
    if column is None and source.row_names is None:
        column = _found(source, set(known))
    if column is None:
        names = source.row_names
        return source, None if names is None else labels(names), None
    source, ids = take_column(source, column, "--id")
    return source, labels(ids), column


def _found(source: Source, known: set[str]) -> str | None:
    if not source.named or len(source.frame) <= FEW_LEVELS or source.frame.shape[1] < 2:
        return None
    for name, values in source.frame.items():
        if name not in known and _are_ids(name, values):
            text = f"{name!r} holds another word in every row: they are taken as ids, and nothing "
            warnings.warn(f"{text}is predicted from them.", UserWarning, stacklevel=3)
            return str(name)
    return None


def _are_ids(name: object, values: pd.Series) -> bool:
    """A word in every row, each another and none of several words, more than a factor may have."""
    if isinstance(values.dtype, (np.dtype, pd.SparseDtype)) and values.dtype != object:
        return False
    words = values.dropna()
    if len(words) < len(values) or not words.is_unique:
        return False
    if not all(isinstance(word, str) and len(word.split()) == 1 for word in words):
        return False
    found = read_column(name, values)
    return isinstance(found, Refused) and found.holds.startswith("free text")


def numbered(X: np.ndarray) -> np.ndarray:
    """Columns of `X` `(n, p)` that hold another whole number in every row, with hardly a gap.

    Ids, or the order of the rows.
    """
    n = X.shape[0]
    if n <= FEW_LEVELS or sparse.issparse(X):  # a column of which zeros are left out numbers none
        return np.zeros(0, int)
    low, high = X.min(axis=0), X.max(axis=0)
    span = high - low + 1
    tried = np.flatnonzero((span >= n) & (span * DENSE <= n) & (low % 1 == 0))
    unlike = [(X[:, j] % 1 == 0).all() and len(np.unique(X[:, j])) == n for j in tried]
    return tried[np.array(unlike, bool)]


def numberings(X: np.ndarray, names: Sequence) -> str | None:
    """A line on `numbered` columns, None if there are none.

    Parameters
    ----------
    X : (n, p) array
    names : p column names
    """
    found = [names[int(j)] for j in numbered(X)]
    if not found:
        return None
    given = ",".join(map(str, found))
    return (
        f"Another whole number in every row, with hardly a gap, is in {listing(found)}. If these "
        "are ids or the order in which rows came, a model can follow that order and nothing else: "
        f"leave them out (--drop {given}; --id {found[0]} writes it beside predictions)."
    )

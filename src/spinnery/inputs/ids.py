"""Which sample a row is: ids that are named, or plainly there."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ..errors import listing
from .columns import take_column
from .files import Source
from .kinds import FEW_LEVELS, Refused, labels, read_column

DENSE = 0.8  # share of the whole numbers between the ends that a numbering has at least


def split_ids(source: Source, column: str | None) -> tuple[Source, np.ndarray | None]:
    """The table without the column that `--id` names, and the ids; else the file's row names."""
    if column is None:
        names = source.row_names
        return source, None if names is None else labels(names)
    source, ids = take_column(source, column, "--id")
    return source, labels(ids)


def found_ids(source: Source, known: Sequence = ()) -> str | None:
    """The first column, not of `known`, that plainly holds ids, said in a line; None if none does.

    It holds a word in every row, each another and none of several words, and more of them than any
    factor may have.
    """
    if not source.named or len(source.frame) <= FEW_LEVELS or source.frame.shape[1] < 2:
        return None
    others = set(known)
    for name, values in source.frame.items():
        if name not in others and _are_ids(name, values):
            warnings.warn(
                f"{name!r} holds another word in every row: they are taken as ids, and nothing is "
                "predicted from them.",
                UserWarning,
                stacklevel=2,
            )
            return str(name)
    return None


def without(source: Source, column: str) -> tuple[Source, np.ndarray]:
    """The table without a column, and its words."""
    ids = labels(source.frame[column])
    return replace(source, frame=source.frame.drop(columns=column)), ids


def _are_ids(name: object, values: pd.Series) -> bool:
    if isinstance(values.dtype, np.dtype) and values.dtype != object:
        return False
    words = values.dropna()
    if len(words) < len(values) or not words.is_unique:
        return False
    if not all(isinstance(word, str) and len(word.split()) == 1 for word in words):
        return False
    found = read_column(name, values)
    return isinstance(found, Refused) and found.holds.startswith("free text")


def numberings(X: np.ndarray, names: Sequence) -> str | None:
    """A line on columns that hold another whole number in every row, with hardly a gap.

    Ids, or the order of the rows; None if there are none.

    Parameters
    ----------
    X : (n, p) array
    names : p column names
    """
    n = len(X)
    if n <= FEW_LEVELS:
        return None
    low, high = X.min(axis=0), X.max(axis=0)
    span = high - low + 1
    tried = np.flatnonzero((span >= n) & (span * DENSE <= n) & (low % 1 == 0))
    found = [
        names[int(j)] for j in tried if (X[:, j] % 1 == 0).all() and len(np.unique(X[:, j])) == n
    ]
    if not found:
        return None
    given = ",".join(map(str, found))
    return (
        f"Another whole number in every row, with hardly a gap, is in {listing(found)}. If these "
        "are ids or the order in which rows came, a model can follow that order and nothing else: "
        f"leave them out (--drop {given}; --id {found[0]} writes it beside predictions)."
    )

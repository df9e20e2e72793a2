"""Columns of a table with a part of their own: what to predict, cohorts, what to leave out."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from ..errors import InputError, listing, row_number
from .cells import Cells, refuse_same_names
from .cohorts import refuse_single
from .files import Source


def named_columns(source: Source, given: list[str], option: str) -> list[str]:
    """Columns named by a repeatable option whose values may hold several, separated by commas.

    A value that is the name of a column is that one, whatever commas it holds.
    """
    if given and not source.named:
        raise InputError(f"{source.file} has no column names, so {option} cannot name one.")
    names: list[str] = []
    for value in given:
        names += [value] if value in source.frame else [part.strip() for part in value.split(",")]
    for name in names:
        _require(source, name, option)
    return list(dict.fromkeys(names))


def split_cohort(
    source: Source, cohort: str | None, of_fit: bool = False
) -> tuple[Source, np.ndarray | None]:
    """The table without its cohort column, and every row's cohort."""
    rest, labels = _split_labels(source, cohort, "cohort", "--cohort", "study")
    if labels is not None and of_fit:
        try:
            refuse_single(*np.unique(labels, return_counts=True))
        except ValueError as error:
            raise InputError(f"--cohort {cohort!r}: {error}") from None
    return rest, labels


def split_groups(source: Source, column: str | None) -> tuple[Source, np.ndarray | None]:
    """The table without the column whose groups stay together in folds, and that column."""
    return _split_labels(source, column, "group", "--group-folds", "group")


def _split_labels(
    source: Source, column: str | None, kind: str, option: str, what: str
) -> tuple[Source, np.ndarray | None]:
    if column is None:
        return source, None
    source, labels = take_column(source, column, option)
    labels = without_stray_spaces(labels)
    if labels.isna().any():
        raise InputError(
            f"The {kind} column {column!r} has {int(labels.isna().sum())} missing values; name the "
            f"{what} of every row, or remove those rows."
        )
    return source, labels.astype(str).to_numpy()


def take_column(source: Source, name: str, option: str) -> tuple[Source, pd.Series]:
    """The table without a column (or an array of its npz file), and that column."""
    if source.arrays is not None:
        return source, _npz_target(source, name)
    _require(source, name, option)
    rest = source.frame.drop(columns=name)
    return replace(source, frame=rest), source.frame[name]


def without_stray_spaces(values: pd.Series) -> pd.Series:
    """Labels without blanks around them, which is said where there are any; a blank is a gap."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values
    values = values.astype(object)
    tidy = values.map(lambda label: label.strip() or None if isinstance(label, str) else label)
    stray = np.flatnonzero(tidy.notna() & (tidy != values))
    if len(stray):
        warnings.warn(
            f"{len(stray)} cells of {str(values.name)!r} have stray spaces, such as "
            f"{values.iloc[stray[0]]!r} in row {row_number(stray[0])}, and count without them.",
            UserWarning,
            stacklevel=4,
        )
    return tidy


def split(source: Source, target: str | None, drop: list[str]) -> tuple[Source, pd.Series]:
    """The table without target and dropped columns, and the target."""
    frame = source.frame
    if source.arrays is not None:
        y = _npz_target(source, target or "y")
    else:
        if target is None:
            raise InputError(f"Name the column to predict: --target, one of {listing(frame)}.")
        _require(source, target, "--target")
        y, frame = frame[target], frame.drop(columns=target)
    for name in drop:
        _require(source, name, "--drop")
    frame = frame.drop(columns=[name for name in drop if name in frame])
    if frame.shape[1] == 0 and source.cells is None:
        raise InputError(f"{source.file} has no columns to predict {y.name!r} from.")
    return replace(source, frame=frame, arrays=None), y


def with_genes(source: Source, drop: list[str], keep: list[str]) -> Source:
    """Of an `.h5ad` file the genes, and after them what is kept of the cells' table."""
    if source.cells is None:
        return source
    return _joined(source, source.cells, source.cells.names.drop(drop, errors="ignore"), keep)


def with_named(source: Source, names: Iterable[str] | None) -> Source:
    """Of an `.h5ad` file the genes of these names (None: all), and what else has one of them."""
    if source.cells is None:
        return source
    genes = source.cells.names
    wanted = genes if names is None else pd.Index(names)
    return _joined(source, source.cells, wanted[wanted.isin(genes)], wanted[~wanted.isin(genes)])


def _joined(source: Source, cells: Cells, genes: Iterable[str], beside: Iterable[str]) -> Source:
    genes, known = list(genes), [name for name in beside if name in source.frame]
    try:
        refuse_same_names(genes, known)
    except ValueError as error:
        raise InputError(f"{source.file}: {error}") from None
    parts = [cells.read(genes), source.frame[known]]
    frame = pd.concat(parts, axis=1) if known else parts[0]
    return replace(source, frame=frame, cells=None)


def _npz_target(source: Source, target: str) -> pd.Series:
    arrays = source.arrays or {}
    if target not in arrays:
        raise InputError(f"{source.file} has no array {target!r}; it has {listing(arrays)}.")
    y = arrays[target]
    if y.shape != (len(source.frame),):
        raise InputError(
            f"{source.file}: {target!r} needs one value per row of X, shape "
            f"({len(source.frame)},); got shape {y.shape}."
        )
    return pd.Series(y, name=target)


def _require(source: Source, name: str, option: str) -> None:
    known = source.frame.columns
    if source.cells is not None and option in ("--drop", "--keep"):  # genes are columns, too
        known = known.append(source.cells.names)
    if name in known:
        return
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"it has {listing(known)}."
    raise InputError(f"{source.file} has no column {name!r} for {option}; {hint}")

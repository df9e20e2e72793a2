"""Tables from files, checked."""

from __future__ import annotations

import csv
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import InputError, listing, one_line

SEPARATORS = {".csv": ",", ".tsv": "\t"}
EXTENSIONS = (*SEPARATORS, ".parquet", ".npz")


@dataclass(frozen=True)
class Source:
    """A file's columns; for `.npz` files also its target array, and perhaps no column names."""

    file: Path
    frame: pd.DataFrame
    named: bool = True
    arrays: dict[str, np.ndarray] | None = None

    def features(self) -> pd.DataFrame | np.ndarray:
        """What an estimator gets: names only if the file had some."""
        return self.frame if self.named else self.frame.to_numpy()


def read(file: Path) -> Source:
    """The table in `file`."""
    if file.suffix.lower() not in EXTENSIONS:
        raise InputError(
            f"{file} has the extension {file.suffix!r}; give a table as {', '.join(EXTENSIONS)}."
        )
    if not file.is_file():
        raise InputError(f"{file} is not there (or is not a file); check the path.")
    if file.stat().st_size == 0:
        raise InputError(f"{file} is empty; give a table with a header and rows.")
    try:
        source = _READERS.get(file.suffix.lower(), _read_text)(file)
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8 text; save it as UTF-8.") from None
    except ImportError:
        raise InputError(
            f"{file} needs pyarrow to be read: pip install 'spinnery[parquet]'."
        ) from None
    except (OSError, ValueError, KeyError, csv.Error) as error:
        found = one_line(error).rstrip(".")
        raise InputError(f"{file} cannot be read ({found}); save it again.") from None
    repeated = [name for name, count in Counter(source.frame.columns).items() if count > 1]
    if repeated:
        raise InputError(
            f"{file} has several columns of the same name: {listing(repeated)}; rename them."
        )
    if source.frame.empty:
        raise InputError(f"{file} has no rows below its header; give a table with samples.")
    return source


def _read_text(file: Path) -> Source:
    separator = SEPARATORS[file.suffix.lower()]
    with open(file, encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream, delimiter=separator)
        header = next((row for row in rows if any(cell.strip() for cell in row)), [])
    # pandas would rename a second "x" to "x.1" and an empty name to "Unnamed: 3".
    frame = pd.read_csv(file, sep=separator, encoding="utf-8-sig", low_memory=False)
    if not isinstance(frame.index, pd.RangeIndex):
        _row_names(file)
        frame = frame.reset_index(drop=True)
    elif header and not header[0].strip():
        _row_names(file)
        frame, header = frame.iloc[:, 1:], header[1:]
    if not all(name.strip() for name in header):
        position = [bool(name.strip()) for name in header].index(False) + 1
        raise InputError(f"{file} has no name for column {position}; name or remove it.")
    if len(header) == frame.shape[1]:
        frame.columns = pd.Index(header)
    return Source(file, frame)


def _row_names(file: Path) -> None:
    text = f"the first column of {file} has no name and is taken as row names."
    warnings.warn(text, UserWarning, stacklevel=4)


def _read_parquet(file: Path) -> Source:
    frame = pd.read_parquet(file, engine="pyarrow").reset_index(drop=True)
    frame.columns = pd.Index([str(name) for name in frame.columns])
    return Source(file, frame)


def _read_npz(file: Path) -> Source:
    with np.load(file, allow_pickle=False) as stored:  # pickled arrays could run code
        arrays = {name: stored[name] for name in stored.files}
    X = arrays.get("X")
    if X is None or X.ndim != 2:
        found = f"X has shape {X.shape}" if X is not None else f"it has {listing(arrays)}"
        raise InputError(f"{file} needs a 2-D array X, one row per sample; {found}.")
    names = arrays.get("feature_names")
    if names is None:
        return Source(file, pd.DataFrame(X), named=False, arrays=arrays)
    if names.shape != (X.shape[1],):
        raise InputError(
            f"{file} needs one of feature_names per column of X: {X.shape[1]}; got shape "
            f"{names.shape}."
        )
    columns = [str(name) for name in names]
    return Source(file, pd.DataFrame(X, columns=columns), arrays=arrays)


_READERS = {".parquet": _read_parquet, ".npz": _read_npz}


def numeric(source: Source, may_drop: bool = False, may_lack: bool = False) -> Source:
    """The table with every column a finite number, else an error that names the column.

    `may_lack` leaves missing values to whoever knows which cohorts lack which columns.
    """
    frame = source.frame
    words = [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]
    if words:
        values = frame[words[0]].dropna()
        example = f" ({words[0]!r} holds {str(values.iloc[0])!r})" if len(values) else ""
        remedy = f" or leave them out with --drop {words[0]!r}" if may_drop and source.named else ""
        raise InputError(
            f"{source.file} has columns that are not numeric: {listing(words)}{example}; turn them "
            f"into numbers{remedy}."
        )
    missing = frame.isna().sum()
    if missing.any() and not may_lack:
        columns = listing(missing.index[missing > 0])
        raise InputError(
            f"{source.file} has {int(missing.sum())} missing values, in {columns}; fill them in, "
            "or remove those rows or columns."
        )
    matrix = frame.to_numpy(dtype=float)
    infinite = np.isinf(matrix).any(axis=0)
    if infinite.any():
        raise InputError(
            f"{source.file} has infinite values, in {listing(frame.columns[infinite])}; replace "
            "them or remove those rows or columns."
        )
    clean = pd.DataFrame(matrix, columns=frame.columns)
    return Source(source.file, clean, source.named, source.arrays)

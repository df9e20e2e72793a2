"""Tables from files, checked."""

from __future__ import annotations

import csv
import shlex
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import InputError, listing, one_line, row_number
from .cells import Cells, open_cells
from .frames import is_plain
from .kinds import ColumnsError, read_columns
from .text import SEPARATORS, kind, read_text

MOST = 8  # columns named
DAMAGED = (csv.Error, zlib.error, zipfile.BadZipFile)
EXTENSIONS = (*SEPARATORS, ".parquet", ".npz", ".h5ad")
NEEDS = {".parquet": ("pyarrow", "parquet"), ".h5ad": ("anndata", "anndata")}  # package, our extra


@dataclass(frozen=True)
class Source:
    """A file's columns; for `.npz` files also its target array, and perhaps no column names.

    `row_names` `(n,)` are those that the file itself has beside its columns, if any. Of an `.h5ad`
    file the columns are what is known of the cells, none of which is a feature unless it is named
    as one, and its matrix is yet to be read (`with_genes`).
    """

    file: Path
    frame: pd.DataFrame
    named: bool = True
    arrays: dict[str, np.ndarray] | None = None
    row_names: pd.Series | None = None
    cells: Cells | None = None

    def features(self) -> pd.DataFrame | np.ndarray:
        """What an estimator gets: names only if the file had some."""
        return self.frame if self.named else self.frame.to_numpy()


def read(file: Path, layer: str | None = None) -> Source:
    """The table in `file`; `layer` names another matrix than `X` of an `.h5ad` file."""
    if layer is not None and kind(file) != ".h5ad":
        raise InputError(f"--layer {layer!r} is for .h5ad files; {file} has no layers.")
    if kind(file) not in EXTENSIONS:
        raise InputError(
            f"{file} has the extension {file.suffix!r}; give a table as {', '.join(EXTENSIONS)}, "
            "or .csv.gz, .tsv.gz."
        )
    if not file.is_file():
        raise InputError(f"{file} is not there (or is not a file); check the path.")
    if file.stat().st_size == 0:
        raise _empty(file)
    try:
        if kind(file) == ".h5ad":
            source = _read_cells(file, layer)
        else:
            source = _READERS.get(kind(file), _read_text)(file)
    except UnicodeDecodeError:
        raise InputError(
            f"{file} is text neither in UTF-8 nor in Windows-1252, nor marked as UTF-16; save it "
            "as UTF-8."
        ) from None
    except ImportError:
        package, extra = NEEDS[kind(file)]
        raise InputError(
            f"{file} needs {package} to be read: pip install 'spinnery[{extra}]'."
        ) from None
    except pd.errors.EmptyDataError:
        raise _empty(file) from None
    except (OSError, EOFError, ValueError, KeyError, *DAMAGED) as error:
        found = one_line(error).rstrip(".")
        raise InputError(f"{file} cannot be read ({found}); save it again.") from None
    repeated = [name for name, count in Counter(source.frame.columns).items() if count > 1]
    if repeated:
        raise InputError(
            f"{file} has several columns of the same name: {listing(repeated)}; rename them."
        )
    if not len(source.frame) or (source.frame.empty and source.cells is None):
        raise InputError(f"{file} has no rows below its header; give a table with samples.")
    return source


def _empty(file: Path) -> InputError:
    return InputError(f"{file} is empty; give a table with a header and rows.")


def _read_text(file: Path) -> Source:
    frame, names = read_text(file)
    return Source(file, frame, row_names=names)


def _read_parquet(file: Path) -> Source:
    frame = pd.read_parquet(file, engine="pyarrow")
    plain = isinstance(frame.index, (pd.RangeIndex, pd.MultiIndex))
    names = None if plain else frame.index.to_series().reset_index(drop=True)
    frame = frame.reset_index(drop=True)
    frame.columns = pd.Index([str(name) for name in frame.columns])
    return Source(file, frame, row_names=names)


def _read_npz(file: Path) -> Source:
    # pickled arrays could run code; a stream of our own, for NumPy leaves a damaged file open
    with open(file, "rb") as stream, np.load(stream, allow_pickle=False) as stored:
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


def _read_cells(file: Path, layer: str | None) -> Source:
    obs, cells = open_cells(file, layer)
    names = obs.index.to_series().reset_index(drop=True)
    return Source(file, obs.reset_index(drop=True), row_names=names, cells=cells)


_READERS = {".parquet": _read_parquet, ".npz": _read_npz}


def readable(source: Source) -> list[np.ndarray]:
    """Each column's numbers, NaN in gaps, or a factor's labels, None in gaps.

    Raises
    ------
    InputError
        If columns are neither numbers nor factors, all of them named, or hold infinite values.
    """
    frame = source.frame
    try:
        read = list(frame.to_numpy().T) if is_plain(frame) else read_columns(frame)
    except ColumnsError as error:
        remedy = f"leave them out with {dropping(error.names)}, or give" if source.named else "give"
        raise InputError(
            f"{source.file} has columns that are neither numbers nor factors: {error.found}; "
            f"{remedy} numbers or a few repeated words."
        ) from None
    refuse_infinite(source, read)
    return read


def refuse_infinite(source: Source, read: Iterable[np.ndarray]) -> None:
    """Say which columns hold infinite values, and the first row of each, if any."""
    found = {}
    for name, values in zip(source.frame.columns, read, strict=True):
        infinite = np.isinf(values) if values.dtype != object else np.zeros(1, bool)
        if infinite.any():
            found[name] = row_number(np.argmax(infinite))
    if found:
        shown = [f"{str(name)!r} (row {row})" for name, row in found.items()][:MOST]
        more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
        raise InputError(
            f"{source.file} has infinite values, in {', '.join(shown)}{more}; replace them or "
            "remove those rows or columns."
        )


def dropping(names: list[str]) -> str:
    """The option that leaves out these columns."""
    plain = [name for name in names if "," not in name]
    values = [",".join(plain)] * bool(plain) + [name for name in names if "," in name]
    return " ".join(f"--drop {shlex.quote(value)}" for value in values)

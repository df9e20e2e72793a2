"""Tables from files, checked."""

from __future__ import annotations

import csv
import shlex
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import InputError, listing, one_line
from .cells import Cells, open_cells
from .frames import is_plain
from .kinds import ColumnsError, read_columns

SEPARATORS = {".csv": ",", ".tsv": "\t"}
EXTENSIONS = (*SEPARATORS, ".parquet", ".npz", ".h5ad")
NEEDS = {".parquet": ("pyarrow", "parquet"), ".h5ad": ("anndata", "anndata")}  # package, our extra


@dataclass(frozen=True)
class Source:
    """A file's columns; for `.npz` files also its target array, and perhaps no column names.

    Of an `.h5ad` file the columns are what is known of the cells, none of which is a feature unless
    it is named as one, and its matrix is yet to be read (`with_genes`).
    """

    file: Path
    frame: pd.DataFrame
    named: bool = True
    arrays: dict[str, np.ndarray] | None = None
    cells: Cells | None = None

    def features(self) -> pd.DataFrame | np.ndarray:
        """What an estimator gets: names only if the file had some."""
        return self.frame if self.named else self.frame.to_numpy()


def read(file: Path, layer: str | None = None) -> Source:
    """The table in `file`; `layer` names another matrix than `X` of an `.h5ad` file."""
    if layer is not None and file.suffix.lower() != ".h5ad":
        raise InputError(f"--layer {layer!r} is for .h5ad files; {file} has no layers.")
    if file.suffix.lower() not in EXTENSIONS:
        raise InputError(
            f"{file} has the extension {file.suffix!r}; give a table as {', '.join(EXTENSIONS)}."
        )
    if not file.is_file():
        raise InputError(f"{file} is not there (or is not a file); check the path.")
    if file.stat().st_size == 0:
        raise InputError(f"{file} is empty; give a table with a header and rows.")
    try:
        if file.suffix.lower() == ".h5ad":
            source = _read_cells(file, layer)
        else:
            source = _READERS.get(file.suffix.lower(), _read_text)(file)
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8 text; save it as UTF-8.") from None
    except ImportError:
        package, extra = NEEDS[file.suffix.lower()]
        raise InputError(
            f"{file} needs {package} to be read: pip install 'spinnery[{extra}]'."
        ) from None
    except (OSError, ValueError, KeyError, csv.Error) as error:
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


def _read_cells(file: Path, layer: str | None) -> Source:
    obs, cells = open_cells(file, layer)
    return Source(file, obs.reset_index(drop=True), cells=cells)


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
    numbers = [values.dtype != object and np.isinf(values).any() for values in read]
    refuse_infinite(source, np.array(numbers))
    return read


def refuse_infinite(source: Source, infinite: np.ndarray) -> None:
    """Say which columns hold infinite values, `(p,)` bool, if any."""
    if infinite.any():
        names = listing(source.frame.columns[infinite])
        raise InputError(
            f"{source.file} has infinite values, in {names}; replace them or remove those rows or "
            "columns."
        )


def dropping(names: list[str]) -> str:
    """The option that leaves out these columns."""
    plain = [name for name in names if "," not in name]
    values = [",".join(plain)] * bool(plain) + [name for name in names if "," in name]
    return " ".join(f"--drop {shlex.quote(value)}" for value in values)

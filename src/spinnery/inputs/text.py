"""Tables in text files, however they are separated, compressed, and written their decimals."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import warnings
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd

from ..errors import InputError

SEPARATORS = {".csv": ",", ".tsv": "\t"}
NAMES = {",": "commas", ";": "semicolons", "\t": "tabs"}
LINES, CHARACTERS = 200, 2**21  # of the file's beginning, by which its layout is told
UTF_8, WINDOWS = "utf-8-sig", "cp1252"  # tried in this order, unless marked as UTF-16
FIRST = 4096  # bytes, in which no text but UTF-16 has a zero
COMMA = re.compile(r"\s*[-+]?\d*,\d+([eE][-+]?\d+)?\s*")
POINT = re.compile(r"\s*[-+]?\d*\.\d+([eE][-+]?\d+)?\s*")


@dataclass(frozen=True)
class Layout:
    """How a text file is written."""

    header: list[str]
    separator: str
    decimal: str
    ends_open: bool  # whether rows, not the header, end with a separator

    def remark(self, usual: str) -> str | None:
        """What is out of the ordinary, if anything, in words."""
        said = []
        if self.separator != usual:
            said.append(f"is separated by {NAMES[self.separator]}")
        if self.decimal == ",":
            said.append("has decimal commas")
        return " and ".join(said) or None


def kind(file: Path) -> str:
    """The extension that says what a file holds, `.gz` aside where it is a text file's."""
    last = file.suffix.lower()
    inner = Path(file.stem).suffix.lower()
    return inner if last == ".gz" and inner in SEPARATORS else last


def read_text(file: Path) -> tuple[pd.DataFrame, pd.Series | None]:
    """The table, and its rows' names if the file has them; what is out of the ordinary is said.

    Raises
    ------
    InputError
        If a column that holds anything has no name.
    UnicodeDecodeError
        If its bytes are no text.
    """
    with _open(file) as stream:
        first = stream.read(FIRST)
    marked = first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return _read(file, "utf-16" if marked else UTF_8)
    except UnicodeDecodeError:
        if marked or b"\0" in first:
            raise
    table = _read(file, WINDOWS)
    text = f"{file} is not UTF-8 and is read as Windows-1252: look at its accented letters."
    warnings.warn(text, UserWarning, stacklevel=4)
    return table


def _read(file: Path, encoding: str) -> tuple[pd.DataFrame, pd.Series | None]:
    layout = recognise(file, encoding)
    given: dict = {"sep": layout.separator, "decimal": layout.decimal, "encoding": encoding}
    if layout.ends_open:  # or pandas would take the first column for row names
        given |= {"index_col": False, "usecols": range(len(layout.header))}
    frame = pd.read_csv(file, low_memory=False, **given)
    if isinstance(frame.index, pd.MultiIndex):
        more = frame.index.nlevels + frame.shape[1]
        raise InputError(f"{file} has rows of {more} cells and names {frame.shape[1]} columns.")
    remark, names = layout.remark(SEPARATORS[kind(file)]), None
    if remark is not None:
        warnings.warn(f"{file} {remark}.", UserWarning, stacklevel=5)
    if not isinstance(frame.index, pd.RangeIndex):
        names, frame = frame.index.to_series(), frame.reset_index(drop=True)
    if len(layout.header) == frame.shape[1]:  # pandas renames a second x, and one without a name
        frame.columns = pd.Index(layout.header)
    named = np.array([bool(str(name).strip()) for name in frame.columns])
    nameless = [k for k in np.flatnonzero(~named) if frame.iloc[:, k].notna().any()]
    if nameless[:1] == [0] and names is None:
        names, nameless = frame.iloc[:, 0], nameless[1:]
    if nameless:  # a column of nothing is what a separator at the end of every row makes
        raise InputError(f"{file} has no name for column {nameless[0] + 1}; name or remove it.")
    if names is not None:
        names = names.reset_index(drop=True)
        text = f"the first column of {file} has no name and is taken as row names."
        warnings.warn(text, UserWarning, stacklevel=5)
    return frame.loc[:, named], names


def recognise(file: Path, encoding: str = UTF_8) -> Layout:
    """The layout of a file, from its first lines.

    Separated by what splits the header most, if it splits the rows alike, else as the extension
    says. Decimal commas are where cells have some and none has a decimal point, unless commas
    separate.
    """
    usual = SEPARATORS[kind(file)]
    with io.TextIOWrapper(_open(file), encoding, newline="") as stream:
        lines = _first_lines(stream)
    tried = sorted(NAMES, key=lambda mark: (-len(_cells(lines[:1], mark)[0]), mark != usual))
    separator = next((mark for mark in tried if mark == usual or _even(lines, mark)), usual)
    header, *rows = _cells(lines, separator)
    decimal = "."
    if separator != ",":
        cells = [cell for row in rows for cell in row]
        commas = any(COMMA.fullmatch(cell) for cell in cells)
        decimal = "," if commas and not any(POINT.fullmatch(cell) for cell in cells) else "."
    longer = [row for row in rows if len(row) == len(header) + 1]
    ends_open = bool(rows) and len(longer) == len(rows) and not any(row[-1] for row in rows)
    return Layout(header, separator, decimal, ends_open)


def _even(lines: list[str], mark: str) -> bool:
    """Whether all rows have as many cells as the header, or one more: several, at any rate."""
    header, *rows = _cells(lines, mark)
    n = len(header)
    return n > 1 and bool(rows) and all(n <= len(row) <= n + 1 for row in rows)


def _cells(lines: list[str], mark: str) -> list[list[str]]:
    """The rows that hold anything; at least one, for a header."""
    rows = csv.reader(lines, delimiter=mark)
    return [row for row in rows if any(cell.strip() for cell in row)] or [[]]


def _first_lines(stream: IO[str]) -> list[str]:
    """Of a file's beginning, those that are not blank: header and one row, and more if short."""
    lines: list[str] = []
    for line in islice(stream, LINES):
        if line.strip():
            lines.append(line)
        if len(lines) > 1 and sum(map(len, lines)) > CHARACTERS:
            break
    return lines


def _open(file: Path) -> gzip.GzipFile | io.BufferedReader:
    return gzip.open(file) if file.suffix.lower() == ".gz" else open(file, "rb")

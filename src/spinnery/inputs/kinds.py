"""What each column of a table is: numbers, a factor, or something to refuse."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import row_number

FEW_LEVELS = 10  # distinct texts that are always a factor, however few rows there are
SHOWN = 24  # characters of an example
DAY = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ]\d{1,2}:\d{2}.*)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})"
)
DATES = (datetime.date, datetime.time, datetime.timedelta, np.datetime64, np.timedelta64, pd.Period)


@dataclass(frozen=True)
class Refused:
    """A column that is neither numbers nor a factor, and what it holds."""

    name: str
    holds: str


class ColumnsError(ValueError):
    """Columns that no model can take as they are, all of them; `new` if training knew better."""

    def __init__(self, found: Sequence[Refused], new: bool = False):
        self.names = [one.name for one in found]
        self.found = "; ".join(f"{one.name!r} holds {one.holds}" for one in found)
        names = ", ".join(repr(name) for name in self.names)
        super().__init__(
            f"X has columns that are not as in training: {self.found}. Put numbers in their place."
            if new
            else f"X has columns that are neither numbers nor factors: {self.found}. Leave them "
            f"out, X.drop(columns=[{names}]), or turn dates into numbers (days since one of them), "
            'text into few categories (astype("category")) and words among numbers into NaN.'
        )


def read_columns(frame: pd.DataFrame) -> list[np.ndarray]:
    """Every column read.

    Raises
    ------
    ColumnsError
        If any is refused; it names all of them.
    """
    read = [read_column(name, values) for name, values in frame.items()]
    refused = [one for one in read if isinstance(one, Refused)]
    if refused:
        raise ColumnsError(refused)
    return [one for one in read if not isinstance(one, Refused)]


def read_column(name: object, values: pd.Series) -> np.ndarray | Refused:
    """A column's numbers `(n,)` float, a factor's labels `(n,)` object, or why it is refused.

    Gaps are NaN among numbers and None among labels. Texts that are all numbers are numbers;
    other texts are a factor if they repeat, and so is every categorical column.
    """
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return labels(values) if values.notna().any() else np.full(len(values), np.nan)
    if isinstance(dtype, pd.PeriodDtype) or pd.api.types.is_datetime64_any_dtype(dtype):
        return _refused(name, "dates", values)
    if pd.api.types.is_timedelta64_dtype(dtype):
        return _refused(name, "durations", values)
    if pd.api.types.is_complex_dtype(dtype):
        return _refused(name, "complex numbers", values)
    if pd.api.types.is_numeric_dtype(dtype):
        return values.to_numpy(dtype=float, na_value=np.nan)
    return _read_objects(name, values)


def _read_objects(name: object, values: pd.Series) -> np.ndarray | Refused:
    """Of Python objects, mostly texts."""
    values = values.astype(object)
    present = values[~missing(values)]
    kinds = {type(value) for value in present}
    if any(issubclass(kind, DATES) for kind in kinds):
        return _refused(name, "dates or times", values)
    if not all(issubclass(kind, (str, bool, np.bool_, int, float, np.number)) for kind in kinds):
        return _refused(name, "objects", values)
    if not any(issubclass(kind, str) for kind in kinds):
        return values.where(~missing(values), np.nan).to_numpy(dtype=float)
    texts = present.astype(str).str.strip()
    numbers = pd.to_numeric(texts, errors="coerce")
    if numbers.notna().all():
        return numbers.reindex(values.index).to_numpy(dtype=float)
    found, distinct = labels(values), texts.nunique()
    good = numbers.dropna()
    if len(good) >= len(texts) / 2 and good.nunique() > len(good) / 2:
        row = row_number(np.flatnonzero(values.index == texts.index[numbers.isna()][0])[0])
        word = _short(texts[numbers.isna()].iloc[0])
        return Refused(str(name), f"words among numbers ({word!r} in row {row})")
    if texts.map(lambda text: DAY.fullmatch(text) is not None).all():
        return _refused(name, "dates", values)
    if distinct > max(FEW_LEVELS, len(texts) / 2):
        return _refused(name, "free text", values)
    return found


def labels(values: pd.Series) -> np.ndarray:
    """Every row's level as a word `(n,)`, None where there is none.

    The same level has the same word however it is stored: 1, 1.0 and "1 " are "1".
    """
    codes, found = pd.factorize(values)
    words = [_word(value) for value in found]
    return np.array([*words, None], object)[codes]


def has_stray_spaces(values: pd.Series) -> bool:
    """Whether any word among them begins or ends with a blank."""
    words = [value for value in values.unique() if isinstance(value, str)]
    return any(word != word.strip() for word in words)


def missing(values: pd.Series) -> np.ndarray:
    """Which of these objects say nothing: None, NaN, NA, and texts of nothing but blanks."""
    blank = values.map(lambda value: isinstance(value, str) and not value.strip())
    return np.asarray(pd.isna(values)) | blank.to_numpy(dtype=bool)


def no_numbers(name: object, values: pd.Series) -> Refused:
    """Why words are refused in a column that held numbers in training."""
    texts = values.astype(object)
    wrong = pd.to_numeric(texts.map(str), errors="coerce").isna().to_numpy() & ~missing(texts)
    row = int(np.flatnonzero(wrong)[0]) if wrong.any() else 0
    word = _short(texts.iloc[row])
    return Refused(str(name), f"words, and numbers in training ({word!r} in row {row_number(row)})")


def _word(value: object) -> str | None:
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip() or None


def _refused(name: object, what: str, values: pd.Series) -> Refused:
    """With the first cell that holds anything, and its row."""
    rows = np.flatnonzero(~missing(values.astype(object)))
    if not len(rows):
        return Refused(str(name), what)
    example = f"{_short(values.iloc[rows[0]])!r} in row {row_number(rows[0])}"
    return Refused(str(name), f"{what} ({example})")


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"

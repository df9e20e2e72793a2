"""What a user can put right, said in one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import SupportsInt

_first_row: ContextVar[int] = ContextVar("first_row", default=0)


class InputError(Exception):
    """Something the user can put right; the message says what and how, in one line."""


class Problems:
    """Context manager that gathers what is wrong, and at its end says all of it at once."""

    def __init__(self) -> None:
        self._found: list[str] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """What goes wrong inside is kept for the end."""
        try:
            yield
        except InputError as error:
            self._found.append(str(error))

    def __enter__(self) -> Problems:
        return self

    def __exit__(self, kind, *_) -> None:
        if kind is None and self._found:
            raise InputError(" ".join(self._found))


def one_line(text: object) -> str:
    """The text without line breaks."""
    return " ".join(str(text).split())


def listing(names: Iterable[object], most: int = 8) -> str:
    """`'a', 'b' and 3 more`."""
    names = list(names)
    shown = ", ".join(repr(str(name)) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def row_number(place: SupportsInt = 0) -> int:
    """How a reader knows the row in this place, counted from 0.

    In Python as arrays and frames count it; on the command line as a spreadsheet does, where the
    names are row 1.
    """
    return int(place) + _first_row.get()


@contextmanager
def rows_as_in_spreadsheets() -> Iterator[None]:
    """Inside, rows are told by the numbers that a spreadsheet gives them."""
    before = _first_row.set(2)
    try:
        yield
    finally:
        _first_row.reset(before)

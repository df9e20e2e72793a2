"""What a user can put right, said in one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager


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

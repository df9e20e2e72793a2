"""What a user can put right, said in one line."""

from __future__ import annotations

from collections.abc import Iterable


class InputError(Exception):
    """Something the user can put right; the message says what and how, in one line."""


def one_line(text: object) -> str:
    """The text without line breaks."""
    return " ".join(str(text).split())


def listing(names: Iterable[object], most: int = 8) -> str:
    """`'a', 'b' and 3 more`."""
    names = list(names)
    shown = ", ".join(repr(str(name)) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"

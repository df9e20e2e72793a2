"""Failures as one line on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import typer


class InputError(Exception):
    """Something the user can put right; the message says what and how, in one line."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Exit with code 2 on an `InputError`, 130 on an interrupt, each with one line."""
    try:
        yield
    except InputError as error:
        print(f"Error: {one_line(error)}", file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        raise typer.Exit(130) from None


def one_line(text: object) -> str:
    """The text without line breaks."""
    return " ".join(str(text).split())


def note(text: object) -> None:
    """A remark beside the results."""
    print(f"Note: {one_line(text)}", file=sys.stderr)


def listing(names: Iterable[object], most: int = 8) -> str:
    """`'a', 'b' and 3 more`."""
    names = list(names)
    shown = ", ".join(repr(str(name)) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"

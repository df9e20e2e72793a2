"""Failures as one line on standard error."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import typer

INTERRUPTED = 130  # the shell's code for an interrupt from the keyboard

_notes: list[str] = []


class InputError(Exception):
    """Something the user can put right; the message says what and how, in one line."""


class Interrupted(BaseException):
    """The user pressed Ctrl-C.

    Not a `KeyboardInterrupt`: estimators answer that with the best model so far, and on the
    command line an interrupted fit should end at once and leave nothing.
    """


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Exit with code 2 on an `InputError`, 130 on an interrupt, each with one line.

    Notes wait for the end, so that an error stays alone.
    """
    _notes.clear()
    in_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, _interrupt) if in_main else None
    try:
        yield
        for text in _notes:
            print(f"Note: {text}", file=sys.stderr)
    except InputError as error:
        print(f"Error: {one_line(error)}", file=sys.stderr)
        raise typer.Exit(2) from None
    except (KeyboardInterrupt, Interrupted):
        print("Interrupted; nothing was written.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        if in_main:
            signal.signal(signal.SIGINT, before)


def _interrupt(*_) -> None:
    raise Interrupted


def one_line(text: object) -> str:
    """The text without line breaks."""
    return " ".join(str(text).split())


def note(text: object) -> None:
    """A remark beside the results, for standard error."""
    _notes.append(one_line(text))


def listing(names: Iterable[object], most: int = 8) -> str:
    """`'a', 'b' and 3 more`."""
    names = list(names)
    shown = ", ".join(repr(str(name)) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"

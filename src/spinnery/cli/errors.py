"""Failures as one line on standard error."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from ..errors import InputError, one_line, rows_as_in_spreadsheets
from ..interrupts import Interrupts

INTERRUPTED = 130  # the shell's code for an interrupt from the keyboard


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Exit with code 2 on an `InputError`, 130 on an interrupt, each with one line.

    Warnings are notes, each given once, at the end, so that an error stays alone.
    """
    try:
        with rows_as_in_spreadsheets(), Interrupts(), user_warnings() as caught:
            yield
        for text in dict.fromkeys(one_line(warning.message) for warning in caught):
            print(f"Note: {text}", file=sys.stderr)
    except InputError as error:
        print(f"Error: {one_line(error)}", file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None


def note(text: object) -> None:
    """A remark beside the results, for standard error."""
    warnings.warn(one_line(text), UserWarning, stacklevel=2)


@contextmanager
def user_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Collects the warnings that are meant for users; others are dropped."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)  # ConvergenceWarning is one
        yield caught

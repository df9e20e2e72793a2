"""One progress bar, shown only where somebody is watching; plain lines where it cannot move."""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from .interrupts import Interrupts

SECONDS = 5.0  # between plain lines of one stage


class Steps:
    """Counts steps of a fit, and lets Ctrl-C end it at the next; a context manager.

    Parameters
    ----------
    show : bool or None
        None shows the bar when standard error is a terminal. True writes a line for every stage
        where it is none, such as a log file or a notebook.
    """

    def __init__(self, show: bool | None):
        terminal = sys.stderr.isatty()
        self.shown = terminal if show is None else show
        self._plain = self.shown and not terminal
        self._began = time.monotonic()
        self._last, self._said = self._began, ""
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=self._plain or not self.shown,
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=None)
        self._interrupts = Interrupts()

    def expect(self, steps: int) -> None:
        """Add `steps` to the total."""
        total = self._bar.tasks[0].total or 0
        self._bar.update(self._task, total=total + steps)

    def say(self, what: str) -> None:
        """Name what is being done."""
        self._interrupts.check()
        if self._plain:
            self._line(what)
        self._bar.update(self._task, description=what)

    def _line(self, what: str) -> None:
        """Print a new stage at once, and news of the same one every few seconds."""
        now = time.monotonic()
        news = what.split()[0] != self._said.partition(" ")[0] or now - self._last > SECONDS
        if what != self._said and news:
            print(f"{now - self._began:6.1f} s  {what}", file=sys.stderr, flush=True)
            self._last, self._said = now, what

    def advance(self, steps: int = 1) -> None:
        """`steps` more are done."""
        self._interrupts.check()
        self._bar.advance(self._task, steps)

    def __enter__(self) -> Steps:
        self._interrupts.__enter__()
        self._bar.start()
        return self

    def __exit__(self, *error) -> None:
        self._bar.stop()
        self._interrupts.__exit__(*error)

"""One progress bar, shown only where somebody is watching."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class Steps:
    """Counts steps of a fit; a context manager.

    Parameters
    ----------
    show : bool or None
        None shows the bar when standard error is a terminal.
    """

    def __init__(self, show: bool | None):
        enabled = sys.stderr.isatty() if show is None else show
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not enabled,
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=None)

    @property
    def shown(self) -> bool:
        """Whether anybody sees it."""
        return not self._bar.disable

    def expect(self, steps: int) -> None:
        """Add `steps` to the total."""
        total = self._bar.tasks[0].total or 0
        self._bar.update(self._task, total=total + steps)

    def say(self, what: str) -> None:
        """Name what is being done."""
        self._bar.update(self._task, description=what)

    def advance(self, steps: int = 1) -> None:
        """`steps` more are done."""
        self._bar.advance(self._task, steps)

    def __enter__(self) -> Steps:
        self._bar.start()
        return self

    def __exit__(self, *error) -> None:
        self._bar.stop()

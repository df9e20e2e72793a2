"""What to predict, as asked on the command line: one column, or a time and an event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import InputError, listing
from ..inputs.columns import split, take_column
from ..inputs.files import Source
from ..outcomes.guess import guess
from ..outcomes.times import survival_target


@dataclass(frozen=True)
class Asked:
    """The options that name what to predict."""

    target: str | None = None
    task: str = "auto"
    time: str | None = None
    event: str | None = None

    @property
    def called(self) -> str | None:
        """What the outcome is called, if it was named."""
        return self.target if self.event is None else self.event

    def check_parts(
        self, cohort: str | None, groups: str | None, drop: list[str], keep: list[str]
    ) -> None:
        """No column has two parts."""
        event = None if self.event is None else self.event.split("=")[0]
        targets = self.target, self.time, event
        used = "--target" if self.time is None else "--time, --event"
        if cohort is not None and cohort in (*targets, *drop):
            raise InputError(f"--cohort {cohort!r} is the {used} or a --drop column too.")
        if groups is not None and groups in (*targets, *drop, cohort):
            raise InputError(
                f"--group-folds {groups!r} is the {used}, --cohort or a --drop column too."
            )
        taken = [name for name in keep if name in (*targets, *drop, cohort, groups)]
        if taken:
            raise InputError(
                f"--keep {','.join(taken)!r} names what is the {used}, --drop, --cohort or "
                "--group-folds too; keep columns to predict from."
            )


def take_target(
    source: Source, asked: Asked, drop: list[str]
) -> tuple[Source, str, np.ndarray, str]:
    """The table without what is predicted and dropped, the task, the targets, and a line on it."""
    if asked.time is None and asked.event is None:
        if asked.task == "survival":
            raise InputError("--task survival needs --time and --event, a column each.")
        rest, target = split(source, asked.target, drop)
        task, y, why = guess(target, asked.task)
        return rest, task, y, why
    if asked.target is not None or asked.task not in ("auto", "survival"):
        raise InputError("--time and --event are the target: leave out --target and --task.")
    if asked.time is None or asked.event is None:
        missing = "--event" if asked.event is None else "--time"
        raise InputError(f"A survival outcome needs --time and --event; {missing} is missing.")
    name, _, value = asked.event.partition("=")
    rest, event = take_column(source, name, "--event")
    rest, time = split(rest, asked.time, drop)
    try:
        y = survival_target(_events(event, value), time)
    except ValueError as error:
        raise InputError(
            f"--event {asked.event!r} and --time {asked.time!r} are no survival outcome: {error}"
        ) from None
    seen = int(y["event"].sum())
    return rest, "survival", y, f"Survival: {seen} of {len(y)} had the event {asked.event!r}."


def _events(event: pd.Series, value: str) -> pd.Series:
    """The event column, or where it equals the value given after `=`."""
    if not value:
        return event
    words = event.astype(str)
    if pd.api.types.is_float_dtype(event):  # 2 is read as 2.0 where other rows have gaps
        words = event.map(lambda v: f"{v:g}")
    if not (words == value).any():
        found = listing(dict.fromkeys(words.tolist()), 6)
        raise InputError(f"--event {event.name}={value}: the column holds {found}.")
    return (words == value).astype(object).where(event.notna(), None)

"""What to predict, as asked on the command line: one column, or a time and an event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import InputError, listing
from ..inputs.columns import split, take_column, without_stray_spaces
from ..inputs.files import Source
from ..inputs.kinds import labels
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

    @property
    def named(self) -> dict[str, str]:
        """The options that were given, as they were."""
        given = {"target": self.target, "time": self.time, "event": self.event}
        return {part: text for part, text in given.items() if text is not None}

    @property
    def columns(self) -> dict[str, str]:
        """The columns' names, by their part."""
        return {
            part: text.partition("=")[0] if part == "event" else text
            for part, text in self.named.items()
        }

    def check_parts(
        self, cohort: str | None, groups: str | None, drop: list[str], keep: list[str],
        ids: str | None = None,
    ) -> None:  # fmt: skip
        """No column has two parts."""
        targets = list(self.columns.values())
        used = "--target" if self.time is None else "--time, --event"
        if cohort is not None and cohort in (*targets, *drop):
            raise InputError(f"--cohort {cohort!r} is the {used} or a --drop column too.")
        if groups is not None and groups in (*targets, *drop, cohort):
            raise InputError(
                f"--group-folds {groups!r} is the {used}, --cohort or a --drop column too."
            )
        if ids is not None and ids in (*targets, *drop, cohort, groups):
            raise InputError(
                f"--id {ids!r} is the {used}, --drop, --cohort or --group-folds column too."
            )
        taken = [name for name in keep if name in (*targets, *drop, cohort, groups, ids)]
        if taken:
            raise InputError(
                f"--keep {','.join(taken)!r} names what is the {used}, --drop, --cohort, "
                "--group-folds or --id too; keep columns to predict from."
            )


@dataclass(frozen=True)
class Taken:
    """The columns that hold what is predicted, as they were in the table."""

    asked: Asked
    target: pd.Series  # of a survival outcome, the times
    event: pd.Series | None = None

    def read(self) -> tuple[str, np.ndarray, str]:
        """The task, the targets, and a line on them.

        Raises
        ------
        InputError
            If they cannot be learnt.
        """
        if self.event is None:
            return guess(without_stray_spaces(self.target), self.asked.task)
        column = self.asked.event
        try:
            y = survival_target(events(self.event, self.asked), self.target)
        except ValueError as error:
            raise InputError(
                f"--event {column!r} and --time {self.asked.time!r} are no survival outcome: "
                f"{error}"
            ) from None
        seen = int(y["event"].sum())
        return "survival", y, f"Survival: {seen} of {len(y)} had the event {column!r}."


def take_target(source: Source, asked: Asked, drop: list[str]) -> tuple[Source, Taken]:
    """The table without what is predicted and dropped, and what is predicted."""
    if asked.time is None and asked.event is None:
        if asked.task == "survival":
            raise InputError("--task survival needs --time and --event, a column each.")
        rest, target = split(source, asked.target, drop)
        return rest, Taken(asked, target)
    if asked.target is not None or asked.task not in ("auto", "survival"):
        raise InputError("--time and --event are the target: leave out --target and --task.")
    if asked.time is None or asked.event is None:
        missing = "--event" if asked.event is None else "--time"
        raise InputError(f"A survival outcome needs --time and --event; {missing} is missing.")
    rest, event = take_column(source, asked.columns["event"], "--event")
    rest, time = split(rest, asked.time, drop)
    return rest, Taken(asked, time, event)


def events(event: pd.Series, asked: Asked) -> pd.Series:
    """The event column, or where it equals the value given after `=`."""
    value = (asked.event or "").partition("=")[2]
    if not value:
        return event
    words = pd.Series(labels(without_stray_spaces(event)), event.index, dtype=object)
    if not (words == value).any():
        found = listing(dict.fromkeys(words.dropna().tolist()), 6)
        raise InputError(f"--event {event.name}={value}: the column holds {found}.")
    return (words == value).astype(object).where(words.notna(), None)

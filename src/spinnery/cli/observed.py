"""What a table to be predicted knows of the outcome already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import InputError, listing
from ..inputs.columns import take_column
from ..inputs.files import Source
from ..inputs.kinds import Refused, labels, read_column
from ..outcomes import Outcome
from ..outcomes.times import survival_target
from .errors import note
from .target import Asked, events


@dataclass(frozen=True)
class Observed:
    """The outcome's columns in a table, as they are there."""

    asked: Asked
    columns: dict[str, pd.Series]  # by part: target, or time and event

    @property
    def table(self) -> pd.DataFrame:
        """What was observed, a column for each part, as in `heldout.csv`."""
        names = {"target": "observed"}
        return pd.DataFrame(
            {names.get(part, part): values.to_numpy() for part, values in self.columns.items()}
        )

    def measures(self, outcome: Outcome, outputs: np.ndarray) -> tuple[dict[str, float], int]:
        """Measures of outputs `(n, K)` on the rows whose outcome is known, and how many these are.

        No measures where that is not possible, which is said.
        """
        try:
            y, rows = self._read(outcome)
            if not rows.any():
                raise ValueError("it is known in no row")
            return outcome.measures(outcome.read(y), outputs[rows]), int(rows.sum())
        except ValueError as error:
            names = ", ".join(repr(values.name) for values in self.columns.values())
            note(f"the predictions are not measured by {names}: {str(error).rstrip('.')}.")
            return {}, 0

    def _read(self, outcome: Outcome) -> tuple[np.ndarray, np.ndarray]:
        """The known targets `(m,)`, and in which rows they are `(n,)`."""
        if outcome.task == "survival":
            time = _numbers(self.columns["time"])
            event = events(self.columns["event"], self.asked)
            rows = np.isfinite(time) & event.notna().to_numpy()
            return survival_target(event[rows], time[rows]), rows
        if outcome.task == "regression":
            numbers = _numbers(self.columns["target"])
            rows = np.isfinite(numbers)
            return numbers[rows], rows
        words = labels(self.columns["target"])
        classes = labels(pd.Series(outcome.classes))  # type: ignore[attr-defined]
        place = pd.Index(classes).get_indexer(words)
        new = sorted({word for word in words[place < 0] if word is not None})
        if new:
            note(f"rows of classes that the model does not know are not measured: {listing(new)}.")
        return outcome.classes[place[place >= 0]], place >= 0  # type: ignore[attr-defined]


def take_observed(
    source: Source, asked: Asked, of_fit: Asked, outcome: Outcome
) -> tuple[Source, Observed | None]:
    """The table without the outcome's columns, and these, if it has all that the fit had.

    Raises
    ------
    InputError
        If other columns are asked for, which are not there or do not make an outcome.
    """
    there = source.frame if source.arrays is None else source.arrays
    names = asked.columns
    needed = ["time", "event"] if outcome.task == "survival" else ["target"]
    if names and sorted(names) != sorted(needed):
        options = " and ".join(f"--{part}" for part in needed)
        raise InputError(f"The model is one of {outcome.task}: name what is known with {options}.")
    if not names:
        asked = of_fit
        names = asked.columns or ({"target": "y"} if source.arrays is not None else {})
        if not names or any(name not in there for name in names.values()):
            return source, None
    found = {}
    for part, name in names.items():
        source, found[part] = take_column(source, name, f"--{part}")
    return source, Observed(asked, found)


def _numbers(values: pd.Series) -> np.ndarray:
    read = read_column(values.name, values)
    if isinstance(read, Refused):
        raise ValueError(f"it holds {read.holds}")
    if read.dtype == object:
        raise ValueError("it holds words")
    return read

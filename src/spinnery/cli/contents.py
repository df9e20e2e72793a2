"""What a table to be fitted holds, in a line each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError, listing
from ..inputs.files import Source, readable
from ..inputs.kinds import has_stray_spaces

MOST = 8  # factors named


class Contents:
    """The columns of a table, read once: which are factors, where gaps are."""

    def __init__(self, source: Source, cohorts: np.ndarray | None):
        if not source.frame.shape[1]:
            raise InputError(f"{source.file} has no columns to predict from.")
        read = readable(source)
        self.names = [str(name) for name in source.frame]
        self.factors = {
            name: len(set(values) - {None})
            for name, values in zip(self.names, read, strict=True)
            if values.dtype == object
        }
        self.stray = [name for name in self.factors if has_stray_spaces(source.frame[name])]
        self.gaps = np.column_stack([np.asarray(pd.isna(values)) for values in read])
        codes = np.zeros(len(self.gaps), int)
        if cohorts is not None:  # a column that is empty in a cohort is one that it lacks
            codes = np.unique(cohorts, return_inverse=True)[1]
        for code in np.unique(codes):
            rows = codes == code
            self.gaps[rows] &= ~(self.gaps[rows].all(axis=0))

    def prepare(self, estimator: Any) -> None:
        """Tell the estimator what to do with gaps."""
        if self.gaps.any():
            estimator.set_params(missing="indicator")

    def lines(self) -> list[str]:
        """What a reader of the results must know of the columns."""
        out = []
        if self.factors:
            out.append(f"Words are factors: {_levels(self.factors)}.")
        if self.stray:
            out.append(f"Stray spaces around words count for nothing, in {listing(self.stray)}.")
        columns = np.flatnonzero(self.gaps.any(axis=0))
        if len(columns):
            names = listing([self.names[j] for j in columns])
            out.append(
                f"Empty cells: {int(self.gaps.sum())}, in {names}; each is taken for its "
                "column's mean, with an indicator of the gap beside it."
            )
        return out


def _levels(factors: dict[str, int]) -> str:
    names = list(factors)
    shown = ", ".join(f"{name!r} ({factors[name]} levels)" for name in names[:MOST])
    return shown if len(names) <= MOST else f"{shown} and {len(names) - MOST} more"

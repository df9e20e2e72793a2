"""The data of a fit as a report takes them, and the predictions by which a model is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_consistent_length

from ..evidence.held_out import HeldOut
from ..inputs.frames import as_frame
from ..outcomes.base import Outcome, complete
from ..outcomes.times import read_times

UNSEEN, TEST, CHOSEN, TRAINING = "held out", "test", "cross-validated", "training"


@dataclass(frozen=True)
class Given:
    """Samples: what the model takes of them, what was observed.

    Attributes
    ----------
    numbers : (n, q) array
        Columns of numbers, NaN in gaps.
    y : (n,) or (n, K) array
        Targets as the outcome's `judge` takes them.
    codes : (n,) int array
        Cohorts; -1 where the model does not know the cohort.
    rows : list of str or None
        What the user calls the samples, where they have names.
    outputs : (n, K) array
        In the targets' units.
    """

    numbers: np.ndarray
    y: np.ndarray
    codes: np.ndarray
    rows: list[str] | None
    outputs: np.ndarray


def given_of(model: Any, X, y, cohorts=None, strata=None) -> Given:
    """The samples, checked against the model.

    Raises
    ------
    ValueError
        If they are not of the model's shape, or cohorts or strata are missing.
    """
    outcome = model.outcome_
    own = {} if cohorts is None else {"cohorts": cohorts}
    outputs = model._outputs(X, **own)
    codes = np.zeros(len(outputs), int)
    if hasattr(model, "cohorts_"):
        codes = model._codes(cohorts, len(outputs))
    observed = targets(outcome, y)
    check_consistent_length(outputs, observed)
    if outcome.task == "survival":
        observed["stratum"] = outcome.numbers(strata, len(outputs), np.maximum(codes, 0))
    frame = as_frame(X)
    rows = None
    if frame is not None and not isinstance(frame.index, pd.RangeIndex):
        rows = [str(name) for name in frame.index]
    return Given(model._checked(X), observed, codes, rows, outputs)


def targets(outcome: Outcome, y: Any) -> np.ndarray:
    """Targets of a user's as the outcome's `judge` takes them."""
    if outcome.task == "survival":
        return outcome.read(read_times(y))
    found = np.asarray(complete(y))
    return outcome.read(found if outcome.task == "classification" else found.astype(float))


@dataclass(frozen=True)
class Judged:
    """Predictions of samples, and how much the model knew of them.

    Attributes
    ----------
    kind : str
        "held out": by the whole procedure repeated without the sample. "test": by the model, which
        was fitted without it. "cross-validated": by models without it, whose size, ridge and
        architecture it helped to choose. "training": by the model, which was fitted to it.
    samples : Given
    soft : (m,) or (m, ...) array
        Predictions as the outcome's `soft` makes them.
    place : (m,) int array
        Numbers of the samples that have one.
    folds : list of int arrays or None
        Samples held out together.
    """

    kind: str
    samples: Given
    soft: np.ndarray
    place: np.ndarray
    folds: list[np.ndarray] | None = None

    @property
    def y(self) -> np.ndarray:
        return self.samples.y[self.place]

    @property
    def codes(self) -> np.ndarray:
        return self.samples.codes[self.place]


def judged_of(model: Any, given: Given, held_out: HeldOut | None, test: Given | None) -> Judged:
    """The most honest predictions there are.

    Raises
    ------
    ValueError
        If the samples are not those that the model, or `held_out`, was made of.
    """
    outcome, n = model.outcome_, len(given.y)
    if test is not None:
        return Judged(TEST, test, outcome.soft(test.outputs), np.arange(len(test.y)))
    if held_out is not None:
        _same(n, len(held_out.outputs), "evidence was measured on")
        return Judged(UNSEEN, given, outcome.soft(held_out.outputs), np.arange(n), held_out.folds)
    found = getattr(model, "cv_predictions_", None)
    if found is None:
        return Judged(TRAINING, given, outcome.soft(given.outputs), np.arange(n))
    _same(n, len(found), "the model was fitted to")
    place = np.flatnonzero(~np.isnan(np.reshape(found, (n, -1))).any(axis=1))
    return Judged(CHOSEN, given, found[place], place)


def _same(n: int, expected: int, what: str) -> None:
    if n != expected:
        raise ValueError(
            f"X has {n} samples, and {what} {expected}. Pass the data of the fit; samples that it "
            "has not seen go to test=(X, y)."
        )

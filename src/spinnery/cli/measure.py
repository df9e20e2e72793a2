"""The whole procedure on samples that it has not seen, for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError, listing
from ..evidence import FEWEST
from .workers import Workers

if TYPE_CHECKING:
    from ..evidence.held_out import HeldOut

WITHOUT = "Or leave out test folds: --test-folds 0."


def check_enough(task: str, y: np.ndarray, folds: int, evidence: bool) -> None:
    """Whether a table has the samples that test folds and evidence need, before anything is fitted.

    A fit without a fold needs two of each class, or two with the event.
    """
    if (folds or evidence) and len(y) < FEWEST:
        remedy = "Leave out --evidence and set --test-folds 0." if evidence else WITHOUT
        raise InputError(
            f"The table has {len(y)} samples; test folds and evidence need {FEWEST}. {remedy}"
        )
    if not folds or task == "regression":
        return
    if task == "survival":
        rare = ["with the event"] if y["event"].sum() < 3 else []
    else:
        labels, counts = np.unique(y, return_counts=True)
        rare = labels[counts < 3].tolist()
    if rare:
        raise InputError(
            f"Test folds need three samples of each kind, and there are fewer of: {listing(rare)}. "
            f"Leave these out. {WITHOUT}"
        )


def measure(
    estimator: Any, X, y, cohorts, groups, n_folds: int, seed: int, workers: Workers
) -> HeldOut:
    """Outputs of every sample by a fit that has not seen it (nor its group), announced."""
    from ..evidence.held_out import refit_on_folds
    from ..evidence.samples import samples_of
    from ..workers import LostWorkersError
    from .results import labelled

    try:
        samples = samples_of(estimator, X, y, cohorts=cohorts, groups=groups)
        folds = samples.folds(n_folds, seed)
    except ValueError as error:
        raise InputError(f"{error} {WITHOUT}") from error
    print(
        f"Measuring on unseen samples: {len(folds)} more fits, each without a fold "
        "(--test-folds 0 skips them).",
        flush=True,
    )
    try:
        given = labelled(cohorts, groups)
        with workers.at_work():
            return refit_on_folds(estimator, X, y, folds, given, samples.weights, workers.jobs)
    except (ValueError, LostWorkersError) as error:
        raise InputError(f"A fit without a fold is not possible: {error} {WITHOUT}") from error

"""The whole procedure on samples that it has not seen, for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError, listing
from ..evidence import FEWEST
from .workers import Workers

if TYPE_CHECKING:
    from ..evidence.held_out import HeldOut

LEAST = 3  # of a class, or with the event: a fold holds one, and two are left to learn from
WITHOUT = "Or leave out test folds: --test-folds 0."


def check_enough(task: str, y: np.ndarray, folds: int, evidence: bool) -> None:
    """That there are samples enough for test folds and evidence, before anything is fitted."""
    if (folds or evidence) and len(y) < FEWEST:
        remedy = "Leave out --evidence and set --test-folds 0." if evidence else WITHOUT
        raise InputError(
            f"The table has {len(y)} samples; test folds and evidence need {FEWEST}. {remedy}"
        )
    if folds and task == "survival" and (seen := int(y["event"].sum())) < LEAST:
        raise InputError(
            f"Test folds need {LEAST} samples with the event; got {seen}. Add samples. {WITHOUT}"
        )
    if folds and task == "classification":
        classes, counts = np.unique(y, return_counts=True)
        rare = classes[counts < LEAST].tolist()
        if rare:
            raise InputError(
                f"Test folds need {LEAST} samples of each class; there are fewer of "
                f"{listing(rare)}. Remove them or merge them with other classes. {WITHOUT}"
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

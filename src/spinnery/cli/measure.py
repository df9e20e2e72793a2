"""The whole procedure on samples that it has not seen, for the command line."""

from __future__ import annotations

from typing import Any

from ..errors import InputError
from ..evidence.held_out import HeldOut, refit_on_folds
from ..evidence.samples import samples_of
from ..workers import LostWorkersError
from .results import labelled
from .workers import Workers


def measure(
    estimator: Any, X, y, cohorts, groups, n_folds: int, seed: int, workers: Workers
) -> HeldOut:
    """Outputs of every sample by a fit that has not seen it (nor its group), announced."""
    try:
        samples = samples_of(estimator, X, y, cohorts=cohorts, groups=groups)
        folds = samples.folds(n_folds, seed)
    except ValueError as error:
        raise InputError(f"{error} Or leave out test folds: --test-folds 0.") from error
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
        raise InputError(f"The fit without a fold is not possible: {error}") from error

"""The whole procedure on samples that it has not seen, for the command line."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import clone

from ..errors import InputError
from ..evidence.held_out import HeldOut, outer_folds, refit_on_folds, take
from ..selection.group_folds import deal_groups, encode_groups, most_group_folds
from .results import labelled


def measure(estimator: Any, X, y, cohorts, groups, n_folds: int, seed: int) -> HeldOut:
    """Outputs of every sample by a fit that has not seen it (nor its group), announced."""
    if groups is None:
        folds = outer_folds(estimator.outcome_, y, cohorts, n_folds, seed)
    else:
        folds = _folds_of_groups(estimator, y, cohorts, groups, n_folds, seed)
    print(
        f"Measuring on unseen samples: {len(folds)} more fits, each without a fold "
        "(--test-folds 0 skips them).",
        flush=True,
    )
    try:
        if groups is None:
            return refit_on_folds(estimator, X, y, cohorts, folds)
        return _refit_by_groups(estimator, X, y, cohorts, groups, folds)
    except ValueError as error:
        raise InputError(f"The fit without a fold is not possible: {error}") from error


def _folds_of_groups(estimator: Any, y, cohorts, groups, n_folds: int, seed: int):
    """As many folds as asked for, or fewer where a stratum or cohort is in fewer groups."""
    outcome, ones = estimator.outcome_, np.ones(len(y))
    strata = outcome.strata(outcome.read(y))
    if cohorts is not None:
        strata = np.unique(cohorts, return_inverse=True)[1] * (strata.max() + 1) + strata
    numbers = encode_groups(groups, len(y))[1]
    most = most_group_folds(numbers, strata, ones)
    if most < 2:
        raise InputError(
            "--group-folds leaves no test folds: all samples of a class or cohort are in one "
            "group. Give --test-folds 0, or a column of smaller groups."
        )
    return deal_groups(numbers, strata, ones, min(n_folds, most), seed)


def _refit_by_groups(estimator: Any, X, y, cohorts, groups, folds) -> HeldOut:
    outputs = np.zeros((len(y), estimator.outcome_.n_outputs))
    times = np.zeros(X.shape[1], int)
    for test in folds:
        train = np.setdiff1d(np.arange(len(y)), test)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            part = clone(estimator).fit(
                take(X, train), y[train], **labelled(cohorts, groups, rows=train)
            )
            outputs[test] = part._outputs(take(X, test), **labelled(cohorts, rows=test))
        times += part.get_support()
    return HeldOut(outputs, times, len(folds))

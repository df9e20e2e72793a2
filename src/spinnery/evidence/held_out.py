"""The whole procedure, selection included, on samples that it has not seen."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone

from ..inputs.cohorts import deal_folds
from ..outcomes import Outcome


@dataclass(frozen=True)
class HeldOut:
    """Outputs of every sample by a fit that has not seen it."""

    outputs: np.ndarray  # (n, K) in the targets' units
    times_selected: np.ndarray  # (n_features,)
    n_folds: int


def outer_folds(
    outcome: Outcome, y: np.ndarray, cohorts, n_folds: int, seed: int
) -> list[np.ndarray]:
    """Held-out rows with even shares of the outcome's strata and of cohorts.

    As many folds as asked for, or fewer where a stratum (or cohort) has fewer samples.
    """
    strata = outcome.strata(outcome.read(y))
    n_folds = min(n_folds, int(np.bincount(strata).min()))
    if cohorts is not None:
        codes = np.unique(cohorts, return_inverse=True)[1]
        n_folds = min(n_folds, int(np.bincount(codes).min()))
        strata = codes * (strata.max() + 1) + strata
    return deal_folds(strata, n_folds, seed)


def fit_without(
    estimator: Any, X, y: np.ndarray, cohorts, folds: list[np.ndarray]
) -> Iterator[tuple[np.ndarray, Any]]:
    """Each fold, and a clone of the estimator fitted without it; its warnings are dropped."""
    for test in folds:
        train = np.setdiff1d(np.arange(len(y)), test)
        given = {} if cohorts is None else {"cohorts": cohorts[train]}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield test, clone(estimator).fit(take(X, train), y[train], **given)


def refit_on_folds(estimator: Any, X, y: np.ndarray, cohorts, folds: list[np.ndarray]) -> HeldOut:
    """Outputs of every fold by the procedure repeated without it.

    Parameters
    ----------
    estimator : fitted estimator
    X : DataFrame or array of shape (n, n_features)
    y : (n,) array, as given to `fit`
    cohorts : (n,) array, or None
    folds : held-out rows, together all samples
    """
    outputs = np.zeros((len(y), estimator.outcome_.n_outputs))
    times = np.zeros(X.shape[1], int)
    for test, part in fit_without(estimator, X, y, cohorts, folds):
        given = {} if cohorts is None else {"cohorts": cohorts[test]}
        outputs[test] = part._outputs(take(X, test), **given)
        times += part.get_support()
    return HeldOut(outputs, times, len(folds))


def take(X, rows: np.ndarray):
    """Rows of a table or an array."""
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]

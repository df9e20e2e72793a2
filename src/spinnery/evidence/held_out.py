"""The whole procedure, selection included, on samples that it has not seen."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.utils import _safe_indexing

from ..outcomes import Outcome
from ..workers import spread
from .resampled import overlap_interval

AT_MOST_1 = ("R²", "deviance explained", "accuracy", "area", "concordance")  # how they begin
BELOW_0 = ("R²", "deviance explained")
COUNTS = ("events",)  # no measures of predictions


@dataclass(frozen=True)
class HeldOut:
    """Every sample's outputs by a fit that has not seen it.

    Attributes
    ----------
    outputs : (n, K) array
        In the targets' units.
    folds : list of int arrays
        Rows held out together.
    times_selected : (n_features,) int array
        In how many of the fits each feature was selected.
    """

    outputs: np.ndarray
    folds: list[np.ndarray]
    times_selected: np.ndarray

    @property
    def n_folds(self) -> int:
        return len(self.folds)

    @property
    def fold_of(self) -> np.ndarray:
        """Every sample's fold, `(n,)`, from 1 on."""
        out = np.zeros(len(self.outputs), int)
        for k, rows in enumerate(self.folds):
            out[rows] = k + 1
        return out


def refit_on_folds(
    estimator: Any, X, y, folds: list[np.ndarray], given: dict[str, Any], weights: np.ndarray,
    n_jobs: int | None = None, on_fit: Callable[[], None] = lambda: None,
) -> HeldOut:  # fmt: skip
    """Outputs of every fold by the procedure repeated without it, its warnings dropped.

    A held-out sample stays in the table and weighs nothing: every fit has the shapes of the first,
    and compiles nothing.

    Parameters
    ----------
    estimator : fitted estimator
    X, y : as given to `fit`
    folds : list of int arrays
        Held-out rows, together all samples.
    given : dict
        What else `fit` takes of every sample: cohorts, strata, groups.
    weights : (n,) sample weights
    n_jobs : int, optional
        Processes, as joblib has it.
    on_fit : function, called after each fit
    """
    outputs = np.full((len(weights), estimator.outcome_.n_outputs), np.nan)
    times = np.zeros(estimator.n_features_in_, int)
    shared = estimator, X, y, folds, given, weights
    for k, (found, selected) in spread(_fold, shared, range(len(folds)), n_jobs):
        outputs[folds[k]] = found
        times += selected
        on_fit()
    return HeldOut(outputs, folds, times)


def _fold(shared: tuple, k: int) -> tuple[np.ndarray, np.ndarray]:
    estimator, X, y, folds, given, weights = shared
    return without(estimator, X, y, folds[k], given, weights)


def without(
    estimator: Any, X, y, rows: np.ndarray, given: dict[str, Any], weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Outputs of `rows` by a fit in which they weigh nothing, and what that selects."""
    kept = weights.copy()
    kept[rows] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        part = clone(estimator).set_params(verbose=False)
        part.fit(X, y, sample_weight=kept, **given)
    cohorts = {k: np.asarray(v)[rows] for k, v in given.items() if k == "cohorts"}
    return part._outputs(_safe_indexing(X, rows), **cohorts), part.get_support()


def performance(
    outcome: Outcome, y: np.ndarray, soft: np.ndarray, folds: list[np.ndarray]
) -> pd.DataFrame:
    """Measures of held-out predictions: mean over the folds, and an interval of level 0.95.

    What knowing nothing would reach is that of all samples: a fold's own variance rests on few.

    The interval is Nadeau and Bengio's, cut to what the measure can be; NaN for a measure that
    some fold does not have.

    Parameters
    ----------
    outcome : Outcome
    y : (n,) or (n, K) validated targets
    soft : (n,) or (n, ...) array
        Predictions as the outcome's `soft` makes them.
    folds : list of int arrays

    Returns
    -------
    DataFrame
        Columns `measure`, `value`, `low`, `high`.
    """
    found: list[dict[str, float]] = []
    for rows in folds:
        found.append({})
        with suppress(ValueError):  # a fold without two samples that can be compared
            found[-1] = outcome.judge(y[rows], soft[rows], y)
    table = []
    for name in dict.fromkeys(name for fold in found for name in fold if name not in COUNTS):
        values = np.array([fold.get(name, np.nan) for fold in found])
        low, high = overlap_interval(values, 1 / len(values))
        most = 1.0 if name.startswith(AT_MOST_1) else np.inf
        least = -np.inf if name.startswith(BELOW_0) else 0.0
        row = {"measure": name, "value": values.mean()}
        table.append(row | {"low": max(low, least), "high": min(high, most)})
    return pd.DataFrame(table, columns=["measure", "value", "low", "high"])

"""A scikit-learn scorer as the judge of held-out outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics import check_scoring

from ..outcomes import Classes, Outcome
from ..selection.starts import Scorer


def fold_scorer(
    estimator: Any, scoring: str | Callable | None, X, y: np.ndarray, codes: np.ndarray
) -> Scorer | None:
    """The score of a fold's raw outputs, larger being better; None for the outcome's own loss."""
    if scoring is None:
        return None
    scorer, outcome = check_scoring(estimator, scoring), estimator.outcome_

    def score(raw: np.ndarray, rows: np.ndarray) -> float:
        outputs = outcome.in_units(raw.astype(float), codes[rows])
        return float(scorer(answering(outcome, outputs, estimator), X[rows], y[rows]))

    return score


class _Answers(BaseEstimator):
    """A fitted estimator that has its answers ready, whatever it is asked about."""

    def __init__(self, outcome: Outcome, outputs: np.ndarray, estimator: Any):
        self.outcome_, self.outputs, self.estimator = outcome, outputs, estimator

    def predict(self, X) -> np.ndarray:
        return self.outcome_.predict(self.outputs)

    def __sklearn_tags__(self):
        return self.estimator.__sklearn_tags__()


class _ClassAnswers(_Answers):
    outcome_: Classes

    @property
    def classes_(self) -> np.ndarray:
        return self.outcome_.classes

    def predict_proba(self, X) -> np.ndarray:
        return self.outcome_.proba(self.outputs)

    def decision_function(self, X) -> np.ndarray:
        return self.outcome_.decision(self.outputs)


def answering(outcome: Outcome, outputs: np.ndarray, estimator: Any) -> Any:
    """What scikit-learn's scorers take for a fitted estimator, with `outputs` as its own."""
    kind = _ClassAnswers if isinstance(outcome, Classes) else _Answers
    return kind(outcome, outputs, estimator)

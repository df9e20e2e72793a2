"""What estimators over cohorts answer: the faces of `faces.py`, with a cohort for every sample."""

from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.validation import _num_samples

from ..metrics import concordance_index
from ..outcomes.times import read_times
from .kinds import OfClasses, OfNumbers, OfTimes
from .over_cohorts import CohortsIn, OverCohorts


class CohortRegressor(OverCohorts, OfNumbers):
    """Predicts numbers by cohort."""

    def predict(self, X, cohorts=None) -> np.ndarray:
        """Predicted targets, `(n,)` or `(n, n_outputs)`; `cohorts` `(n,)` as in `fit`."""
        outputs = self._outputs(X, cohorts)
        return self.outcome_.predict(outputs)

    def score(self, X, y, cohorts=None, sample_weight=None) -> float:
        """Coefficient of determination of `predict(X, cohorts)`."""
        return r2_score(y, self.predict(X, cohorts), sample_weight=sample_weight)


class CohortClassifier(OverCohorts, OfClasses):
    """Predicts classes by cohort."""

    def decision_function(self, X, cohorts=None) -> np.ndarray:
        """Raw outputs: the logit of `classes_[1]`, `(n,)`, or one score per class, `(n, K)`."""
        outputs = self._outputs(X, cohorts)
        return self.outcome_.decision(outputs)

    def predict_log_proba(self, X, cohorts=None) -> np.ndarray:
        """Log-probabilities of the classes, `(n, n_classes)`."""
        outputs = self._outputs(X, cohorts)
        return self.outcome_.log_proba(outputs)

    def predict_proba(self, X, cohorts=None) -> np.ndarray:
        """Probabilities of the classes, `(n, n_classes)`."""
        return np.exp(self.predict_log_proba(X, cohorts))

    def predict(self, X, cohorts=None) -> np.ndarray:
        """The most probable class of every sample; `cohorts` `(n,)` as in `fit`."""
        outputs = self._outputs(X, cohorts)
        return self.outcome_.predict(outputs)

    def score(self, X, y, cohorts=None, sample_weight=None) -> float:
        """Accuracy of `predict(X, cohorts)`."""
        return accuracy_score(y, self.predict(X, cohorts), sample_weight=sample_weight)


class CohortSurvivor(CohortsIn, OfTimes):
    """Predicts how soon an event comes; cohorts are strata, each with a baseline of its own."""

    def fit(self, X, y, cohorts=None, sample_weight=None, strata=None) -> Self:
        """Fit one network over all cohorts.

        Parameters
        ----------
        X : array-like or table of shape (n_samples, n_features)
            A feature that a cohort lacks is NaN in all of that cohort's samples. A table may hold
            factors.
        y : structured array of shape (n_samples,), or DataFrame
            Event and time, as `spinnery.survival_target` makes it.
        cohorts : array-like of shape (n_samples,), optional
            Label of every sample's cohort. None: one cohort.
        sample_weight : array-like of shape (n_samples,), optional
        strata : array-like of shape (n_samples,), optional
            Labels of further strata within cohorts.

        Returns
        -------
        self
        """
        codes = self._encode(cohorts, _num_samples(X))
        return self._fit(X, y, sample_weight, codes, strata)

    def predict(self, X, cohorts=None) -> np.ndarray:
        """Log risk of every sample, `(n,)`: higher is sooner, 0 the mean of its cohort."""
        outputs = self._outputs(X, cohorts)
        return self.outcome_.predict(outputs)

    def predict_survival_function(self, X, times=None, cohorts=None, strata=None) -> np.ndarray:
        """Share still without the event at `times` (default: `event_times_`), `(n, n_times)`."""
        return np.exp(-self.predict_cumulative_hazard_function(X, times, cohorts, strata))

    def predict_cumulative_hazard_function(
        self, X, times=None, cohorts=None, strata=None
    ) -> np.ndarray:
        """Cumulative hazard `H_0(t) exp(log risk)`, `(n, n_times)`; parameters as above."""
        outputs = self._outputs(X, cohorts)
        times = self.event_times_ if times is None else np.asarray(times, float)
        stratum = self._strata(cohorts, strata, len(outputs))
        return self.outcome_.cumulative_hazard(outputs, times, stratum)

    def predict_median(self, X, cohorts=None, strata=None) -> np.ndarray:
        """Median survival time, `(n,)`; infinite where the curve ends above a half."""
        outputs = self._outputs(X, cohorts)
        return self.outcome_.median(outputs, self._strata(cohorts, strata, len(outputs)))

    def score(self, X, y, cohorts=None, sample_weight=None) -> float:
        """Harrell's concordance of `predict(X, cohorts)` with the times `y`, as in `fit`."""
        return concordance_index(read_times(y), self.predict(X, cohorts), sample_weight)

    def _strata(self, cohorts, strata, n: int) -> np.ndarray:
        codes = self._codes(cohorts, n)
        if (codes < 0).any():
            raise ValueError(
                "Samples of new cohorts have no baseline: predict gives their log risks, averaged "
                "over the known cohorts' models, but no survival curves."
            )
        return self.outcome_.numbers(strata, n, codes)

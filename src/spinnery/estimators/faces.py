"""What regressors, classifiers and survival estimators answer; the outcome does the work."""

from __future__ import annotations

import numpy as np

from ..metrics import concordance_index
from ..outcomes.times import read_times
from .kinds import OfClasses, OfNumbers, OfTimes


class Regressor(OfNumbers):
    """Predicts numbers."""

    def predict(self, X) -> np.ndarray:
        """Predicted targets, `(n,)` or `(n, n_outputs)`."""
        outputs = self._outputs(X)
        return self.outcome_.predict(outputs)


class Classifier(OfClasses):
    """Predicts classes."""

    def decision_function(self, X) -> np.ndarray:
        """Raw outputs: the logit of `classes_[1]`, `(n,)`, or one score per class, `(n, K)`."""
        outputs = self._outputs(X)
        return self.outcome_.decision(outputs)

    def predict_log_proba(self, X) -> np.ndarray:
        """Log-probabilities of the classes, `(n, n_classes)`."""
        outputs = self._outputs(X)
        return self.outcome_.log_proba(outputs)

    def predict_proba(self, X) -> np.ndarray:
        """Probabilities of the classes, `(n, n_classes)`."""
        return np.exp(self.predict_log_proba(X))

    def predict(self, X) -> np.ndarray:
        """The most probable class."""
        outputs = self._outputs(X)
        return self.outcome_.predict(outputs)


class Survivor(OfTimes):
    """Predicts how soon an event comes."""

    def predict(self, X) -> np.ndarray:
        """Log risk of every sample, `(n,)`: higher is sooner, 0 the training samples' mean."""
        outputs = self._outputs(X)
        return self.outcome_.predict(outputs)

    def predict_survival_function(self, X, times=None, strata=None) -> np.ndarray:
        """Share still without the event, `(n, n_times)`.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
        times : array-like of shape (n_times,), optional
            Default: `event_times_`.
        strata : array-like of shape (n,), optional
            As in `fit`; needed if the model was fitted with several.
        """
        return np.exp(-self.predict_cumulative_hazard_function(X, times, strata))

    def predict_cumulative_hazard_function(self, X, times=None, strata=None) -> np.ndarray:
        """Cumulative hazard `H_0(t) exp(log risk)`, `(n, n_times)`; parameters as above."""
        outputs = self._outputs(X)
        times = self.event_times_ if times is None else np.asarray(times, float)
        number = self.outcome_.numbers(strata, len(outputs))
        return self.outcome_.cumulative_hazard(outputs, times, number)

    def predict_median(self, X, strata=None) -> np.ndarray:
        """Median survival time, `(n,)`; infinite where the curve ends above a half."""
        outputs = self._outputs(X)
        return self.outcome_.median(outputs, self.outcome_.numbers(strata, len(outputs)))

    def score(self, X, y, sample_weight=None) -> float:
        """Harrell's concordance of `predict(X)` with the times `y`, as in `fit`."""
        return concordance_index(read_times(y), self.predict(X), sample_weight)

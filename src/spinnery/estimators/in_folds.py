"""`fit` of estimators that draw folds: groups of samples may stay together in them."""

from __future__ import annotations

from typing import Self

from sklearn.utils.validation import _num_samples

from .base import BaseSPINN
from .cohort_faces import CohortSurvivor
from .over_cohorts import CohortsIn


class OneTableInFolds(BaseSPINN):
    """`fit` of estimators that know no cohorts."""

    def fit(self, X, y, sample_weight=None, groups=None) -> Self:
        """Fit to the data.

        Parameters
        ----------
        X : array-like or table of shape (n_samples, n_features)
            A pandas or Polars table may hold factors.
        y : array-like of shape (n_samples,), or (n_samples, n_outputs) for regression
        sample_weight : array-like of shape (n_samples,), optional
        groups : array-like of shape (n_samples,), optional
            Labels of samples that stay together in the folds of `cv`, such as patients.

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight, together=groups)


class OverCohortsInFolds(CohortsIn):
    """`fit` with a cohort for every sample."""

    def fit(self, X, y, cohorts=None, sample_weight=None, groups=None) -> Self:
        """Fit one network over all cohorts.

        Parameters
        ----------
        X : array-like or table of shape (n_samples, n_features)
            A feature that a cohort lacks is NaN in all of that cohort's samples. A table may hold
            factors.
        y : array-like of shape (n_samples,), or (n_samples, n_outputs) for regression
        cohorts : array-like of shape (n_samples,), optional
            Label of every sample's cohort. None: one cohort.
        sample_weight : array-like of shape (n_samples,), optional
        groups : array-like of shape (n_samples,), optional
            Labels of samples that stay together in the folds of `cv`, such as patients.

        Returns
        -------
        self
        """
        codes = self._encode(cohorts, _num_samples(X))
        return self._fit(X, y, sample_weight, codes, together=groups)


class CohortSurvivorInFolds(CohortSurvivor):
    """`fit` to survival times with a cohort for every sample."""

    def fit(self, X, y, cohorts=None, sample_weight=None, strata=None, groups=None) -> Self:
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
        groups : array-like of shape (n_samples,), optional
            Labels of samples that stay together in the folds of `cv`, such as patients.

        Returns
        -------
        self
        """
        codes = self._encode(cohorts, _num_samples(X))
        return self._fit(X, y, sample_weight, codes, strata, groups)

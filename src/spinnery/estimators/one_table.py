"""Fitting to one table of samples."""

from __future__ import annotations

from typing import Self

from .base import BaseSPINN


class OneTable(BaseSPINN):
    """`fit` of estimators that know no cohorts."""

    def fit(self, X, y, sample_weight=None) -> Self:
        """Fit to the data.

        Parameters
        ----------
        X : array-like or table of shape (n_samples, n_features)
            A pandas or Polars table may hold factors.
        y : array-like of shape (n_samples,), or (n_samples, n_outputs) for regression
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight)

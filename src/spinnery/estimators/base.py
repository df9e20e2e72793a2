"""What all sparse-input estimators share: checks, fitted attributes, selection."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from ..compilation import precision
from ..engine.path import Groups
from ..inputs.leverage import outstanding
from ..inputs.raw import dense_columns
from ..inputs.table import Table, make_table
from ..nn import SHARED, Sharing
from ..outcomes import Outcome
from ..penalties import Penalty, feature_groups, resolve
from ..storage import models as files
from .coefficients import Coefficients
from .exports import Exports
from .model import Model
from .panel import HasPanel
from .tables import FLOATS

__all__ = ["FLOATS", "BaseSPINN"]


class BaseSPINN(Coefficients, Exports, HasPanel):
    """Validation and fitted state of sparse-input networks."""

    outcome_: Any  # an Outcome
    stationarity_: float
    _models: list[Model]
    _kind: ClassVar[type[Outcome]]  # of outcome, by which targets are validated
    # from targets, weights, cohorts and strata: the outcome, and targets and weights for it
    _learn: Callable[..., tuple[Any, np.ndarray, np.ndarray]]

    # -- before the fit ---------------------------------------------------------------------

    def _seed(self) -> int:
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _groups(self, n_features: int) -> Groups:
        """The groups of the columns of numbers: each feature's, and features' with one label."""
        labels, prices = self._prices(n_features)
        ids = labels[self._form.owner]
        weights = np.sqrt(np.bincount(ids, minlength=len(prices))) * prices
        return Groups(ids, None if np.all(weights == 1) else weights)

    def _prices(self, n_features: int) -> tuple[np.ndarray, np.ndarray]:
        """Each feature's group, and what groups cost, `(n_groups,)`; 0 keeps them in."""
        ids, n_groups = feature_groups(self.feature_groups, n_features)
        if self.penalty_weights is None:
            return ids, np.ones(n_groups)
        given = np.asarray(self.penalty_weights, float)
        if given.shape != (n_features,) or not np.all(np.isfinite(given) & (given >= 0)):
            raise ValueError(
                "penalty_weights needs one finite number >= 0 per feature (0 keeps it in the "
                f"model), shape ({n_features},); got shape {given.shape}{_refused(given)}. "
                "Leave out a feature by dropping its column, not by an infinite weight."
            )
        prices = np.bincount(ids, given, n_groups) / np.bincount(ids, minlength=n_groups)
        prices[ids[given == 0]] = 0  # a group enters and leaves as a whole
        return ids, prices

    def _kept(self) -> np.ndarray:
        """Features that `penalty_weights` keeps in, `(n_features,)` bool."""
        if getattr(self, "penalty_weights", None) is None:
            return np.zeros(self.n_features_in_, bool)
        ids, prices = self._prices(self.n_features_in_)
        return prices[ids] == 0

    def _penalty(self, n_cohorts: int = 1) -> Penalty:
        return resolve(self.penalty).with_cohorts(n_cohorts)

    def _sharing(self) -> Sharing:
        return SHARED

    def _encode(self, cohorts, n_samples: int) -> np.ndarray | None:
        """Each sample's cohort as a number; None for estimators that know no cohorts."""
        if cohorts is not None:
            raise ValueError(
                f"{type(self).__name__} knows no cohorts: leave out cohorts=, or fit "
                f"Integrative{type(self).__name__}."
            )
        return None

    def _read(self, X, y, sample_weight, codes=None, strata=None):
        """Everything given to `fit`, checked: `X`, targets, weights that sum to one, cohorts.

        Sets `outcome_`.
        """
        X, y = self._learn_table(X, y, sample_weight)
        codes = np.zeros(X.shape[0], int) if codes is None else codes
        X = self._mind_gaps(X, codes)
        weights = self._weights(sample_weight, X, codes)
        self.outcome_, y, weights = self._learn(y, weights, codes, strata)
        return self._fill(X, weights, codes), y, weights / weights.sum(), codes

    def _weights(self, sample_weight, X, codes) -> np.ndarray:
        return _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)

    def _precision(self):
        """float64 for this fit only, leaving JAX's global settings alone."""
        return precision(self.dtype)

    def _table(self, X, y, weights: np.ndarray, codes: np.ndarray) -> Table:
        """The standardised table, with a word on samples that stand far out."""
        targets, loss = self.outcome_.encode(y, codes), self.outcome_.loss
        table = make_table(X, targets, weights, codes, loss, np.dtype(self.dtype))
        remark = outstanding(table, X, self._form.names(self._names()))
        if remark is not None:
            warnings.warn(remark, UserWarning, stacklevel=4)
        return table

    # -- after the fit ----------------------------------------------------------------------

    def _set_models(self, models: list[Model]) -> None:
        """Keep each cohort's model and report the rows' norms."""
        self._models = models
        norms = np.zeros((len(models), self.n_features_in_))
        for row, model in zip(norms, models, strict=True):
            row[:] = self._form.by_feature(np.linalg.norm(model.W, axis=1), model.features)
        self._set_norms(norms)
        self._warn_if_empty()

    def _complete(self, X, y, weights: np.ndarray, codes: np.ndarray) -> None:
        """Let the outcome take what it needs of the fit's own outputs."""
        raw = np.empty((X.shape[0], self.outcome_.n_outputs))
        for m, model in enumerate(self._models):
            rows = slice(None) if len(self._models) == 1 else codes == m
            raw[rows] = model.outputs(X[rows])
        self.outcome_ = self.outcome_.completed(y, raw, weights, codes)

    def _set_norms(self, norms: np.ndarray) -> None:
        self.coef_norm_ = norms[0]
        self.selected_ = self.coef_norm_ > 0

    def _why_empty(self) -> str:
        """What an empty model may mean, and what to do."""
        return (
            "lam keeps every feature out: if a signal is expected, lower it, or let "
            "cross-validation choose."
        )

    def _warn_if_empty(self) -> None:
        always = self._kept()
        if 0 < always.sum() < len(always) and not self.selected_[..., ~always].any():
            warnings.warn(
                "No feature was selected beside those that penalty_weights=0 keeps in. "
                f"{self._why_empty()}",
                UserWarning,
                stacklevel=4,
            )
        elif not self.selected_.any():
            warnings.warn(
                f"No feature was selected: the model predicts a constant. {self._why_empty()}",
                UserWarning,
                stacklevel=4,
            )

    def _warn_unless_converged(self) -> None:
        if not self.stationarity_ <= self.tol:
            warnings.warn(
                f"Stopped after {self.n_iter_} iterations with relative stationarity "
                f"{self.stationarity_:.1e}, above tol={self.tol:g}. Raise max_iter or tol, or "
                "raise ridge, which conditions the problem better.",
                ConvergenceWarning,
                stacklevel=3,
            )

    def save(self, file) -> None:
        """Write the fitted model to `file`; `spinnery.load(file)` reads it back.

        A safetensors file with a format version: it holds numbers and text, never code.
        """
        files.save(self, file)

    def _html_repr(self) -> str:
        """In notebooks: a fitted model's report in short, scikit-learn's diagram before the fit."""
        if not hasattr(self, "stationarity_"):
            return super()._html_repr()
        from ..report.contents import report_of
        from ..report.html import short_form

        return short_form(report_of(self))

    def _get_support_mask(self) -> np.ndarray:
        check_is_fitted(self)
        return self.selected_

    def hidden_features(self, X) -> np.ndarray:
        """First hidden layer's activations of every sample, `(n, T)`.

        Of a linear model, which has none, the outputs for standardised targets.
        """
        model, X = self._by_names(X)
        return model._models[0].activations(model._checked(X))

    def _outputs(self, X) -> np.ndarray:
        """Outputs in the targets' units, `(n, K)`."""
        model, X = self._by_names(X)
        return self.outcome_.in_units(model._models[0].outputs(model._checked(X)))

    def _numbers_of_selected(self, X) -> tuple[np.ndarray, list]:
        """The selected features' columns of numbers `(n, k)`, and their names."""
        model, X = self._by_names(X)
        X = model._checked(X)
        columns = model._form.columns_of(np.flatnonzero(model._get_support_mask()))
        names = model._form.names(model._names())
        return dense_columns(X, columns), [names[k] for k in columns]


def _refused(given: np.ndarray) -> str:
    """Which of the penalty weights cannot be, if any."""
    wrong = np.flatnonzero(~(np.isfinite(given) & (given >= 0)).ravel())
    return f" with {given.ravel()[wrong[0]]:g} at {wrong[0]}" if len(wrong) else ""

"""What all sparse-input estimators share: checks, fitted attributes, selection, prediction."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ..compilation import precision
from ..losses import Huber, Loss, Squared
from ..losses import resolve as resolve_loss
from ..nn import ACTIVATIONS, SHARED, Sharing
from ..path import Groups
from ..penalties import BY_NAME, Penalty, feature_groups, resolve
from ..table import Table, classification_table, regression_table
from .model import Model


class BaseSPINN(SelectorMixin, BaseEstimator):
    """Validation and fitted state of sparse-input networks."""

    penalty: str | Penalty
    groups: object
    penalty_weights: object
    tol: float
    dtype: str
    random_state: object
    stationarity_: float
    n_iter_: int

    _parameter_constraints: dict = {
        "activation": [StrOptions(set(ACTIVATIONS))],
        "penalty": [StrOptions(set(BY_NAME)), Penalty],
        "groups": ["array-like", None],
        "penalty_weights": ["array-like", None],
        "n_restarts": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="neither")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "dtype": [StrOptions({"float32", "float64"})],
        "random_state": ["random_state"],
        "verbose": ["boolean", None],
    }

    # -- before the fit ---------------------------------------------------------------------

    def _seed(self) -> int:
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _groups(self, n_features: int) -> Groups:
        ids, n_groups = feature_groups(self.groups, n_features)
        sizes = np.bincount(ids, minlength=n_groups)
        weights = np.sqrt(sizes)
        if self.penalty_weights is not None:
            given = np.asarray(self.penalty_weights, float)
            if given.shape != (n_features,) or not np.all(np.isfinite(given) & (given > 0)):
                raise ValueError(
                    "penalty_weights needs one positive finite number per feature, shape "
                    f"({n_features},); got shape {given.shape}. Leave out a feature by dropping "
                    "its column, not by an infinite weight."
                )
            weights = weights * np.bincount(ids, given, n_groups) / sizes
        return Groups(ids, None if np.all(weights == 1) else weights)

    def _penalty(self, n_cohorts: int = 1) -> Penalty:
        return resolve(self.penalty).with_cohorts(n_cohorts)

    def _sharing(self) -> Sharing:
        return SHARED

    def _validated(self, X, y, codes, **checks):
        """`X` and `y` checked and as arrays."""
        return validate_data(self, X, y, dtype=[np.float64, np.float32], **checks)

    def _weights(self, sample_weight, X, codes) -> np.ndarray:
        return _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)

    def _precision(self):
        """float64 for this fit only, leaving JAX's global settings alone."""
        return precision(self.dtype)

    # -- after the fit ----------------------------------------------------------------------

    def _set_models(self, models: list[Model]) -> None:
        """Keep each cohort's model and report the rows' norms."""
        self._models = models
        norms = np.zeros((len(models), self.n_features_in_))
        for row, model in zip(norms, models, strict=True):
            row[model.features] = np.linalg.norm(model.W, axis=1)
        self._set_norms(norms)
        self._warn_if_empty()

    def _set_norms(self, norms: np.ndarray) -> None:
        self.coef_norm_ = norms[0]
        self.selected_ = self.coef_norm_ > 0

    def _warn_if_empty(self) -> None:
        if not self.selected_.any():
            warnings.warn(
                "No feature was selected: the model predicts a constant. If a signal is expected, "
                "lower lam, add samples, or check the target.",
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
        from ..io import save

        save(self, file)

    def _get_support_mask(self) -> np.ndarray:
        check_is_fitted(self)
        return self.selected_

    def hidden_features(self, X) -> np.ndarray:
        """First hidden layer's activations of every sample, `(n, T)`.

        Of a linear model, which has none, the outputs for standardised targets.
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=[np.float64, np.float32])
        return self._models[0].activations(X)

    def _outputs(self, X) -> np.ndarray:
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=[np.float64, np.float32])
        return self._models[0].outputs(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = False
        return tags


class OneTable(BaseSPINN):
    """Fitting to one table of samples."""

    _fit: Callable[..., Any]  # of the class that it is mixed with

    def fit(self, X, y, sample_weight=None):
        """Fit to the data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), or (n_samples, n_outputs) for regression
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight)


class RegressionTargets(BaseSPINN):
    """Targets and predictions of regressors."""

    loss: str | Loss

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _table(self, X, y, sample_weight, codes=None) -> Table:
        X, y = self._validated(X, y, codes, multi_output=True, y_numeric=True, ensure_min_samples=2)
        weights = self._weights(sample_weight, X, codes)
        loss = resolve_loss(self.loss)
        if not isinstance(loss, (Squared, Huber)):
            raise ValueError(
                f"loss must be squared or Huber for full-batch training; got {loss!r}. Absolute "
                "loss has no gradient to certify: use Huber with a small delta."
            )
        self._y_ndim = np.ndim(y)
        return regression_table(X, y, weights, loss, np.dtype(self.dtype), codes)

    def _predicted(self, outputs: np.ndarray) -> np.ndarray:
        return outputs[:, 0] if self._y_ndim == 1 else outputs

    def predict(self, X) -> np.ndarray:
        """Predicted targets, `(n,)` or `(n, n_outputs)`."""
        return self._predicted(self._outputs(X))


class ClassificationTargets(BaseSPINN):
    """Targets and predictions of classifiers."""

    class_weight: dict | str | None
    classes_: np.ndarray

    def _table(self, X, y, sample_weight, codes=None) -> Table:
        X, y = self._validated(X, y, codes, ensure_min_samples=2)
        weights = self._class_weights(y, self._weights(sample_weight, X, codes))
        table = classification_table(X, y, weights, np.dtype(self.dtype), codes)
        self.classes_ = np.unique(y)
        return table

    def _class_weights(self, y, weights: np.ndarray) -> np.ndarray:
        """Sample weights times class weights, once the labels are found fit to be learnt."""
        check_classification_targets(y)
        if self.class_weight is not None:
            weights = weights * compute_sample_weight(self.class_weight, y)
        present = np.unique(y[weights > 0])
        if len(present) < 2:
            raise ValueError(
                f"{type(self).__name__} needs samples of at least 2 classes; the data contain one "
                f"class: {present.tolist()}. Check the target column and the sample weights."
            )
        return weights

    def _decided(self, outputs: np.ndarray) -> np.ndarray:
        return outputs[:, 0] if len(self.classes_) == 2 else outputs

    def _log_proba(self, outputs: np.ndarray) -> np.ndarray:
        out = outputs.astype(np.float64)
        if len(self.classes_) == 2:
            out = np.concatenate([np.zeros_like(out), out], axis=1)
        out = out - out.max(axis=1, keepdims=True)
        return out - np.log(np.exp(out).sum(axis=1, keepdims=True))

    def _predicted(self, outputs: np.ndarray) -> np.ndarray:
        return self.classes_[self._log_proba(outputs).argmax(axis=1)]

    def decision_function(self, X) -> np.ndarray:
        """Raw outputs: the logit of `classes_[1]`, `(n,)`, or one score per class, `(n, K)`."""
        return self._decided(self._outputs(X))

    def predict_log_proba(self, X) -> np.ndarray:
        """Log-probabilities of the classes, `(n, n_classes)`."""
        return self._log_proba(self._outputs(X))

    def predict_proba(self, X) -> np.ndarray:
        """Probabilities of the classes, `(n, n_classes)`."""
        return np.exp(self.predict_log_proba(X))

    def predict(self, X) -> np.ndarray:
        """The most probable class."""
        return self._predicted(self._outputs(X))

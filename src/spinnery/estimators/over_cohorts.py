"""What integrative estimators add to sparse-input networks: cohorts in, cohorts out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import _num_samples, check_is_fitted, validate_data

from ..cohorts import balance, check_absent, encode_cohorts, known_codes
from ..nn import Sharing
from .base import BaseSPINN
from .model import Model

COHORT_CONSTRAINTS: dict = {
    "share": [StrOptions({"upper", "none"})],
    "own_intercept": ["boolean"],
    "balance": [StrOptions({"sample", "cohort"})],
    "new_cohorts": [StrOptions({"error", "average"})],
}


class OverCohorts(BaseSPINN):
    """Fitting and reporting with a cohort for every sample."""

    share: str
    own_intercept: bool
    balance: str
    new_cohorts: str
    cohorts_: np.ndarray

    def fit(self, X, y, cohorts=None, sample_weight=None):
        """Fit one network over all cohorts.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            A feature that a cohort lacks is NaN in all of that cohort's samples.
        y : array-like of shape (n_samples,), or (n_samples, n_outputs) for regression
        cohorts : array-like of shape (n_samples,), optional
            Label of every sample's cohort. None: one cohort.
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self
        """
        self.cohorts_, codes = encode_cohorts(cohorts, _num_samples(X))
        return self._fit(X, y, sample_weight, codes)

    def cohort_table(self) -> pd.DataFrame:
        """The selected features, one row each, strongest first.

        Columns: `feature`, `kind` ("shared" if selected in every cohort that has it, "specific"
        if in one, "partial" in between), `n_cohorts`, and every cohort's strength (norm of its
        block; 0 where not selected, NaN where the cohort lacks the feature).
        """
        check_is_fitted(self)
        features = np.flatnonzero(self._get_support_mask())
        names = self._names()
        strengths = np.where(self.absent_, np.nan, self.coef_norm_)[:, features]
        used, present = self.selected_[:, features].sum(0), (~self.absent_[:, features]).sum(0)
        kind = np.where(used == present, "shared", np.where(used == 1, "specific", "partial"))
        table = pd.DataFrame(
            {"feature": [names[j] for j in features], "kind": kind, "n_cohorts": used}
            | {str(name): row for name, row in zip(self.cohorts_, strengths, strict=True)}
        )
        order = np.argsort(-np.nansum(strengths**2, axis=0), kind="stable")
        return table.iloc[order].reset_index(drop=True)

    def _names(self) -> list:
        return list(getattr(self, "feature_names_in_", range(self.n_features_in_)))

    # -- hooks of BaseSPINN -----------------------------------------------------------------

    def _sharing(self) -> Sharing:
        return Sharing(self.share, self.own_intercept)

    def _validated(self, X, y, codes, **checks):
        X, y = validate_data(
            self, X, y, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan", **checks
        )
        check_absent(X, codes, self.cohorts_, self._names())
        self.absent_ = np.stack(
            [np.isnan(X[codes == m]).all(axis=0) for m in range(len(self.cohorts_))]
        )
        return X, y

    def _weights(self, sample_weight, X, codes) -> np.ndarray:
        weights = super()._weights(sample_weight, X, codes)
        return balance(weights, codes, self.cohorts_, self.balance)

    def _set_norms(self, norms: np.ndarray) -> None:
        self.coef_norm_ = norms
        self.selected_ = norms > 0

    def _get_support_mask(self) -> np.ndarray:
        check_is_fitted(self)
        return self.selected_.any(axis=0)

    # -- prediction -------------------------------------------------------------------------

    def hidden_features(self, X, cohorts=None) -> np.ndarray:
        """First hidden layer's activations of every sample in its cohort's network, `(n, T)`.

        Of a linear model, which has none, the outputs for standardised targets. With
        `share="none"`, units of different cohorts have nothing to do with each other.
        """
        return self._by_cohort(X, cohorts, Model.activations)

    def _outputs(self, X, cohorts=None) -> np.ndarray:
        return self._by_cohort(X, cohorts, Model.outputs)

    def _by_cohort(self, X, cohorts, what: Callable[[Model, np.ndarray], np.ndarray]) -> np.ndarray:
        """Every sample's `what` under its cohort's model; new cohorts' averaged over the models."""
        check_is_fitted(self)
        X = validate_data(
            self, X, reset=False, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan"
        )
        codes = self._codes(cohorts, len(X))
        out = np.empty((len(X), what(self._models[0], X[:0]).shape[1]))
        for m, model in enumerate(self._models):
            out[codes == m] = what(model, self._complete(X[codes == m], m))
        new = codes < 0
        if new.any():
            each = [what(model, self._complete(X[new], m)) for m, model in enumerate(self._models)]
            out[new] = np.mean(each, axis=0)
        return out

    def _codes(self, cohorts, n_samples: int) -> np.ndarray:
        known = ", ".join(repr(str(name)) for name in self.cohorts_)
        if cohorts is None:
            if len(self.cohorts_) > 1 and self.new_cohorts == "error":
                raise ValueError(
                    f"This model was fitted to the cohorts {known}: pass cohorts= with one of them "
                    "for every sample, or set_params(new_cohorts='average') to average over them."
                )
            return np.full(n_samples, 0 if len(self.cohorts_) == 1 else -1)
        codes = known_codes(cohorts, n_samples, self.cohorts_)
        if (codes < 0).any() and self.new_cohorts == "error":
            unknown = sorted({str(label) for label in np.asarray(cohorts)[codes < 0]})
            raise ValueError(
                f"Unknown cohorts {unknown}; this model knows {known}. "
                "set_params(new_cohorts='average') predicts new cohorts by the average over these."
            )
        return codes

    def _complete(self, X: np.ndarray, m: int) -> np.ndarray:
        """`X`, whose features that cohort m's model uses must be there."""
        used = self._models[m].features
        missing = used[np.isnan(X[:, used]).any(axis=0)]
        if len(missing):
            raise ValueError(
                f"Input X contains NaN in feature {self._names()[missing[0]]!r}, which the model "
                f"of cohort {str(self.cohorts_[m])!r} uses. Impute it before predicting."
            )
        return X


class RegressorCohorts(OverCohorts):
    """Predictions of regressors by cohort."""

    def predict(self, X, cohorts=None) -> np.ndarray:
        """Predicted targets, `(n,)` or `(n, n_outputs)`; `cohorts` `(n,)` as in `fit`."""
        return self._predicted(self._outputs(X, cohorts))

    def score(self, X, y, cohorts=None, sample_weight=None) -> float:
        """Coefficient of determination of `predict(X, cohorts)`."""
        return r2_score(y, self.predict(X, cohorts), sample_weight=sample_weight)


class ClassifierCohorts(OverCohorts):
    """Predictions of classifiers by cohort."""

    def decision_function(self, X, cohorts=None) -> np.ndarray:
        """Raw outputs: the logit of `classes_[1]`, `(n,)`, or one score per class, `(n, K)`."""
        return self._decided(self._outputs(X, cohorts))

    def predict_log_proba(self, X, cohorts=None) -> np.ndarray:
        """Log-probabilities of the classes, `(n, n_classes)`."""
        return self._log_proba(self._outputs(X, cohorts))

    def predict_proba(self, X, cohorts=None) -> np.ndarray:
        """Probabilities of the classes, `(n, n_classes)`."""
        return np.exp(self.predict_log_proba(X, cohorts))

    def predict(self, X, cohorts=None) -> np.ndarray:
        """The most probable class of every sample; `cohorts` `(n,)` as in `fit`."""
        return self._predicted(self._outputs(X, cohorts))

    def score(self, X, y, cohorts=None, sample_weight=None) -> float:
        """Accuracy of `predict(X, cohorts)`."""
        return accuracy_score(y, self.predict(X, cohorts), sample_weight=sample_weight)

"""What integrative estimators add to sparse-input networks: cohorts in, cohorts out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import numpy as np
import pandas as pd
from sklearn.utils.validation import _num_samples, check_is_fitted

from ..errors import listing
from ..inputs.cohorts import balance, check_absent, encode_cohorts, known_codes, refuse_single
from ..inputs.gaps import REMEDY, gap_counts
from ..inputs.raw import dense_columns
from ..nn import Sharing
from .base import BaseSPINN
from .model import Model


class CohortsIn(BaseSPINN):
    """Reporting and predicting with a cohort for every sample."""

    cohorts_: np.ndarray

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

    def to_onnx(self, file, cohort=None) -> None:
        """Write one cohort's network to `file`, as `to_onnx` of other estimators does.

        Parameters
        ----------
        file : path
        cohort : label, optional
            Whose network. None: of a model of several cohorts the mean over all of them, if
            `new_cohorts="average"`, as `predict` has it.
        """
        check_is_fitted(self)
        code = int(self._codes(None if cohort is None else [cohort], 1)[0])
        networks = self._networks()
        self._write_onnx(file, networks if code < 0 else [networks[code]])

    # -- hooks of BaseSPINN -----------------------------------------------------------------

    def _encode(self, cohorts, n_samples: int) -> np.ndarray:
        self.cohorts_, codes = encode_cohorts(cohorts, n_samples)
        refuse_single(self.cohorts_, np.bincount(codes))
        return codes

    def _sharing(self) -> Sharing:
        return Sharing(self.share, self.own_intercept)

    def _mind_gaps(self, X, codes) -> np.ndarray:
        counts = gap_counts(self._form.firsts(X), codes)
        self.absent_ = counts == np.bincount(codes)[:, None]
        return super()._mind_gaps(X, codes)

    def _refuse_gaps(self, X, codes) -> None:
        check_absent(X, codes, self.cohorts_, self._names())

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
        check_is_fitted(self)
        return self._by_cohort(X, cohorts, Model.outputs, self.outcome_.in_units)

    def _checked(self, X) -> np.ndarray:
        return self._form.with_gaps_told(self._read_new(X))

    def _by_cohort(
        self, X, cohorts, what: Callable[[Model, np.ndarray], np.ndarray],
        then: Callable[[np.ndarray, int], np.ndarray] = lambda values, m: values,
    ) -> np.ndarray:  # fmt: skip
        """Every sample's `what` under its cohort's model; new cohorts' averaged over the models."""
        model, X = self._by_names(X)
        X = model._checked(X)
        n = X.shape[0]
        codes = self._codes(cohorts, n)

        def under(m: int, rows: np.ndarray) -> np.ndarray:
            return then(what(model._models[m], model._present(X[rows], m)), m)

        out = np.empty((n, under(0, np.zeros(n, bool)).shape[1]))
        for m in range(len(self._models)):
            out[codes == m] = under(m, codes == m)
        new = codes < 0
        if new.any():
            out[new] = np.mean([under(m, new) for m in range(len(self._models))], axis=0)
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

    def _present(self, X: np.ndarray, m: int) -> np.ndarray:
        """`X`, whose features that cohort m's model uses must be there, unless gaps may be."""
        used = self._models[m].features
        missing = self._form.owner[used[np.isnan(dense_columns(X, used)).any(axis=0)]]
        if len(missing) and self.missing == "error":
            names = listing([self._names()[j] for j in dict.fromkeys(missing.tolist())])
            raise ValueError(
                f"Input X contains NaN in the features {names}, which the model of cohort "
                f"{str(self.cohorts_[m])!r} uses. Impute them before predicting. {REMEDY}, in a "
                "fit anew."
            )
        return X


class OverCohorts(CohortsIn):
    """Fitting with a cohort for every sample."""

    def fit(self, X, y, cohorts=None, sample_weight=None) -> Self:
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

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight, self._encode(cohorts, _num_samples(X)))

"""From what a user gives as `X` to the numbers that networks take, in `fit` and after."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _num_samples, check_array, check_is_fitted, validate_data

from ..errors import listing
from ..inputs.form import Form, learn_columns
from ..inputs.frames import as_frame
from ..inputs.gaps import fill_gaps, refuse_gaps
from ..inputs.ids import numberings
from ..inputs.raw import dense_columns, tidy

FLOATS = (np.float64, np.float32)
CHECKS = {"dtype": FLOATS, "ensure_all_finite": "allow-nan", "accept_sparse": "csc"}


class ReadsTables(BaseEstimator):
    """Reads `X` by a form that the training table gave.

    `n_features_in_` and `feature_names_in_` are of the user's columns; `_form` knows which columns
    of numbers each of them becomes.
    """

    _form: Form
    n_features_in_: int
    _kind: ClassVar[Any]
    missing: str

    def _learn_table(self, X, y, sample_weight) -> tuple[np.ndarray, np.ndarray]:
        """The training table's numbers `(n, q)`, NaN in gaps, and targets, validated."""
        values, factors = learn_columns(X, sample_weight)
        found, y = self._kind.validate(self, values, y, ensure_min_samples=2, **CHECKS)
        found = tidy(found)
        if factors or values is not X:  # names and their number are those of the user's columns
            validate_data(self, as_frame(X), skip_check_array=True)
        self._form = Form(self.n_features_in_, factors)
        if as_frame(X) is not None:
            remark = numberings(self._form.firsts(found), self._names())
            if remark is not None:
                warnings.warn(remark, UserWarning, stacklevel=5)
        return found, y

    def _mind_gaps(self, X: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """The training table's numbers `(n, q)`, with what `missing` says of gaps."""
        if self.missing == "error":
            self._refuse_gaps(self._form.firsts(X), codes)
        elif self.missing == "indicator":
            self._form = self._form.with_gap_columns(X, codes)
        return self._form.with_gaps_told(X)

    def _refuse_gaps(self, X: np.ndarray, codes: np.ndarray) -> None:
        refuse_gaps(X, self._names())

    def _fill(self, X: np.ndarray, weights: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """The training table without gaps; what stands in for unknown levels is kept."""
        X = fill_gaps(X, weights, codes)
        self._form = self._form.with_means(X, weights)
        return X

    def _names(self) -> Any:
        """The user's columns' names, or their numbers."""
        return getattr(self, "feature_names_in_", range(self.n_features_in_))

    def _checked(self, X) -> np.ndarray:
        """New samples' numbers `(n, q)`, NaN in gaps that may be."""
        X = self._read_new(X)
        if self.missing == "error":
            refuse_gaps(self._form.firsts(X), self._names())
        elif self.missing == "indicator":
            self._warn_of_new_gaps(X)
        return self._form.with_gaps_told(X)

    def _read_new(self, X) -> np.ndarray:
        """New samples' numbers, gap columns aside."""
        check_is_fitted(self)
        if self.n_features_in_ == 0:  # of a model that uses no column, by names
            return np.zeros((_num_samples(X), 0))
        frame = as_frame(X)
        if frame is not None or self._form.factors:
            validate_data(self, X if frame is None else frame, reset=False, skip_check_array=True)
        values = self._form.read(X if frame is None else frame)
        if frame is None and not self._form.factors:
            return tidy(validate_data(self, values, reset=False, **CHECKS))
        return tidy(check_array(values, estimator=self, input_name="X", **CHECKS))

    def _warn_of_new_gaps(self, X: np.ndarray) -> None:
        """Of columns that the model uses: in training there was nothing to learn from a gap."""
        used = self._get_support_mask().copy()
        used[self._form.flagged] = False
        gaps = np.isnan(dense_columns(self._form.firsts(X), used))
        if gaps.any():
            columns = np.flatnonzero(used)[gaps.any(axis=0)]
            names = self._names()
            warnings.warn(
                f"{int(gaps.sum())} gaps are in columns that had none in training and are taken "
                f"for the mean: {listing([names[j] for j in columns])}.",
                UserWarning,
                stacklevel=5,
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = getattr(self, "missing", "error") != "error"
        return tags

"""What every kind of outcome answers."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.utils.validation import validate_data

from ..errors import row_number
from ..losses import AnyLoss


@dataclass(frozen=True)
class Outcome(abc.ABC):
    """What is predicted, made from the targets at fit and never changed.

    It reads and encodes targets, holds the loss, takes raw outputs to the targets' units and to
    predictions, measures them, and knows the words for it. A kind of outcome is one subclass in
    one file; estimators hold one and ask it.

    Attributes
    ----------
    loss : AnyLoss
    center, scale : (M, K) arrays
        Outputs in the targets' units are `scale * raw + center`, by cohort.
    """

    loss: AnyLoss
    center: np.ndarray
    scale: np.ndarray

    task: ClassVar[str]  # "regression", "classification", "survival"
    loss_words: ClassVar[str]  # what the held-out loss is, for axes and reports
    stratified: ClassVar[bool] = False  # whether folds keep the shares of `strata`

    # -- targets ----------------------------------------------------------------------------

    @classmethod
    def validate(cls, estimator: Any, X, y, **checks) -> tuple[np.ndarray, np.ndarray]:
        """`X` and `y` checked together: arrays of this kind, as many targets as samples."""
        refuse_survival(y, estimator)
        return validate_data(estimator, X, complete(y), **cls.y_checks(), **checks)

    @classmethod
    def y_checks(cls) -> dict:
        """What `sklearn.utils.validation.validate_data` is told of the targets."""
        return {}

    @abc.abstractmethod
    def encode(self, y: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Validated targets as the loss takes them, `(n, q)`; `codes` are the samples' cohorts."""

    def read(self, y: np.ndarray) -> np.ndarray:
        """Validated targets of further samples, as `encode` takes them."""
        return y

    def strata(self, y: np.ndarray) -> np.ndarray:
        """What folds share out evenly, as numbers `(n,)`."""
        return np.zeros(len(y), int)

    def surrogate(
        self, y: np.ndarray, weights: np.ndarray, codes: np.ndarray
    ) -> tuple[np.ndarray, AnyLoss] | None:
        """Targets `(n, K)` and a loss to find features by, where the outcome's own loss hangs on
        few samples; None: by its own."""
        return None

    def exchangeable(self, y: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Within which samples targets may be permuted if nothing matters, as numbers `(n,)`."""
        return codes

    def most_folds(self, y: np.ndarray) -> tuple[int, str]:
        """How many folds can be judged at most, and what there must be one of in each."""
        return len(y), "samples"

    def check_folds(self, y: np.ndarray, weights: np.ndarray, folds: list[np.ndarray]) -> None:
        """Refuse folds on which this kind of outcome cannot be learnt or judged."""
        for k, fold in enumerate(folds):
            held = weights[fold].sum()
            if not 0 < held < weights.sum():
                share = "no sample" if held == 0 else "every sample"
                raise ValueError(
                    f"Fold {k + 1} of cv holds out {share} of positive sample_weight, so nothing "
                    "can be learnt or judged there. Use fewer folds, or an integer cv, which "
                    "shares them out evenly."
                )

    # -- outputs ----------------------------------------------------------------------------

    @property
    def n_outputs(self) -> int:
        """K."""
        return self.center.shape[1]

    @property
    def output_names(self) -> list[str]:
        """What the K outputs in the targets' units are."""
        if self.n_outputs == 1:
            return ["prediction"]
        return [f"prediction {k + 1}" for k in range(self.n_outputs)]

    @property
    def admitted(self) -> tuple[int, ...]:
        """Numbers of raw outputs that a user's network may have."""
        return (self.n_outputs,)

    def over(self, n_outputs: int) -> Self:
        """The same outcome from a network with so many of the admitted outputs."""
        return self

    @property
    def metric(self) -> str | None:
        """What training by mini-batches reports beside the loss: "accuracy", "mse", or nothing."""
        return None

    def in_units(self, raw: np.ndarray, codes: np.ndarray | int = 0) -> np.ndarray:
        """Outputs in the targets' units, `(n, K)`: logits, values, log rates, log risks."""
        return raw * self.scale[codes] + self.center[codes]

    def completed(self, y: np.ndarray, raw: np.ndarray, weights, codes) -> Self:
        """The outcome after the fit, given all samples' raw outputs."""
        return self

    @abc.abstractmethod
    def predict(self, outputs: np.ndarray) -> np.ndarray:
        """Predictions from outputs in the targets' units."""

    def soft(self, outputs: np.ndarray) -> np.ndarray:
        """Predictions before any decision: probabilities where there are classes."""
        return self.predict(outputs)

    def decide(self, soft: np.ndarray) -> np.ndarray:
        """Predictions from those that `soft` makes: classes where there are probabilities."""
        return soft

    def prediction_table(self, outputs: np.ndarray) -> pd.DataFrame:
        """Predictions as a table, one row per sample."""
        predicted = self.predict(outputs)
        if predicted.ndim == 1:
            return pd.DataFrame({"prediction": predicted})
        names = [f"prediction {k + 1}" for k in range(predicted.shape[1])]
        return pd.DataFrame(predicted, columns=names)

    # -- judging ----------------------------------------------------------------------------

    def measures(self, y: np.ndarray, outputs: np.ndarray) -> dict[str, float]:
        """Named measures of outputs in the targets' units, the headline first."""
        return self.judge(y, self.soft(outputs))

    @abc.abstractmethod
    def judge(
        self, y: np.ndarray, soft: np.ndarray, among: np.ndarray | None = None
    ) -> dict[str, float]:
        """Named measures of predictions as `soft` makes them, the headline first.

        Whoever knows nothing predicts the mean, or the commonest class, of the targets `among`
        which `y` are; by default of `y`.
        """

    miss_words: ClassVar[str]  # what `misses` are

    @abc.abstractmethod
    def misses(self, y: np.ndarray, soft: np.ndarray) -> np.ndarray:
        """How badly each sample is predicted, `(n,)`, >= 0, by predictions as `soft` makes them."""

    def transfer_measures(self, y: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
        """What `leave_one_cohort_out` reports of predictions beside the score."""
        return {}

    error_words: ClassVar[str]  # what `error` is

    @abc.abstractmethod
    def error(self, y: np.ndarray, soft: np.ndarray) -> float:
        """One number to compare cohorts by, of predictions as `soft` makes them; small is good."""


def refuse_survival(y: Any, estimator: Any) -> None:
    """Times with an event each are not numbers or classes.

    Raises
    ------
    ValueError
        If `y` is a structured array.
    """
    names = getattr(getattr(y, "dtype", None), "names", None)
    if names:
        name = type(estimator).__name__
        right = name.replace("Regressor", "Survival").replace("Classifier", "Survival")
        raise ValueError(
            f"y is a structured array with the fields {', '.join(names)}, as survival times are "
            f"given, and {name} predicts numbers or classes. Use {right}, or pass one field of it."
        )


def complete(y: Any) -> Any:
    """Targets as given, pandas' nullable types as NumPy's.

    Raises
    ------
    ValueError
        If any is missing: None, NaN, pandas' NA or NaT.
    """
    # as they are: NumPy would read NaN among words as the word nan
    plain = object if isinstance(y, (list, tuple)) else None
    missing = np.asarray(pd.isna(y if hasattr(y, "isna") else np.asarray(y, plain)))
    if missing.ndim and missing.any():
        rows = np.flatnonzero(missing.reshape(len(missing), -1).any(axis=1))
        raise ValueError(
            f"Input y contains NaN: it is missing for {len(rows)} of {len(missing)} samples, the "
            f"first in row {row_number(rows[0])}. Leave out those samples, or give them a value."
        )
    dtype = getattr(y, "dtype", None)
    objects: Any = np.asarray(y).ravel() if dtype == np.dtype(object) else []
    if pd.api.types.infer_dtype(objects) == "boolean":
        return np.asarray(y, bool)  # as pandas keeps truths among which there were gaps
    numpy_type = getattr(dtype, "numpy_dtype", None)
    return y if numpy_type is None else np.asarray(y, numpy_type)

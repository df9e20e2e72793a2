"""Numbers: one or several values a sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import jax
import jax.numpy as jnp
import numpy as np
from sklearn import metrics

from ..inputs.scale import robust_scale, standard_scale, standardise
from ..losses import AnyLoss
from ..storage.registry import storable
from .base import Outcome

MOST = 256  # samples on which a loss is tried


@storable
@dataclass(frozen=True)
class Numbers(Outcome):
    """Values predicted through the loss's link, standardised within cohorts if the loss allows.

    `columns` is 0 where `y` has one dimension, else its number of columns.
    """

    columns: int = 0

    task: ClassVar[str] = "regression"
    loss_words: ClassVar[str] = "held-out loss of the standardised target"
    error_words: ClassVar[str] = "mean squared error"

    @classmethod
    def y_checks(cls) -> dict:
        return {"multi_output": True, "y_numeric": True}

    @classmethod
    def learn(cls, y: np.ndarray, loss: AnyLoss, weights: np.ndarray, codes: np.ndarray) -> Self:
        """From validated targets `(n,)` or `(n, K)`, weights that sum to one, cohorts."""
        columns = np.asarray(y, float).reshape(len(y), -1)
        cls.check(columns)
        M, K = int(codes.max()) + 1, columns.shape[1]
        center, scale = np.zeros((M, K)), np.ones((M, K))
        if loss.scaling in ("standard", "robust"):
            spread = standard_scale if loss.scaling == "standard" else robust_scale
            _, center, scale = standardise(columns, weights, codes, float, spread)
        elif loss.scaling == "mean":
            for m in range(M):
                rows = codes == m
                mean = weights[rows] @ columns[rows] / weights[rows].sum()
                center[m] = np.log(np.where(mean > 0, mean, 1))
        outcome = cls(loss, center, scale, 0 if np.ndim(y) == 1 else K)
        outcome._try_loss(y, codes)
        return outcome

    @classmethod
    def check(cls, columns: np.ndarray) -> None:
        """Refuse values that this kind of outcome cannot be."""

    def _try_loss(self, y: np.ndarray, codes: np.ndarray) -> None:
        targets = self.encode(y[:MOST], codes[:MOST])
        with jax.enable_x64(True):
            for g in (-1.0, 0.0, 1.0):
                outputs = jnp.full((len(targets), 1, self.n_outputs), g)
                ones = jnp.ones((len(targets), 1))
                value = float(self.loss.total(outputs, jnp.asarray(targets)[:, None], ones)[0])
                if not value >= 0:
                    raise ValueError(
                        f"{type(self.loss).__name__} is {value:.4g} at outputs of {g:g}, and a "
                        "loss must be a number that is never negative: stationarity_ is relative "
                        "to the square root of twice the objective. Add its lower bound "
                        "(spinnery.testing.check_loss says more)."
                    )

    @property
    def metric(self) -> str | None:
        identity = type(self.loss).link_inverse is AnyLoss.link_inverse
        return "mse" if identity else None

    def encode(self, y: np.ndarray, codes: np.ndarray) -> np.ndarray:
        columns = np.asarray(y, float).reshape(len(y), -1)
        if columns.shape[1] != self.n_outputs:
            raise ValueError(
                f"y has {columns.shape[1]} columns, and training began with {self.n_outputs}. "
                "Begin anew with a clone of the estimator."
            )
        if self.loss.scaling == "mean":
            return columns / np.exp(self.center[codes])
        return (columns - self.center[codes]) / self.scale[codes]

    def predict(self, outputs: np.ndarray) -> np.ndarray:
        with jax.enable_x64(True):
            predicted = np.asarray(self.loss.link_inverse(outputs))
        return predicted if self.columns else predicted[:, 0]

    def judge(self, y, soft, among=None) -> dict[str, float]:
        explained = float(metrics.r2_score(y, soft))
        if among is not None:  # the variance of a few samples says little
            errors = np.mean(np.reshape(y - soft, (len(y), -1)) ** 2, axis=0)
            spread = np.var(np.reshape(among, (len(among), -1)), axis=0)
            explained = float(np.mean(1 - errors / spread)) if spread.all() else float("nan")
        return {
            "R²": explained,
            "root mean squared error": float(metrics.root_mean_squared_error(y, soft)),
            "mean absolute error": float(metrics.mean_absolute_error(y, soft)),
        }

    miss_words: ClassVar[str] = "distance from the prediction"

    def misses(self, y, soft) -> np.ndarray:
        return np.linalg.norm(np.reshape(y - soft, (len(soft), -1)), axis=1)

    def transfer_measures(self, y, predicted) -> dict[str, float]:
        return {"correlation": float(np.corrcoef(np.ravel(y), np.ravel(predicted))[0, 1])}

    def error(self, y, soft) -> float:
        return float(metrics.mean_squared_error(y, soft))

"""From a user's table to what the engine eats, and back to the user's units."""

from __future__ import annotations

from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np

from .design import round_up
from .losses import Huber, Logistic, Loss, SoftmaxCrossEntropy
from .solvers.refit import Data

FEATURE_GRID = 16


@dataclass(frozen=True)
class Table:
    """A standardised data set.

    `X` `(n, p)` has weighted mean 0 and variance 1 per column (constant columns are 0), `targets`
    `(n, K)` are standardised values or class indicators, `weights` `(n,)` sum to one.
    """

    X: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    center: np.ndarray  # (p,)
    scale: np.ndarray  # (p,)
    loss: Loss
    target_center: np.ndarray | None = None  # (K,) regression
    target_scale: np.ndarray | None = None
    classes: np.ndarray | None = None  # classification

    @property
    def n_outputs(self) -> int:
        return self.targets.shape[1]

    def padded(self, weights: np.ndarray, ridge: np.ndarray) -> Data:
        """On the device, zero-padded to a coarse grid of shapes that share compiled programs.

        `weights` `(n, B)` are the lanes' sample weights, `ridge` `(B,)`.
        """
        n, p = self.X.shape
        rows, columns = round_up(n), round_up(p, FEATURE_GRID)
        dtype = self.X.dtype

        def pad(a, shape):
            out = np.zeros(shape, dtype)
            out[: a.shape[0], : a.shape[1]] = a
            return jnp.asarray(out)

        return Data(
            pad(self.X, (rows, columns)),
            pad(self.targets, (rows, self.n_outputs)),
            pad(weights, (rows, weights.shape[1])),
            jnp.asarray(ridge, dtype),
            self.loss,
        )

    def without(self, rows: np.ndarray) -> np.ndarray:
        """Sample weights with `rows` held out, summing to one."""
        weights = self.weights.copy()
        weights[rows] = 0
        return weights / weights.sum()


def standardise(X: np.ndarray, weights: np.ndarray, dtype) -> tuple[np.ndarray, ...]:
    """Columns of mean 0 and variance 1 under `weights`; returns `X, center, scale`.

    A column whose spread is rounding noise beside its mean is constant: it becomes zero, and a
    zero column is never selected.
    """
    X = np.asarray(X, np.float64)
    center = weights @ X
    centred = X - center
    scale = np.sqrt(weights @ centred**2)
    constant = scale <= 1e-7 * np.abs(center) + np.finfo(np.float64).tiny
    scale[constant] = 1
    centred[:, constant] = 0
    return (centred / scale).astype(dtype), center, scale


def robust_scale(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median and 1.4826 times the median absolute deviation of each column.

    Outliers, which a robust loss is there for, would inflate a standard deviation and with it
    what the loss's `delta` and `lam` mean. Columns with no deviation keep their scale.
    """

    def median(values):
        return np.quantile(values, 0.5, axis=0, weights=weights, method="inverted_cdf")

    center = median(values)
    scale = 1.4826 * median(np.abs(values - center))
    spread = np.sqrt(weights @ (values - center) ** 2)
    return center, np.where(scale > 0, scale, np.where(spread > 0, spread, 1))


def regression_table(X, y, sample_weight, loss: Loss, dtype) -> Table:
    """A table for regression; `y` `(n,)` or `(n, K)`."""
    weights = sample_weight / sample_weight.sum()
    Xs, center, scale = standardise(X, weights, dtype)
    values = np.asarray(y, np.float64).reshape(len(y), -1)
    if isinstance(loss, Huber):
        target_center, target_scale = robust_scale(values, weights)
        targets = ((values - target_center) / target_scale).astype(dtype)
    else:
        targets, target_center, target_scale = standardise(values, weights, dtype)
    return Table(Xs, targets, weights, center, scale, loss, target_center, target_scale)


def classification_table(X, y, sample_weight, dtype) -> Table:
    """A table for classification: one logit for two classes, K softmax outputs otherwise."""
    weights = sample_weight / sample_weight.sum()
    Xs, center, scale = standardise(X, weights, dtype)
    classes, codes = np.unique(y, return_inverse=True)
    loss: Loss
    if len(classes) == 2:
        targets, loss = codes[:, None].astype(dtype), Logistic()
    else:
        targets, loss = np.eye(len(classes), dtype=dtype)[codes], SoftmaxCrossEntropy()
    return Table(Xs, targets, weights, center, scale, loss, classes=classes)


def take_features(table: Table, keep: np.ndarray) -> Table:
    """The table with only the columns `keep`."""
    return replace(table, X=table.X[:, keep], center=table.center[keep], scale=table.scale[keep])

"""From a user's table to what the engine eats, and back to the user's units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import jax.numpy as jnp
import numpy as np

from .design import round_up
from .losses import Huber, Logistic, Loss, SoftmaxCrossEntropy
from .solvers.refit import Data

FEATURE_GRID = 16  # low end of the grids that features, and samples of one of several cohorts, use
COHORT_GRID = 16
BLOCK = 2**24  # numbers of a table that are centred at once


@dataclass(frozen=True)
class Table:
    """A data set standardised within each of its M cohorts.

    `X` `(n, p)` has weighted mean 0 and variance 1 per column and cohort (constant and absent
    columns are 0), `targets` `(n, K)` are standardised values or class indicators, `weights`
    `(n,)` sum to one.
    """

    X: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    codes: np.ndarray  # (n,) cohort of each sample, 0 ... M - 1
    center: np.ndarray  # (M, p)
    scale: np.ndarray  # (M, p)
    loss: Loss
    target_center: np.ndarray | None = None  # (M, K) regression
    target_scale: np.ndarray | None = None
    classes: np.ndarray | None = None  # classification

    @property
    def n_cohorts(self) -> int:
        return len(self.center)

    @property
    def n_outputs(self) -> int:
        return self.targets.shape[1]

    @cached_property
    def layout(self) -> tuple[np.ndarray, tuple[int, ...]]:
        """Each sample's row on the device `(n,)`, and the cohorts' bounds there."""
        sizes = np.bincount(self.codes)
        low = 64 if len(sizes) == 1 else COHORT_GRID
        bounds = np.cumsum([0, *(round_up(int(size), low) for size in sizes)])
        rows = np.empty(len(self.codes), int)
        for m, size in enumerate(sizes):
            rows[self.codes == m] = bounds[m] + np.arange(size)
        return rows, tuple(bounds.tolist())

    def padded(self, weights: np.ndarray, ridge: np.ndarray) -> Data:
        """On the device, cohort after cohort, zero-padded to a coarse grid of shapes.

        Data of the same padded shape share compiled programs. `weights` `(n, B)` are the lanes'
        sample weights, `ridge` `(B,)`.
        """
        rows, bounds = self.layout
        dtype = self.X.dtype

        def pad(a, columns):
            out = np.zeros((bounds[-1], columns), dtype)
            out[rows, : a.shape[1]] = a
            return jnp.asarray(out)

        return Data(
            pad(self.X, round_up(self.X.shape[1], FEATURE_GRID)),
            pad(self.targets, self.n_outputs),
            pad(weights, weights.shape[1]),
            jnp.asarray(ridge, dtype),
            self.loss,
            bounds,
        )

    def without(self, rows: np.ndarray) -> np.ndarray:
        """Sample weights with `rows` held out, summing to one."""
        weights = self.weights.copy()
        weights[rows] = 0
        return weights / weights.sum()


Spread = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def standard_scale(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column.

    A column whose spread is rounding noise beside its mean is constant: its scale is infinite, so
    that it becomes zero, and a zero column is never selected. So does one of NaN.
    """
    rows = max(BLOCK // max(values.shape[1], 1), 1)  # of a memory-mapped table, a block at a time
    blocks = [slice(k, k + rows) for k in range(0, len(values), rows)]
    center = sum(weights[b] @ values[b] for b in blocks)
    scale = np.sqrt(sum(weights[b] @ (values[b] - center) ** 2 for b in blocks))
    varies = scale > 1e-7 * np.abs(center) + np.finfo(np.float64).tiny  # False for NaN
    return np.where(np.isnan(center), 0, center), np.where(varies, scale, np.inf)


def robust_scale(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median and 1.4826 times the median absolute deviation of each column.

    Outliers, which a robust loss is there for, would inflate a standard deviation and with it
    what the loss's `delta` and `lam` mean. Columns with no deviation keep their scale.
    """

    def median(values):
        return np.quantile(values, 0.5, axis=0, weights=weights, method="inverted_cdf")

    center = median(values)
    scale = 1.4826 * median(np.abs(values - center))
    return center, np.where(scale > 0, scale, standard_scale(values, weights)[1])


def standardise(
    values: np.ndarray, weights: np.ndarray, codes: np.ndarray, dtype, spread: Spread
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centre and scale columns within cohorts.

    Returns the values `(n, q)` in `dtype`, and `center` and `scale`, `(M, q)`; the scale of a
    constant column is 1.
    """
    values = np.asarray(values, np.float64)
    out = np.empty(values.shape, dtype)
    centers, scales = [], []
    for m in range(codes.max() + 1):
        rows = codes == m
        center, scale = spread(values[rows], weights[rows] / weights[rows].sum())
        out[rows] = np.where(np.isinf(scale), 0, (values[rows] - center) / scale)
        centers.append(center)
        scales.append(np.where(np.isinf(scale), 1, scale))
    return out, np.stack(centers), np.stack(scales)


def regression_table(X, y, sample_weight, loss: Loss, dtype, codes=None) -> Table:
    """A table for regression; `y` `(n,)` or `(n, K)`, `codes` `(n,)` the samples' cohorts."""
    weights, codes = sample_weight / sample_weight.sum(), _one_cohort(X, codes)
    inputs = standardise(X, weights, codes, dtype, standard_scale)
    spread = robust_scale if isinstance(loss, Huber) else standard_scale
    targets = standardise(np.reshape(y, (len(y), -1)), weights, codes, dtype, spread)
    return Table(inputs[0], targets[0], weights, codes, *inputs[1:], loss, *targets[1:])


def classification_table(X, y, sample_weight, dtype, codes=None) -> Table:
    """A table for classification: one logit for two classes, K softmax outputs otherwise."""
    weights, codes = sample_weight / sample_weight.sum(), _one_cohort(X, codes)
    standard, center, scale = standardise(X, weights, codes, dtype, standard_scale)
    classes, labels = np.unique(y, return_inverse=True)
    loss: Loss
    if len(classes) == 2:
        targets, loss = labels[:, None].astype(dtype), Logistic()
    else:
        targets, loss = np.eye(len(classes), dtype=dtype)[labels], SoftmaxCrossEntropy()
    return Table(standard, targets, weights, codes, center, scale, loss, classes=classes)


def _one_cohort(X, codes) -> np.ndarray:
    return np.zeros(len(X), int) if codes is None else codes

"""Centres and scales of columns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

BLOCK = 2**24  # numbers of a table that are centred at once
Spread = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def standard_scale(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column.

    The scale of a column whose samples of positive weight all have the same value is infinite,
    so that it becomes zero, and a zero column is never selected. So does one of NaN. Any two
    numbers that double precision tells apart differ: a date is no constant for being large.
    """
    first = np.asarray(values[np.argmax(weights)], np.float64)
    rows = max(BLOCK // max(values.shape[1], 1), 1)  # of a memory-mapped table, a block at a time
    blocks = [slice(k, k + rows) for k in range(0, len(values), rows)]

    def moves(block):
        return np.where(weights[block, None] > 0, values[block] - first, 0)

    with np.errstate(invalid="ignore", over="ignore"):  # NaN, and the ends of the range
        reach = np.max([np.abs(moves(b)).max(axis=0) for b in blocks], axis=0)
        unit = np.where((reach > 0) & np.isfinite(reach), reach, 1)  # so that squares stay in range
        shift = sum(weights[b] @ (moves(b) / unit) for b in blocks)
        spread = np.sqrt(sum(weights[b] @ (moves(b) / unit - shift) ** 2 for b in blocks))
    center, scale = first + unit * shift, unit * spread
    return np.where(np.isfinite(center), center, 0), np.where(scale > 0, scale, np.inf)


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

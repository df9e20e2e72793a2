"""Means over training sets that overlap, with intervals that know of it."""

from __future__ import annotations

import numpy as np
from scipy import stats

LEVEL = 0.95


def overlap_error(values: np.ndarray, test_share: float) -> np.ndarray:
    """Standard error of the mean over J splits of the same data, along the first axis.

    `sqrt((1/J + n_test/n_train) s^2)`: Nadeau and Bengio (2003), Inference for the generalization
    error. Plain `s / sqrt(J)` takes splits for independent and is far too small.

    Parameters
    ----------
    values : (J, ...) array
    test_share : float
        Share of the samples that a split holds out.
    """
    ratio = test_share / (1 - test_share)
    return np.sqrt((1 / len(values) + ratio) * values.var(axis=0, ddof=1))


def overlap_interval(values: np.ndarray, test_share: float) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the interval of level 0.95 around the mean, by Student's t with J - 1 degrees."""
    reach = stats.t.ppf((1 + LEVEL) / 2, len(values) - 1) * overlap_error(values, test_share)
    return values.mean(axis=0) - reach, values.mean(axis=0) + reach


def jackknife_error(values: np.ndarray) -> np.ndarray:
    """Standard error of an estimate from all samples, by its values without each of K folds.

    `sqrt((K - 1)/K sum_k (v_k - mean)^2)`, along the first axis.
    """
    K = len(values)
    return np.sqrt((K - 1) * values.var(axis=0))

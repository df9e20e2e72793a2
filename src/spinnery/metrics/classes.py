"""Metrics of classifiers that scikit-learn lacks, or defines otherwise."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import real_array

SMALLEST = float(np.finfo(np.float64).tiny)


def top_k_error(y_true: ArrayLike, scores: ArrayLike, k: int = 5, classes=None) -> float:
    """Share of samples whose label is not among the `k` largest scores.

    Ties are broken against the model: a label counts as found only if fewer than `k` other
    classes score as much or more. (`sklearn.metrics.top_k_accuracy_score` breaks them by class
    number.)

    Parameters
    ----------
    y_true : array-like of shape (n,)
        Labels.
    scores : array-like of shape (n, n_classes)
        Probabilities or raw outputs, one column per class.
    k : int, default=5
        From 1 to n_classes.
    classes : array-like of shape (n_classes,), optional
        Labels of the columns. Default: `y_true` holds column numbers.

    Returns
    -------
    float in [0, 1]

    Examples
    --------
    >>> top_k_error([2, 0], [[0.5, 0.3, 0.2], [0.4, 0.4, 0.2]], k=1)
    1.0
    >>> top_k_error([2, 0], [[0.5, 0.3, 0.2], [0.4, 0.4, 0.2]], k=2)
    0.5
    """
    columns, scores = _columns(y_true, scores, classes)
    if not isinstance(k, Integral) or not 1 <= k <= scores.shape[1]:
        raise ValueError(f"k must be an integer from 1 to {scores.shape[1]} classes; got {k!r}.")
    own = scores[np.arange(len(scores)), columns]
    rivals = np.sum(scores >= own[:, None], axis=1) - 1
    return float(np.mean(rivals >= k))


def multinomial_log_likelihood(y_true: ArrayLike, proba: ArrayLike, classes=None) -> float:
    """Log-likelihood of the labels under class probabilities, `sum_i log p_i[y_i]`.

    Minus `n` times the mean cross-entropy. A probability of zero counts as the smallest positive
    double, about 2e-308.

    Parameters
    ----------
    y_true : array-like of shape (n,)
        Labels.
    proba : array-like of shape (n, n_classes)
        Rows that sum to one.
    classes : array-like of shape (n_classes,), optional
        Labels of the columns. Default: `y_true` holds column numbers.

    Returns
    -------
    float, at most 0

    Examples
    --------
    >>> round(multinomial_log_likelihood([0, 1], [[0.5, 0.5], [0.2, 0.8]]), 4)
    -0.9163
    """
    columns, proba = _columns(y_true, proba, classes)
    if np.any(proba < 0) or not np.allclose(proba.sum(axis=1), 1, atol=1e-4):
        raise ValueError(
            "proba needs rows of non-negative numbers that sum to one; pass predict_proba's, not "
            "decision_function's."
        )
    own = proba[np.arange(len(proba)), columns]
    return float(np.sum(np.log(np.maximum(own, SMALLEST))))


def _columns(y_true: ArrayLike, scores: ArrayLike, classes) -> tuple[np.ndarray, np.ndarray]:
    """Column number of every label, and the scores as an array."""
    y, scores = np.asarray(y_true), real_array(scores, float, "scores")
    if scores.ndim != 2 or y.shape != (len(scores),) or not len(y):
        raise ValueError(
            "y_true and scores need shapes (n,) and (n, n_classes) with n >= 1; got "
            f"{y.shape} and {scores.shape}."
        )
    if not np.all(np.isfinite(scores)):
        raise ValueError("scores must be finite; they hold NaN or infinity.")
    labels = np.arange(scores.shape[1]) if classes is None else np.asarray(classes)
    if labels.shape != (scores.shape[1],):
        raise ValueError(
            f"classes needs one label per column of scores, {scores.shape[1]}; got shape "
            f"{labels.shape}."
        )
    match = y[:, None] == labels
    if not np.all(match.any(axis=1)):
        unknown = np.unique(y[~match.any(axis=1)]).tolist()
        raise ValueError(
            f"y_true holds labels without a column in scores: {unknown}. Pass classes= in the "
            "order of the columns."
        )
    return match.argmax(axis=1), scores

"""The Brier score of survival curves, weighted for censoring."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .censoring import case_weights, censoring_survival
from .follow_up import at_times, split, time_points

ROUNDING = 1e-6  # of survival curves in single precision


def brier_score(
    y_train: np.ndarray, y: np.ndarray, survival: ArrayLike, times: ArrayLike
) -> np.ndarray:
    """Mean squared error of predicted survival at each time; 0 is perfect.

    With `S_i(t)` the predicted share without the event, `d_i` 1 for an event at `t_i`, and `G` the
    training data's Kaplan-Meier estimate of staying uncensored,

        BS(t) = (1/n) sum_i [S_i(t)^2 1[t_i <= t] d_i / G(t_i) + (1 - S_i(t))^2 1[t_i > t] / G(t)]

    Those censored before `t` count 0; the weights make up for them.

    Parameters
    ----------
    y_train : (m,) structured array
        Event (bool), then time; from these the censoring is learnt.
    y : (n,) structured array
        What was observed of the samples judged.
    survival : array-like of shape (n, n_times)
        Predicted survival, in [0, 1], at `times`; `(n,)` for a single time.
    times : array-like of shape (n_times,)
        Rising strictly, within the training data's follow-up.

    Returns
    -------
    (n_times,) ndarray

    Raises
    ------
    ValueError
        If the censoring is unknown at a time, a share lies outside [0, 1], or shapes differ.

    References
    ----------
    Graf, Schmoor, Sauerbrei and Schumacher (1999), Statistics in Medicine 18, 2529-2545.

    Examples
    --------
    >>> y = np.array([(True, 1), (False, 2), (True, 3)], dtype="?,f8")
    >>> brier_score(y, y, [[0.4], [0.7], [0.9]], [1.5]).round(4)
    array([0.0867])
    """
    event, time = split(y)
    times = time_points(times)
    survival = at_times(survival, len(time), times, "survival")
    if survival.min() < -ROUNDING or survival.max() > 1 + ROUNDING:
        raise ValueError(
            f"survival must lie in [0, 1]; got values from {survival.min():g} to "
            f"{survival.max():g}. Pass predict_survival_function's values, not risks."
        )
    case = event[:, None] & (time[:, None] <= times)
    control = (time[:, None] > times) / censoring_survival(y_train, times)
    weights = case_weights(y_train, time, event & (time <= times[-1]))
    squares = survival**2 * case * weights[:, None] + (1 - survival) ** 2 * control
    return squares.mean(axis=0)


def integrated_brier_score(
    y_train: np.ndarray, y: np.ndarray, survival: ArrayLike, times: ArrayLike
) -> float:
    """The Brier score's mean over time, from the first of `times` to the last.

    `(1 / (t_m - t_1))` times the integral of `BS(t)` by the trapezoidal rule on `times`.

    Parameters
    ----------
    y_train, y, survival, times
        As for `brier_score`, with two times at least.

    Returns
    -------
    float, `>= 0`

    Raises
    ------
    ValueError
        As for `brier_score`, and with a single time.

    References
    ----------
    Graf, Schmoor, Sauerbrei and Schumacher (1999), Statistics in Medicine 18, 2529-2545.

    Examples
    --------
    >>> y = np.array([(True, 1), (False, 2), (True, 3)], dtype="?,f8")
    >>> round(integrated_brier_score(y, y, [[0.4, 0.3], [0.7, 0.6], [0.9, 0.5]], [1.5, 2.5]), 4)
    0.1417
    """
    points = time_points(times)
    if len(points) < 2:
        raise ValueError(
            f"integrated_brier_score needs two times or more; got one, {points[0]:g}. Use "
            "brier_score for it."
        )
    scores = brier_score(y_train, y, survival, points)
    return float(np.trapezoid(scores, points) / (points[-1] - points[0]))

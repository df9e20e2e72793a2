"""The area under the ROC curve at each time, weighted for censoring."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import real_array
from .censoring import case_weights
from .curves import kaplan_meier
from .follow_up import at_times, split, time_points


def cumulative_dynamic_auc(
    y_train: np.ndarray, y: np.ndarray, risk: ArrayLike, times: ArrayLike
) -> tuple[np.ndarray, float]:
    """At each time, the chance that who had the event by then has a higher risk than who had not.

    Over the cases `t_i <= t` with the event and the controls `t_j > t`, `n_0` of them,

        AUC(t) = sum_ij (1[r_i > r_j] + 1/2 1[r_i = r_j]) / G(t_i) / (n_0 sum_i 1 / G(t_i))

    with `G` the training data's Kaplan-Meier estimate of staying uncensored. Their mean weighs
    each time by the fall of the Kaplan-Meier curve `S` of `y` since the time before:

        mean = sum_k AUC(t_k) (S(t_{k-1}) - S(t_k)) / (1 - S(t_m)),   S(t_0) = 1

    Parameters
    ----------
    y_train : (m,) structured array
        Event (bool), then time; from these the censoring is learnt.
    y : (n,) structured array
        What was observed of the samples judged.
    risk : array-like of shape (n,) or (n, n_times)
        Higher is sooner; the same for all times, or one column each.
    times : array-like of shape (n_times,)
        Rising strictly, within the training data's follow-up; at each one some of `y` must have
        had the event, and some must be followed beyond.

    Returns
    -------
    auc : (n_times,) ndarray
    mean : float

    Raises
    ------
    ValueError
        If a time has no case or no control, the censoring is unknown, or shapes differ.

    References
    ----------
    Uno, Cai, Tian and Wei (2007), JASA 102, 527-537. Lambert and Chevret (2016), Statistical
    Methods in Medical Research 25, 2088-2102 (the mean).

    Examples
    --------
    >>> y = np.array([(True, 1), (False, 2), (True, 3), (True, 4)], dtype="?,f8")
    >>> cumulative_dynamic_auc(y, y, [3.0, 0.0, 1.0, 2.0], [1.5, 3.5])
    (array([1. , 0.4]), 0.64)
    """
    event, time = split(y)
    times = time_points(times)
    values = real_array(risk, float, "risk")
    if values.ndim == 1:
        values = np.broadcast_to(values[:, None], (len(values), len(times)))
    values = at_times(values, len(time), times, "risk")
    weights = case_weights(y_train, time, event & (time <= times[-1]))
    auc = np.empty(len(times))
    for k, t in enumerate(times):
        case, controls = event & (time <= t), np.sort(values[time > t, k])
        if not case.any() or not len(controls):
            raise ValueError(
                f"At time {t:g}, {int(case.sum())} samples have had the event and "
                f"{len(controls)} are followed beyond; both are needed. Choose times from "
                f"{time[event].min() if event.any() else np.nan:g} to below {time.max():g}."
            )
        sides = (np.searchsorted(controls, values[case, k], side=s) for s in ("left", "right"))
        share = sum(sides) / (2 * len(controls))
        auc[k] = np.average(share, weights=weights[case])
    curve = np.concatenate([[1.0], kaplan_meier(y).at(times)])
    return auc, float(np.sum(auc * -np.diff(curve)) / (1 - curve[-1]))

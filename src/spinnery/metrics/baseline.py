"""From log risks to survival curves: the baseline hazard, and the median of a curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import real_array
from .follow_up import finite, per_sample, time_points, weights_of

ROUNDING = 1e-12


def breslow_baseline(
    event: ArrayLike,
    time: ArrayLike,
    log_risk: ArrayLike,
    weights: ArrayLike | None = None,
    ties: str = "efron",
) -> tuple[np.ndarray, np.ndarray]:
    """Cumulative hazard of a sample whose log risk is 0, by Breslow's estimator.

    With weights `w`, log risks `g`, `D_k` the events at time `t_k` and `R_k` all samples with
    times `>= t_k`, the hazard rises at `t_k` by

        sum_{i in D_k} w_i / sum_{j in R_k} w_j e^{g_j}

    (`ties="breslow"`), or, as Efron's partial likelihood has it, with `m` tied events (`m` counts
    those of positive weight) by

        sum_{l=0}^{m-1} (1/m) sum_{i in D_k} w_i / (sum_{j in R_k} w_j e^{g_j}
                                                    - (l/m) sum_{j in D_k} w_j e^{g_j})

    Without ties both are the same. A sample's cumulative hazard is `e^g` times the result. Adding
    c to all `g` divides it by `e^c`; multiplying all weights changes nothing.

    Parameters
    ----------
    event : array-like of shape (n,)
        Whether the event was seen (bool, or 0 and 1).
    time : array-like of shape (n,)
        Time of event or censoring.
    log_risk : array-like of shape (n,)
        Natural logarithms of relative hazards. Sums are taken in logarithms, so no range of them
        overflows; a hazard itself may lie outside double precision (0 or infinite then).
    weights : array-like of shape (n,), optional
        Sample weights `>= 0`; default ones.
    ties : {"efron", "breslow"}

    Returns
    -------
    times : (m,) ndarray
        Distinct times of events with positive weight, rising.
    cumulative_hazard : (m,) ndarray
        The baseline from each of these times until the next; 0 before the first.

    Raises
    ------
    ValueError
        If no event has positive weight, shapes differ, or values are not finite.

    References
    ----------
    Breslow (1972), JRSS B 34, 216-217. Efron (1977), JASA 72, 557-565.

    Examples
    --------
    >>> times, hazard = breslow_baseline([1, 0, 1], [2, 3, 5], [0.0, 0.0, np.log(2)])
    >>> times, hazard
    (array([2., 5.]), array([0.25, 0.75]))
    """
    if ties not in ("efron", "breslow"):
        raise ValueError(f'ties must be "efron" or "breslow"; got {ties!r}.')
    time = real_array(time, float, "time")
    n = len(time) if time.ndim == 1 else -1
    if n < 1 or np.shape(event) != (n,):
        raise ValueError(
            f"event and time need one value per sample each, shape (n,) with n >= 1; got "
            f"{np.shape(event)} and {time.shape}."
        )
    time, g, w = (
        finite(time, "time"),
        per_sample(log_risk, n, "log_risk"),
        weights_of(weights, n, "weights"),
    )
    seen = _seen(event)
    if not np.any(seen & (w > 0)):
        raise ValueError(
            f"A baseline needs an event of positive weight; {n} samples have {int(seen.sum())} "
            "event(s), all of weight 0. Check the event column and the weights."
        )
    # latest first, and the events after those censored at the same time, so that a running sum
    # holds each risk set, and before the tied events the risk set without them
    order = np.lexsort((seen, -time))
    order = order[w[order] > 0]
    time, seen, g, w = time[order], seen[order], g[order], w[order]
    log_mass = g + np.log(w)
    running = np.concatenate([[-np.inf], np.logaddexp.accumulate(log_mass)])
    where = np.flatnonzero(seen)
    first = where[np.concatenate([[True], np.diff(time[where]) != 0])]  # of the tied events
    tied = np.searchsorted(first, where, side="right") - 1
    m = np.bincount(tied)
    mean = np.bincount(tied, w[where]) / m
    if ties == "efron":
        # the risk set's sum less l/m of the tied: others plus (1 - l/m), which cannot cancel
        remaining = 1 - (where - first[tied]) / m[tied]
        own = np.logaddexp.reduceat(log_mass[where], np.searchsorted(where, first))
        sizes = np.logaddexp(running[first][tied], own[tied] + np.log(remaining))
    else:
        sizes = running[first + m][tied]
    with np.errstate(over="ignore", under="ignore"):
        rises = np.bincount(tied, np.exp(np.log(mean[tied]) - sizes))
        return time[first][::-1], np.cumsum(rises[::-1])


def _seen(event: ArrayLike) -> np.ndarray:
    values = np.asarray(event)
    if values.dtype != bool and not np.isin(values, (0, 1)).all():
        raise ValueError("event must be True/False or 1/0. Pass a comparison, such as status == 2.")
    return values.astype(bool)


def median_survival(times: ArrayLike, survival: ArrayLike) -> np.ndarray:
    """The first time at which a curve is at a half or below; infinite if it stays above.

    Parameters
    ----------
    times : array-like of shape (n_times,)
        Rising strictly.
    survival : array-like of shape (n, n_times)
        Each sample's share without the event at these times.

    Returns
    -------
    (n,) ndarray

    Raises
    ------
    ValueError
        If shapes differ, times do not rise, or a share is missing.

    Examples
    --------
    >>> median_survival([1, 2, 3], [[0.9, 0.5, 0.2], [0.9, 0.8, 0.7]])
    array([ 2., inf])
    """
    times, survival = time_points(times), real_array(survival, float, "survival")
    if survival.ndim != 2 or survival.shape[1] != len(times):
        raise ValueError(
            f"survival needs one row per sample and one column per time, shape (n, {len(times)}); "
            f"got shape {survival.shape}."
        )
    low = finite(survival, "survival") <= 0.5 + ROUNDING  # products such as 3/4 2/3 may exceed 1/2
    return np.where(low.any(axis=1), times[low.argmax(axis=1)], np.inf)

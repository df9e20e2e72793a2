"""Survival of groups: Kaplan and Meier's curve, and the log-rank test between curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtri

from ..arrays import real_array
from .follow_up import split, weights_of

NORMAL = float(ndtri(0.975))  # two-sided 95%


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """A survival curve, its counts and its precision at every distinct time, `(m,)` each.

    Attributes
    ----------
    times : ndarray
        Distinct times of events and of censorings, rising.
    survival : ndarray
        Share without the event just after each time, in [0, 1].
    at_risk, n_events : ndarray
        Weight of the samples still followed just before each time, and of the events at it.
    standard_error : ndarray
        Greenwood's, of `survival`.
    lower, upper : ndarray
        Pointwise 95% interval on the scale of `log(-log S)`; 1 before the first event, NaN where
        nobody is left (`S = 0`).
    """

    times: np.ndarray
    survival: np.ndarray
    at_risk: np.ndarray
    n_events: np.ndarray
    standard_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    def at(self, times: ArrayLike) -> np.ndarray:
        """The curve's values at any times: 1 before the first, NaN after the last unless 0."""
        times = real_array(times, float, "times")
        values = np.concatenate([[1.0], self.survival])
        found = values[np.searchsorted(self.times, times, side="right")]
        return np.where((times > self.times[-1]) & (found > 0), np.nan, found)


def kaplan_meier(y: np.ndarray, sample_weight: ArrayLike | None = None) -> KaplanMeier:
    """The share still without the event, where some were not followed until it came.

    With `d_k` events among `r_k` samples at risk at the distinct times `t_k` (those censored at
    `t_k` are still at risk there),

        S(t) = prod_{t_k <= t} (1 - d_k / r_k)
        variance of S(t) = S(t)^2 sum_{t_k <= t} d_k / (r_k (r_k - d_k))  (Greenwood)
        interval: S(t)^exp(+-1.96 s), s^2 = the same sum / (log S(t))^2

    Parameters
    ----------
    y : (n,) structured array
        Event (bool), then time.
    sample_weight : array-like of shape (n,), optional
        Weights `>= 0`, counts of identical samples: weight 2 is a row given twice, and the
        standard errors shrink accordingly.

    Returns
    -------
    KaplanMeier

    Raises
    ------
    ValueError
        If `y` or the weights are not of that form.

    References
    ----------
    Kaplan and Meier (1958), JASA 53, 457-481. Greenwood (1926), The natural duration of cancer.
    Interval: Kalbfleisch and Prentice (2002), The statistical
    analysis of failure time data.

    Examples
    --------
    >>> y = np.array([(True, 2.0), (False, 3.0), (True, 5.0)], dtype="?,f8")
    >>> curve = kaplan_meier(y)
    >>> curve.survival.round(3)
    array([0.667, 0.667, 0.   ])
    >>> curve.at([1, 4])
    array([1.        , 0.66666667])
    """
    event, time = split(y)
    weights = weights_of(sample_weight, len(time))
    event, time, weights = event[weights > 0], time[weights > 0], weights[weights > 0]
    times, place = np.unique(time, return_inverse=True)
    leaving = np.bincount(place, weights)
    at_risk = leaving[::-1].cumsum()[::-1]
    n_events = np.bincount(place, weights * event)
    survival = np.cumprod(1 - n_events / at_risk)
    left = at_risk - n_events
    last = left <= 0  # only at the end, and there the standard error's limit is 0
    terms = np.cumsum(n_events / (at_risk * np.where(last, np.inf, left)))
    lower, upper = np.full((2, len(times)), np.nan)
    inside = (survival > 0) & (survival < 1)
    lower[survival == 1] = upper[survival == 1] = 1
    s = survival[inside]
    spread = NORMAL * np.sqrt(terms[inside]) / -np.log(s)
    with np.errstate(over="ignore"):
        lower[inside], upper[inside] = s ** np.exp(spread), s ** np.exp(-spread)
    error = survival * np.sqrt(terms)
    return KaplanMeier(times, survival, at_risk, n_events, error, lower, upper)


class LogRank(NamedTuple):
    """Result of `log_rank_test`."""

    statistic: float
    p_value: float


def log_rank_test(y: np.ndarray, groups: ArrayLike) -> LogRank:
    """Do groups differ in survival?

    At the event times `t_k`, of `n_k` samples at risk `n_kg` are in group g, and of `d_k` events
    `d_kg`. With `O_g = sum_k d_kg`, `E_g = sum_k d_k n_kg / n_k` and

        V_gh = sum_k d_k (n_k - d_k) / (n_k - 1) (n_kg / n_k) (1[g = h] - n_kh / n_k)

    the statistic is `(O - E)' V^- (O - E)`, chi-squared with one degree of freedom fewer than
    there are groups if all survive alike. Groups in which nobody was followed until the first
    event (`E_g = 0`) cannot be compared and do not count.

    Parameters
    ----------
    y : (n,) structured array
        Event (bool), then time.
    groups : array-like of shape (n,)
        Labels, of two groups or more.

    Returns
    -------
    statistic : float, `>= 0`
    p_value : float in [0, 1]

    Raises
    ------
    ValueError
        If there are not two groups to compare, labels are missing, or no event leaves anyone to
        compare with.

    References
    ----------
    Mantel (1966), Cancer Chemotherapy Reports 50, 163-170. Peto and Peto (1972), JRSS A 135.

    Examples
    --------
    >>> y = np.array([(True, 1), (True, 2), (True, 3), (False, 4)], dtype="?,f8")
    >>> statistic, p_value = log_rank_test(y, ["a", "a", "b", "b"])
    >>> round(statistic, 4), round(p_value, 4)
    (2.8824, 0.0896)
    """
    event, time = split(y)
    labels = np.asarray(groups)
    if labels.shape != (len(time),):
        raise ValueError(
            f"groups needs one label per sample, shape ({len(time)},); got shape {labels.shape}."
        )
    missing = sum(label is None or label != label for label in labels.tolist())
    if missing:
        raise ValueError(f"groups lacks {missing} labels. Leave those samples out.")
    names, group = np.unique(labels, return_inverse=True)
    times, place = np.unique(time, return_inverse=True)
    cells, shape = place * len(names) + group, (len(times), len(names))
    leaving = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    at_risk = leaving[::-1].cumsum(axis=0)[::-1].astype(float)  # n_kg
    observed = np.bincount(cells, event, shape[0] * shape[1]).reshape(shape)  # d_kg
    d, n = observed.sum(axis=1), at_risk.sum(axis=1)
    expected = (d / n) @ at_risk
    factor = d * (n - d) / (np.maximum(n - 1, 1) * n)
    known = np.flatnonzero(expected > 0)
    if len(known) < 2 or not factor.any():
        raise ValueError(
            f"The log-rank test needs two groups followed until the first event, and samples that "
            f"outlast it; of {len(names)} group(s), {len(known)} were, with {int(event.sum())} "
            "event(s). Merge groups, or follow the samples for longer."
        )
    mean = (factor[:, None] * at_risk).T @ (at_risk / n[:, None])
    covariance = np.diag(factor @ at_risk) - mean
    free = known[:-1]  # the excesses sum to zero, so one group is told by the others
    excess = (observed.sum(axis=0) - expected)[free]
    statistic = float(excess @ np.linalg.solve(covariance[np.ix_(free, free)], excess))
    return LogRank(max(statistic, 0.0), float(chdtrc(len(free), max(statistic, 0.0))))

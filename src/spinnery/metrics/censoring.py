"""Weights that make up for censoring (IPCW), learnt from the training data."""

from __future__ import annotations

import numpy as np

from .follow_up import split


def censoring_survival(
    y_train: np.ndarray, times: np.ndarray, what: str = "times", argument: str = "times"
) -> np.ndarray:
    """`G(t)`, the share not yet censored just after `t`, by Kaplan and Meier's estimator.

    Censoring is the event here, and real events leave before those censored at the same time.

    Parameters
    ----------
    y_train : (m,) structured array
        Event (bool), then time.
    times : (n,) ndarray
    what, argument : str
        What the times are in messages, and which argument shortens them.

    Returns
    -------
    (n,) ndarray in (0, 1]

    Raises
    ------
    ValueError
        Where `G` is zero, or beyond the training data's follow-up and so unknown.

    Examples
    --------
    >>> y = np.array([(True, 1), (False, 2), (True, 3)], dtype="?,f8")
    >>> censoring_survival(y, np.array([1.0, 2.5]))
    array([1. , 0.5])
    """
    event, time = split(y_train, "y_train")
    distinct, place = np.unique(time, return_inverse=True)
    leaving = np.bincount(place)
    censored = np.bincount(place, ~event)
    left = leaving[::-1].cumsum()[::-1] - (leaving - censored)
    G = np.cumprod(1 - censored / np.maximum(left, 1))
    found = np.concatenate([[1.0], G])[np.searchsorted(distinct, times, side="right")]
    unknown = (found <= 0) | (times > distinct[-1])
    if unknown.any():
        within = "up to" if G[-1] > 0 else "below"
        edge = distinct[-1]  # G falls to zero only at the very end
        raise ValueError(
            f"{int(unknown.sum())} of the {len(times)} {what} lie where the training data say "
            f"nothing of censoring, from {times[unknown].min():g} on: nobody is followed for "
            f"longer. Choose {argument} {within} {edge:g}."
        )
    return found


def case_weights(y_train: np.ndarray, time: np.ndarray, case: np.ndarray) -> np.ndarray:
    """`1 / G(t_i)` for cases, 0 for others, `(n,)`."""
    weights = np.zeros(len(time))
    weights[case] = 1 / censoring_survival(y_train, time[case], "events up to the last time")
    return weights

"""Survival data as the measures take them: checks shared by all of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import real_array

HOW = "Pass spinnery.survival_target(event, time)."


def split(y: np.ndarray, name: str = "y") -> tuple[np.ndarray, np.ndarray]:
    """Event and time of a structured array, whose first two fields they must be.

    Parameters
    ----------
    y : (n,) structured array
        First field bool, whether the event was seen; second field the time of the event, or until
        which the sample was followed. Names are free, further fields are ignored.
    name : str
        What `y` is called in messages.

    Returns
    -------
    event : (n,) ndarray of bool
    time : (n,) ndarray of float64

    Raises
    ------
    ValueError
        If `y` is not of that form, is empty, or holds a time that is NaN or infinite.

    Examples
    --------
    >>> y = np.array([(True, 5), (False, 8)], dtype=[("died", bool), ("months", int)])
    >>> split(y)
    (array([ True, False]), array([5., 8.]))
    """
    fields = getattr(getattr(y, "dtype", None), "names", None)
    if fields is None or len(fields) < 2 or np.ndim(y) != 1:
        got = f"the fields {', '.join(fields)}" if fields else type(y).__name__
        raise ValueError(
            f"{name} must be a 1-D structured array of event and time; got {got}, shape "
            f"{np.shape(y)}. {HOW}"
        )
    event, time = np.asarray(y[fields[0]]), np.asarray(y[fields[1]])
    if event.dtype != bool:
        raise ValueError(
            f"The first field of {name} must be the event, True or False; {fields[0]!r} is "
            f"{event.dtype}. {HOW}"
        )
    if time.dtype.kind not in "fiu":
        raise ValueError(
            f"The second field of {name} must be the time, a number; {fields[1]!r} is "
            f"{time.dtype}. {HOW}"
        )
    if not len(time):
        raise ValueError(f"{name} has no samples; at least one is needed.")
    return event, finite(time, f"The times of {name}")


def finite(values: ArrayLike, what: str) -> np.ndarray:
    """The values in float64, none of them NaN or infinite."""
    values = real_array(values, float, what)
    wrong = int(np.sum(~np.isfinite(values)))
    if wrong:
        raise ValueError(f"{what} must be finite; {wrong} of {values.size} are NaN or infinite.")
    return values


def per_sample(values: ArrayLike, n: int, name: str) -> np.ndarray:
    """One finite number a sample, `(n,)`."""
    values = real_array(values, float, name)
    if values.shape != (n,):
        raise ValueError(
            f"{name} needs one number per sample, shape ({n},); got shape {values.shape}."
        )
    return finite(values, name)


def weights_of(sample_weight: ArrayLike | None, n: int, name: str = "sample_weight") -> np.ndarray:
    """Weights `>= 0`, `(n,)`, not all zero; ones for None."""
    if sample_weight is None:
        return np.ones(n)
    weights = per_sample(sample_weight, n, name)
    if weights.min() < 0 or not weights.any():
        raise ValueError(
            f"{name} must be >= 0 and not all 0; got values from {weights.min():g} to "
            f"{weights.max():g}. Give a sample that is to be left out the weight 0."
        )
    return weights


def time_points(times: ArrayLike) -> np.ndarray:
    """Times in rising order, each once, `(n_times,)`; a single number is one time."""
    times = finite(np.atleast_1d(times), "times")
    if times.ndim != 1 or not len(times) or np.any(np.diff(times) <= 0):
        raise ValueError(
            f"times must be one or more numbers that rise strictly, shape (n_times,); got shape "
            f"{times.shape}"
            + (". Pass np.unique(times), and predictions at these." if times.size else ".")
        )
    return times


def at_times(values: ArrayLike, n: int, times: np.ndarray, name: str) -> np.ndarray:
    """Predictions `(n, n_times)`, finite."""
    values = real_array(values, float, name)
    if values.ndim == 1 and len(times) == 1:
        values = values[:, None]
    if values.shape != (n, len(times)):
        raise ValueError(
            f"{name} needs one row per sample and one column per time, shape ({n}, "
            f"{len(times)}); got shape {values.shape}."
        )
    return finite(values, name)

"""Survival times as users give them, checked: an event and a time for every sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..arrays import real_array
from ..errors import listing, row_number

FOLLOWED = np.dtype([("event", bool), ("time", float), ("stratum", int)])
HOW = (
    "Pass y = spinnery.survival_target(event, time), or a DataFrame with the columns event and "
    "time."
)


def survival_target(event, time) -> np.ndarray:
    """Survival times for `fit`: who had the event, and when (or until when they were followed).

    Parameters
    ----------
    event : array-like of shape (n,)
        Whether the event was seen (True or 1), or the sample was censored (False or 0).
    time : array-like of shape (n,)
        Time of the event or of censoring, `>= 0`, in any unit.

    Returns
    -------
    (n,) structured array with the fields `event` (bool) and `time` (float)

    Raises
    ------
    ValueError
        If events are not coded True/False or 1/0, times are negative or missing, the two look
        swapped, or nobody had the event.

    Examples
    --------
    >>> survival_target([1, 0, 1], [5, 8, 2.5])
    array([( True, 5. ), (False, 8. ), ( True, 2.5)],
          dtype=[('event', '?'), ('time', '<f8')])
    """
    event, time = (_column(a, name) for a, name in ((event, "event"), (time, "time")))
    if event.shape != time.shape:
        raise ValueError(
            f"event and time need one value per sample each; got {len(event)} and {len(time)}."
        )
    checked_event, checked_time = _events(event, time), _times(time)
    if not checked_event.any():
        raise ValueError(
            f"None of the {len(event)} samples had the event, so there is nothing to learn. "
            "Check the event column, and that True (1) means that the event was seen."
        )
    out = np.empty(len(event), [("event", bool), ("time", float)])
    out["event"], out["time"] = checked_event, checked_time
    return out


def read_times(y: Any) -> np.ndarray:
    """`y` of any accepted form as `survival_target` makes it."""
    if isinstance(y, pd.DataFrame):
        return _from_frame(y)
    names = getattr(getattr(y, "dtype", None), "names", None)
    if names is None:
        shape = np.shape(y)
        several = len(shape) == 2 and shape[1] > 1
        why = (
            "two columns without names could be (event, time) or (time, event), and packages "
            "disagree on the order"
            if several
            else "a survival outcome needs an event and a time for every sample"
        )
        raise ValueError(f"y has shape {shape}: {why}. {HOW}")
    if len(names) < 2:
        raise ValueError(
            f"y has the one field {names[0]!r}: a survival outcome needs an event and a time for "
            f"every sample. {HOW}"
        )
    if np.ndim(y) != 1:
        raise ValueError(f"y must be a 1-D structured array; got shape {np.shape(y)}. {HOW}")
    return survival_target(y[names[0]], y[names[1]])


def _from_frame(y: pd.DataFrame) -> np.ndarray:
    lower = {str(c).lower(): c for c in y.columns}
    if {"event", "time"} <= lower.keys():
        return survival_target(y[lower["event"]], y[lower["time"]])
    if y.shape[1] == 2 and pd.api.types.is_bool_dtype(y.iloc[:, 0]):
        return survival_target(y.iloc[:, 0], y.iloc[:, 1])
    raise ValueError(
        f"y is a DataFrame with the columns {listing(y.columns)}, and which is the event and which "
        "the time is not clear. Name them event and time, or pass "
        "spinnery.survival_target(event, time)."
    )


def _column(values: Any, name: str) -> np.ndarray:
    if isinstance(values, (pd.Series, pd.Index)) and pd.isna(values).any():
        values = values.astype(object).where(~pd.isna(values), None)
    array = real_array(values, None, name)
    if array.ndim != 1:
        raise ValueError(f"{name} must have one value per sample; got shape {array.shape}.")
    missing = pd.isna(array)
    if missing.any():
        raise ValueError(
            f"{name} has {int(missing.sum())} missing values, the first in row "
            f"{row_number(np.argmax(missing))}. Remove those samples."
        )
    return array


def _events(event: np.ndarray, time: np.ndarray) -> np.ndarray:
    if event.dtype == bool:
        return event
    try:
        values = event.astype(float)
    except (TypeError, ValueError):
        found = listing(dict.fromkeys(event.tolist()), 4)
        raise ValueError(
            f"event must be True/False or 1/0; got the values {found}. Pass a comparison, such as "
            "status == 'dead'."
        ) from None
    distinct = np.unique(values)
    if np.isin(distinct, (0, 1)).all():
        return values == 1
    if _looks_like_events(time):
        raise ValueError(
            "event and time look swapped: the times are all 0 or 1, and the events "
            f"{listing(distinct, 4)}. The event comes first: survival_target(event, time)."
        )
    code = " In R's coding, 2 is the event: pass event == 2." if set(distinct) == {1, 2} else ""
    raise ValueError(f"event must be True/False or 1/0; got {listing(distinct, 4)}.{code}")


def _looks_like_events(time: np.ndarray) -> bool:
    if time.dtype == bool:
        return True
    try:
        return bool(np.isin(np.unique(time.astype(float)), (0, 1)).all())
    except (TypeError, ValueError):
        return False


def _times(time: np.ndarray) -> np.ndarray:
    try:
        values = time.astype(float)
    except (TypeError, ValueError):
        raise ValueError(
            f"time must be numbers; got {listing(dict.fromkeys(time.tolist()), 4)}. For dates, "
            "pass the days since each sample's own start."
        ) from None
    if not np.isfinite(values).all():
        raise ValueError(
            f"time has {int((~np.isfinite(values)).sum())} infinite values. A sample that never "
            "had the event is censored (event 0) at its last time."
        )
    if (values < 0).any():
        raise ValueError(
            f"time must be >= 0; got {int((values < 0).sum())} negative values, the lowest "
            f"{values.min():g}. Count from each sample's own start."
        )
    return values

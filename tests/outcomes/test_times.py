"""Survival targets in every form, and what is said of wrong ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spinnery import survival_target
from spinnery.outcomes.times import read_times

EVENT, TIME = np.array([1, 0, 1, 1]), np.array([2.0, 3.0, 0.0, 5.5])


def same(y):
    np.testing.assert_array_equal(y["event"], EVENT.astype(bool))
    np.testing.assert_array_equal(y["time"], TIME)


@pytest.mark.parametrize(
    "event", [EVENT, EVENT.astype(bool), EVENT.astype(float), list(EVENT), pd.Series(EVENT),
              pd.Series(EVENT.astype(bool), dtype="boolean")],
)  # fmt: skip
def test_events_of_every_type(event):
    same(survival_target(event, TIME))


def test_every_accepted_form_of_y():
    y = survival_target(EVENT, TIME)
    same(read_times(y))
    other = np.array(list(zip(EVENT == 1, TIME, strict=True)), [("died", "?"), ("years", "f4")])
    same(read_times(other))
    same(read_times(pd.DataFrame({"time": TIME, "event": EVENT})))  # by name, in any order
    same(read_times(pd.DataFrame({"Event": EVENT, "Time": TIME})))
    same(read_times(pd.DataFrame({"died": EVENT == 1, "months": TIME})))  # a boolean comes first


@pytest.mark.parametrize(
    ("event", "time", "message"),
    [
        (EVENT + 1, TIME, r"event must be True/False or 1/0; got '1\.0', '2\.0'\. In R's coding, 2 "
         "is the event: pass event == 2"),
        (TIME, EVENT, "event and time look swapped: the times are all 0 or 1"),
        (TIME, EVENT == 1, "event and time look swapped"),
        (["dead", "alive", "dead", "dead"], TIME, "event must be True/False or 1/0; got the values "
         "'dead', 'alive'. Pass a comparison"),
        (EVENT, -TIME, "time must be >= 0; got 3 negative values, the lowest -5.5"),
        (EVENT, [1, 2, np.nan, 3], "time has 1 missing values, the first in row 2"),
        ([1, None, 0, 1], TIME, "event has 1 missing values, the first in row 1"),
        (pd.array([True, None, False, True], "boolean"), TIME, "event has 1 missing values"),
        (EVENT, [1, 2, np.inf, 3], "time has 1 infinite values"),
        (EVENT, ["a", "b", "c", "d"], "time must be numbers; got 'a', 'b', 'c', 'd'"),
        (0 * EVENT, TIME, "None of the 4 samples had the event"),
        (EVENT[:3], TIME, "event and time need one value per sample each; got 3 and 4"),
        (np.ones((4, 2)), TIME, r"event must have one value per sample; got shape \(4, 2\)"),
    ],
)  # fmt: skip
def test_wrong_targets_have_one_clear_error(event, time, message):
    with pytest.raises(ValueError, match=message):
        survival_target(event, time)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (TIME, r"y has shape \(4,\): a survival outcome needs an event and a time"),
        (np.stack([EVENT, TIME], axis=1), r"y has shape \(4, 2\): two columns without names could "
         r"be \(event, time\) or \(time, event\)"),
        (np.array([(1.0,)] * 4, [("time", float)]), "y has the one field 'time'"),
        (pd.DataFrame({"a": EVENT, "b": TIME}), "which is the event and which the time is not"),
        (np.array([(2.0, True), (3.0, False)], [("time", float), ("event", bool)]),
         "event and time look swapped"),
    ],
)  # fmt: skip
def test_wrong_forms_of_y_have_one_clear_error(y, message):
    with pytest.raises(ValueError, match=message):
        read_times(y)

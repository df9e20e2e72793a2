"""Survival data for tests, with ties and censoring, and a concordance by two plain loops."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

KIND = [("event", bool), ("time", float)]


def followed(event, time) -> np.ndarray:
    y = np.empty(len(time), KIND)
    y["event"], y["time"] = event, time
    return y


def cohort(n=120, seed=0, rounded=True, longest=12.0):
    """`(y, risk)`: times 1, 2, ... with many ties, risks with some, about a third censored."""
    rng = np.random.default_rng(seed)
    risk = rng.normal(size=n).round(1)
    t = 4 * rng.exponential(size=n) * np.exp(-0.7 * risk)
    c = np.minimum(rng.exponential(8, size=n), longest)
    time = np.minimum(t, c)
    return followed(t <= c, np.ceil(time) if rounded else time), risk


def by_loops(y, risk, weights=None, anchor=None) -> float:
    """Concordance from its definition."""
    event, time = y["event"], y["time"]
    weights = np.ones(len(y)) if weights is None else weights
    anchor = weights if anchor is None else anchor
    above = pairs = 0.0
    for i in np.flatnonzero(event):
        for j in range(len(y)):
            if time[j] > time[i] or (time[j] == time[i] and not event[j]):
                w = anchor[i] * weights[j]
                pairs += w
                above += w * (risk[i] > risk[j]) + w * (risk[i] == risk[j]) / 2
    return above / pairs


@st.composite
def small_cohorts(draw, least=4):
    """`(y, risk)`: few samples, few distinct times and risks, so that all kinds of ties occur.

    The first sample has the event before all others, so some pair is comparable.
    """
    n = draw(st.integers(least, 14))
    event = draw(hnp.arrays(bool, n))
    time = draw(hnp.arrays(float, n, elements=st.integers(2, 6).map(float)))
    risk = draw(hnp.arrays(float, n, elements=st.integers(-3, 3).map(float)))
    event[0], time[0] = True, 1.0
    return followed(event, time), risk

"""Simulated survival times, in NumPy and SciPy alone, and Harrell's C computed plainly.

The additive design (simulations/designs.py) as log hazard of exponential times, on uniform
features of which six matter; followed for exponential times of their own, whose rate is such
that 30 % or 70 % are censored.
"""

import functools
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from ..simulations.designs import N_TRUE, truth

CENSORED = (30, 70)  # per cent


class Data(NamedTuple):
    """Training samples, and fresh ones with their true log hazard."""

    X: np.ndarray
    event: np.ndarray
    time: np.ndarray
    X_test: np.ndarray
    event_test: np.ndarray
    time_test: np.ndarray
    risk_test: np.ndarray


@functools.cache
def censoring_rate(censored: int) -> float:
    """Rate of exponential follow-up: censored first with probability `rate / (rate + hazard)`."""
    X = np.random.default_rng(0).uniform(size=(20_000, N_TRUE))
    hazard = np.exp(truth("additive", X))
    return brentq(lambda r: np.mean(r / (r + hazard)) - censored / 100, 1e-4, 1e4)


def draw(censored: int, seed: int, n: int = 500, p: int = 1000, n_test: int = 2000) -> Data:
    """One draw with about `censored` per cent of the times censored."""
    rng = np.random.default_rng([seed, censored])
    parts = []
    for size in (n, n_test):
        X = rng.uniform(size=(size, p)).astype(np.float32)
        risk = truth("additive", X)
        time = rng.exponential(size=size) * np.exp(-risk)
        followed = rng.exponential(size=size) / censoring_rate(censored)
        parts.append((X, time <= followed, np.minimum(time, followed), risk))
    return Data(*parts[0][:3], *parts[1])


def concordance(event: np.ndarray, time: np.ndarray, risk: np.ndarray) -> float:
    """Harrell's C: of the pairs whose order is known, the share with the higher risk sooner.

    A pair is known if the sooner one had the event, or both times are equal and one had it;
    equal risks count half. Pairs of events at the same time are left out.
    """
    right = known = 0.0
    for i in np.flatnonzero(event):
        later = (time > time[i]) | ((time == time[i]) & ~event)
        known += later.sum()
        right += (risk[i] > risk[later]).sum() + 0.5 * (risk[i] == risk[later]).sum()
    return float(right / known)

"""Parameters that sparse-input estimators share, and their checks."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from ..inputs.gaps import WAYS
from ..losses import AnyLoss
from ..nn import ACTIVATIONS
from ..penalties import BY_NAME, Penalty

COMMON: dict = {
    "hidden": [tuple, list],
    "activation": [StrOptions(set(ACTIVATIONS))],
    "penalty": [StrOptions(set(BY_NAME)), Penalty],
    "feature_groups": ["array-like", None],
    "penalty_weights": ["array-like", None],
    "missing": [StrOptions(set(WAYS))],
    "n_restarts": [Interval(Integral, 1, None, closed="left")],
    "tol": [Interval(Real, 0, None, closed="neither")],
    "max_iter": [Interval(Integral, 1, None, closed="left")],
    "dtype": [StrOptions({"float32", "float64"})],
    "random_state": ["random_state"],
    "verbose": ["boolean", None],
}
LOSS: dict = {"loss": [StrOptions({"squared", "huber", "poisson"}), AnyLoss]}
CLASS_WEIGHT: dict = {"class_weight": [dict, StrOptions({"balanced"}), None]}
TIES: dict = {"ties": [StrOptions({"efron", "breslow"})]}
COHORTS: dict = {
    "share": [StrOptions({"upper", "none"})],
    "own_intercept": ["boolean"],
    "balance": [StrOptions({"sample", "cohort"})],
    "new_cohorts": [StrOptions({"error", "average"})],
}


def check_hidden(hidden: Any) -> tuple[int, ...]:
    """Hidden layer widths as a tuple of positive integers."""
    widths = tuple(hidden)
    if not all(isinstance(w, (int, np.integer)) and w > 0 for w in widths):
        raise ValueError(
            f"hidden must be a tuple of positive widths, () for a linear model; got {hidden!r}."
        )
    return tuple(int(w) for w in widths)


def architectures(hidden: Any) -> list[tuple[int, ...]]:
    """One architecture `(20,)` or several `[(20,), ()]`, as a list of tuples."""
    hidden = list(hidden)
    if hidden and all(isinstance(h, (tuple, list)) for h in hidden):
        return [check_hidden(h) for h in hidden]
    return [check_hidden(hidden)]

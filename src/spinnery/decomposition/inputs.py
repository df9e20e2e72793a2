"""Checks of what users pass to the linear solvers, and their warning."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from ..arrays import real_array
from ..penalties import FeatureGroups, Penalty
from ..penalties.integrative import CohortPenalty
from .lanes import Minimum


def check_choice(name: str, value: object, allowed: Iterable[str]) -> None:
    """Reject a value that is not one of the allowed names."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}; got {value!r}.")


def check_finite(name: str, value: np.ndarray) -> None:
    """Reject NaN and infinity."""
    if not np.isfinite(value).all():
        raise ValueError(f"{name} contains NaN or infinity. Remove or impute those entries.")


def right_hand_sides(b: Any, dtype: np.dtype) -> np.ndarray:
    """`b` as a finite `(n,)`, `(n, B)` or `(n, B, T)` array."""
    b = real_array(b, dtype, "b")
    if b.ndim not in (1, 2, 3) or b.size == 0:
        raise ValueError(
            "b must have shape (n,), (n, B) or (n, B, T), none of them 0: entries, right-hand "
            f"sides, outputs; got shape {b.shape}. Flatten images."
        )
    check_finite("b", b)
    return b


def starting_point(x0: Any, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """`x0`, or zeros."""
    if x0 is None:
        return np.zeros(shape, dtype)
    x0 = real_array(x0, dtype, "x0")
    if x0.shape != shape:
        raise ValueError(f"x0 must have the shape of x, {shape}; got {x0.shape}.")
    check_finite("x0", x0)
    return x0


def fitting_penalty(penalty: Any, p: int, n_lanes: int, dtype: np.dtype) -> Penalty:
    """`penalty` with one `lam` per lane, its last axis, if its `lam` and groups fit."""
    if not isinstance(penalty, Penalty):
        raise TypeError(
            f"penalty must be a Penalty with its lam, such as penalties.Lasso(0.1); got "
            f"{penalty!r}."
        )
    groups = penalty.groups
    if isinstance(groups, FeatureGroups) and np.shape(groups.ids) != (p,):
        raise ValueError(
            f"The penalty's groups must number each of the {p} entries of x; got ids of shape "
            f"{np.shape(groups.ids)}."
        )
    lam = np.asarray(penalty.lam, dtype)
    if not (np.isfinite(lam).all() and (lam >= 0).all()):
        raise ValueError(f"lam must be finite and >= 0; got {penalty.lam}.")
    if lam.ndim and lam.shape[-1] not in (1, n_lanes):
        raise ValueError(
            f"lam must be a number or have one value per right-hand side, {n_lanes}; got shape "
            f"{lam.shape}. To penalise groups unequally, give the penalty weights."
        )
    if isinstance(penalty, CohortPenalty) and penalty.n_cohorts is None:
        penalty = penalty.with_cohorts(1)
    return penalty.with_lam(np.broadcast_to(lam, (*lam.shape[:-1], n_lanes)))


def warn_unless_converged(name: str, end: Minimum, tol: float, dtype: str) -> None:
    """Say how far the worst lane got, if that is above `tol`."""
    missed = int(np.sum(~(end.stationarity <= tol)))
    if missed:
        double = "" if dtype == "float64" else ", or pass dtype='float64' if rounding is the limit"
        warnings.warn(
            f"{name} stopped after {end.n_iter.max()} iterations with relative stationarity "
            f"{end.stationarity.max():.1e}, above tol={tol:g}, in {missed} of {len(end.n_iter)} "
            f"right-hand sides. Raise max_iter or tol{double}.",
            ConvergenceWarning,
            stacklevel=3,
        )

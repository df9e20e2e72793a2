"""Linear inverse problems `b = A x` with a penalty on `x`: ISTA and its accelerations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..compilation import precision
from ..engine.design import Design
from ..engine.problem import Params
from ..engine.proximal import RESTARTED, Rule, solve
from ..interrupts import Interrupts
from ..penalties import Penalty
from .inputs import (
    check_choice,
    fitting_penalty,
    right_hand_sides,
    starting_point,
    warn_unless_converged,
)
from .lanes import Minimum, minimise, standing
from .least_squares import NO_UPPER, LeastSquares, squared_norm
from .operators import as_design

METHODS = {
    "ista": Rule(momentum=False),
    "fista": Rule(monotone=False, growth=1.0),
    "fista_restart": RESTARTED,
}
POWER_ITERATIONS = 100


@dataclass(frozen=True)
class LinearSolution:
    """What `ista` found; the shapes below are for B right-hand sides, one is a number each.

    Attributes
    ----------
    x : (p,), (p, B) or (p, B, T) array
    objective : (B,) array
        `1/2 ||b - A x||^2 + Pen(x)` at `x`.
    stationarity : (B,) array
        `max_g ||G_g|| / lam` over groups, computed afresh at `x`, with the gradient mapping
        `G = (x - prox_step(x - step A'(A x - b))) / step`; relative to `||b - A x||` if lam is 0.
    step : (B,) array
        The last step, and that of `stationarity`.
    n_iter : (B,) array
    converged : (B,) bool array
        Whether `stationarity <= tol`.
    history : (n_iter, B) array or None
        Objective after every iteration, if asked for.
    """

    x: np.ndarray
    objective: Any
    stationarity: Any
    step: Any
    n_iter: Any
    converged: Any
    history: np.ndarray | None


def ista(
    A: Any,
    b: Any,
    penalty: Penalty,
    *,
    x0: Any = None,
    method: str = "fista_restart",
    step: str | float = "backtracking",
    tol: float = 1e-4,
    max_iter: int = 2000,
    history: bool = False,
    dtype: str = "float32",
) -> LinearSolution:
    """Minimise `1/2 ||b - A x||^2 + Pen(x)` by proximal gradient steps.

    Parameters
    ----------
    A : (n, p) array or SciPy sparse matrix, or pair of functions
        `(forward, adjoint)` on vectors, `(p,) -> (n,)` and `(n,) -> (p,)`, written in `jax.numpy`.
    b : (n,), (n, B) or (n, B, T) array
        One right-hand side, B independent ones, or B of T outputs each.
    penalty : Penalty
        Of `spinnery.penalties`, with its `lam` and, for groups of entries of `x`,
        `groups=FeatureGroups(ids, n_groups)`. Without, each entry is a group, or with T outputs
        each row of T. `lam` may have one value per right-hand side, `(B,)`.
    x0 : array of the shape of `x`, optional
        Where to start; zero by default.
    method : {"fista_restart", "fista", "ista"}
        Momentum dropped whenever the objective would rise; momentum; none.
    step : {"backtracking", "power"} or float
        Steps found as they go, halved where the quadratic bound fails and growing in between
        (`"fista"`: never); `1 / ||A||^2` by power iteration; or a number, such as a known
        `1 / ||A||^2`. The last two do not grow.
    tol : float
        For `stationarity`, relative to `lam`.
    max_iter : int
    history : bool
        Whether to keep every iteration's objective.
    dtype : {"float32", "float64"}

    Returns
    -------
    LinearSolution

    Raises
    ------
    ValueError
        If shapes do not match, something is empty, NaN or infinite, `lam` is negative, `A` maps
        everything to zero, or `adjoint` is not the adjoint of `forward`. A rank-deficient `A` is
        no error: the penalty chooses among its solutions.

    Warns
    -----
    ConvergenceWarning
        If a right-hand side stopped above `tol`.

    Notes
    -----
    Daubechies, Defrise & De Mol (2004); Beck & Teboulle (2009); O'Donoghue & Candes (2015) for the
    restart. For convex penalties the gap to the minimum falls as `1/k` without and `1/k^2` with
    momentum; others end at a stationary point.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import ista, penalties
    >>> A = np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    >>> found = ista(A, np.array([3.0, 1.0]), penalties.Lasso(1.0))
    >>> found.x.round(3)
    array([2.  , 0.25, 0.  ], dtype=float32)
    >>> bool(found.converged), round(float(found.objective), 3)
    (True, 2.875)
    """
    check_choice("method", method, METHODS)
    check_choice("dtype", dtype, ("float32", "float64"))
    b = right_hand_sides(b, np.dtype(dtype))
    with precision(dtype), Interrupts():
        design, p = as_design(A, len(b), b.dtype)
        targets = b.reshape(len(b), -1, b.shape[2] if b.ndim == 3 else 1)
        n_lanes, shape = targets.shape[1], (p, *b.shape[1:])
        W = starting_point(x0, shape, b.dtype).reshape(p, *targets.shape[1:])
        penalty = fitting_penalty(penalty, p, n_lanes, b.dtype)
        rule = METHODS[method] if step == "backtracking" else METHODS[method]._replace(growth=1.0)
        steps = np.full(n_lanes, first_step(step, design, p, penalty), b.dtype)
        run = _recorded if history else _unrecorded
        problem = LeastSquares(design, targets)
        end, objectives = run(problem, penalty, W, steps, tol, max_iter, rule)
    warn_unless_converged("ista", end, tol, dtype)
    return _solution(end, tol, objectives, shape, single=b.ndim == 1)


def first_step(step: str | float, design: Design, n_columns: int, penalty: Penalty) -> float:
    """A first step that `penalty` allows; with backtracking it may be too long for `design`."""
    if isinstance(step, str):
        check_choice("step", step, ("backtracking", "power"))
        products = 1 if step == "backtracking" else POWER_ITERATIONS
        step = 0.98 / float(squared_norm(design, n_columns, products))  # the norm is from below
    elif not (np.isfinite(step) and step > 0):
        raise ValueError(
            f"step must be 'backtracking', 'power' or a number above 0; got {step}. "
            "1 / ||A||^2 is safe."
        )
    return min(step, 0.95 * penalty.max_step)


def _unrecorded(*arguments) -> tuple[Minimum, None]:
    return minimise(*arguments), None


def _recorded(problem, penalty, W, step, tol, max_iter, rule) -> tuple[Minimum, np.ndarray]:
    """In one run of all lanes, so that iterations mean the same to all."""
    end = solve(
        problem, penalty, Params(W, NO_UPPER), step, tol / 2, max_iter, rule, record=max_iter
    )
    W, step, n_iter = np.asarray(end.params.W), np.asarray(end.step), np.asarray(end.n_iter)
    objective, stationarity = map(np.asarray, standing(problem, penalty, W, step))
    found = Minimum(W, objective, stationarity, step, n_iter)
    return found, np.asarray(end.history)[: n_iter.max()]


def _solution(end: Minimum, tol: float, history, shape, single: bool) -> LinearSolution:
    numbers = (end.objective, end.stationarity, end.step, end.n_iter, end.stationarity <= tol)
    if single:
        numbers = tuple(a[0] for a in numbers)
        history = None if history is None else history[:, 0]
    return LinearSolution(end.W.reshape(shape), *numbers, history)

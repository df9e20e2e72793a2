"""Solving least squares with a penalty to a certificate, finished lanes left behind.

Lanes need unlike numbers of iterations, and a loop runs until its slowest. So many lanes run until
a quarter of them is left, and those go on, without momentum, in a smaller program.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import numpy as np

from ..arrays import Array
from ..engine.design import round_up
from ..engine.problem import Params
from ..engine.proximal import RESTARTED, Rule, certificate, solve
from ..penalties import Penalty
from .least_squares import NO_UPPER, LeastSquares

FEW = 64  # lanes that are not worth a program of their own


class Minimum(NamedTuple):
    """Where B lanes ended."""

    W: np.ndarray  # (p, B, T)
    objective: np.ndarray  # (B,)
    stationarity: np.ndarray  # (B,) relative gradient mapping of `step`, afresh
    step: np.ndarray  # (B,)
    n_iter: np.ndarray  # (B,)


def minimise(
    problem: LeastSquares,
    penalty: Penalty,
    W: Array,
    step: Array,
    tol: float,
    max_iter: int,
    rule: Rule = RESTARTED,
) -> Minimum:
    """Minimise `1/2 ||b - A W||^2 + Pen(W)` from `W` until the certificate is below `tol`.

    `penalty.lam` has a last axis of B lanes, `step` shape `(B,)`.
    """
    W, step = np.array(W), np.array(step)
    n_iter = np.zeros(len(step), int)
    open_ = np.arange(len(step))
    for factor in (2, 8):  # a step's own residual may flatter: the certificate decides
        _advance(problem, penalty, W, step, n_iter, open_, tol / factor, max_iter, rule)
        objective, stationarity = map(np.asarray, standing(problem, penalty, W, step))
        open_ = np.flatnonzero(~(stationarity <= tol) & (n_iter < max_iter))
        if not len(open_):
            break
    return Minimum(W, objective, stationarity, step, n_iter)


@jax.jit
def standing(problem: LeastSquares, penalty: Penalty, W: Array, step: Array) -> tuple[Array, Array]:
    """Objective and relative gradient mapping of every lane, `(B,)` each, both afresh."""
    params = Params(W, NO_UPPER)
    value = problem.value(params, problem.design.matmul(W)) + penalty.value(W)
    return value, certificate(problem, penalty, params, step)


def _advance(
    problem: LeastSquares,
    penalty: Penalty,
    W: np.ndarray,
    step: np.ndarray,
    n_iter: np.ndarray,
    index: np.ndarray,
    tol: float,
    max_iter: int,
    rule: Rule,
) -> None:
    """Move lanes `index` of `W`, `step` and `n_iter`, in place, until done or `max_iter`."""
    targets, lam = np.asarray(problem.targets), np.asarray(penalty.lam)
    while len(index):
        many = len(index) > FEW
        lanes = np.resize(index, round_up(len(index))) if many else index  # filled by repetition
        solution = solve(
            LeastSquares(problem.design, targets[:, lanes]),
            penalty.with_lam(lam[..., lanes]),
            Params(W[:, lanes], NO_UPPER),
            step[lanes],
            tol,
            max_iter - n_iter[index].max(),
            rule,
            len(lanes) // 4 if many else 0,
        )
        W[:, lanes], step[lanes] = solution.params.W, solution.step
        n_iter[index] += solution.n_iter[: len(index)]
        index = index[~np.asarray(solution.done[: len(index)]) & (n_iter[index] < max_iter)]

"""One network at one lambda: dense start, lambda raised step by step, relaxed refit."""

from __future__ import annotations

from typing import NamedTuple

import jax
import numpy as np

from ..devices import on_host
from ..engine import proximal
from ..engine.design import round_up, split_blocks
from ..engine.path import RATIO, Path, lambda_linear
from ..engine.problem import Params
from ..engine.refit import refit
from ..engine.start import dense_start
from ..inputs.table import Table
from ..nn import CohortUpper, Upper
from ..progress import Steps
from .starts import Settings


class AtLambda(NamedTuple):
    """A fitted network, in the engine's units."""

    slots: np.ndarray  # (M, k) features in each cohort's slots
    W: np.ndarray  # (k, M T)
    upper: Upper | CohortUpper
    stationarity: float  # of what is returned
    selection_stationarity: float | None  # of the penalised solve, if a refit followed
    n_iter: int
    lams: list[float]
    stages: list[tuple[np.ndarray, np.ndarray]]  # slots and rows at each lambda


def fit_at(
    table: Table, hidden: tuple[int, ...], lam: float, ridge: float, relax: bool,
    settings: Settings, steps: Steps,
) -> AtLambda:  # fmt: skip
    """Fit at `lam`; the restart with the lowest objective is returned."""
    B = settings.n_restarts if hidden else 1
    data = table.padded(np.tile(table.weights[:, None], B), np.full(B, ridge))
    steps.say("dense start")
    seeds = [settings.seed + b for b in range(B)]
    dense = dense_start(data, seeds, hidden, data.n_outputs, settings.activation, settings.sharing)
    path = Path(data, settings.penalty, settings.groups, dense)
    lams = ladder(0.1 * lambda_linear(data, settings.penalty, settings.groups), lam)
    steps.expect(len(lams))
    stages = []
    for one in lams[:-1]:
        steps.say(f"lambda {one:.3g}")
        path.solve(one, 10 * settings.tol, 60)
        stages.append(_stage(path))
        steps.advance()
    steps.say(f"lambda {lam:.3g}")
    n_iter = np.zeros(B, int)
    for factor in (2, 8, 32):  # a step's own residual may flatter: the certificate decides
        solution = path.solve(lam, settings.tol / factor, settings.max_iter)
        n_iter += on_host(solution.n_iter)
        b = int(np.argmin(on_host(solution.objective)))
        final = np.full(B, lam, data.X.dtype)
        restricted = settings.groups.restrict(settings.penalty, path.features).with_lam(final)
        params = Params(path.W, path.upper)
        reached = float(on_host(proximal.certificate(path.problem, restricted, params))[b])
        if reached <= settings.tol or n_iter[b] >= settings.max_iter:
            break
    stages.append(_stage(path))
    steps.advance()

    support = path.supports()[b]
    W = on_host(path.W)[support, b]
    used = split_blocks(W, data.n_cohorts).any(axis=-1).T  # (M, k)
    index = np.where(used, path.features[support], data.X.shape[1])
    upper = jax.tree.map(lambda leaf: leaf[b], on_host(path.upper))
    rows = [(features, lanes[:, b]) for features, lanes in stages]
    fitted = AtLambda(index, W, upper, reached, None, int(n_iter[b]), lams, rows)
    if relax and len(support):
        steps.say("relaxed refit")
        return _relaxed(fitted, table, ridge, settings)
    return fitted


def _relaxed(fitted: AtLambda, table: Table, ridge: float, settings: Settings) -> AtLambda:
    """Refitted on the selected blocks with ridge only; the certificate is then the refit's."""
    data = table.padded(table.weights[:, None], np.full(1, ridge))
    k = len(fitted.W)
    spare = round_up(k, 16) - k
    index = np.pad(fitted.slots, ((0, 0), (0, spare)), constant_values=data.X.shape[1])[None]
    rows = np.pad(fitted.W, ((0, spare), (0, 0)))[:, None]
    start = Params(rows, jax.tree.map(lambda leaf: np.asarray(leaf)[None], fitted.upper))
    fit = on_host(refit(data, index, start, settings.tol / 2, settings.max_iter))
    return fitted._replace(
        W=fit.params.W[:k, 0],
        upper=jax.tree.map(lambda leaf: leaf[0], fit.params.upper),
        stationarity=float(fit.stationarity[0]),
        selection_stationarity=fitted.stationarity,
        n_iter=fitted.n_iter + int(fit.n_iter[0]),
    )


def _stage(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The path's slots `(M, k)` and rows `(k, B, M T)` as they are now."""
    return np.tile(path.features, (path.data.n_cohorts, 1)), on_host(path.W)


def ladder(first: float, lam: float) -> list[float]:
    """Lambdas from `first` up to `lam` in even ratios of at most `RATIO`."""
    if not 0 < first < lam:
        return [lam]
    n = int(np.ceil(np.log(lam / first) / np.log(RATIO)))
    return [*np.geomspace(first, lam, n + 1)[:-1].tolist(), lam]

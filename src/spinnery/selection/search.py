"""All lanes of one architecture: starts, exchange, refits, certificates.

Folds are lanes: sample weights of zero hold a fold out, and its held-out losses fall out of the
same products. Lane 0 sees all samples; its candidates are the models one may choose.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import Thread

import jax
import numpy as np

from ..nn import Upper, init_lanes
from ..path import Groups, Path, dense_start, lambda_linear, sparse_starts
from ..penalties import Penalty
from ..problem import Params
from ..progress import Steps
from ..solvers.refit import Data, entry_lambda, refit, score_features
from ..table import Table
from .curve import Curve, standard_error
from .exchange import Candidate, Exchange, Start, take_lane

PATH_RIDGE = 0.03  # for the dense start and the penalised path: restarts then agree
FIRST_LAMBDA = 0.1  # of the linear model's lambda_max
SEARCH_TOL, SEARCH_ITER = 1e-3, 60  # of each refit on the way
PATIENCE = 8  # sizes past the best before a forward sweep may stop


@dataclass(frozen=True)
class Settings:
    """What a cross-validated search needs besides the data."""

    penalty: Penalty
    groups: Groups
    activation: str
    max_features: int
    n_restarts: int
    seed: int
    ridges: tuple[float, ...] | None
    tol: float
    max_iter: int


class Search:
    """All lanes of one architecture."""

    def __init__(
        self, table: Table, folds: list[np.ndarray], hidden: tuple[int, ...], settings: Settings,
        steps: Steps,
    ):  # fmt: skip
        self.table, self.folds, self.hidden, self.settings = table, folds, hidden, settings
        self.steps = steps
        everyone = [table.weights, *(table.without(rows) for rows in folds)]
        self.restarts = settings.n_restarts if hidden else 1
        weights = np.repeat(np.stack(everyone, axis=1), self.restarts, axis=1)
        self.data = table.padded(weights, np.full(weights.shape[1], PATH_RIDGE))
        self.n_slots = _slots(settings)
        self.sweeps = "bfb" if hidden else "f"
        self.interrupted = False  # by the user: what is found so far must do
        self._compiling = Thread(target=self._compile)
        self._compiling.start()

    def _compile(self) -> None:
        """Compile the refit programs while the path is still running.

        Compiled, not run: two programs running at once may each wait for the other's threads.
        """
        dtype = self.table.X.dtype
        with jax.enable_x64(dtype == np.float64):
            lanes = self.data.weights.shape[1]
            W, upper = init_lanes(
                [0] * lanes, self.n_slots, self.hidden, self.table.n_outputs,
                self.settings.activation, dtype,
            )  # fmt: skip
            params = Params(np.zeros_like(W), upper)
            data = self._with_ridge(PATH_RIDGE)
            empty = np.full((lanes, self.n_slots), self.data.X.shape[1])
            refit.lower(data, empty, params, self._tolerance(), SEARCH_ITER).compile()
            score_features.lower(data, empty, -np.ones_like(empty), params).compile()
            penalty = self.settings.groups.restrict(
                self.settings.penalty, np.arange(self.data.X.shape[1])
            )
            entry_lambda.lower(data, penalty.with_lam(1.0), empty, params).compile()

    def curve(self, ridge: float) -> Curve:
        """Exchange at `ridge`; the curve of the best candidates per lane and size."""
        starts = self._found_starts
        self._compiling.join()
        self.steps.say(f"hidden={self.hidden}: features at ridge {ridge:.3g}")
        self.steps.expect(len(self.sweeps) * self.settings.max_features)
        data = self._with_ridge(ridge)
        groups = self.settings.groups
        exchange = Exchange(
            data, groups.ids, int(groups.ids.max()) + 1, starts, self.n_slots,
            self._tolerance(), SEARCH_ITER, self.steps.advance,
        )  # fmt: skip
        try:
            best = exchange.run(self.settings.max_features, self.sweeps, self._past_the_best)
        except KeyboardInterrupt:
            best = exchange.best
            if not all(best):
                raise
            self.interrupted = True
        R = self.restarts
        merged = [_merge(best[b * R : (b + 1) * R]) for b in range(len(self.folds) + 1)]
        return self._curve(ridge, merged)

    def refit_curve(self, curve: Curve, ridge: float, sizes: np.ndarray) -> Curve:
        """The curve of the same supports refitted at another ridge."""
        best: list[dict[int, Candidate]] = [{} for _ in curve.lanes]
        for size in sizes:
            lanes = [_at_size(found, int(size)) for found in curve.lanes]
            for b, candidate in enumerate(self.refit_lanes(lanes, ridge)):
                best[b][int(size)] = candidate
        return self._curve(ridge, best)

    def refit_lanes(self, lanes: list[Candidate], ridge: float) -> list[Candidate]:
        """One candidate per weighting, refitted at `ridge`."""
        spread = [c for c in lanes for _ in range(self.restarts)]
        fit = refit(self._with_ridge(ridge), *_stack(spread), self._tolerance(), SEARCH_ITER)
        params = jax.tree.map(np.asarray, fit.params)
        objective, losses = np.asarray(fit.objective), np.asarray(fit.sample_losses)
        out = []
        for b, old in enumerate(lanes):
            lane = b * self.restarts
            out.append(
                Candidate(
                    old.groups,
                    old.index,
                    take_lane(params, lane),
                    float(objective[lane]),
                    losses[:, lane],
                )
            )
        return out

    def finish(self, chosen: Candidate, ridge: float) -> tuple[Candidate, float, int]:
        """Refit the chosen model to tolerance: candidate, relative stationarity, iterations."""
        lanes = self.data.weights.shape[1]
        index, params = _stack([chosen] * lanes)
        tolerances = np.full(lanes, np.inf, self.table.X.dtype)  # only lane 0 has work to do
        tolerances[0] = self.settings.tol / 2
        fit = refit(self._with_ridge(ridge), index, params, tolerances, self.settings.max_iter)
        params = take_lane(jax.tree.map(np.asarray, fit.params), 0)
        losses = np.asarray(fit.sample_losses)[:, 0]
        final = Candidate(chosen.groups, chosen.index, params, float(fit.objective[0]), losses)
        return final, float(fit.stationarity[0]), int(fit.n_iter[0])

    def lambdas(self, models: list[Candidate], ridge: float) -> np.ndarray:
        """For each model of all samples, the smallest lambda that keeps the other features out.

        NaN for an empty network: its upper weights have faded, no feature has a gradient left,
        and any lambda would do.
        """
        lanes = self.data.weights.shape[1]
        data = self._with_ridge(ridge)
        data = Data(
            data.X, data.targets, np.repeat(np.asarray(data.weights)[:, :1], lanes, axis=1),
            data.ridge, data.loss,
        )  # fmt: skip
        settings = self.settings
        penalty = settings.groups.restrict(settings.penalty, np.arange(data.X.shape[1]))
        out: list[float] = []
        for first in range(0, len(models), lanes):
            batch = models[first : first + lanes]
            padded = batch + [batch[0]] * (lanes - len(batch))
            found = entry_lambda(data, penalty.with_lam(1.0), *_stack(padded))
            out.extend(np.asarray(found)[: len(batch)].tolist())
        faded = [bool(self.hidden) and not model.groups for model in models]
        return np.where(faded, np.nan, out)

    # -- helpers ----------------------------------------------------------------------------

    def _with_ridge(self, ridge: float) -> Data:
        data = self.data
        full = np.full(data.weights.shape[1], ridge, self.table.X.dtype)
        return Data(data.X, data.targets, data.weights, full, data.loss)

    def _tolerance(self) -> np.ndarray:
        return np.full(self.data.weights.shape[1], SEARCH_TOL, self.table.X.dtype)

    @cached_property
    def _found_starts(self) -> list[Start]:
        lanes = self.data.weights.shape[1]
        n_outputs = self.table.n_outputs
        settings, dtype = self.settings, self.table.X.dtype
        self.steps.say(f"hidden={self.hidden}: path")
        if not self.hidden:
            upper = Upper(np.zeros(n_outputs, dtype), (), settings.activation)
            empty = Start(np.zeros(0, int), np.zeros((0, n_outputs), dtype), upper)
            return [empty] * lanes
        seeds = [settings.seed + r for r in range(self.restarts)] * (len(self.folds) + 1)
        dense = dense_start(self.data, seeds, self.hidden, n_outputs, settings.activation)
        path = Path(self.data, settings.penalty, settings.groups, dense)
        first = FIRST_LAMBDA * lambda_linear(self.data, settings.penalty, settings.groups)
        starts = sparse_starts(path, first, self.settings.max_features)
        return [Start(*start) for start in starts]

    def _curve(self, ridge: float, best: list[dict[int, Candidate]]) -> Curve:
        sizes = np.array(sorted(best[0]))
        folds = np.array(
            [[self._held_out(f, _at_size(best[f + 1], k)) for f in range(len(self.folds))]
             for k in sizes]
        )  # fmt: skip
        return Curve(self.hidden, ridge, sizes, folds, best)

    def _past_the_best(self, best: list[dict[int, Candidate]]) -> bool:
        """Whether larger models have clearly become worse than the best size so far."""
        if len(self.folds) == 0:
            return False
        R = self.restarts
        largest = max(best[0])
        means = {}
        for size in best[0]:
            lanes = [_merge(best[b * R : (b + 1) * R]) for b in range(1, len(self.folds) + 1)]
            losses = np.array([self._held_out(f, _at_size(c, size)) for f, c in enumerate(lanes)])
            means[size] = losses
        lowest = min(means, key=lambda k: means[k].mean())
        excess = means[largest] - means[lowest]
        return largest >= lowest + PATIENCE and excess.mean() > 2 * standard_error(excess)

    def _held_out(self, fold: int, candidate: Candidate) -> float:
        rows = self.folds[fold]
        weights = self.table.weights[rows]
        return float(weights @ candidate.sample_losses[rows] / weights.sum())


def _slots(settings: Settings) -> int:
    """Feature slots for `max_features` groups: the largest groups must fit."""
    sizes = np.sort(np.bincount(settings.groups.ids))[::-1]
    return int(sizes[: settings.max_features].sum())


def _stack(lanes: list[Candidate]) -> tuple[np.ndarray, Params]:
    """Slots `(B, k)` and parameters of candidates as lanes."""
    W = np.stack([c.params.W for c in lanes], axis=1)
    upper = jax.tree.map(lambda *a: np.stack(a), *[c.params.upper for c in lanes])
    return np.stack([c.index for c in lanes]), Params(W, upper)


def _merge(restarts: list[dict[int, Candidate]]) -> dict[int, Candidate]:
    """Per size, the restart with the lowest objective."""
    out: dict[int, Candidate] = {}
    for found in restarts:
        for size, candidate in found.items():
            if size not in out or candidate.objective < out[size].objective:
                out[size] = candidate
    return out


def _at_size(found: dict[int, Candidate], size: int) -> Candidate:
    """The candidate of that size, else the next smaller, else the smallest."""
    smaller = [k for k in found if k <= size]
    return found[max(smaller) if smaller else min(found)]

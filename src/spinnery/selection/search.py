"""All lanes of one architecture: starts, exchange, refits, certificates.

Folds are lanes: sample weights of zero hold a fold out, and its held-out losses fall out of the
same products. Lane 0 sees all samples; its candidates are the models one may choose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

import equinox as eqx
import numpy as np

from ..devices import on_host
from ..engine.problem import Params
from ..engine.refit import Data, entry_lambda, refit, score_features
from ..inputs.table import Table
from ..nn import init_lanes
from ..progress import Steps
from .compiling import Compiling
from .curve import Curve, at_size, standard_error
from .exchange import Candidate, Cells, Exchange, Start, candidates
from .lanes import merged, slots_for, stacked, start_of
from .starts import Settings, find_starts

PATH_RIDGE = 0.03  # for the dense start and the penalised path: restarts then agree
SEARCH_TOL, SEARCH_ITER = 1e-3, 25  # of each refit on the way
PATIENCE = 8  # sizes past the best before a forward sweep may stop
ENTERING, LEAVING = 4, 2  # groups tried where the search looks closer
BELOW, ABOVE = 1, 2  # sizes around the best where it does


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
        self.n_slots = slots_for(settings)
        self.sweeps = "bfb" if hidden else "f"
        self._scores: dict[Candidate, float] = {}
        self.compiling = Compiling(self._programs, table.X.dtype.name)

    def _programs(self) -> Iterator[tuple[Any, tuple]]:
        """The refit programs that the exchange will need, with arguments of their shapes."""
        lanes, p, M = self.data.weights.shape[1], self.data.X.shape[1], self.data.n_cohorts
        W, upper = init_lanes(
            [0] * lanes, self.n_slots, self.hidden, self.data.n_outputs,
            self.settings.activation, self.table.X.dtype,
        )  # fmt: skip
        params = Params(np.tile(np.zeros_like(W), M), self.settings.sharing.spread(upper, M))
        data = self._with_ridge(PATH_RIDGE)
        empty, labels = np.full((lanes, M, self.n_slots), p), np.arange(self.n_slots)
        penalty = self.settings.groups.restrict(self.settings.penalty, np.arange(p))
        yield refit, (data, empty, params, self._tolerance(), SEARCH_ITER)
        yield score_features, (data, empty, -np.ones_like(empty), labels, params)
        yield entry_lambda, (data, penalty.with_lam(1.0), empty, params)

    def curve(self, ridge: float) -> Curve:
        """Exchange at `ridge`; the curve of the best candidates per lane and size."""
        starts = self._starts
        self.compiling.wait()
        self.steps.say(f"hidden={self.hidden}: features at ridge {ridge:.3g}")
        exchange = self._exchange(ridge, self._whole, starts)
        most = self.settings.max_features
        self.steps.expect(len(self.sweeps) * most)
        exchange.run(most, self.sweeps, self._past_the_best)
        curve = self._curve_of(ridge, exchange)
        return self._look_closer(exchange, curve, int(curve.sizes[curve.best()]))

    def closer(self, curve: Curve, size: int) -> Curve:
        """The curve after a closer look around `size`."""
        starts = [start_of(found) for found in curve.at(size) for _ in range(self.restarts)]
        exchange = self._exchange(curve.ridge, self._whole, starts)
        exchange.best = [dict(lane) for lane in curve.lanes for _ in range(self.restarts)]
        return self._look_closer(exchange, curve, size)

    def block_curve(self, curve: Curve, size: int) -> Curve:
        """From the models of `size` groups, single cohorts' blocks of features leave one by one.

        The curve is over the number of blocks, one feature in one cohort.
        """
        self.steps.say(f"hidden={self.hidden}: cohorts of each feature")
        ids = np.arange(self.table.center.size).reshape(self.data.n_cohorts, -1).T
        starts = [start_of(found) for found in curve.at(size)]
        repeated = [start for start in starts for _ in range(self.restarts)]
        blocks = max(len(start.features) for start in starts) * self.data.n_cohorts
        prices = self.settings.groups.prices[self.settings.groups.ids]
        cells = Cells(ids, np.tile(prices, self.data.n_cohorts))
        exchange = self._exchange(curve.ridge, cells, repeated)
        self.steps.expect(blocks)
        exchange.run(blocks, "b")
        return self._curve_of(curve.ridge, exchange)

    def _exchange(self, ridge: float, cells: Cells, starts: list[Start]) -> Exchange:
        return Exchange(
            self._with_ridge(ridge), cells, starts, self.n_slots, self._tolerance(), SEARCH_ITER,
            self.steps.advance,
        )  # fmt: skip

    @cached_property
    def _whole(self) -> Cells:
        """Groups that enter and leave in all cohorts at once."""
        ids = np.repeat(self.settings.groups.ids[:, None], self.data.n_cohorts, axis=1)
        return Cells(ids, self.settings.groups.prices)

    def _curve_of(self, ridge: float, exchange: Exchange) -> Curve:
        R, best = self.restarts, exchange.best
        lanes = [merged(best[b * R : (b + 1) * R]) for b in range(len(self.folds) + 1)]
        return self._curve(ridge, lanes)

    def _look_closer(self, exchange: Exchange, curve: Curve, best: int) -> Curve:
        """The curve after refits of several groups each at the sizes around `best`, up and down.

        What a network would do with a feature, a first-order gain does not tell; of a linear model
        it tells all.
        """
        most = self.settings.max_features
        if not self.hidden or most == 0:
            return curve
        low, high = max(best - BELOW, 1), min(best + ABOVE, most)
        self.steps.expect(2 * (high - low) + 1)
        for size in range(low, high + 1):
            before = max(size - 1, 1)  # without any input nothing could enter
            exchange.try_several(
                [start_of(at_size(lane, before)) for lane in exchange.best], ENTERING
            )
        for size in range(high, low, -1):
            starts = [start_of(at_size(lane, size)) for lane in exchange.best]
            exchange.try_several(starts, LEAVING, enter=False)
        return self._curve_of(curve.ridge, exchange)

    def adopt(self, other: Curve, ridge: float, sizes: np.ndarray) -> Curve:
        """The curve of another architecture's supports, each lane's own, trained anew."""
        R = self.restarts
        seeds = [self.settings.seed + r for r in range(R)] * len(other.lanes)
        best: list[dict[int, Candidate]] = [{} for _ in other.lanes]
        for size in sizes.tolist():
            lanes = [candidate for candidate in other.at(size) for _ in range(R)]
            index, params = self._fresh(lanes, seeds)
            fit = refit(self._with_ridge(ridge), index, params, self._tolerance(), SEARCH_ITER)
            found = candidates([candidate.groups for candidate in lanes], index, fit)
            for b, kept in enumerate(best):
                restarts = [{size: found(b * R + r)} for r in range(R)]
                kept.update(merged(restarts))
        return self._curve(ridge, best)

    def refit_curve(self, curve: Curve, ridge: float, sizes: np.ndarray) -> Curve:
        """The curve of the same supports refitted at another ridge."""
        best: list[dict[int, Candidate]] = [{} for _ in curve.lanes]
        for size in sizes:
            lanes = curve.at(int(size))
            for b, candidate in enumerate(self.refit_lanes(lanes, ridge)):
                best[b][int(size)] = candidate
        return self._curve(ridge, best)

    def refit_lanes(self, lanes: list[Candidate], ridge: float) -> list[Candidate]:
        """One candidate per weighting, refitted at `ridge`."""
        spread = [c for c in lanes for _ in range(self.restarts)]
        fit = refit(self._with_ridge(ridge), *stacked(spread), self._tolerance(), SEARCH_ITER)
        found = candidates([c.groups for c in spread], [c.index for c in spread], fit)
        return [found(b * self.restarts) for b in range(len(lanes))]

    def consult(self, curve: Curve, size: int) -> Curve:
        """The curve whose model of all samples at `size` is the best of all lanes' supports.

        A fold's support is known from fewer samples, so all samples may judge it: the lane that
        sees all of them takes a fold's support where it fits better than its own. The held-out
        losses stay as they are.
        """
        lanes = self.data.weights.shape[1]
        found = [at_size(lane, size) for lane in curve.lanes]
        padded = (found * lanes)[:lanes]
        data = self._for_everyone(curve.ridge)
        fit = refit(data, *stacked(padded), self._tolerance(), SEARCH_ITER)
        own = found[0]
        alike = [len(other.groups) == len(own.groups) for other in found]
        objectives = np.where(alike, on_host(fit.objective)[: len(found)], np.inf)
        best = int(np.nanargmin(objectives))
        if not objectives[best] < own.objective:
            return curve
        better = candidates([c.groups for c in padded], [c.index for c in padded], fit)(best)
        return replace(curve, lanes=[{**curve.lanes[0], size: better}, *curve.lanes[1:]])

    def finish(self, chosen: Candidate, ridge: float) -> tuple[Candidate, float, int]:
        """Refit the chosen model to tolerance: candidate, relative stationarity, iterations."""
        lanes = self.data.weights.shape[1]
        index, params = stacked([chosen] * lanes)
        tolerances = self._tolerance(np.inf)  # only lane 0 has work to do
        tolerances[0] = self.settings.tol / 2
        data = self._with_ridge(ridge)
        fit = on_host(refit(data, index, params, tolerances, self.settings.max_iter))
        final = candidates([chosen.groups] * lanes, index, fit)(0)
        return final, float(fit.stationarity[0]), int(fit.n_iter[0])

    def lambdas(self, models: list[Candidate], ridge: float) -> np.ndarray:
        """For each model of all samples, the smallest lambda that keeps the other features out.

        NaN for an empty network: its upper weights have faded, no feature has a gradient left,
        and any lambda would do.
        """
        lanes = self.data.weights.shape[1]
        data = self._for_everyone(ridge)
        settings = self.settings
        penalty = settings.groups.restrict(settings.penalty, np.arange(data.X.shape[1]))
        out: list[float] = []
        for first in range(0, len(models), lanes):
            batch = models[first : first + lanes]
            padded = batch + [batch[0]] * (lanes - len(batch))
            found = on_host(entry_lambda(data, penalty.with_lam(1.0), *stacked(padded)))
            out.extend(found[: len(batch)].tolist())
        empty = [bool((model.index >= data.X.shape[1]).all()) for model in models]
        faded = [bool(self.hidden) and nothing for nothing in empty]
        return np.where(faded, np.nan, out)

    # -- helpers ----------------------------------------------------------------------------

    def _with_ridge(self, ridge: float) -> Data:
        full = np.full(self.data.weights.shape[1], ridge, self.table.X.dtype)
        return eqx.tree_at(lambda d: d.ridge, self.data, full)

    def _for_everyone(self, ridge: float) -> Data:
        """All lanes see all samples."""
        data = self._with_ridge(ridge)
        everyone = np.repeat(self.table.weights[:, None], data.weights.shape[1], axis=1)
        return eqx.tree_at(lambda d: d.weights, data, self.table.place(everyone))

    def _tolerance(self, tol: float = SEARCH_TOL) -> np.ndarray:
        return np.full(self.data.weights.shape[1], tol, self.table.X.dtype)

    def _fresh(self, lanes: list[Candidate], seeds: list[int]) -> tuple[np.ndarray, Params]:
        """Slots and starting weights of models with the candidates' features."""
        M, p = self.data.n_cohorts, self.data.X.shape[1]
        W, one = init_lanes(
            seeds, self.n_slots, self.hidden, self.data.n_outputs, self.settings.activation,
            self.table.X.dtype,
        )  # fmt: skip
        index = np.stack([candidate.index for candidate in lanes])
        used = np.moveaxis(index < p, 2, 0)  # (k, B, M)
        rows = (used[..., None] * W[:, :, None]).reshape(len(W), len(lanes), -1)
        return index, Params(rows, self.settings.sharing.spread(one, M))

    @cached_property
    def _starts(self) -> list[Start]:
        self.steps.say(f"hidden={self.hidden}: path")
        seeds = [self.settings.seed + r for r in range(self.restarts)] * (len(self.folds) + 1)
        return find_starts(self.data, seeds, self.hidden, self.data.n_outputs, self.settings)

    def _curve(self, ridge: float, best: list[dict[int, Candidate]]) -> Curve:
        sizes = np.array(sorted(best[0]))
        folds = np.array(
            [[self._held_out(f, at_size(best[f + 1], k)) for f in range(len(self.folds))]
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
            lanes = [merged(best[b * R : (b + 1) * R]) for b in range(1, len(self.folds) + 1)]
            losses = np.array([self._held_out(f, at_size(c, size)) for f, c in enumerate(lanes)])
            means[size] = losses
        lowest = min(means, key=lambda k: means[k].mean())
        excess = means[largest] - means[lowest]
        return largest >= lowest + PATIENCE and excess.mean() > 2 * standard_error(excess)

    def _held_out(self, fold: int, candidate: Candidate) -> float:
        """The loss on a fold of a model that was fitted without it, or minus the user's score."""
        if self.settings.scorer is None:
            return candidate.held_out
        if candidate not in self._scores:
            rows = self.folds[fold]
            outputs = candidate.outputs[self.table.layout[0][rows]]
            self._scores[candidate] = -self.settings.scorer(outputs, rows)
        return self._scores[candidate]

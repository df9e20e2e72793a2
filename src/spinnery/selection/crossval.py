"""Choice of size, ridge and architecture by cross-validation on relaxed refits.

Folds are lanes: sample weights of zero hold a fold out, and its held-out losses fall out of the
same products. Lane 0 of every search sees all samples; its candidates are the models one may
choose. Models are compared at equal *number of groups*, not at equal lambda: lanes at one lambda
differ in size, so a curve over lambda averages unlike models (docs/decisions.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np

from ..estimators.table import Table
from ..nn import Upper
from ..path import Groups, Path, dense_start, lambda_linear, sparse_starts
from ..penalties import Penalty
from ..problem import Params
from ..progress import Steps
from ..solvers.refit import Data, refit
from .exchange import Candidate, Exchange, Start, take_lane

PATH_RIDGE = 0.03  # for the dense start and the penalised path: restarts then agree
SEARCH_RIDGE = 0.01  # where the exchange starts; moved to the tuned ridge when that is far off
FIRST_LAMBDA = 0.1  # of the linear model's lambda_max


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


@dataclass(frozen=True)
class Curve:
    """Held-out loss against number of groups for one architecture and ridge."""

    hidden: tuple[int, ...]
    ridge: float
    sizes: np.ndarray
    mean: np.ndarray
    error: np.ndarray  # standard error over folds
    candidates: dict[int, Candidate] = field(repr=False)  # of the lane that saw all samples

    def best(self) -> int:
        """Position of the lowest mean."""
        return int(np.argmin(self.mean))

    def sparser(self) -> int:
        """Position of the smallest size within one standard error of the lowest mean."""
        k = self.best()
        return int(np.flatnonzero(self.mean <= self.mean[k] + self.error[k])[0])


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
        steps.expect(self.n_steps())
        steps.say(f"hidden={hidden}: path")
        self.starts = self._starts()

    def n_steps(self) -> int:
        """Exchange steps to expect."""
        return 2 + len(self.sweeps) * self.settings.max_features

    def curve(self, ridge: float) -> Curve:
        """Exchange at `ridge`; the curve of the best candidates per lane and size."""
        self.steps.say(f"hidden={self.hidden}: features at ridge {ridge:.3g}")
        data = self._with_ridge(ridge)
        groups = self.settings.groups
        exchange = Exchange(
            data, groups.ids, int(groups.ids.max()) + 1, self.starts, self.n_slots,
            on_step=self.steps.advance,
        )  # fmt: skip
        best = exchange.run(self.settings.max_features, self.sweeps)
        R = self.restarts
        self.best = [_merge(best[b * R : (b + 1) * R]) for b in range(len(self.folds) + 1)]
        return self._curve(ridge, self.best)

    def refit_curve(self, ridge: float, sizes: np.ndarray, max_iter: int = 60) -> Curve:
        """The curve of the same supports refitted at another ridge."""
        best: list[dict[int, Candidate]] = [{} for _ in self.best]
        for size in sizes:
            lanes = [_at_size(found, int(size)) for found in self.best]
            for b, candidate in enumerate(self.refit_lanes(lanes, ridge, 1e-3, max_iter)):
                best[b][int(size)] = candidate
        return self._curve(ridge, best)

    def refit_lanes(
        self, lanes: list[Candidate], ridge: float, tol: float, max_iter: int
    ) -> list[Candidate]:
        """One candidate per weighting, refitted at `ridge`."""
        spread = [c for c in lanes for _ in range(self.restarts)]
        index = np.stack([c.index for c in spread])
        W = np.stack([c.params.W for c in spread], axis=1)
        upper = jax.tree.map(lambda *a: np.stack(a), *[c.params.upper for c in spread])
        fit = refit(
            self._with_ridge(ridge), jnp.asarray(index),
            jax.tree.map(jnp.asarray, Params(W, upper)), tol, max_iter,
        )  # fmt: skip
        params = jax.tree.map(np.asarray, fit.params)
        objective, losses = np.asarray(fit.objective), np.asarray(fit.sample_losses)
        out = []
        for b, old in enumerate(lanes):
            lane = b * self.restarts
            out.append(
                Candidate(
                    old.groups, old.index, take_lane(params, lane), float(objective[lane]),
                    losses[:, lane], old.enter,
                )  # fmt: skip
            )
        return out

    def finish(self, chosen: Candidate, ridge: float) -> tuple[Candidate, float, int]:
        """Refit the chosen model to tolerance: candidate, relative stationarity, iterations."""
        data = self._with_ridge(ridge)
        one = Data(data.X, data.targets, data.weights[:, :1], data.ridge[:1], data.loss)
        params = Params(
            jnp.asarray(chosen.params.W)[:, None],
            jax.tree.map(lambda leaf: jnp.asarray(leaf)[None], chosen.params.upper),
        )
        tol, max_iter = self.settings.tol, self.settings.max_iter
        fit = refit(one, jnp.asarray(chosen.index[None]), params, tol / 2, max_iter)
        params = take_lane(jax.tree.map(np.asarray, fit.params), 0)
        final = Candidate(
            chosen.groups, chosen.index, params, float(fit.objective[0]),
            np.asarray(fit.sample_losses)[:, 0], chosen.enter,
        )  # fmt: skip
        return final, float(fit.stationarity[0]), int(fit.n_iter[0])

    # -- helpers ----------------------------------------------------------------------------

    def _with_ridge(self, ridge: float) -> Data:
        data = self.data
        full = jnp.full_like(data.ridge, ridge)
        return Data(data.X, data.targets, data.weights, full, data.loss)

    def _starts(self) -> list[Start]:
        lanes = self.data.weights.shape[1]
        n_outputs = self.table.n_outputs
        settings, dtype = self.settings, self.table.X.dtype
        if not self.hidden:
            upper = Upper(np.zeros(n_outputs, dtype), (), settings.activation)
            empty = Start(np.zeros(0, int), np.zeros((0, n_outputs), dtype), upper)
            return [empty] * lanes
        seeds = jax.random.split(jax.random.key(settings.seed), self.restarts)
        keys = jnp.tile(seeds, len(self.folds) + 1)
        dense = dense_start(self.data, keys, self.hidden, n_outputs, settings.activation)
        path = Path(self.data, settings.penalty, settings.groups, dense)
        first = FIRST_LAMBDA * lambda_linear(self.data, settings.penalty, settings.groups)
        starts = sparse_starts(path, first, self.settings.max_features)
        self.steps.advance(2)
        return [Start(*start) for start in starts]

    def _curve(self, ridge: float, best: list[dict[int, Candidate]]) -> Curve:
        sizes = np.array(sorted(best[0]))
        folds = np.array(
            [[self._held_out(f, _at_size(best[f + 1], k)) for f in range(len(self.folds))]
             for k in sizes]
        )  # fmt: skip
        error = folds.std(axis=1, ddof=1) / np.sqrt(folds.shape[1])
        return Curve(self.hidden, ridge, sizes, folds.mean(axis=1), error, best[0])

    def _held_out(self, fold: int, candidate: Candidate) -> float:
        rows = self.folds[fold]
        weights = self.table.weights[rows]
        return float(weights @ candidate.sample_losses[rows] / weights.sum())


def tune(search: Search, first: Curve) -> Curve:
    """Move the ridge to where the best size's held-out loss is lowest, supports in tow.

    Walks by factors of two (or over `settings.ridges`) from the curve's ridge at its best size,
    refits every size there, and, if that is far away, searches supports again.
    """
    curve = first
    for _ in range(3):
        ridge = _best_ridge(search, curve)
        if ridge == curve.ridge:
            return curve
        if max(ridge / curve.ridge, curve.ridge / ridge) < 4:
            return search.refit_curve(ridge, curve.sizes)
        search.steps.expect(search.n_steps())
        again = search.curve(ridge)
        curve = again if again.mean.min() < curve.mean.min() else search.refit_curve(ridge, curve.sizes)
    return curve


def _best_ridge(search: Search, curve: Curve) -> float:
    size = curve.sizes[curve.best() : curve.best() + 1]
    tried = {curve.ridge: float(curve.mean.min())}

    def loss(ridge: float) -> float:
        if ridge not in tried:
            tried[ridge] = float(search.refit_curve(ridge, size).mean[0])
        return tried[ridge]

    if search.settings.ridges is not None:
        return min(search.settings.ridges, key=loss)
    for factor in (2.0, 0.5):
        worse, ridge = 0, curve.ridge
        while worse < 2 and 1e-4 < ridge < 100:
            ridge *= factor
            worse = worse + 1 if loss(ridge) > min(tried.values()) else 0
    return min(tried, key=lambda r: tried[r])


def _slots(settings: Settings) -> int:
    """Feature slots for `max_features` groups: the largest groups must fit."""
    sizes = np.sort(np.bincount(settings.groups.ids))[::-1]
    return int(sizes[: settings.max_features].sum())


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


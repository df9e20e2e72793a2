"""Feature exchange: the best support of every size, by adding and dropping one group at a time.

The penalised path shrinks all rows alike, so at a given size it may hold a noise feature and lack
a weak true one. The relaxed refit's own objective tells them apart: starting from the path's
supports, groups enter by the expected fall of that objective and leave by its rise, each move
followed by a refit, and for every size the best support seen is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import jax
import numpy as np

from ..arrays import Array
from ..devices import on_host
from ..engine.design import split_blocks
from ..engine.features import is_wide
from ..engine.problem import Params
from ..engine.refit import Data, Refit, leaving_costs, refit, score_features


@dataclass(frozen=True, eq=False)
class Candidate:
    """One lane's best model with a given number of groups."""

    groups: tuple[int, ...]  # less those always in
    index: np.ndarray  # (M, k) features in each cohort's slots; >= p where empty
    params: Params  # NumPy, W (k, M T), no lane axis
    objective: float
    held_out: float  # loss on the samples that the lane was not trained on
    outputs: np.ndarray  # (n, K) raw, in the device's order


@dataclass(frozen=True)
class Start:
    """Where a lane's search begins: features, their rows `(len, M T)`, and the upper network."""

    features: np.ndarray
    W: np.ndarray
    upper: object


@dataclass(frozen=True)
class Cells:
    """What enters and leaves together: a number for every feature in every cohort.

    `ids` `(p, M)` holds `0 ... n_groups - 1`: the same number along a row lets a feature enter in
    all cohorts at once, a number for each entry lets it enter in one. Groups are ranked by what
    they bring over the square of their price `(n_groups,)`, as a penalty weighs them; those of
    price 0 are always in, and do not count.
    """

    ids: np.ndarray
    prices: np.ndarray

    def members(self, group: int) -> tuple[np.ndarray, ...]:
        """Features and cohorts of a group."""
        order, bounds = self._sorted
        return np.unravel_index(order[bounds[group] : bounds[group + 1]], self.ids.shape)

    @cached_property
    def _sorted(self) -> tuple[np.ndarray, np.ndarray]:
        """Places in `ids` group by group, and where each group's begin."""
        flat = self.ids.ravel()
        order = np.argsort(flat, kind="stable")
        return order, np.searchsorted(flat[order], np.arange(self.n_groups + 1))

    @cached_property
    def n_groups(self) -> int:
        return int(self.ids.max()) + 1

    @cached_property
    def always(self) -> dict[int, None]:
        """Groups that are in every model, in order."""
        return dict.fromkeys(np.flatnonzero(self.prices == 0).tolist())

    @cached_property
    def squared_prices(self) -> np.ndarray:
        """What gains and costs are divided by, `(n_groups,)`."""
        return np.where(self.prices > 0, self.prices, 1) ** 2

    def optional(self, groups: Iterable[int]) -> list[int]:
        """Those of the groups that may leave."""
        return [g for g in groups if g not in self.always]

    def per_group(self, values: np.ndarray) -> np.ndarray:
        """Sum cells' values `(p, B, M)` over groups: `(n_groups, B)`."""
        values = np.swapaxes(values[: len(self.ids)], 1, 2).reshape(self.ids.size, -1)
        ids = self.ids.ravel()
        if self.n_groups == len(ids):
            out = np.empty_like(values)
            out[ids] = values
            return out
        out = np.zeros((self.n_groups, values.shape[1]), values.dtype)
        np.add.at(out, ids, values)
        return out


class Exchange:
    """The search over all lanes of `data`, in step."""

    def __init__(
        self, data: Data, cells: Cells, starts: list[Start], n_slots: int, tol: Array = 1e-3,
        max_iter: int = 60, on_step: Callable[[], None] = lambda: None,
    ):  # fmt: skip
        self.data, self.cells, self.tol, self.max_iter = data, cells, tol, max_iter
        self.on_step = on_step
        self.p, self.n_cohorts, self.n_slots = data.X.shape[1], data.n_cohorts, n_slots
        # a label is the place of a group's first slot: within the first cohort's slots unless
        # a group may lie in another cohort alone
        whole = np.all(cells.ids == cells.ids[:, :1])
        self.labels = np.arange(n_slots if whole else n_slots * self.n_cohorts)
        self.gain: np.ndarray  # (n_groups, B)
        self.cost: np.ndarray
        self.gains_known: bool  # whether `gain` is of the lanes as they are
        self.best: list[dict[int, Candidate]] = [{} for _ in starts]
        self.params: Params
        self.index: np.ndarray  # (B, M, k)
        self.slot_label: np.ndarray
        self.lanes: list[dict[int, int]]  # groups and their labels
        self._place(starts)

    def run(
        self, max_groups: int, sweeps: str,
        enough: Callable[[list[dict[int, Candidate]]], bool] = lambda best: False,
    ) -> list[dict[int, Candidate]]:  # fmt: skip
        """Forward sweeps grow every lane to `max_groups`, backward sweeps shrink it.

        A last backward sweep goes on to the empty model; an earlier one stops at one group, for
        without any input the upper weights fade and nothing could enter again. `enough` may end
        a forward sweep early.
        """
        self._fit()
        self._score(entering=sweeps[0] == "f")
        for i, sweep in enumerate(sweeps):
            smallest = 0 if i == len(sweeps) - 1 else 1
            if sweep == "f" and not self.gains_known:
                self._score(entering=True)
            while self._move(max_groups if sweep == "f" else smallest, enter=sweep == "f"):
                self._fit()
                self._score(entering=sweep == "f")
                if sweep == "f" and enough(self.best):
                    break
        return self.best

    def without_any(self) -> None:
        """Let every lane keep no group but those always in, and fit that."""
        self.params = self.params._replace(W=np.array(on_host(self.params.W)))
        for b, groups in enumerate(self.lanes):
            for g in self.cells.optional(list(groups)):
                self._leave(b, g)
        self._fit()

    def try_several(self, starts: list[Start], tries: int, enter: bool = True) -> None:
        """From each lane's start, let one group enter or leave, in `tries` ways beside each other.

        Those with the largest gain or the least cost; each is refitted before it is judged.
        """
        self._place(starts)
        self._fit()
        self._score(enter)
        index, labels, lanes, params = self.index, self.slot_label, self.lanes, self.params
        ranked = [self._ranked(b, enter, tries) for b in range(len(lanes))]
        for k in range(max(map(len, ranked))):
            self.index, self.slot_label = index.copy(), labels.copy()
            self.lanes = [dict(groups) for groups in lanes]
            self.params = params._replace(W=np.array(on_host(params.W)))
            for b, groups in enumerate(ranked):
                if k < len(groups) and enter:
                    self._enter(b, groups[k])
                elif k < len(groups):
                    self._leave(b, groups[k])
            self._fit()

    def _ranked(self, b: int, enter: bool, most: int) -> list[int]:
        """Which groups should enter lane `b` first, or leave it, at most so many."""
        if enter:
            gain = self.gain[:, b]
            top = np.argpartition(-gain, most)[:most] if most < len(gain) else np.arange(len(gain))
            return [int(g) for g in top[np.argsort(-gain[top], kind="stable")] if gain[g] > 0]
        groups = self.cells.optional(self.lanes[b])
        labels = [self.lanes[b][g] for g in groups]
        cost = self.cost[labels, b] / self.cells.squared_prices[groups]
        return [groups[k] for k in np.argsort(cost, kind="stable")[:most]]

    # -- one step ---------------------------------------------------------------------------

    def _score(self, entering: bool) -> None:
        """What entering, and leaving, would bring to the lanes as they were last refitted."""
        self.on_step()
        asked = self.data, self.index, self.slot_label, self.labels, self.params
        if is_wide(self.data.X) and not entering:
            self.cost, self.gains_known = on_host(leaving_costs(*asked)), False
            return
        scores = on_host(score_features(*asked))
        self.gain = self.cells.per_group(scores.gain)
        self.gain = self.gain / self.cells.squared_prices[:, None]
        self.cost, self.gains_known = scores.cost, True
        for b, groups in enumerate(self.lanes):
            self.gain[list(groups), b] = -np.inf

    def _fit(self) -> None:
        """Refit every lane as it stands, and keep it if it is the best of its size."""
        fit = refit(self.data, self.index, self.params, self.tol, self.max_iter)
        self.params = fit.params
        objective = on_host(fit.objective)
        chosen = [tuple(sorted(self.cells.optional(groups))) for groups in self.lanes]
        found = candidates(chosen, self.index, fit)
        for b, groups in enumerate(chosen):
            known = self.best[b].get(len(groups))
            if known is None or objective[b] < known.objective:
                self.best[b][len(groups)] = found(b)

    def _move(self, target: int, enter: bool) -> bool:
        """Move every lane one group towards `target`; False when none can."""
        self.params = self.params._replace(W=np.array(on_host(self.params.W)))
        moved = False
        for b, groups in enumerate(self.lanes):
            size = len(groups) - len(self.cells.always)
            if size >= target if enter else size <= target:
                continue
            for g in self._ranked(b, enter, 1):
                if not enter:
                    self._leave(b, g)
                elif not self._enter(b, g):
                    continue
                moved = True
        return moved

    # -- slots ------------------------------------------------------------------------------

    def _enter(self, b: int, g: int, rows: dict[int, np.ndarray] | None = None) -> bool:
        """Give group `g` free slots in lane `b`, weights zero or from `rows`; False if too few."""
        features, cohorts = self.cells.members(g)
        slots = np.empty(len(features), int)
        for m in np.unique(cohorts):
            new = cohorts == m
            free = np.flatnonzero(self.index[b, m] == self.p)
            if len(free) < new.sum():
                return False
            slots[new] = free[: new.sum()]
        label = int(cohorts[0] * self.n_slots + slots[0])
        self.index[b, cohorts, slots] = features
        self.slot_label[b, cohorts, slots] = label
        for feature, m, slot in zip(features, cohorts, slots, strict=True):
            block = slice(m * self.width, (m + 1) * self.width)
            row = None if rows is None else rows.get(int(feature))
            self.params.W[slot, b, block] = 0 if row is None else row[block]
        self.lanes[b][g] = label
        return True

    def _leave(self, b: int, g: int) -> None:
        label = self.lanes[b].pop(g)
        for m, slot in np.argwhere(self.slot_label[b] == label):
            self.params.W[slot, b, m * self.width : (m + 1) * self.width] = 0
        gone = self.slot_label[b] == label
        self.index[b][gone], self.slot_label[b][gone] = self.p, -1

    def _place(self, starts: list[Start]) -> None:
        B, columns, dtype = len(starts), starts[0].W.shape[1], self.data.X.dtype
        self.width = columns // self.n_cohorts
        self.index = np.full((B, self.n_cohorts, self.n_slots), self.p)
        self.slot_label = np.full((B, self.n_cohorts, self.n_slots), -1)
        self.lanes = [{} for _ in starts]
        upper = jax.tree.map(lambda *leaves: np.stack(leaves), *[s.upper for s in starts])
        self.params = Params(np.zeros((self.n_slots, B, columns), dtype), upper)
        for b, start in enumerate(starts):
            rows = dict(zip(start.features.tolist(), start.W, strict=True))
            nonzero = split_blocks(start.W, self.n_cohorts).any(axis=-1)  # (len, M)
            found = self.cells.ids[start.features][nonzero].tolist()
            for g in dict.fromkeys([*self.cells.always, *found]):
                self._enter(b, g, rows)


def candidates(
    groups: list[tuple[int, ...]], index: Sequence[np.ndarray] | np.ndarray, fit: Refit
) -> Callable[[int], Candidate]:
    """The candidate that each refitted lane is."""
    fit = on_host(fit)

    def lane(b: int) -> Candidate:
        return Candidate(
            groups[b], index[b].copy(), take_lane(fit.params, b), float(fit.objective[b]),
            float(fit.held_out[b]), fit.outputs[:, b].copy(),
        )  # fmt: skip

    return lane


def take_lane(params: Params, b: int) -> Params:
    """Lane `b` of a batch of NumPy params."""
    return Params(params.W[:, b], jax.tree.map(lambda leaf: leaf[b], params.upper))

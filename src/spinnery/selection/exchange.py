"""Feature exchange: the best support of every size, by adding and dropping one group at a time.

The penalised path shrinks all rows alike, so at a given size it may hold a noise feature and lack
a weak true one. The relaxed refit's own objective tells them apart: starting from the path's
supports, groups enter by the expected fall of that objective and leave by its rise, each move
followed by a refit, and for every size the best support seen is kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import jax
import numpy as np

from ..arrays import Array
from ..problem import Params
from ..solvers.refit import Data, refit, score_features


@dataclass(frozen=True)
class Candidate:
    """One lane's best model with a given number of groups."""

    groups: tuple[int, ...]
    index: np.ndarray  # (k,) features in slots; >= p where empty
    params: Params  # NumPy, W (k, T), no lane axis
    objective: float
    sample_losses: np.ndarray  # (n,)


@dataclass(frozen=True)
class Start:
    """Where a lane's search begins: features, their rows `(len, T)`, and the upper network."""

    features: np.ndarray
    W: np.ndarray
    upper: object


class Exchange:
    """The search over all lanes of `data`, in step."""

    def __init__(
        self, data: Data, group_ids: np.ndarray, n_groups: int, starts: list[Start], n_slots: int,
        tol: Array = 1e-3, max_iter: int = 60, on_step: Callable[[], None] = lambda: None,
    ):  # fmt: skip
        self.data, self.n_groups, self.tol, self.max_iter = data, n_groups, tol, max_iter
        self.on_step = on_step
        self.p = data.X.shape[1]
        order = np.argsort(group_ids, kind="stable")
        bounds = np.searchsorted(group_ids[order], np.arange(n_groups + 1))
        self.members = [order[a:b] for a, b in itertools.pairwise(bounds)]
        self.group_ids = group_ids
        self.n_slots = n_slots
        self.lanes = [list(dict.fromkeys(group_ids[s.features])) for s in starts]
        self.best: list[dict[int, Candidate]] = [{} for _ in starts]
        self.params: Params
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
        self._refit()
        for i, sweep in enumerate(sweeps):
            smallest = 0 if i == len(sweeps) - 1 else 1
            while self._move(max_groups if sweep == "f" else smallest, enter=sweep == "f"):
                self._refit()
                if sweep == "f" and enough(self.best):
                    break
        return self.best

    # -- one step ---------------------------------------------------------------------------

    def _refit(self) -> None:
        fit = refit(self.data, self.index, self.params, self.tol, self.max_iter)
        self.params = fit.params
        scores = score_features(self.data, self.index, self.slot_group, self.params)
        self.gain = self._per_group(np.asarray(scores.gain))
        self.cost = np.asarray(scores.cost)
        params = jax.tree.map(np.asarray, self.params)
        objective, losses = np.asarray(fit.objective), np.asarray(fit.sample_losses)
        for b, groups in enumerate(self.lanes):
            self.gain[groups, b] = -np.inf
            known = self.best[b].get(len(groups))
            if known is None or objective[b] < known.objective:
                self.best[b][len(groups)] = Candidate(
                    tuple(sorted(groups)), self.index[b].copy(), take_lane(params, b),
                    float(objective[b]), losses[:, b],
                )  # fmt: skip
        self.on_step()

    def _move(self, target: int, enter: bool) -> bool:
        """Move every lane one group towards `target`; False when none can."""
        W = np.array(self.params.W)
        moved = False
        for b, groups in enumerate(self.lanes):
            if enter:
                free = np.flatnonzero(self.index[b] == self.p)
                g = int(np.argmax(self.gain[:, b]))
                new = self.members[g]
                if len(groups) >= target or len(free) < len(new) or not self.gain[g, b] > 0:
                    continue
                slots = free[: len(new)]
                self.index[b, slots] = new
                self.slot_group[b, slots] = slots[0]
                groups.append(g)
            else:
                if len(groups) <= target:
                    continue
                used = np.unique(self.slot_group[b][self.index[b] < self.p])
                q = used[np.argmin(self.cost[used, b])]
                slots = np.flatnonzero(self.slot_group[b] == q)
                groups.remove(int(self.group_ids[self.index[b, slots[0]]]))
                self.index[b, slots] = self.p
                self.slot_group[b, slots] = -1
            W[slots, b] = 0
            moved = True
        self.params = self.params._replace(W=W)
        return moved

    # -- bookkeeping ------------------------------------------------------------------------

    def _place(self, starts: list[Start]) -> None:
        T = starts[0].W.shape[1]
        dtype = self.data.X.dtype
        self.index = np.full((len(starts), self.n_slots), self.p)
        self.slot_group = np.full((len(starts), self.n_slots), -1)
        W = np.zeros((self.n_slots, len(starts), T), dtype)
        for b, start in enumerate(starts):
            k = 0
            for g in self.lanes[b]:
                members = self.members[g]
                slots = np.arange(k, k + len(members))
                self.index[b, slots] = members
                self.slot_group[b, slots] = k
                for slot, feature in zip(slots, members, strict=True):
                    at = np.flatnonzero(start.features == feature)
                    if len(at):
                        W[slot, b] = start.W[at[0]]
                k += len(members)
        upper = jax.tree.map(lambda *leaves: np.stack(leaves), *[s.upper for s in starts])
        self.params = Params(W, upper)

    def _per_group(self, values: np.ndarray) -> np.ndarray:
        """Sum features' values over groups: `(p, B) -> (n_groups, B)`."""
        values = values[: len(self.group_ids)]
        if self.n_groups == len(self.group_ids):
            out = np.empty_like(values)
            out[self.group_ids] = values
            return out
        out = np.zeros((self.n_groups, values.shape[1]), values.dtype)
        np.add.at(out, self.group_ids, values)
        return out


def take_lane(params: Params, b: int) -> Params:
    """Lane `b` of a batch of NumPy params."""
    return Params(params.W[:, b], jax.tree.map(lambda leaf: leaf[b], params.upper))

"""The chosen features trained without each fold: with all of them, without one, with another.

A fit is a lane. Those with all features start from fresh weights; the others start where these
ended, a feature's row being zero, so that a fold's samples never reach its own fits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import jax
import numpy as np

from ..compilation import precision
from ..devices import on_host
from ..engine.problem import Params
from ..engine.refit import Data, refit, score_features
from ..inputs.table import Table
from ..nn import init_lanes
from ..selection.exchange import Candidate, Cells, candidates
from ..selection.lanes import stacked
from ..selection.starts import Settings
from .halves import LANES

MAX_ITER, TOL = 200, 1e-3


@dataclass(frozen=True)
class Support:
    """Columns in slots `(M, k)`, by cohort, and which unit (group of features) each belongs to."""

    index: np.ndarray
    unit: np.ndarray  # (k,) number of the unit, -1 where empty or always in


@dataclass(frozen=True)
class Refits:
    """Fits of a support, or of one near it, without each fold.

    Attributes
    ----------
    table : Table
    settings : Settings
    hidden : tuple of int
    ridge : float
    support : Support
    folds : list of int arrays
        Rows held out together.
    dtype : str
    """

    table: Table
    settings: Settings
    hidden: tuple[int, ...]
    ridge: float
    support: Support
    folds: list[np.ndarray]
    dtype: str

    @property
    def features(self) -> np.ndarray:
        """The table's numbers of the features in use, `(m,)`, in the order of their slots."""
        return self.support.index.min(axis=0)[self.support.unit >= 0]

    @property
    def units(self) -> np.ndarray:
        """The unit of each of `features`, `(m,)`."""
        return self.support.unit[self.support.unit >= 0]

    @property
    def n_units(self) -> int:
        return int(self.support.unit.max(initial=-1)) + 1

    @cached_property
    def whole(self) -> list[Candidate]:
        """Every fold's fit of the whole support."""
        B, M, p = len(self.folds), self.table.n_cohorts, self.table.X.shape[1]
        n_outputs = self.table.loss.n_outputs(self.table.targets.shape[1])
        W, upper = init_lanes(
            [self.settings.seed] * B, len(self.support.unit), self.hidden, n_outputs,
            self.settings.activation, self.table.X.dtype,
        )  # fmt: skip
        used = (self.support.index < p).T  # (k, M)
        rows = (used[:, None, :, None] * W[:, :, None]).reshape(len(W), B, -1)
        index = np.repeat(self.support.index[None], B, axis=0)
        start = Params(rows, self.settings.sharing.spread(upper, M))
        return self._trained(index, start, list(range(B)))

    def without(self, units: list[int]) -> list[list[Candidate]]:
        """For each of the units, every fold's fit without it."""
        return self._near([(unit, None) for unit in units])

    def instead(self, changes: list[tuple[int, int]]) -> list[list[Candidate]]:
        """For each pair of a unit and a feature, every fold's fit with the one for the other."""
        return self._near(changes)

    def _near(self, changes: list) -> list[list[Candidate]]:
        if not changes:
            return []
        starts = [self._changed(fit, *change) for change in changes for fit in self.whole]
        index, params = stacked(starts)
        fits = self._trained(index, params, list(range(len(self.folds))) * len(changes))
        J = len(self.folds)
        return [fits[k : k + J] for k in range(0, len(fits), J)]

    def _changed(self, fit: Candidate, unit: int, feature: int | None) -> Candidate:
        """A start: the unit's rows are zero, and the feature (if any) has its first slot."""
        slots = np.flatnonzero(self.support.unit == unit)
        index, W = fit.index.copy(), fit.params.W.copy()
        index[:, slots], W[slots] = self.table.X.shape[1], 0
        if feature is not None:
            index[:, slots[0]] = feature
        return replace(fit, index=index, params=fit.params._replace(W=W))

    def gains(self, fits: list[Candidate]) -> np.ndarray:
        """What each group would bring at first order to the folds' fits, on average, `(n_groups,)`.

        Of the first `LANES` folds.
        """
        fits = fits[:LANES]
        padded = (fits * LANES)[:LANES]
        index, params = stacked(padded)
        folds = [self.folds[k % len(fits)] for k in range(LANES)]
        labels = np.arange(1)
        with precision(self.dtype):
            scores = score_features(self._data(folds), index, -np.ones_like(index), labels, params)
        ids = np.repeat(self.settings.groups.ids[:, None], self.table.n_cohorts, axis=1)
        cells = Cells(ids, self.settings.groups.prices)
        return cells.per_group(on_host(scores.gain)).mean(axis=1)

    def _trained(self, index: np.ndarray, params: Params, of: list[int]) -> list[Candidate]:
        """Lanes trained in portions, each without its fold."""
        out: list[Candidate] = []
        for start in range(0, len(of), LANES):
            real = np.arange(start, min(start + LANES, len(of)))
            lanes = np.resize(real, LANES)
            upper = jax.tree.map(lambda leaf, lanes=lanes: leaf[lanes], params.upper)
            begin = Params(params.W[:, lanes], upper)
            with precision(self.dtype):
                data = self._data([self.folds[of[lane]] for lane in lanes])
                tol = np.full(LANES, TOL, data.X.dtype)
                fit = refit(data, index[lanes], begin, tol, MAX_ITER)
                found = candidates([()] * LANES, index[lanes], fit)
                out.extend(found(b) for b in range(len(real)))
        return out

    def _data(self, folds: list[np.ndarray]) -> Data:
        weights = np.stack([self.table.without(rows) for rows in folds], axis=1)
        return self.table.padded(weights, np.full(len(folds), self.ridge))

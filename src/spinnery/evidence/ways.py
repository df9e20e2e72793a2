"""The ways in which a half is searched: the estimator's architectures and, beside networks, curves.

A network of half the samples misses what that of all finds. Where the estimator may take one, a
linear model of features and their squares searches, too: a peak, a valley, a bend by itself is in
reach of far fewer samples there, in a tenth of a network's time. The linear model then names two
features where the others name one: what is linear is found as before (docs/decisions.md, 91).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..engine.path import Groups
from ..inputs.table import Table
from ..selection.lanes import slots_for
from ..selection.starts import Settings

LEAST = 1e-3  # standard deviation of what squares add to their features; of two levels it is none


@dataclass(frozen=True)
class Way:
    """One way: a model, the columns that it may use, and which of them are one group.

    Where ways' picks are joined, it names `at_a_time` groups whenever it is its turn.
    """

    hidden: tuple[int, ...]
    table: Table
    groups: Groups
    at_a_time: int = 1

    def settings(self, settings: Settings, size: int) -> Settings:
        """Of a search for up to `size` groups."""
        return replace(settings, groups=self.groups, max_features=size)

    def n_slots(self, settings: Settings, size: int) -> int:
        """Places for their columns."""
        return slots_for(self.settings(settings, size))


def ways_of(table: Table, groups: Groups, architectures: list[tuple[int, ...]]) -> list[Way]:
    """The architectures and, beside networks on a dense table, features with their squares."""
    if not any(architectures) or not isinstance(table.X, np.ndarray):
        return [Way(hidden, table, groups) for hidden in architectures]
    ways = [Way(hidden, table, groups, 1 if hidden else 2) for hidden in architectures]
    return [*ways, Way((), with_squares(table), twice(groups))]


def with_squares(table: Table) -> Table:
    """The columns, then what their squares add to them: of weighted mean 0 and variance 1, or 0.

    Within each cohort, as the table itself; a square's column has its feature's number.
    """
    squares = np.zeros_like(table.X)
    for m in range(table.n_cohorts):
        rows = table.codes == m
        squares[rows] = _added(table.X[rows].astype(float), table.weights[rows])
    return replace(
        table, X=np.concatenate([table.X, squares], axis=1), columns=np.tile(table.columns, 2),
        center=np.tile(table.center, 2), scale=np.tile(table.scale, 2),
    )  # fmt: skip


def _added(X: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What squares of standardised columns add to a constant and the columns, standardised."""
    w = weights / weights.sum()
    squares = X**2
    squares -= w @ squares
    squares -= (w @ (squares * X)) * X
    deviation = np.sqrt(w @ squares**2)
    return np.where(deviation > LEAST, squares / np.maximum(deviation, LEAST), 0)


def twice(groups: Groups) -> Groups:
    """The groups of columns and their squares; what the user weighs each by stays the same."""
    weights = None if groups.weights is None else np.sqrt(2) * groups.weights
    return Groups(np.tile(groups.ids, 2), weights)

"""From a user's table to what the engine eats, and back to the user's units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np
from scipy import sparse

from ..arrays import Array
from ..devices import share_out
from ..engine.design import round_up
from ..engine.refit import Data
from ..losses import AnyLoss
from .large import is_large, place, scales_by_block
from .order import canonical_order
from .scale import standard_scale, standardise
from .sparse import SparseMatrix, standardise_sparse

FEATURE_GRID = 16  # low end of the grids that features, and samples of one of several cohorts, use
COHORT_GRID = 16


@dataclass(frozen=True)
class Table:
    """A data set standardised within each of its M cohorts.

    `X` `(n, p)` has weighted mean 0 and variance 1 per column and cohort (constant and absent
    columns are 0), `targets` `(n, q)` are as `loss` takes them, `weights` `(n,)` sum to one.
    Samples are in the user's order, features in a canonical one: feature k is the user's
    `columns[k]`. On the device samples are in a canonical order, too.
    """

    X: Array  # a NumPy array, SparseMatrix or Placed: parts X[rows, columns] are dense
    targets: np.ndarray
    weights: np.ndarray
    codes: np.ndarray  # (n,) cohort of each sample, 0 ... M - 1
    center: np.ndarray  # (M, p)
    scale: np.ndarray  # (M, p)
    columns: np.ndarray  # (p,) the user's number of each feature
    order: np.ndarray  # (n,) samples in their canonical order
    loss: AnyLoss

    @property
    def n_cohorts(self) -> int:
        return len(self.center)

    @cached_property
    def layout(self) -> tuple[np.ndarray, tuple[int, ...]]:
        """Each sample's row on the device `(n,)`, and the cohorts' bounds there."""
        return _layout(self.codes, self.order)

    def padded(self, weights: np.ndarray, ridge: np.ndarray) -> Data:
        """On the device, cohort after cohort, zero-padded to a coarse grid of shapes.

        Data of the same padded shape share compiled programs. `weights` `(n, B)` are the lanes'
        sample weights, `ridge` `(B,)`.
        """
        width = round_up(self.X.shape[1], FEATURE_GRID)
        plain = isinstance(self.X, np.ndarray)
        return Data(
            self.place(self.X, width) if plain else self.X.placed(*self.layout, width),
            self.place(self.targets),
            self.place(weights),
            jnp.asarray(ridge, self.X.dtype),
            self.loss,
            self.layout[1],
            self.place(self.weights),
        )

    def place(self, values: np.ndarray, width: int | None = None) -> Array:
        """Values per sample `(n,)` or `(n, k)` on the device, zero where there is no sample."""
        rows, bounds = self.layout
        out = np.zeros((bounds[-1], *([width] if width else values.shape[1:])), self.X.dtype)
        out[(rows, slice(values.shape[1])) if width else rows] = values
        return share_out(out)

    def only(self, features: np.ndarray) -> Table:
        """The same samples with some of the features, `(p,)` bool."""
        return replace(
            self, X=columns_of(self.X, features), center=self.center[:, features],
            scale=self.scale[:, features], columns=self.columns[features],
        )  # fmt: skip

    def sample(self, rows: np.ndarray) -> Table:
        """Some of the samples, `rows` increasing, with the features as they stand."""
        place = np.full(len(self.codes), -1)
        place[rows] = np.arange(len(rows))
        order, weights = place[self.order], self.weights[rows]
        X = self.X.of(rows) if isinstance(self.X, SparseMatrix) else self.X[rows, :]
        return replace(
            self, X=X, targets=self.targets[rows], weights=weights / weights.sum(),
            codes=self.codes[rows], order=order[order >= 0],
        )  # fmt: skip

    def without(self, rows: np.ndarray) -> np.ndarray:
        """Sample weights with `rows` held out, summing to one."""
        weights = self.weights.copy()
        weights[rows] = 0
        return weights / weights.sum()


def columns_of(X: Any, columns: np.ndarray) -> Any:
    """Some columns, kept as `X` is."""
    return X[:, columns] if isinstance(X, np.ndarray) else X.only(columns)


def _layout(codes: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, tuple[int, ...]]:
    sizes = np.bincount(codes)
    low = 64 if len(sizes) == 1 else COHORT_GRID
    bounds = np.cumsum([0, *(round_up(int(size), low) for size in sizes)])
    rows = np.empty(len(codes), int)
    for m, size in enumerate(sizes):
        rows[order[codes[order] == m]] = bounds[m] + np.arange(size)
    return rows, tuple(bounds.tolist())


def make_table(
    X: Array, targets: np.ndarray, weights: np.ndarray, codes: np.ndarray, loss: AnyLoss, dtype
) -> Table:
    """Inputs standardised within cohorts `codes` `(n,)`, beside targets as the loss takes them."""
    if is_large(X):
        return _large_table(X, targets, weights, codes, loss, dtype)
    if sparse.issparse(X):
        inputs: Array
        inputs, center, scale = standardise_sparse(X, weights, codes, dtype)
    else:
        inputs, center, scale = standardise(X, weights, codes, dtype, standard_scale)
    order, columns = canonical_order(inputs, targets, weights)
    return Table(
        columns_of(inputs, columns), targets.astype(dtype), weights, codes, center[:, columns],
        scale[:, columns], columns, order, loss,
    )  # fmt: skip


def _large_table(
    X: np.ndarray, targets: np.ndarray, weights: np.ndarray, codes: np.ndarray, loss: AnyLoss, dtype
) -> Table:
    """The same, block by block."""
    found = scales_by_block(X, weights, codes, np.dtype(dtype))
    order, columns = canonical_order(found, targets, weights)
    rows, bounds = _layout(codes, order)
    inputs = place(found, rows, columns, bounds[-1], round_up(len(columns), FEATURE_GRID))
    center, scale = found.center[:, columns], found.scale[:, columns]
    return Table(
        inputs, targets.astype(dtype), weights, codes, center, np.where(np.isinf(scale), 1, scale),
        columns, order, loss,
    )  # fmt: skip

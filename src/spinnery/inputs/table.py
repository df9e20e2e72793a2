"""From a user's table to what the engine eats, and back to the user's units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from ..devices import share_out
from ..engine.design import round_up
from ..engine.refit import Data
from ..losses import AnyLoss
from .order import canonical_order
from .scale import standard_scale, standardise

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

    X: np.ndarray
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
        sizes = np.bincount(self.codes)
        low = 64 if len(sizes) == 1 else COHORT_GRID
        bounds = np.cumsum([0, *(round_up(int(size), low) for size in sizes)])
        rows = np.empty(len(self.codes), int)
        for m, size in enumerate(sizes):
            rows[self.order[self.codes[self.order] == m]] = bounds[m] + np.arange(size)
        return rows, tuple(bounds.tolist())

    def padded(self, weights: np.ndarray, ridge: np.ndarray) -> Data:
        """On the device, cohort after cohort, zero-padded to a coarse grid of shapes.

        Data of the same padded shape share compiled programs. `weights` `(n, B)` are the lanes'
        sample weights, `ridge` `(B,)`.
        """
        return Data(
            self.place(self.X, round_up(self.X.shape[1], FEATURE_GRID)),
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
            self, X=self.X[:, features], center=self.center[:, features],
            scale=self.scale[:, features], columns=self.columns[features],
        )  # fmt: skip

    def without(self, rows: np.ndarray) -> np.ndarray:
        """Sample weights with `rows` held out, summing to one."""
        weights = self.weights.copy()
        weights[rows] = 0
        return weights / weights.sum()


def make_table(
    X: np.ndarray, targets: np.ndarray, weights: np.ndarray, codes: np.ndarray, loss: AnyLoss, dtype
) -> Table:
    """Inputs standardised within cohorts `codes` `(n,)`, beside targets as the loss takes them."""
    inputs, center, scale = standardise(X, weights, codes, dtype, standard_scale)
    order, columns = canonical_order(inputs, targets, weights)
    return Table(
        inputs[:, columns], targets.astype(dtype), weights, codes, center[:, columns],
        scale[:, columns], columns, order, loss,
    )  # fmt: skip

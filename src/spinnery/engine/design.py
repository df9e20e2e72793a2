"""The data matrix as a linear operator.

Data enter the engine only through two products, `X @ W` and `X.T @ Z`; how they are stored is
this module's business alone. `W` has shape `(p, B, T)` (features, lanes, hidden units), `Z` has
shape `(n, B, T)`. With M cohorts a row of `W` holds one block per cohort, `(p, B, M T)`, and each
sample meets its own cohort's block only.
"""

from __future__ import annotations

import abc
import itertools

import equinox as eqx
import jax.numpy as jnp

from ..arrays import Array


class Design(eqx.Module):
    """A data matrix of `n` samples, those of a cohort side by side."""

    @property
    @abc.abstractmethod
    def bounds(self) -> tuple[int, ...]:
        """Cohort m is rows `bounds[m]` to `bounds[m + 1]`."""

    @abc.abstractmethod
    def matmul(self, W: Array) -> Array:
        """`X W`: `(p, B, T) -> (n, B, T)`."""

    @abc.abstractmethod
    def rmatmul(self, Z: Array) -> Array:
        """`X' Z`: `(n, B, T) -> (p, B, T)`."""


class DenseDesign(Design):
    """One matrix `(n, p)` shared by all lanes: B models cost one wide matrix product."""

    X: Array

    @property
    def bounds(self) -> tuple[int, ...]:
        return (0, self.X.shape[0])

    def matmul(self, W: Array) -> Array:
        p, *lanes = W.shape
        return (self.X @ W.reshape(p, -1)).reshape(self.X.shape[0], *lanes)

    def rmatmul(self, Z: Array) -> Array:
        n, *lanes = Z.shape
        return (self.X.T @ Z.reshape(n, -1)).reshape(self.X.shape[1], *lanes)


class LaneDesign(Design):
    """Each lane has columns of its own, `X` of shape `(B, n, k)`: few features, all different."""

    X: Array

    @property
    def bounds(self) -> tuple[int, ...]:
        return (0, self.X.shape[1])

    def matmul(self, W: Array) -> Array:
        return jnp.einsum("bnk,kbt->nbt", self.X, W)

    def rmatmul(self, Z: Array) -> Array:
        return jnp.einsum("bnk,nbt->kbt", self.X, Z)


class CohortDesign(Design):
    """One design per cohort, rows one below the other, weights side by side.

    No block-diagonal matrix is formed: the cost is that of the samples.
    """

    cohorts: tuple[Design, ...]

    @property
    def bounds(self) -> tuple[int, ...]:
        return (0, *itertools.accumulate(cohort.bounds[-1] for cohort in self.cohorts))

    def matmul(self, W: Array) -> Array:
        blocks = split_blocks(W, len(self.cohorts))
        return jnp.concatenate(
            [cohort.matmul(blocks[:, :, m]) for m, cohort in enumerate(self.cohorts)]
        )

    def rmatmul(self, Z: Array) -> Array:
        parts = zip(self.cohorts, itertools.pairwise(self.bounds), strict=True)
        blocks = [cohort.rmatmul(Z[a:b]) for cohort, (a, b) in parts]
        return jnp.concatenate(blocks, axis=-1)


def split_blocks(W: Array, n_cohorts: int) -> Array:
    """Rows as blocks: `(..., M T)` to `(..., M, T)`."""
    return W.reshape(*W.shape[:-1], n_cohorts, W.shape[-1] // n_cohorts)


def dense_design(X: Array, bounds: tuple[int, ...]) -> Design:
    """All columns of `X` for all lanes, in the cohorts that `bounds` delimits."""
    parts = tuple(DenseDesign(X[a:b]) for a, b in itertools.pairwise(bounds))
    return parts[0] if len(parts) == 1 else CohortDesign(parts)


def lane_design(X: Array, bounds: tuple[int, ...], index: Array) -> Design:
    """Columns `index[b, m]` for lane `b` in cohort `m`, from `(B, M, k)`; `>= p` is empty."""

    def part(m, a, b):
        columns = jnp.take(X[a:b], index[:, m], axis=1, mode="fill", fill_value=0)  # (n, B, k)
        return LaneDesign(jnp.swapaxes(columns, 0, 1))

    parts = tuple(part(m, a, b) for m, (a, b) in enumerate(itertools.pairwise(bounds)))
    return parts[0] if len(parts) == 1 else CohortDesign(parts)


def round_up(size: int, low: int = 64) -> int:
    """The next size on a coarse grid (`low`, then 1, 1.5, 2, 3, 4, 6 ... times a power of two).

    Programs are compiled per shape; data padded to few shapes share them.
    """
    grid = low
    while size > grid:
        if 2 * size <= 3 * grid:
            return 3 * grid // 2
        grid *= 2
    return grid

"""The data matrix as a linear operator.

Data enter the engine only through two products, `X @ W` and `X.T @ Z`; how they are stored is
this module's business alone. `W` has shape `(p, B, T)` (features, lanes, hidden units), `Z` has
shape `(n, B, T)`.
"""

from __future__ import annotations

import abc

import equinox as eqx
import jax.numpy as jnp

from .arrays import Array


class Design(eqx.Module):
    """A data matrix of `n` samples."""

    @abc.abstractmethod
    def matmul(self, W: Array) -> Array:
        """`X W`: `(p, B, T) -> (n, B, T)`."""

    @abc.abstractmethod
    def rmatmul(self, Z: Array) -> Array:
        """`X' Z`: `(n, B, T) -> (p, B, T)`."""


class DenseDesign(Design):
    """One matrix `(n, p)` shared by all lanes: B models cost one wide matrix product."""

    X: Array

    def matmul(self, W: Array) -> Array:
        p, *lanes = W.shape
        return (self.X @ W.reshape(p, -1)).reshape(self.X.shape[0], *lanes)

    def rmatmul(self, Z: Array) -> Array:
        n, *lanes = Z.shape
        return (self.X.T @ Z.reshape(n, -1)).reshape(self.X.shape[1], *lanes)


class LaneDesign(Design):
    """Each lane has columns of its own, `X` of shape `(B, n, k)`: few features, all different."""

    X: Array

    def matmul(self, W: Array) -> Array:
        return jnp.einsum("bnk,kbt->nbt", self.X, W)

    def rmatmul(self, Z: Array) -> Array:
        return jnp.einsum("bnk,nbt->kbt", self.X, Z)


def take_lanes(X_columns: Array, index: Array) -> LaneDesign:
    """Columns `index[b]` for lane `b`, from `X_columns = X.T` of shape `(p + 1, n)`.

    The last row of `X_columns` is zero: `index == p` marks an empty slot.
    """
    return LaneDesign(jnp.swapaxes(X_columns[index], 1, 2))


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

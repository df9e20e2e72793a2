"""Sparse columns, centred without becoming dense.

A standardised cohort is `X = S - r m'`: `S` sparse, `m` `(p,)` what each column's zeros stand at
below their mean, `r` `(n,)` 1 for a sample and 0 for a padded row. Both products are those of `S`
with a rank-one correction.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax.experimental.sparse import BCSR
from scipy import sparse

from ..arrays import Array
from .design import Design, round_up


class Compressed(eqx.Module):
    """A sparse matrix by rows: row i is entries `starts[i]` to `starts[i + 1]`."""

    values: Array  # (entries,), padded
    places: Array  # (entries,) their columns
    starts: Array  # (n + 1,)

    def matmul(self, W: Array) -> Array:
        """Its product with `(p, T)`, `(n, T)`."""
        shape = (len(self.starts) - 1, len(W))
        return BCSR((self.values, self.places, self.starts), shape=shape) @ W


class SparseDesign(Design):
    """One cohort's matrix, for all lanes, kept by rows and by columns."""

    by_row: Compressed
    by_column: Compressed
    shift: Array  # (p,) m
    real: Array  # (n,) r
    longest: int = eqx.field(static=True)  # entries that a column has at most

    @property
    def bounds(self) -> tuple[int, ...]:
        return (0, len(self.real))

    def matmul(self, W: Array) -> Array:
        flat = W.reshape(len(W), -1)
        out = self.by_row.matmul(flat) - self.real[:, None] * (self.shift @ flat)
        return out.reshape(len(out), *W.shape[1:])

    def rmatmul(self, Z: Array) -> Array:
        flat = Z.reshape(len(Z), -1)
        out = self.by_column.matmul(flat) - self.shift[:, None] * (self.real @ flat)
        return out.reshape(len(out), *Z.shape[1:])

    def columns(self, which: Array) -> Array:
        """Columns of numbers `which` `(...)` as dense ones, `(n, ...)`; `>= p` is an empty one."""
        p, n, flat = len(self.shift), len(self.real), jnp.ravel(which)
        first, end = (self.by_column.starts[jnp.minimum(flat + k, p)] for k in (0, 1))
        places = first[:, None] + jnp.arange(self.longest)
        there = places < end[:, None]
        rows = jnp.where(there, self.by_column.places[places], n)
        values = jnp.where(there, self.by_column.values[places], 0)
        out = jnp.zeros((len(flat), n), values.dtype)
        out = out.at[jnp.arange(len(flat))[:, None], rows].set(values, mode="drop")
        shift = jnp.take(self.shift, flat, mode="fill", fill_value=0)
        return (out - shift[:, None] * self.real).T.reshape(n, *which.shape)


class SparseFeatures(eqx.Module):
    """All columns of all cohorts, one below the other."""

    cohorts: tuple[SparseDesign, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """`(n, p)`, padding included."""
        return sum(len(one.real) for one in self.cohorts), len(self.cohorts[0].shift)

    @property
    def dtype(self):
        """Of the values."""
        return self.cohorts[0].shift.dtype


def sparse_design(entries: sparse.csc_array, shift: np.ndarray, n: int, p: int) -> SparseDesign:
    """`S` and `m` of one cohort on the device, padded to `n` rows and `p` columns."""
    samples, features = entries.shape
    by_row = entries.tocsr()
    return SparseDesign(
        _compressed(by_row, n),
        _compressed(entries, p),
        jnp.asarray(np.pad(shift, (0, p - features))),
        jnp.asarray((np.arange(n) < samples).astype(shift.dtype)),
        min(round_up(int(np.diff(entries.indptr).max(initial=1)), 16), n),
    )


def _compressed(matrix: sparse.csr_array | sparse.csc_array, n: int) -> Compressed:
    """With empty rows added up to `n`, and room for entries up to a coarse grid of sizes."""
    spare = round_up(matrix.nnz) - matrix.nnz
    starts = np.pad(matrix.indptr, (0, n + 1 - len(matrix.indptr)), mode="edge")
    return Compressed(
        jnp.asarray(np.pad(matrix.data, (0, spare))),
        jnp.asarray(np.pad(matrix.indices, (0, spare)).astype(np.int32)),
        jnp.asarray(starts.astype(np.int32)),
    )

"""What the engine asks of all features, however they are kept: one dense array, or sparse columns.

Few columns are taken as dense ones: those of lanes, and those that a path works on.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from scipy import sparse

from ..arrays import Array
from ..devices import lies_elsewhere, on_host
from ..penalties import Penalty, Rows
from .design import CohortDesign, Design, LaneDesign, dense_design, lane_design
from .sparse import SparseDesign, SparseFeatures

WIDE, BLOCK = 2**18, 2**14  # columns; so many are taken together where there are more


def shared_design(X: Array | SparseFeatures, bounds: tuple[int, ...]) -> Design:
    """All columns for all lanes, in the cohorts that `bounds` delimits."""
    return _joined(X.cohorts) if isinstance(X, SparseFeatures) else dense_design(X, bounds)


def own_design(X: Array | SparseFeatures, bounds: tuple[int, ...], index: Array) -> Design:
    """Columns `index[b, m]` for lane `b` in cohort `m`, from `(B, M, k)`; `>= p` is empty."""
    if not isinstance(X, SparseFeatures):
        return lane_design(X, bounds, index)
    parts = [one.columns(index[:, m]) for m, one in enumerate(X.cohorts)]
    return _joined(tuple(LaneDesign(jnp.swapaxes(part, 0, 1)) for part in parts))


@jax.jit
def take_columns(X: Array | SparseFeatures, columns: Array) -> Array:
    """Some columns as a dense array, `(n, k)`; a number `>= p` is an empty one."""
    if isinstance(X, SparseFeatures):
        return jnp.concatenate([one.columns(columns) for one in X.cohorts])
    return jnp.take(X, columns, axis=1, mode="fill", fill_value=0)


def of_gradients(
    X: Array, bounds: tuple[int, ...], slope: Array,
    what: Callable[[Array, Array | int], Array], penalty: Penalty | None = None,
) -> Array:  # fmt: skip
    """`what(X' slope, 0)`; of very many columns `what(rows, first)` of some rows after the other.

    Results are joined along their first axis. So a gradient of all features, `(p, B, T)`, is never
    held where it would be larger than the data, unless `what` needs a `penalty` that joins rows or
    weighs them.
    """
    joined = penalty is not None and not (
        isinstance(penalty.groups, Rows) and penalty.weights is None
    )
    if joined or not is_wide(X):
        return what(shared_design(X, bounds).rmatmul(slope), 0)
    width = math.gcd(X.shape[1], BLOCK)

    def block(first):
        part = jax.lax.dynamic_slice_in_dim(X, first, width, axis=1)
        return what(dense_design(part, bounds).rmatmul(slope), first)

    found = jax.lax.map(block, jnp.arange(0, X.shape[1], width))
    return found.reshape(-1, *found.shape[2:])


def is_wide(X: Array | SparseFeatures) -> bool:
    """Whether a dense array has more columns than gradients are held of at once."""
    return not isinstance(X, SparseFeatures) and X.shape[1] > WIDE


def varying(X: Array | SparseFeatures, bounds: tuple[int, ...]) -> np.ndarray:
    """Which columns vary in each cohort, `(p, M)`: those of standardised numbers that are not 0."""
    if isinstance(X, SparseFeatures):
        found = [np.diff(np.asarray(one.by_column.starts)) > 0 for one in X.cohorts]
    else:
        dense = X if lies_elsewhere(X) else np.asarray(X)
        found = [on_host(dense[a:b].any(axis=0)) for a, b in itertools.pairwise(bounds)]
    return np.stack(found, axis=1)


def grams_of(X: Array | SparseFeatures, bounds: tuple[int, ...]) -> list[Array]:
    """Each cohort's `X X'` `(n, n)`."""
    if isinstance(X, SparseFeatures):
        return [_sparse_gram(one) for one in X.cohorts]
    return [X[a:b] @ X[a:b].T for a, b in itertools.pairwise(bounds)]


def _sparse_gram(design: SparseDesign) -> np.ndarray:
    """Summed in double precision."""
    real, m = np.asarray(design.real, float), np.asarray(design.shift, float)
    rows = design.by_row
    parts = (np.asarray(rows.values, float), np.asarray(rows.places), np.asarray(rows.starts))
    entries = sparse.csr_array(parts, shape=(len(real), len(m)))
    cross = np.outer(entries @ m, real)
    out = (entries @ entries.T).toarray() - cross - cross.T + (m @ m) * np.outer(real, real)
    return out.astype(design.shift.dtype)


def _joined(parts: tuple[Design, ...]) -> Design:
    return parts[0] if len(parts) == 1 else CohortDesign(parts)

"""The cost of an embedding and its exact gradient.

Points `y_i` are similar by `s_ij = exp(-||y_i - y_j||^2)` (SNE) or `1 / (1 + ||y_i - y_j||^2)`
(t-SNE), and `q = s / sum s`. With affinities `p` of the data,

    C = sum_ij p_ij log(p_ij / q_ij)
    dC/dy_i = 4 sum_j (p_ij - q_ij) v_ij (y_i - y_j),    v = 1 (SNE) or s (t-SNE)

over all pairs of the same points. For a new point among n fixed ones, `p` and `q` are those of its
own row, each summing to one, and the factor is 2.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp

from ..arrays import Array

Tails = Literal["gaussian", "student"]


class Pairs(NamedTuple):
    """Similarities of the points `rows` to the points `columns`."""

    log_s: Array  # (N, M)
    s: Array  # (N, M), 0 for what is no pair
    v: Array | float  # factor of the gradient
    total: Array  # what `s` is divided by: one number, or one a row


def pairs(tails: Tails, rows: Array, columns: Array | None, n: Array) -> Pairs:
    """Similarities in the embedding.

    Parameters
    ----------
    tails : "gaussian" (SNE) or "student" (t-SNE)
    rows : (N, d) array
    columns : (M, d) array or None
        The fixed points, or None for the rows themselves.
    n : scalar
        How many of the columns (and, of the rows themselves, of these too) are real.
    """
    others = rows if columns is None else columns
    D = sum((rows[:, None, k] - others[None, :, k]) ** 2 for k in range(rows.shape[1]))
    i, j = (jax.lax.broadcasted_iota(jnp.int32, D.shape, axis) for axis in (0, 1))
    inside = (i != j) & (i < n) & (j < n) if columns is None else j < n
    axis = None if columns is None else 1
    if tails == "student":
        s = jnp.where(inside, 1 / (1 + D), 0)
        return Pairs(-jnp.log1p(D), s, s, jnp.sum(s, axis=axis, keepdims=True))
    # q does not change when all distances of a sum shrink alike, and exp no longer vanishes.
    nearest = jnp.min(jnp.where(inside, D, jnp.inf), axis=axis, keepdims=True)
    s = jnp.where(inside, jnp.exp(nearest - D), 0)
    return Pairs(nearest - D, s, 1.0, jnp.sum(s, axis=axis, keepdims=True))


def gradient(tails: Tails, P: Array, rows: Array, columns: Array | None, n: Array) -> Array:
    """`dC/dy` of the rows, `(N, d)`; 0 for padded rows of a joint embedding."""
    found = pairs(tails, rows, columns, n)
    M = (P - found.s / found.total) * found.v
    others = rows if columns is None else columns
    # sum_j M_ij (y_i - y_j) as one product: the row sums beside the weighted sums of points.
    ones = jnp.ones((len(others), 1), P.dtype)
    sums = jnp.matmul(M, jnp.hstack([others, ones]), precision="highest")
    return (4 if columns is None else 2) * (sums[:, -1:] * rows - sums[:, :-1])


def cost(tails: Tails, P: Array, rows: Array, columns: Array | None, n: Array) -> Array:
    """`C`, summed over new points if there are several."""
    found = pairs(tails, rows, columns, n)
    log_q = found.log_s - jnp.log(found.total)
    return jnp.sum(jnp.where(P > 0, P * (jnp.log(jnp.where(P > 0, P, 1)) - log_q), 0))

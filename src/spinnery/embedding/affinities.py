"""How likely each point is to pick each other one as its neighbour, at a given perplexity.

With squared distances `D`, point i picks j with probability

    p_j|i = exp(-b_i D_ij) / sum_k exp(-b_i D_ik)

where `b_i` makes the entropy of the row the logarithm of the perplexity. Padded rows and columns
(numbers from `n` on) pick nothing and are never picked.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp

from ..arrays import Array

# log(b) lies between these for distances in units of their row's mean.
LOG_PRECISION = (-35.0, 50.0)
MAX_HALVINGS = 60
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}  # of a row's entropy, in nats


@jax.jit
def joint_affinities(D: Array, n: Array, perplexity: Array) -> Array:
    """Symmetric affinities `p_ij = (p_j|i + p_i|j) / 2n`, `(N, N)`, which sum to one.

    Parameters
    ----------
    D : (N, N) array
        Squared distances, of which the first n rows and columns are real.
    n, perplexity : scalars
    """
    C = conditional_affinities(D, n, perplexity, own=False)
    return (C + C.T) / (2 * n)


@partial(jax.jit, static_argnames="own")
def conditional_affinities(D: Array, n: Array, perplexity: Array, own: bool = True) -> Array:
    """Affinities `p_j|i` of the rows' points to n points, `(N, M)`; real rows sum to one.

    All rows' precisions are bisected at once. A row whose `k > perplexity` nearest points are
    equally far cannot reach the perplexity; those points then share it evenly.

    Parameters
    ----------
    D : (N, M) array
        Squared distances, of which the first n columns are real.
    n, perplexity : scalars
    own : bool
        Whether point i may pick number i: yes where the rows are new points, no where rows and
        columns are the same points (then rows from n on are padding).
    """
    i, j = (jax.lax.broadcasted_iota(jnp.int32, D.shape, axis) for axis in (0, 1))
    inside = j < n if own else (i != j) & (i < n) & (j < n)
    D = D - jnp.min(jnp.where(inside, D, jnp.inf), axis=1, keepdims=True)
    D = jnp.where(inside, D, 0)
    mean = jnp.mean(D, axis=1, keepdims=True)
    D = D / jnp.where(mean > 0, mean, 1)
    target = jnp.log(perplexity)
    tolerance = TOLERANCE[D.dtype.name]

    real = jnp.any(inside, axis=1)

    def weights(log_precision):
        return jnp.where(inside, jnp.exp(-jnp.exp(log_precision)[:, None] * D), 0)

    def excess(log_precision):
        """Entropy of every row minus its target; 0 for padded rows."""
        e = weights(log_precision)
        total = jnp.maximum(jnp.sum(e, axis=1), 1)  # the nearest counts 1; padded rows are empty
        entropy = jnp.log(total) + jnp.exp(log_precision) * jnp.sum(e * D, axis=1) / total
        return jnp.where(real, entropy - target, 0)

    def halve(state):
        low, high, middle, _, steps = state
        found = excess(middle)
        low, high = jnp.where(found > 0, middle, low), jnp.where(found > 0, high, middle)
        middle = jnp.where(jnp.abs(found) > tolerance, (low + high) / 2, middle)
        return low, high, middle, jnp.max(jnp.abs(found)), steps + 1

    low, high = (jnp.full(len(D), end, D.dtype) for end in LOG_PRECISION)
    *_, middle, _, _ = jax.lax.while_loop(
        lambda state: (state[3] > tolerance) & (state[4] < MAX_HALVINGS),
        halve,
        (low, high, (low + high) / 2, jnp.array(jnp.inf, D.dtype), 0),
    )
    e = weights(middle)
    return e / jnp.maximum(jnp.sum(e, axis=1, keepdims=True), 1)

"""The dense start: ridge-only networks on all features, in which every useful one has a part."""

from __future__ import annotations

import itertools
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from ..nn import SHARED, Sharing, init_lanes
from .dense import train_dense
from .design import DenseDesign, split_blocks
from .problem import Params
from .refit import Data


def dense_start(
    data: Data, seeds: list[int], hidden: tuple[int, ...], n_outputs: int, activation: str,
    sharing: Sharing = SHARED,
) -> Params:  # fmt: skip
    """Ridge-only networks on all features, one per seed, `W` of shape `(p, B, M T)`.

    Ridge training never leaves the row space of `X`, so with `p` well over `n` it runs on the
    rotated data `U S` of `X = U S V'`, `n` columns instead of `p`, and returns `V C`. Cohorts
    start from the same weights, so that their hidden units mean the same; each has its rotation.
    """
    p = data.X.shape[1]
    rows = max(b - a for a, b in itertools.pairwise(data.bounds))
    rotate = p > 2 * rows
    width = rows if rotate else p
    # weights are scaled for the p features they stand for, not for the n rotated columns
    scale = ((width + hidden[0]) / (p + hidden[0])) ** 0.5 if hidden else 1.0
    W, one = init_lanes(seeds, width, hidden, n_outputs, activation, data.X.dtype)
    T = W.shape[-1]
    W = np.tile(W * data.X.dtype.type(scale), data.n_cohorts)
    upper = sharing.spread(one, data.n_cohorts)
    if rotate:
        X, bases = _rotation(data.X, data.bounds, width)
        params = train_dense(data.over(X), Params(W, upper))
        return params._replace(W=_unrotate(bases, params.W))
    return train_dense(data.over(data.X), Params(W * present(data, T), upper))


def present(data: Data, T: int) -> np.ndarray:
    """1 for blocks of features that vary in their cohort, 0 elsewhere, `(p, 1, M T)`."""
    X = np.asarray(data.X)
    varies = [np.any(X[a:b] != 0, axis=0) for a, b in itertools.pairwise(data.bounds)]
    return np.repeat(np.stack(varies, axis=1), T, axis=1)[:, None].astype(X.dtype)


@partial(jax.jit, static_argnames=("bounds", "width"))
def _rotation(X: Array, bounds: tuple[int, ...], width: int) -> tuple[Array, list[Array]]:
    """`U S` `(n, width)` and `V` `(p, width)` of every cohort's `X = U S V'`, by Gram matrices."""
    rotated, bases = [], []
    for a, b in itertools.pairwise(bounds):
        values, U = jnp.linalg.eigh(X[a:b] @ X[a:b].T)
        S = jnp.sqrt(jnp.maximum(values, 0))
        inverse = jnp.where(1e-4 * jnp.max(S) < S, 1 / jnp.maximum(S, 1e-30), 0)
        pad = ((0, 0), (0, width - (b - a)))
        rotated.append(jnp.pad(U * S, pad))
        bases.append(jnp.pad(X[a:b].T @ (U * inverse), pad))
    return jnp.concatenate(rotated), bases


@jax.jit
def _unrotate(bases: list[Array], C: Array) -> Array:
    blocks = split_blocks(C, len(bases))
    W = [DenseDesign(basis).matmul(blocks[:, :, m]) for m, basis in enumerate(bases)]
    return jnp.concatenate(W, axis=-1)

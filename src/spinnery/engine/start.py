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
from .features import grams_of, is_wide, of_gradients, varying
from .problem import Params
from .refit import Data
from .sparse import SparseFeatures

MOST_ROTATED = 2048  # samples of sparse data: a rotation is dense, and n x n


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
    thin = isinstance(data.X, SparseFeatures)
    rotate = p > 2 * rows and not (thin and rows > MOST_ROTATED)
    width = rows if rotate else p
    # weights are scaled for the p features they stand for, not for the n rotated columns
    scale = ((width + hidden[0]) / (p + hidden[0])) ** 0.5 if hidden else 1.0
    W, one = init_lanes(seeds, width, hidden, n_outputs, activation, data.X.dtype)
    T = W.shape[-1]
    W = np.tile(W * data.X.dtype.type(scale), data.n_cohorts)
    upper = sharing.spread(one, data.n_cohorts)
    if rotate:
        if thin or is_wide(data.X):
            return _rotated_start(data, Params(W, upper), width)
        X, bases = _rotation(data.X, data.bounds, width)
        params = train_dense(data.over(X), Params(W, upper))
        return params._replace(W=_unrotate(bases, params.W))
    return train_dense(data.over(data.X), Params(W * present(data, T), upper))


def present(data: Data, T: int) -> np.ndarray:
    """1 for blocks of features that vary in their cohort, 0 elsewhere, `(p, 1, M T)`."""
    varies = varying(data.X, data.bounds)
    return np.repeat(varies, T, axis=1)[:, None].astype(data.X.dtype)


@partial(jax.jit, static_argnames=("bounds", "width"))
def _rotation(X: Array, bounds: tuple[int, ...], width: int) -> tuple[Array, list[Array]]:
    """`U S` `(n, width)` and `V` `(p, width)` of every cohort's `X = U S V'`, by Gram matrices."""
    rotated, bases = [], []
    for a, b in itertools.pairwise(bounds):
        U, S, inverse = _singular(X[a:b] @ X[a:b].T)
        pad = ((0, 0), (0, width - (b - a)))
        rotated.append(jnp.pad(U * S, pad))
        bases.append(jnp.pad(X[a:b].T @ (U * inverse), pad))
    return jnp.concatenate(rotated), bases


def _singular(gram: Array) -> tuple[Array, Array, Array]:
    """`U`, `S`, and 1 / `S` where it is not negligible, of `X = U S V'` with `gram = X X'`."""
    values, U = jnp.linalg.eigh(gram)
    S = jnp.sqrt(jnp.maximum(values, 0))
    return U, S, jnp.where(1e-4 * jnp.max(S) < S, 1 / jnp.maximum(S, 1e-30), 0)


def _rotated_start(data: Data, start: Params, width: int) -> Params:
    """The same without `V`, which is as large as a dense `X`: weights are `X' (U S^-1 C)`."""
    grams = grams_of(data.X, data.bounds)
    rotated, left = [], []
    for U, S, inverse in map(jax.jit(_singular), grams):
        rotated.append(jnp.pad(U * S, ((0, 0), (0, width - len(U)))))
        left.append(U * inverse)
    params = train_dense(data.over(jnp.concatenate(rotated)), start)
    blocks = split_blocks(params.W, len(left))
    parts = [DenseDesign(one).matmul(blocks[: len(one), :, m]) for m, one in enumerate(left)]
    return params._replace(W=_through(data.X, data.bounds, jnp.concatenate(parts)))


@partial(jax.jit, static_argnames="bounds")
def _through(X: Array | SparseFeatures, bounds: tuple[int, ...], Z: Array) -> Array:
    return of_gradients(X, bounds, Z, lambda rows, first: rows)


@jax.jit
def _unrotate(bases: list[Array], C: Array) -> Array:
    blocks = split_blocks(C, len(bases))
    W = [DenseDesign(basis).matmul(blocks[:, :, m]) for m, basis in enumerate(bases)]
    return jnp.concatenate(W, axis=-1)

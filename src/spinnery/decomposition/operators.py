"""Linear operators as designs: dense and sparse matrices, pairs of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental.sparse import BCSR
from scipy import sparse

from ..arrays import Array, real_array
from ..engine.design import DenseDesign, Design

NARROW = 8  # XLA's sparse product is fast from this many columns on


class SparseDesign(Design):
    """A sparse matrix and its transpose, each by rows."""

    X: BCSR
    Xt: BCSR

    @property
    def bounds(self) -> tuple[int, ...]:
        return (0, self.X.shape[0])

    def matmul(self, W: Array) -> Array:
        return _product(self.X, W)

    def rmatmul(self, Z: Array) -> Array:
        return _product(self.Xt, Z)


def _product(X: BCSR, W: Array) -> Array:
    columns = W.reshape(len(W), -1)
    width = columns.shape[1]
    padded = jnp.pad(columns, ((0, 0), (0, max(NARROW - width, 0))))
    return (X @ padded)[:, :width].reshape(X.shape[0], *W.shape[1:])


class FunctionDesign(Design):
    """An operator known by what it does to one vector, and its adjoint."""

    forward: Callable = eqx.field(static=True)  # (p,) -> (n,)
    adjoint: Callable = eqx.field(static=True)  # (n,) -> (p,)
    n: int = eqx.field(static=True)

    @property
    def bounds(self) -> tuple[int, ...]:
        return (0, self.n)

    def matmul(self, W: Array) -> Array:
        return _columns(self.forward, W)

    def rmatmul(self, Z: Array) -> Array:
        return _columns(self.adjoint, Z)


def _columns(function: Callable, W: Array) -> Array:
    out = jax.vmap(function, in_axes=1, out_axes=1)(W.reshape(len(W), -1))
    return out.reshape(len(out), *W.shape[1:])


def as_design(A: Any, n: int, dtype: np.dtype) -> tuple[Design, int]:
    """`A` as a design, and its number of columns.

    Parameters
    ----------
    A : (n, p) array or SciPy sparse matrix, or (forward, adjoint)
        Two functions of `jax.numpy` arrays, `(p,) -> (n,)` and `(n,) -> (p,)`.
    n : int
        Entries of a right-hand side.
    dtype : float32 or float64

    Raises
    ------
    ValueError
        If `A` is empty, not finite, does not have n rows, maps everything to zero, or is a pair
        of which one is not the other's adjoint.
    """
    if isinstance(A, (tuple, list)) and len(A) == 2 and all(map(callable, A)):
        forward, adjoint = A
        return _from_functions(forward, adjoint, n, dtype)
    return _from_matrix(A, n, dtype)


def _from_matrix(A: Any, n: int, dtype: np.dtype) -> tuple[Design, int]:
    if sparse.issparse(A):
        A = sparse.csr_array(A)
        A.data = real_array(A.data, dtype, "A")
    else:
        A = real_array(A, dtype, "A")
    if A.ndim != 2 or 0 in A.shape:
        raise ValueError(
            "A must be a matrix (n, p) with rows and columns, or a pair of functions (forward, "
            f"adjoint); got shape {A.shape}."
        )
    if A.shape[0] != n:
        raise ValueError(
            f"A must have as many rows as b has entries; got A {A.shape} and b with {n}. Pass the "
            "transpose of A, or the b that belongs to it."
        )
    entries = A.data if sparse.issparse(A) else A
    if not np.isfinite(entries).all():
        raise ValueError("A contains NaN or infinity. Remove or impute those entries.")
    if not np.any(entries):
        raise _zero_operator()
    if sparse.issparse(A):
        return SparseDesign(*map(BCSR.from_scipy_sparse, (A, A.T.tocsr()))), A.shape[1]
    return DenseDesign(jnp.asarray(A)), A.shape[1]


def _zero_operator() -> ValueError:
    return ValueError(
        "A maps everything to zero, so that b says nothing about x. Check how A was built."
    )


def _from_functions(
    forward: Callable, adjoint: Callable, n: int, dtype: np.dtype
) -> tuple[Design, int]:
    y = np.random.default_rng(0).normal(size=n).astype(dtype)
    back = jax.eval_shape(adjoint, y)
    there = jax.eval_shape(forward, back) if back.ndim == 1 else back
    if back.ndim != 1 or back.size == 0 or there.shape != (n,):
        raise ValueError(
            "A's functions must map vectors to vectors, forward (p,) to (n,) and adjoint (n,) to "
            f"(p,), with n = {n} the entries of b; adjoint gave shape {back.shape}, and forward of "
            f"that {there.shape}. Flatten images inside the functions."
        )
    x = np.random.default_rng(1).normal(size=back.size).astype(dtype)
    image, back = (
        real_array(f(jnp.asarray(v)), float, f"what A's {name} returns")
        for f, v, name in ((forward, x, "forward"), (adjoint, y, "adjoint"))
    )
    if not (np.isfinite(image).all() and np.isfinite(back).all()):
        raise ValueError("A's functions return NaN or infinity. Check them on a random vector.")
    size = np.linalg.norm(image) * np.linalg.norm(y) + np.linalg.norm(x) * np.linalg.norm(back)
    if size == 0:
        raise _zero_operator()
    left, right = float(image @ y), float(x @ back)
    if abs(left - right) > np.sqrt(np.finfo(dtype).eps) * size:
        raise ValueError(
            "A's second function must be the adjoint of its first: <forward(x), y> must equal "
            f"<x, adjoint(y)> for all x and y, but for random ones they are {left:.6g} and "
            f"{right:.6g}. For a convolution, the adjoint convolves with the mirrored kernel."
        )
    return FunctionDesign(forward, adjoint, n), x.size

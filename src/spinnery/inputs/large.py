"""A large dense table: standardised block by block into the one copy that the engine holds.

Nothing as large as the table is made beside that copy, and of a memory-mapped file no more than a
block is kept in memory.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..arrays import Array
from ..devices import share_out
from .scale import standard_scale

LARGE = 2**26  # numbers of a table beyond which it is
BLOCK = 2**23  # numbers standardised together


@dataclass(frozen=True)
class Standardised:
    """The numbers of `X` as they will be: `z[rows, columns]` are standardised when asked for."""

    X: np.ndarray
    center: np.ndarray  # (M, p)
    scale: np.ndarray  # (M, p), infinite where a column is to be zero
    codes: np.ndarray  # (n,)
    dtype: np.dtype

    @property
    def shape(self) -> tuple[int, int]:
        return self.X.shape

    def __getitem__(self, part) -> np.ndarray:
        rows, columns = part
        codes = 0 if len(self.center) == 1 else self.codes[rows]
        center, scale = (of[:, columns][codes] for of in (self.center, self.scale))
        moved = np.asarray(self.X[rows, columns], np.float64) - center
        moved /= scale
        forget_pages(self.X)
        np.copyto(moved, 0, where=np.isinf(scale))
        return moved.astype(self.dtype)


@dataclass(frozen=True)
class Placed:
    """Standardised numbers that lie as the engine has them; `X[rows, columns]` are some of them."""

    values: np.ndarray  # (N, P), padded
    on_device: Array  # the same; on a CPU the same memory
    rows: np.ndarray  # (n,) of each sample
    columns: np.ndarray  # (p,) of each feature

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.columns)

    @property
    def dtype(self) -> np.dtype:
        return self.values.dtype

    def __getitem__(self, part) -> np.ndarray:
        rows, columns = (p.ravel() if isinstance(p, np.ndarray) else p for p in part)
        columns = self.columns[columns]
        if len(columns) and columns[-1] - columns[0] == len(columns) - 1:
            run = slice(columns[0], columns[-1] + 1)
            if np.array_equal(columns, np.arange(run.start, run.stop)):
                return self.values[self.rows[rows], run]
        return self.values[np.ix_(self.rows[rows], columns)]

    def only(self, columns: np.ndarray) -> Placed:
        """Some of the columns, where they lie."""
        return replace(self, columns=self.columns[columns])

    def placed(self, rows: np.ndarray, bounds: tuple[int, ...], width: int) -> Array:
        """On the device."""
        return self.on_device


def is_large(X: Any) -> bool:
    """Whether an array is to be read block by block."""
    return isinstance(X, np.ndarray) and X.size > LARGE


def scales_by_block(
    X: np.ndarray, weights: np.ndarray, codes: np.ndarray, dtype: np.dtype
) -> Standardised:
    """Centres and scales of all columns, within cohorts."""
    M, (n, p) = int(codes.max()) + 1, X.shape
    found = Standardised(X, np.empty((M, p)), np.empty((M, p)), codes, dtype)
    for block in _blocks(n, p):
        values = np.asarray(X[:, block])
        for m in range(M):
            own = slice(None) if M == 1 else codes == m
            share = weights[own] / weights[own].sum()
            found.center[m, block], found.scale[m, block] = standard_scale(values[own], share)
        forget_pages(X)
    return found


def place(
    found: Standardised, rows: np.ndarray, columns: np.ndarray, height: int, width: int
) -> Placed:
    """Sample i in row `rows[i]` of `height`, feature k being column `columns[k]`, of `width`."""
    n, p = found.shape
    values = _aligned((height, width), found.dtype)
    where = np.empty(p, int)
    where[columns] = np.arange(p)
    for block in _blocks(n, p):
        values[rows[:, None], where[block]] = found[:, block]
    return Placed(values, share_out(values), rows, np.arange(p))


def forget_pages(X: Any) -> None:
    """Let go of what was read of a file that is mapped for reading; it can be read again."""
    mode = None
    while X is not None:
        mode = getattr(X, "mode", mode)
        if isinstance(X, mmap.mmap):
            if mode == "r" and hasattr(mmap, "MADV_DONTNEED"):
                X.madvise(mmap.MADV_DONTNEED)
            return
        X = getattr(X, "base", None)


def _aligned(shape: tuple[int, int], dtype: np.dtype, to: int = 64) -> np.ndarray:
    """Zeros at an address that JAX takes as it is."""
    size = shape[0] * shape[1] * dtype.itemsize
    memory = np.zeros(size + to, np.uint8)
    start = -memory.ctypes.data % to
    return memory[start : start + size].view(dtype).reshape(shape)


def _blocks(n: int, p: int) -> list[slice]:
    width = max(BLOCK // n, 1)
    return [slice(k, min(k + width, p)) for k in range(0, p, width)]

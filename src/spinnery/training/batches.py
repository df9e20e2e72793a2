"""Samples in batches, a bounded piece at a time: memory holds one piece, however large the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..design import round_up
from ..solvers.stochastic import Batches

PIECE = 2**23  # numbers of X on the device at once, about 32 MB in float32
SAMPLING = ("shuffle", "replacement", "order")


@dataclass(frozen=True)
class Samples:
    """A data set as training meets it.

    `X` `(n, p)` may be a memory-mapped array: rows are read when their batch is built. `inputs`
    turns rows of it into the network's inputs, `targets` rows of `y` into `(rows, K)`.
    """

    X: Any
    y: np.ndarray
    weights: np.ndarray | None  # (n,), mean one; None for all ones
    rows: np.ndarray | None  # those of X, y and weights that belong to it; None for all
    inputs: Callable[[np.ndarray], np.ndarray]
    targets: Callable[[np.ndarray], np.ndarray]

    def __len__(self) -> int:
        return len(self.X if self.rows is None else self.rows)

    def total_weight(self) -> float:
        """Sum of the sample weights."""
        if self.weights is None:
            return float(len(self))
        return float((self.weights if self.rows is None else self.weights[self.rows]).sum())

    def read(self, part: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Inputs, targets and weights of the samples numbered `part`."""
        rows = part if self.rows is None else self.rows[part]
        weights = np.ones(len(rows)) if self.weights is None else self.weights[rows]
        return self.inputs(self.X[rows]), self.targets(self.y[rows]), weights


def order(sampling: str, n: int, seed: list[int]) -> np.ndarray:
    """Which samples an epoch meets, in which order.

    "shuffle": each once, in random order. "replacement": n independent uniform draws. "order":
    as they stand. `seed` names the epoch too, so that an epoch can be repeated by itself.
    """
    if sampling == "order":
        return np.arange(n)
    rng = np.random.default_rng(seed)
    return rng.permutation(n) if sampling == "shuffle" else rng.integers(n, size=n)


def pieces(
    samples: Samples, rows: np.ndarray, batch_size: int, rate: Callable[[int, int], np.ndarray]
) -> Iterator[Batches]:
    """Batches of the samples `rows`, in their order.

    `rate(first, n)` gives the learning rates of steps `first ... first + n - 1` of this pass. All
    pieces of a pass have one shape, padded to a coarse grid, so that they share a program.
    """
    n_steps = -(-len(rows) // batch_size)
    width = max(samples.X.shape[1], 1)
    most = max(1, PIECE // (batch_size * width))
    n_pieces = -(-n_steps // most)
    steps = round_up(-(-n_steps // n_pieces), 4)
    for first in range(0, n_steps, steps):
        part = rows[first * batch_size : (first + steps) * batch_size]
        filled = -(-len(part) // batch_size)
        X, targets, weights = samples.read(part)
        sizes = np.full(filled, batch_size)
        sizes[-1] = len(part) - (filled - 1) * batch_size
        X, targets, weights = (
            _padded(a, steps * batch_size, X.dtype).reshape(steps, batch_size, *a.shape[1:])
            for a in (X, targets, weights)
        )
        sizes, rates = (_padded(a, steps, X.dtype) for a in (sizes, rate(first, filled)))
        yield Batches(X, targets, weights, sizes, rates, np.int32(filled))


def _padded(a: np.ndarray, n: int, dtype) -> np.ndarray:
    if len(a) == n:
        return a.astype(dtype, copy=False)
    out = np.zeros((n, *a.shape[1:]), dtype)
    out[: len(a)] = a
    return out


@dataclass(frozen=True)
class Arrays:
    """A data set that is met whole in every epoch."""

    samples: Samples
    batch_size: int
    sampling: str
    seed: int
    rate: Callable[[np.ndarray], np.ndarray]  # learning rates at progress t, in epochs
    before: int = 0  # epochs of earlier fits

    def epoch(self, epoch: int) -> Iterator[Batches]:
        """The pieces of one epoch; the same ones whenever it is asked for."""
        n = len(self.samples)
        epoch += self.before
        rows = order(self.sampling, n, [self.seed, epoch])
        n_steps = -(-n // self.batch_size)
        return pieces(
            self.samples, rows, self.batch_size,
            lambda first, n: self.rate(epoch + (first + np.arange(n)) / n_steps),
        )  # fmt: skip


@dataclass(frozen=True)
class Stream:
    """Parts of a data set that come one after the other, each shuffled by itself."""

    parts: Callable[[int], Iterator[Samples]]  # of an epoch
    batch_size: int
    sampling: str
    seed: int
    rate: Callable[[np.ndarray], np.ndarray]
    before: int = 0

    def epoch(self, epoch: int) -> Iterator[Batches]:
        """The pieces of one epoch, as they arrive."""
        epoch += self.before
        for k, samples in enumerate(self.parts(epoch)):
            size = min(self.batch_size, len(samples))
            rows = order(self.sampling, len(samples), [self.seed, epoch, k])
            yield from pieces(
                samples, rows, size, lambda first, n: self.rate(np.full(n, float(epoch)))
            )

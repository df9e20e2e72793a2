"""Samples in batches: all of them on the device if they fit, else a bounded piece at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np
from scipy import sparse

from ..engine.design import round_up
from ..inputs.raw import dense_rows
from .stochastic import Batches

RESIDENT = 2**28  # numbers of X that stay on the device, 1 GB in float32
PIECE = 2**23  # of larger data, numbers there at once, 32 MB
STEPS = 2**14  # steps between two looks at the clock
SAMPLING = ("shuffle", "replacement", "order")


@dataclass(frozen=True)
class Samples:
    """A data set as training meets it.

    `X` `(n, p)` may be memory-mapped, or sparse: rows are read when their batch is built. `inputs`
    turns rows of it into the network's inputs, `targets` rows of `y` into `(rows, K)`.
    """

    X: Any
    y: np.ndarray
    weights: np.ndarray | None  # (n,), mean one; None for all ones
    rows: np.ndarray | None  # those of X, y and weights that belong to it; None for all
    inputs: Callable[[np.ndarray], np.ndarray]
    targets: Callable[[np.ndarray], np.ndarray]

    def __len__(self) -> int:
        return self.X.shape[0] if self.rows is None else len(self.rows)

    def read(self, part: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Inputs, targets and weights of the samples numbered `part`."""
        rows = part if self.rows is None else self.rows[part]
        weights = np.ones(len(rows)) if self.weights is None else self.weights[rows]
        return self.inputs(self.X[rows]), self.targets(dense_rows(self.y, rows)), weights


def order(sampling: str, n: int, seed: list[int]) -> np.ndarray:
    """Which samples an epoch meets, in which order.

    "shuffle": each once, in random order. "replacement": n independent uniform draws. "order":
    as they stand. `seed` names the epoch too, so that an epoch can be repeated by itself.
    """
    if sampling == "order":
        return np.arange(n)
    rng = np.random.default_rng(seed)
    return rng.permutation(n) if sampling == "shuffle" else rng.integers(n, size=n)


def on_disk(X: Any) -> bool:
    """Whether an array is memory-mapped, or a view of one that is."""
    while X is not None and not isinstance(X, np.memmap):
        X = getattr(X, "base", None)
    return X is not None


def plan(
    weights: np.ndarray, index: np.ndarray, batch_size: int, rates: np.ndarray, steps: int, dtype
) -> tuple:
    """The samples `index` cut into `steps` batches, the last of them unfilled.

    `index` `(steps, batch)`, `weights` alike, `sizes` and `rates` `(steps,)`, and the number of
    filled batches. Padding repeats a real sample, at which every network is defined, with weight 0.
    """
    filled = -(-len(index) // batch_size)
    sizes = np.full(filled, batch_size)
    sizes[-1] = len(index) - (filled - 1) * batch_size

    def batched(values, kind, fill=0):
        out = np.full((steps, batch_size), fill, kind)
        out.reshape(-1)[: len(values)] = values
        return out

    def padded(values):
        return np.concatenate([values, np.zeros(steps - filled)]).astype(dtype)

    return (
        batched(index, np.int32, index[0]), batched(weights[index], dtype), padded(sizes),
        padded(rates), np.int32(filled),
    )  # fmt: skip


def pieces(
    samples: Samples, rows: np.ndarray, batch_size: int, rate: Callable[[np.ndarray], np.ndarray]
) -> Iterator[Batches]:
    """Batches of the samples `rows`, in their order, read a bounded piece at a time.

    `rate` gives the learning rates of numbered steps. All pieces of a pass have one shape, padded
    to a coarse grid, so that they share a program.
    """
    n_steps = -(-len(rows) // batch_size)
    most = max(1, PIECE // (batch_size * max(samples.X.shape[1], 1)))
    steps = round_up(-(-n_steps // -(-n_steps // most)), 4)
    for first in range(0, n_steps, steps):
        part = rows[first * batch_size : (first + steps) * batch_size]
        X, targets, weights = samples.read(part)
        rates = rate(np.arange(first, min(first + steps, n_steps)))
        cut = plan(weights, np.arange(len(part)), batch_size, rates, steps, X.dtype)
        n = steps * batch_size
        yield Batches(_padded(X, n, X.dtype), _padded(targets, n, X.dtype), *cut)


def _padded(a: np.ndarray, n: int, dtype) -> np.ndarray:
    if len(a) == n:
        return a.astype(dtype, copy=False)
    out = np.zeros((n, *a.shape[1:]), dtype)
    out[: len(a)] = a
    return out


@dataclass(frozen=True)
class Arrays:
    """A data set that is met whole in every epoch; on the device once for all if it fits there."""

    samples: Samples
    batch_size: int
    sampling: str
    seed: int = 0
    rate: Callable[[np.ndarray], np.ndarray] = np.zeros_like  # at progress t, in epochs
    before: int = 0  # epochs of earlier fits

    @cached_property
    def _placed(self) -> tuple | None:
        n = len(self.samples)
        X = self.samples.X
        if on_disk(X) or sparse.issparse(X) or n * X.shape[1] > RESIDENT:
            return None
        X, targets, weights = self.samples.read(np.arange(n))
        size = round_up(n)
        placed = (jnp.asarray(_padded(a, size, X.dtype)) for a in (X, targets))
        return *placed, weights

    def epoch(self, epoch: int) -> Iterator[Batches]:
        """The pieces of one epoch; the same ones whenever it is asked for."""
        n, epoch = len(self.samples), epoch + self.before
        rows = order(self.sampling, n, [self.seed, epoch])
        n_steps = -(-n // self.batch_size)

        def rate(step):
            return self.rate(epoch + step / n_steps)

        if self._placed is None:
            yield from pieces(self.samples, rows, self.batch_size, rate)
            return
        X, targets, weights = self._placed
        steps = min(round_up(n_steps, 4), STEPS)
        for first in range(0, n_steps, steps):
            part = rows[first * self.batch_size : (first + steps) * self.batch_size]
            rates = rate(np.arange(first, min(first + steps, n_steps)))
            cut = plan(weights, part, self.batch_size, rates, steps, X.dtype)
            yield Batches(X, targets, *cut)


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
                samples, rows, size, lambda step: self.rate(np.full(len(step), float(epoch)))
            )

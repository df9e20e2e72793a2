"""Tables and outcomes whose truth is known, in NumPy alone: every environment draws the same ones.

Features, 300 samples unless said, no two tables alike:

- "independent": 500 standard Gaussians;
- "blocks of r": 400 Gaussians in blocks of four that correlate at r; of a block at most the first
  one is true, the other three are its null twins;
- "rows of chop": 500 genes drawn from a measured table, and all its 414 samples (SPINNERY_DATA).

`f` is a sum of terms of unit variance, each times a weight from 1 down to 1/2 and a random sign:

- "linear": every true feature by itself;
- "bent": for each six true features, one by itself, `|x|`, a product of two, `tanh(2 x)`, `x^2`.

Of `f`, standardised over the samples and doubled if bent: regression `f + N(0, 1)`; binary,
`P(y = 1) = sigmoid(2 f)`; survival, hazard `exp(1.5 f)`, followed for exponential times of the same
median.
"""

import functools
from typing import NamedTuple

import numpy as np

ALIKE = 0.8  # |r| from which features are of one cluster
OUTCOMES = ("regression", "binary", "survival")
EFFECTS = {"linear": 1.0, "bent": 2.0}  # standard deviation of f
TRUE = (6, 12)
TABLES = ("independent", *(f"blocks of {r}" for r in (0.5, 0.7, 0.9, 0.95)), "rows of chop")


class Data(NamedTuple):
    """`y` is a number per sample, or the pair of event and time; `true` has feature numbers."""

    X: np.ndarray
    y: np.ndarray | tuple[np.ndarray, np.ndarray]
    true: np.ndarray


def draw(
    table: str, effect: str, outcome: str, n_true: int, seed: int, copy: int = 0, **size: int
) -> Data:
    """One data set; `size` may hold other `n` and `p`.

    Copies have the same truth and fresh samples (not where features are rows of a measured table).
    """
    numbers = (
        TABLES.index(table),
        list(EFFECTS).index(effect),
        OUTCOMES.index(outcome),
        n_true,
        seed,
    )
    rng = np.random.default_rng(numbers)
    X, true = features(rng, table, n_true, **size)
    weights = np.linspace(1, 0.5, n_true) * rng.choice([-1, 1], n_true)
    if copy:
        rng = np.random.default_rng((*numbers, copy))
        X, _ = features(rng, table, n_true, **size)
    f = terms(X[:, true], effect) @ weights
    return Data(X, target(rng, EFFECTS[effect] * (f - f.mean()) / f.std(), outcome), true)


def features(rng, table: str, n_true: int, n: int = 300, p: int | None = None):
    """`X (n, p)` and the true features' numbers, the one with the largest weight first."""
    if table == "independent":
        return rng.normal(size=(n, p or 500)), np.arange(n_true)
    if table.startswith("rows"):
        X = measured(table.split()[-1])
        X = X[:, rng.choice(X.shape[1], p or 500, replace=False)]
        return (X - X.mean(axis=0)) / X.std(axis=0), rng.choice(p or 500, n_true, replace=False)
    r, p = float(table.split()[-1]), p or 400
    shared = np.repeat(rng.normal(size=(n, p // 4)), 4, axis=1)
    X = np.sqrt(r) * shared + np.sqrt(1 - r) * rng.normal(size=shared.shape)
    return X, 4 * np.arange(n_true)


@functools.cache
def measured(name: str) -> np.ndarray:
    from ..common import data_folder

    with np.load(data_folder() / f"{name}.npz") as file:
        X = file["X"].astype(float)
    return X[:, X.std(axis=0) > 0]


def terms(x: np.ndarray, effect: str) -> np.ndarray:
    """One column per true feature, scaled to about unit variance; of a product two equal halves."""
    if effect == "linear":
        return x
    out = np.empty_like(x)
    for k in range(0, x.shape[1], 6):
        a, b, c, d, e, g = x[:, k : k + 6].T
        bent = (a, np.abs(b), c * d, np.zeros_like(c), np.tanh(2 * e), g**2 / 2)
        out[:, k : k + 6] = np.stack(bent, axis=1)
    scale = out.std(axis=0)
    return (out - out.mean(axis=0)) / np.where(scale > 0, scale, 1)


def target(rng, f: np.ndarray, outcome: str):
    if outcome == "regression":
        return f + rng.normal(size=len(f))
    if outcome == "binary":
        return (rng.uniform(size=len(f)) < 1 / (1 + np.exp(-2 * f))).astype(int)
    time = rng.exponential(size=len(f)) * np.exp(-1.5 * f)
    followed = rng.exponential(size=len(f)) * np.median(time) / np.log(2)
    return time <= followed, np.minimum(time, followed)


def clusters(X: np.ndarray) -> np.ndarray:
    """Every feature's cluster: a leader and what correlates with it at `ALIKE` or more.

    Leaders are those with the most features alike, taken in turn from what is left.
    """
    near = np.abs(np.corrcoef(X.T)) >= ALIKE
    labels, left = np.full(len(near), -1), np.ones(len(near), bool)
    while left.any():
        leader = int(np.argmax(np.where(left, (near & left).sum(axis=1), -1)))
        members = near[leader] & left
        labels[members], left = leader, left & ~members
    return labels


def tally(listed, true, of: str) -> dict[str, int]:
    """How many of a list are true and how many are not, as values of a row."""
    listed, true = set(map(int, listed)), set(map(int, true))
    return {f"rate_true{of}": len(listed & true), f"rate_false{of}": len(listed - true)}

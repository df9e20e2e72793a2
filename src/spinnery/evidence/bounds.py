"""How many features a selection over complementary halves may hold falsely.

Shah and Samworth (2013), Variable selection with error control: another look at stability
selection. `B` random splits in halves give `2 B` selections of at most `q` among `p` features, and
`pi` is the share of the selections that hold a feature. The bounds are on the expected number of
features with share `>= pi` among those that one half picks with probability at most `q / p`.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

TINY, HUGE = 1e-5, 1e5  # shapes of the extremal distributions
LOWEST, HIGHEST = 0.6, 0.8  # least shares
SHAPES = 9  # tried between two


def worst_case(share: float, q: int, p: int) -> float:
    """For any distribution of the selections: `q^2 / (p (2 pi - 1))`, at most `p`."""
    return min(float(p), q**2 / p / (2 * share - 1)) if share > 0.5 else float(p)


def unimodal(share: float, q: int, p: int, B: int) -> float:
    """Where the number of selections that hold both halves is unimodal."""
    if share <= 0.5 + 1 / (2 * B):
        return float(p)
    if share <= 0.75:
        factor = 2 * (2 * share - 1 - 1 / (2 * B))
    else:
        factor = (1 + 1 / B) / (4 * (1 - share + 1 / (2 * B)))
    return min(float(p), q**2 / p / factor)


def r_concave(q: int, p: int, B: int) -> np.ndarray:
    """Where it is r-concave, for shares `0, 1 / 2B, ..., 1`: `(2 B + 1,)`.

    `p min(D(theta^2, 2 pi B - B, B, -1/2), D(theta, 2 pi B, 2 B, -1/4))`, `theta = q / p`: the
    first is about both halves of a split, the second about all halves.
    """
    theta = min(q / p, 1.0)
    both, each = tails(theta**2, B, -1 / 2), tails(theta, 2 * B, -1 / 4)
    votes = np.arange(2 * B + 1)
    joint = np.where(votes > B, both[np.maximum(votes - B, 0)], 1.0)
    return p * np.minimum(joint, each)


def tails(mean: float, N: int, r: float) -> np.ndarray:
    """The largest `P(Y >= t / N)` over r-concave `Y` on `0, 1/N, ..., 1` of that mean, `(N + 1,)`.

    Extremal distributions weigh `0 ... k` by `(a + i)^{1/r}` and put what the mean still wants on
    `k + 1`; `a` and `k` are searched.
    """
    out = np.ones(N + 1)
    goal = mean * N
    if goal <= 0:
        return np.where(np.arange(N + 1) > 0, 0.0, 1.0)
    first = int(np.ceil(2 * goal)) + 1  # below it nothing better than Markov's bound is used
    low = np.arange(1, min(first, N + 1))
    out[1:first] = np.minimum(1.0, goal / low)
    best = np.zeros(N + 1)
    shapes = [_shape(goal, k, r) for k in range(N + 1)]
    for k in range(first, N + 1):
        ends = (shapes[k + 1], shapes[k]) if k < N else (shapes[k], shapes[k])
        for a in np.geomspace(*ends, SHAPES):
            found = _tail(a, goal, k, N, r)
            best[first : k + 1] = np.maximum(best[first : k + 1], found[first:])
    out[first:] = best[first:]
    return np.minimum.accumulate(out)


def _weights(a: float, k: int, r: float) -> np.ndarray:
    """`(a + i)^{1/r}` for `i = 0 ... k`, relative to the first."""
    return (1 + np.arange(k + 1) / a) ** (1 / r)


def _shape(goal: float, k: int, r: float) -> float:
    """The `a` whose weights on `0 ... k` have the mean `goal`, or the nearest there is."""

    def excess(log_a: float) -> float:
        w = _weights(np.exp(log_a), k, r)
        return np.arange(k + 1) @ w / w.sum() - goal

    low, high = np.log(TINY), np.log(HUGE)
    if excess(high) <= 0:
        return HUGE
    return TINY if excess(low) >= 0 else float(np.exp(brentq(excess, low, high, xtol=1e-12)))


def _tail(a: float, goal: float, k: int, N: int, r: float) -> np.ndarray:
    """`P(Y >= t / N)` for `t = 0 ... k`, a mass on `k + 1` giving the mean; 0 if none would."""
    w = _weights(a, min(k + 1, N), r)
    most, w = (w[-1], w[:-1]) if k < N else (0.0, w)
    last = (goal * w.sum() - np.arange(k + 1) @ w) / (k + 1 - goal)
    if not -1e-9 <= last <= most + 1e-9:
        return np.zeros(k + 1)
    return (np.cumsum(w[::-1])[::-1] + max(last, 0.0)) / (w.sum() + max(last, 0.0))


def least_share(q: int, p: int, B: int, expected_false: float) -> float:
    """The smallest share at which no more than so many are expected; infinite if none is enough.

    Below `LOWEST`, chance correlations of the sample exceed what r-concavity admits
    (docs/decisions.md, 49).
    """
    shares = np.arange(2 * B + 1) / (2 * B)
    enough = np.flatnonzero((r_concave(q, p, B) <= expected_false) & (shares >= LOWEST - 1e-9))
    return float(shares[enough[0]]) if len(enough) else np.inf


def most_picked(p: int, B: int, expected_false: float, most: int) -> int:
    """How many features a half should pick: as many as leave the least share at `HIGHEST`."""
    low, high = 1, min(most, p)
    while low < high:
        middle = (low + high + 1) // 2
        fits = least_share(middle, p, B, expected_false) <= HIGHEST
        low, high = (middle, high) if fits else (low, middle - 1)
    return low

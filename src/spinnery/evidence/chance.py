"""How often halves pick what does not matter, learnt from what they rarely pick.

A unit (a feature or a cluster) without any effect stands out in the whole sample by chance alone,
`z ~ N(0, 1)`; a random half sees `sqrt(rho) z + sqrt(1 - rho) e`, `e ~ N(0, 1)` its own, and picks
the unit where that is beyond `-c` or `c`. Two halves share half of the sample, so `rho` is 1/2 for
a score of single features; what a search adds by itself lowers it, units of unlike kinds raise it.
Most units that fewer than every second half picks have no effect: `rho` and `c` are fitted to them.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln
from scipy.stats import norm

RHOS = np.linspace(0.1, 0.54, 12)  # how alike halves are, by chance
STEPS = np.linspace(-0.2, 1.5, 27)  # of c above that of all units together
STANDINGS = np.linspace(-8, 8, 215)  # values of z
DOUBT = 3.0  # log-likelihood by which a fit may be worse than the best and still counts


def by_chance(votes: np.ndarray, n_halves: int, n_units: int) -> np.ndarray:
    """At most how many units with so many votes are expected if none has an effect.

    The largest number over all `rho` and `c` whose likelihood is near the best; all units are
    taken to be without effect.

    Parameters
    ----------
    votes : (m,) int array
        How many halves pick each unit that any picks.
    n_halves : int
    n_units : int
        All units there are, at least m.

    Returns
    -------
    (n_halves + 1,) array
        For at least 0, 1, ... votes.
    """
    units = np.bincount(votes, minlength=n_halves + 1).astype(float)
    units[0] += n_units - len(votes)
    share = np.clip(votes.sum() / (n_units * n_halves), 1e-9, 1.0)
    expected = distributions(norm.isf(share / 2) + STEPS, n_halves).reshape(-1, n_halves + 1)
    few = n_halves // 2
    rare = expected[:, : few + 1]
    fit = np.log(rare) @ units[: few + 1] - np.log(rare.sum(axis=1)) * units[: few + 1].sum()
    near = expected[fit >= fit.max() - DOUBT]
    at_least = np.cumsum(near[:, ::-1], axis=1)[:, ::-1]
    return np.minimum(n_units * at_least.max(axis=0), n_units)


def distributions(c: np.ndarray, n_halves: int) -> np.ndarray:
    """Probabilities of `0 ... n_halves` votes for each `rho` and `c`: `(rho, c, n_halves + 1)`."""
    weights = norm.pdf(STANDINGS) / norm.pdf(STANDINGS).sum()
    shared, own = np.sqrt(RHOS)[:, None, None] * STANDINGS, np.sqrt(1 - RHOS)[:, None, None]
    beyond = (c[:, None] - shared) / own, (c[:, None] + shared) / own
    picked = np.clip(norm.sf(beyond[0]) + norm.sf(beyond[1]), 1e-9, 1 - 1e-9)
    k = np.arange(n_halves + 1)
    ways = gammaln(n_halves + 1) - gammaln(k + 1) - gammaln(n_halves - k + 1)
    out = np.empty((*picked.shape[:2], n_halves + 1))
    for row, p in zip(out, picked, strict=True):
        p = p[..., None]
        row[:] = weights @ np.exp(ways + k * np.log(p) + (n_halves - k) * np.log1p(-p))
    return np.maximum(out, 1e-300)

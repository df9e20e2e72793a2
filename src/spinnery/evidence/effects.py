"""How predictions move with one feature, the others as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..nn import Upper

POINTS = 25  # of a curve
SAMPLES = 200  # averaged over
ENDS = (0.025, 0.975)  # quantiles between which a curve runs
FLAT = 2.0  # standard errors within which a curve is nothing by itself
RETURN = 0.25  # share of a curve's rise that it may fall again and still be called up

WORDS = ("up", "down", "peak", "valley", "none by itself")


@dataclass(frozen=True)
class Effect:
    """A partial dependence curve, centred.

    Attributes
    ----------
    values : (g,) array
        Of the feature, in the user's units.
    curve, error : (g, K) arrays
        Mean output over the samples with the feature set to each value, less its mean over the
        values; and its standard error, by leaving out each fold. Outputs are in the target's units:
        values, log odds, log rates, log risks.
    """

    values: np.ndarray
    curve: np.ndarray
    error: np.ndarray

    @property
    def output(self) -> int:
        """The output that the feature moves most."""
        return int(np.argmax(np.ptp(self.curve, axis=0)))

    @property
    def word(self) -> str:
        """One of `WORDS`, of that output."""
        k = self.output
        return word_for(self.curve[:, k], self.error[:, k])

    @property
    def sign(self) -> int:
        """1 where it goes up, -1 where it goes down, 0 where it does neither or both."""
        return {"up": 1, "down": -1}.get(self.word, 0)


def word_for(curve: np.ndarray, error: np.ndarray) -> str:
    """What a curve does, if its errors admit a word.

    "none by itself" where it stays within two standard errors of flat (a feature may act through
    others alone); "up" or "down" where it returns by less than a quarter of the way it went; else
    what is farther from its ends, its top ("peak") or its bottom ("valley").
    """
    steps = np.diff(curve)
    up, down = steps[steps > 0].sum(), -steps[steps < 0].sum()
    if len(curve) < 2 or not (np.abs(curve) > FLAT * error).any() or up + down == 0:
        return "none by itself"
    if down <= RETURN * up:
        return "up"
    if up <= RETURN * down:
        return "down"
    top = curve.max() - max(curve[0], curve[-1])
    bottom = min(curve[0], curve[-1]) - curve.min()
    return "peak" if top >= bottom else "valley"


def grid(x: np.ndarray) -> np.ndarray:
    """Values of a feature along its range; its own where they are few."""
    own = np.unique(x)
    if len(own) <= POINTS // 2:
        return own
    low, high = np.quantile(x, ENDS)
    return np.linspace(low, high, POINTS)


def partial_curve(
    X: np.ndarray, W: np.ndarray, upper: Upper, slots: np.ndarray, row: int, values: np.ndarray
) -> np.ndarray:
    """Mean outputs `(g, K)` with the feature in slot `row` at each of `values`.

    Parameters
    ----------
    X : (n, k) array
        Samples' values of the features in the slots.
    W : (k, T) array
    upper : Upper
        Without lanes.
    slots : (m,) int array
        The slots that hold a feature.
    row : int
    values : (g,) array
    """
    x, w = X[:, row], W[row]
    Z = X[:, slots] @ W[slots] - np.outer(x, w)
    return np.array([upper(Z + value * w, np).mean(axis=0) for value in values])


def centred(curve: np.ndarray) -> np.ndarray:
    """A curve `(g, K)` less its mean over the values."""
    return curve - curve.mean(axis=0)

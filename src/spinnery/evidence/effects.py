"""How predictions move with one feature, the others as they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..nn import Upper

POINTS = 25  # of a curve
DIGITS = 5
SAMPLES = 200  # averaged over
ENDS = (0.025, 0.975)  # quantiles between which a curve runs
FLAT = 2.0  # standard errors within which a curve is nothing by itself
RETURN = 0.25  # share of a curve's rise that it may fall again and still be called up

FLAT_WORD = "none by itself"


@dataclass(frozen=True)
class Effect:
    """A partial dependence curve, centred.

    Attributes
    ----------
    values : (g,) array
        Of the feature, in the user's units.
    curve, error : (g, K) arrays
        Mean output over the samples with the feature set to each value, less its mean over the
        values; and its standard error, by leaving out each fold, NaN where that is not measured.
        Outputs are in the target's units: values, log odds, log rates, log risks.
    levels : tuple of str
        Of a factor, whose values are 0, 1, ...; empty for numbers.
    """

    values: np.ndarray
    curve: np.ndarray
    error: np.ndarray
    levels: tuple[str, ...] = ()

    @property
    def output(self) -> int:
        """The output that the feature moves most."""
        return int(np.argmax(np.ptp(self.curve, axis=0)))

    @property
    def word(self) -> str:
        """What the curve of that output does, as `word_for` has it; "by level" of a factor."""
        return self.word_of(self.output)

    def word_of(self, k: int) -> str:
        """The word for output k."""
        word = word_for(self.curve[:, k], np.nan_to_num(self.error[:, k]))
        return "by level" if self.levels and word != FLAT_WORD else word

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
        return FLAT_WORD
    if down <= RETURN * up:
        return "up"
    if up <= RETURN * down:
        return "down"
    top = curve.max() - max(curve[0], curve[-1])
    bottom = min(curve[0], curve[-1]) - curve.min()
    return "peak" if top >= bottom else "valley"


def grid(x: np.ndarray) -> np.ndarray:
    """Values of a feature along its range; its own where they are few.

    They are rounded to `DIGITS` digits of the range: from float32, 0 comes back as 3e-6.
    """
    if np.ptp(x) > 0:
        x = np.round(x, DIGITS - 1 - math.floor(math.log10(np.ptp(x))))
    own = np.unique(x)
    if len(own) <= POINTS // 2:
        return own
    low, high = np.quantile(x, ENDS)
    return np.linspace(low, high, POINTS)


def partial_curve(
    X: np.ndarray, W: np.ndarray, upper: Upper, slots: np.ndarray, rows: np.ndarray,
    settings: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Mean outputs `(g, K)` with the columns in slots `rows` set to each of `settings`.

    Parameters
    ----------
    X : (n, k) array
        Samples' values of the columns in the slots.
    W : (k, T) array
    upper : Upper
        Without lanes.
    slots : (m,) int array
        The slots that hold a column.
    rows : (r,) int array
    settings : (g, r) array
    """
    Z = X[:, slots] @ W[slots] - X[:, rows] @ W[rows]
    return np.array([upper(Z + setting @ W[rows], np).mean(axis=0) for setting in settings])


def centred(curve: np.ndarray) -> np.ndarray:
    """A curve `(g, K)` less its mean over the values."""
    return curve - curve.mean(axis=0)

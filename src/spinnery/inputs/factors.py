"""Factors as columns of zeros and ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..storage.registry import storable

FEWEST, SHARE = 5, 0.02  # samples, and share of them, that a level of its own needs


@storable
@dataclass(frozen=True)
class Factor:
    """A factor's levels, as found in training.

    Each level has a column that says where it is, rare levels have one together; of two columns,
    which say the same, the first is left out.
    """

    levels: np.ndarray  # (k,) words, sorted
    rare: np.ndarray  # (r,) words

    @property
    def all_names(self) -> list[str]:
        """The levels, rare ones as one."""
        return [str(level) for level in self.levels] + ["rare levels"] * (len(self.rare) > 0)

    @property
    def names(self) -> list[str]:
        """What the columns are of."""
        names = self.all_names
        return names[1:] if len(names) == 2 else names

    def columns(self, words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Zeros and ones `(n, width)`, NaN in gaps, and who has a level never seen `(n,)`."""
        known = np.concatenate([self.levels, self.rare]).astype(object)
        number = np.minimum(np.arange(len(known)), len(self.levels))  # the rare share the last
        place = pd.Index(known).get_indexer(words)
        gap = np.array([word is None for word in words], bool)
        code = np.where(place < 0, -1, number[place] if len(known) else -1)
        width = len(self.levels) + (len(self.rare) > 0)
        out = (code[:, None] == np.arange(width)).astype(float)
        out[gap] = np.nan
        return (out[:, 1:] if width == 2 else out), (place < 0) & ~gap


def learn_factor(words: np.ndarray) -> Factor:
    """The factor of these words `(n,)`; None is a gap."""
    counts = pd.Series(words, dtype=object).value_counts()
    few = counts < max(FEWEST, SHARE * counts.sum())
    own, rare = sorted(counts.index[~few]), sorted(counts.index[few])
    own = own if own or rare else [""]  # a level that no sample has
    return Factor(np.array(own, dtype=object), np.array(rare, dtype=object))

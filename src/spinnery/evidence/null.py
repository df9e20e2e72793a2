"""Is there anything to find? The association of features with targets beside permuted targets.

If targets have nothing to do with features, any assignment of targets to samples of the same
cohort is as likely as the one observed. Whatever measures association, its rank among
permutations is then uniform, and a test at level alpha finds something in a share alpha of the
data sets where there is nothing: for any n, p, correlation among features and kind of target.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from ..inputs.table import Table
from .association import Statistics, observed, products, single_features

LEVEL = 0.05
PERMUTATIONS = 499
PAIR_PERMUTATIONS = 99


def null_p_value(table: Table, seed: int) -> float:
    """Permutation p-value of "targets have nothing to do with features".

    Features are tried one by one, and if that does not decide at `LEVEL`, products of two. The
    first test has four fifths of the level, so the p-value is the smaller one of 5/4 and 5 times
    theirs.

    Parameters
    ----------
    table : Table
        Samples of weight 0 have no part in it.
    seed : int
        For the permutations, in the samples' canonical order: row order changes nothing.
    """
    rng = np.random.default_rng(seed)
    rows, residuals = observed(table)

    def drawn(times: int):
        places = permutations(table.codes[rows], times, rng)
        return [one.permuted(places) for one in residuals]

    p_value = p_of_first(single_features(table.X, rows, drawn(PERMUTATIONS))) * 5 / 4
    if p_value > LEVEL:
        pairs = p_of_first(products(table.X, rows, drawn(PAIR_PERMUTATIONS)))
        p_value = min(p_value, 5 * pairs)
    return min(p_value, 1.0)


def permutations(codes: np.ndarray, times: int, rng: np.random.Generator) -> np.ndarray:
    """Places `(n, 1 + times)`: as they are, then permuted within each code."""
    places = np.empty((len(codes), 1 + times), int)
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        places[rows, 0] = rows
        places[rows, 1:] = rng.permuted(np.tile(rows[:, None], times), axis=0)
    return places


def p_of_first(statistics: Statistics) -> float:
    """The p-value of the first of B equally likely columns of values.

    Every column has a p-value by each statistic: its rank among all. The smallest of a column,
    each divided by the statistic's importance, is ranked once more, which accounts for there
    being several.
    """
    count = statistics.values.shape[1]
    ranks = stats.rankdata(-statistics.values, axis=1, method="max") / count
    least = (ranks / statistics.importance[:, None]).min(axis=0)
    return float(np.mean(least <= least[0]))

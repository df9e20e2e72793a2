"""Of very many samples, those that a search looks at."""

from __future__ import annotations

import numpy as np

from ..inputs.table import Table

MOST = 2**15  # samples: a feature that so many do not show is worth little


def fewer_samples(table: Table, folds: list[np.ndarray]) -> tuple[Table, list[np.ndarray]]:
    """At most `MOST` samples of positive weight, and what is left of the folds.

    Every k-th of each cohort when sorted by its targets, so that all classes and the whole range
    of numbers are there; the order of the user's rows has no part in it.
    """
    counted = table.order[table.weights[table.order] > 0]
    if len(counted) <= MOST:
        return table, folds
    keys = (*table.targets[counted].T[::-1], table.codes[counted])
    picked = counted[np.lexsort(keys)][np.arange(MOST) * len(counted) // MOST]
    rows = np.sort(picked)
    held = [np.flatnonzero(np.isin(rows, fold)) for fold in folds]
    return table.sample(rows), held

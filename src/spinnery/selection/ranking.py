"""Lanes' best models of every size, with nothing chosen between them."""

from __future__ import annotations

from collections.abc import Callable

import equinox as eqx
import numpy as np

from ..engine.refit import Data
from .exchange import Candidate, Cells, Exchange
from .search import PATH_RIDGE, SEARCH_ITER, SEARCH_TOL
from .starts import Settings, find_starts

RIDGES = {True: 0.1, False: 0.01}  # by linearity


def models_of_lanes(
    data: Data, hidden: tuple[int, ...], settings: Settings, n_slots: int,
    on_step: Callable[[], None] = lambda: None,
) -> list[dict[int, Candidate]]:  # fmt: skip
    """Each lane's best models of up to `max_features` groups, at a ridge that is nobody's choice.

    Lanes see nothing of each other, nor of the samples that weigh nothing in them.
    """
    B, dtype = data.weights.shape[1], data.X.dtype
    penalised, refitted = (
        eqx.tree_at(lambda d: d.ridge, data, np.full(B, ridge, dtype))
        for ridge in (PATH_RIDGE, RIDGES[not hidden])
    )
    starts = find_starts(penalised, [settings.seed] * B, hidden, data.n_outputs, settings)
    ids = np.repeat(settings.groups.ids[:, None], data.n_cohorts, axis=1)
    cells = Cells(ids, settings.groups.prices)
    tol = np.full(B, SEARCH_TOL, dtype)
    exchange = Exchange(refitted, cells, starts, n_slots, tol, SEARCH_ITER, on_step)
    exchange.run(settings.max_features, "bf" if hidden else "f")
    if hidden:  # a linear model began without features
        exchange.without_any()
    return exchange.best

"""Many targets screened: portions of them as parts for workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..selection.forward import Lanes
from ..selection.many import Linear, choose_linear
from .ranks import rank_p_values

TARGETS = 50  # of one part, at most
BYTES = 2**28  # of a part's arrays, at most, unless one target has more


class Found(NamedTuple):
    """What is known of one target; no model where the check finds nothing."""

    p_value: float
    model: Linear | None


@dataclass(frozen=True)
class Screen:
    """What workers need to screen targets `(n, T)` by features `X` `(n, p)`, both standardised."""

    X: np.ndarray
    targets: np.ndarray
    known: np.ndarray
    folds: list[np.ndarray]
    most: int
    largest: int
    level: float
    seed: int

    @property
    def parts(self) -> list[range]:
        """Targets that are screened together: by the table's shape, whoever works."""
        (n, p), T = self.X.shape, self.targets.shape[1]
        each = 4 * (len(self.folds) + 1) * (n * self.most + 3 * p)
        size = int(np.clip(BYTES // each, 1, TARGETS))
        return [range(start, min(start + size, T)) for start in range(0, T, size)]


def screen_part(screen: Screen, own: range) -> list[Found]:
    """What is found of each of some targets."""
    targets, known = screen.targets[:, own], screen.known[:, own]
    p_values = np.full(len(own), np.nan)
    if screen.level < 1:
        p_values = rank_p_values(screen.X, targets, known, screen.seed)
    found: list[Linear | None] = [None] * len(own)
    tried = np.flatnonzero(~(p_values > screen.level))
    if len(tried):
        lanes = Lanes.of(screen.X, targets[:, tried], known[:, tried], screen.folds)
        for t, model in zip(tried, choose_linear(lanes, screen.most, screen.largest), strict=True):
            found[t] = model
    return [Found(float(p), model) for p, model in zip(p_values, found, strict=True)]

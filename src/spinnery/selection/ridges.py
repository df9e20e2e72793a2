"""The ridge of a curve, moved to where the best size's held-out loss is lowest."""

from __future__ import annotations

from collections.abc import Callable

from .curve import AnyCurve, strongest

SEARCH_RIDGES = {False: (0.01,), True: (0.01, 0.1, 1.0, 10.0)}  # by linearity: linear is cheap
RIDGE_RANGE = (1e-3, 100.0)
BEYOND = 6  # groups more than the best size: as far, and half as far, a network's ridge is judged
FAR = 8  # ratio of ridges beyond which supports are searched anew


def walk(start: float, loss: Callable[[float], float]) -> None:
    """Ask for the loss by factors of two from `start`, either way, until it was worse twice."""
    lowest = loss(start)
    for factor in (2.0, 0.5):
        worse, ridge = 0, start
        while worse < 2 and RIDGE_RANGE[0] <= ridge * factor <= RIDGE_RANGE[1]:
            ridge *= factor
            worse = worse + 1 if loss(ridge) > lowest else 0
            lowest = min(lowest, loss(ridge))


def settled(
    curve: AnyCurve, best_ridge: Callable[[AnyCurve], float],
    refitted: Callable[[AnyCurve, float], AnyCurve], searched: Callable[[float], AnyCurve],
) -> AnyCurve:  # fmt: skip
    """The curve at its best ridge, its supports in tow; where that is far away, searched again."""
    for _ in range(2):
        ridge = best_ridge(curve)
        if ridge == curve.ridge:
            return curve
        moved = refitted(curve, ridge)
        if max(ridge / curve.ridge, curve.ridge / ridge) < FAR:
            return moved
        curve = strongest([moved, searched(ridge)])
    return curve

"""Choice of the ridge by cross-validation, with the supports in tow."""

from __future__ import annotations

from .curve import Curve, strongest
from .search import Search

SEARCH_RIDGES = {False: (0.01,), True: (0.01, 0.1, 1.0)}  # by linearity: linear searches are cheap
RIDGE_RANGE = (1e-3, 100.0)
FAR = 8  # ratio of ridges beyond which supports are searched anew


def best_curve(search: Search) -> Curve:
    """Search supports, then move the ridge to where the best size's held-out loss is lowest.

    The ridge walks by factors of two (or over `settings.ridges`) with the supports in tow; if it
    ends far away, supports are searched again there.
    """
    curves = []
    for ridge in SEARCH_RIDGES[not search.hidden]:
        curves.append(search.curve(ridge))
        if search.interrupted:
            return strongest(curves)
    curve = strongest(curves)
    for _ in range(2):
        ridge = _best_ridge(search, curve)
        if ridge == curve.ridge:
            return curve
        moved = search.refit_curve(curve, ridge, curve.sizes)
        if max(ridge / curve.ridge, curve.ridge / ridge) < FAR:
            return moved
        curve = strongest([moved, search.curve(ridge)])
    return curve


def _best_ridge(search: Search, curve: Curve) -> float:
    size = curve.sizes[curve.best() : curve.best() + 1]
    tried = {curve.ridge: search.refit_curve(curve, curve.ridge, size)}

    def loss(ridge: float) -> float:
        if ridge not in tried:
            tried[ridge] = search.refit_curve(curve, ridge, size)
        return float(tried[ridge].mean[0])

    if search.settings.ridges is not None:
        for ridge in search.settings.ridges:
            loss(ridge)
        tried = {r: tried[r] for r in search.settings.ridges}
    else:
        lowest = loss(curve.ridge)
        for factor in (2.0, 0.5):
            worse, ridge = 0, curve.ridge
            while worse < 2 and RIDGE_RANGE[0] <= ridge * factor <= RIDGE_RANGE[1]:
                ridge *= factor
                worse = worse + 1 if loss(ridge) > lowest else 0
                lowest = min(lowest, loss(ridge))
    return strongest(list(tried.values())).ridge

"""Size, ridge and architecture by cross-validation, with the supports in tow."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..inputs.table import Table
from ..losses import AnyLoss, Squared
from ..progress import Steps
from .curve import NEGLIGIBLE, WORTHWHILE, Curve, choose, strongest
from .exchange import Candidate
from .fewer import fewer_samples
from .ridges import BEYOND, SEARCH_RIDGES, settled, walk
from .search import PATH_RIDGE, PATIENCE, Search
from .starts import Settings


class Chosen(NamedTuple):
    """What cross-validation chose, and what it chose from."""

    hidden: tuple[int, ...]
    curve: Curve
    position: int  # of the chosen size in the curve
    blocks: Curve | None  # over cohorts' blocks of the chosen features
    fit: Candidate  # the model of all samples, to tolerance
    stationarity: float
    n_iter: int
    models: list[Candidate]  # of all samples, by size
    lambdas: np.ndarray  # of each, the smallest lambda that keeps all others out


def cross_validate(
    table: Table, searched: Table, folds: list[np.ndarray], architectures: list[tuple[int, ...]],
    rule: str, settings: Settings, steps: Steps, nothing: bool = False,
) -> Chosen:  # fmt: skip
    """Search every architecture, choose one, a ridge and a size, and fit that to all samples.

    With `nothing`, the empty model is taken, whatever the curve says.

    Where `searched` is not `table` but has other targets and another loss, architecture and size
    are chosen by these, and what was found is trained anew by the table's own.

    Of more samples than `fewer.MOST`, the search looks at a part (unless a scorer judges it); its
    models are then trained on all of them, fold by fold, and size is chosen there.

    That search is repeated with twice as many features, as long as `settings` lets it grow and
    the held-out loss still falls at its end. Over several cohorts, single cohorts' blocks of the
    chosen features leave as long as cross-validation agrees.
    """
    part, held = searched, folds
    if settings.scorer is None:
        part, held = fewer_samples(searched, folds)
    search, curve = best_search(part, held, architectures, settings, steps)
    while still_falling(curve, search.settings) and not nothing:
        most = min(2 * search.settings.max_features, settings.most_features)
        grown = replace(settings, max_features=most)
        larger = best_search(part, held, [search.hidden], grown, steps)
        if not worth(curve.mean.min() - larger[1].mean.min(), curve):
            break
        search, curve = larger
    position = 0 if nothing else curve.position(rule, negligible(part.loss, settings))
    size = int(curve.sizes[position])
    if searched is not table:
        search = Search(table, folds, search.hidden, search.settings, steps)
        curve = trained_anew(search, curve, size)
        position = int(np.flatnonzero(curve.sizes == size)[0])
    elif part is not table:
        search = Search(table, folds, search.hidden, search.settings, steps)
        near = curve.sizes[: position + PATIENCE + 1]
        curve = search.refit_curve(curve, curve.ridge, near)
        position = 0 if nothing else curve.position(rule, negligible(table.loss, settings))
        size = int(curve.sizes[position])
    curve = search.consult(curve, size)
    chosen, blocks = curve.candidates[size], None
    if table.n_cohorts > 1 and size > 0:
        blocks = search.block_curve(curve, size)
        chosen = blocks.candidates[
            int(blocks.sizes[blocks.position(rule, negligible(table.loss, settings))])
        ]
    fit, stationarity, n_iter = search.finish(chosen, curve.ridge)
    models = [fit if k == size else curve.candidates[k] for k in curve.sizes]
    lambdas = search.lambdas(models, curve.ridge)
    return Chosen(
        search.hidden, curve, position, blocks, fit, stationarity, n_iter, models, lambdas
    )


def best_search(
    table: Table, folds: list[np.ndarray], architectures: list[tuple[int, ...]],
    settings: Settings, steps: Steps,
) -> tuple[Search, Curve]:  # fmt: skip
    """The search of the architecture to take, and its curve."""
    searches = [Search(table, folds, hidden, settings, steps) for hidden in architectures]
    try:
        for search in searches:
            search.compiling.begin()
        found = [(search, best_curve(search)) for search in searches]
        simplest = min(found, key=lambda pair: sum(pair[0].hidden))[1]
        found = [(search, try_supports(search, curve, simplest)) for search, curve in found]
    finally:  # an interrupt leaves no thread behind
        for search in searches:
            search.compiling.leave()
    return found[choose([curve for _, curve in found])]


def trained_anew(search: Search, found: Curve, size: int) -> Curve:
    """The supports that another loss found, by `search`'s own, and a closer look around `size`."""
    tried = search.adopt(found, PATH_RIDGE, np.array([size]))
    adopted = search.adopt(found, _best_ridge(search, tried), found.sizes)
    return search.closer(adopted, size)


def negligible(loss: AnyLoss, settings: Settings) -> float:
    """Share of what is explained that is nothing: of a variance it is known, of others not."""
    judged_by_loss = settings.scorer is None
    return NEGLIGIBLE if judged_by_loss and isinstance(loss, Squared) else 0.0


def still_falling(curve: Curve, settings: Settings) -> bool:
    """Whether the search may grow, and `falls` says that it should."""
    return settings.max_features < settings.most_features and falls(curve, settings.max_features)


def falls(curve: Curve, most: int) -> bool:
    """Whether the sizes beyond two thirds of `most` are worth having."""
    few = curve.sizes <= most * 2 // 3
    return worth(curve.mean[few].min() - curve.mean.min(), curve)


def worth(saved: float, curve: Curve) -> bool:
    """Whether more features save enough, of what the curve's best size explains."""
    return bool(saved > WORTHWHILE * (curve.mean[0] - curve.mean.min()))


def best_curve(search: Search) -> Curve:
    """Search supports, then move the ridge to where the best size's held-out loss is lowest.

    The ridge walks by factors of two (or over `settings.ridges`) with the supports in tow; if it
    ends far away, supports are searched again there.
    """
    curve = strongest([search.curve(ridge) for ridge in SEARCH_RIDGES[not search.hidden]])
    return settled(
        curve, lambda found: _best_ridge(search, found),
        lambda found, ridge: search.refit_curve(found, ridge, found.sizes), search.curve,
    )  # fmt: skip


def try_supports(search: Search, curve: Curve, simplest: Curve) -> Curve:
    """The better curve, of the search's own supports or of those that the simplest model found.

    Where little can be seen, a network overfits features before it finds them.
    """
    best = simplest.best()
    if search.hidden == simplest.hidden or simplest.sizes[best] == 0:
        return curve
    tried = search.adopt(simplest, PATH_RIDGE, simplest.sizes[best : best + 1])
    if tried.mean[0] >= curve.mean.min():
        return curve
    ridge = _best_ridge(search, tried)
    adopted = search.adopt(simplest, ridge, simplest.sizes[: best + PATIENCE + 1])
    return min(curve, adopted, key=lambda one: float(one.mean.min()))


def _best_ridge(search: Search, curve: Curve) -> float:
    """Judged at the best size; of networks also at two larger ones, which want a heavier ridge."""
    larger = curve.sizes[curve.best() :][: BEYOND + 1 if search.hidden else 1]
    sizes = larger[:: BEYOND // 2]
    tried = {curve.ridge: search.refit_curve(curve, curve.ridge, sizes)}

    def loss(ridge: float) -> float:
        if ridge not in tried:
            tried[ridge] = search.refit_curve(curve, ridge, sizes)
        return float(tried[ridge].mean.min())

    if search.settings.ridges is not None:
        for ridge in search.settings.ridges:
            loss(ridge)
        tried = {r: tried[r] for r in search.settings.ridges}
    else:
        walk(curve.ridge, loss)
    return strongest(list(tried.values())).ridge

"""Size and ridge of one target's linear model, as `crossval` chooses them, in closed form."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .crossval import falls, worth
from .curve import strongest
from .forward import Lanes, Path, centred, held_out, ridge_solution
from .ridges import SEARCH_RIDGES, settled, walk


class Linear(NamedTuple):
    """A linear model of a standardised target on standardised features."""

    features: np.ndarray
    coef: np.ndarray
    in_folds: np.ndarray  # share of the folds whose own models of that size have each feature
    ridge: float
    losses: np.ndarray  # (n_folds,) held-out losses of its size
    nothing: np.ndarray  # (n_folds,) the same without features


def choose_linear(lanes: Lanes, most: int, largest: int) -> list[Linear]:
    """Each target's model, with up to `most` features, or up to `largest` where that pays."""
    found = [
        _settled(lanes.only(np.array([t])), list(paths), most)
        for t, paths in enumerate(_searched(lanes, most))
    ]
    while most < largest:
        falling = [t for t, path in enumerate(found) if falls(path, most)]
        most = min(2 * most, largest)
        if not falling:
            break
        some = lanes.only(np.array(falling))
        for t, paths in zip(falling, _searched(some, most), strict=True):
            path = _settled(lanes.only(np.array([t])), list(paths), most)
            if worth(found[t].mean.min() - path.mean.min(), found[t]):
                found[t] = path
    return [_final(lanes.only(np.array([t])), path) for t, path in enumerate(found)]


def _searched(lanes: Lanes, most: int) -> list[tuple[Path, ...]]:
    """Each target's paths at the ridges of a first search."""
    return list(zip(*[lanes.forward(ridge, most) for ridge in SEARCH_RIDGES[True]], strict=True))


def _settled(one: Lanes, paths: list[Path], most: int) -> Path:
    """The best of one target's paths, at its best ridge."""
    return settled(
        strongest(paths), lambda path: _best_ridge(one, path),
        lambda path, ridge: _refitted(one, path.index, ridge),
        lambda ridge: one.forward(ridge, most)[0],
    )  # fmt: skip


def _best_ridge(one: Lanes, path: Path) -> float:
    """By factors of two, with the features of the best size."""
    index = path.index[:, : path.best()]
    tried = {path.ridge: path.folds[path.best()]}

    def loss(ridge: float) -> float:
        if ridge not in tried:
            tried[ridge] = _losses(one, index, ridge)
        return float(tried[ridge].mean())

    walk(path.ridge, loss)
    return strongest(
        [Path((), r, path.sizes[:1], f[None], [], index) for r, f in tried.items()]
    ).ridge


def _refitted(one: Lanes, index: np.ndarray, ridge: float) -> Path:
    """The path of the same features at another ridge."""
    folds = np.stack([_losses(one, index[:, :k], ridge) for k in range(index.shape[1] + 1)])
    return Path((), ridge, np.arange(len(folds)), folds, [], index)


def _losses(one: Lanes, index: np.ndarray, ridge: float) -> np.ndarray:
    """Held-out losses `(F,)` of features `(1 + F, k)`, each lane's own."""
    _, residual = _fit(one, index, ridge, one.weights[0])
    return held_out(residual[None], one.judging)[0]


def _fit(
    one: Lanes, index: np.ndarray, ridge: float, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients `(J, k)` and residuals `(J, n)` of `J` fits by weights `(J, n)`."""
    columns = centred(one.X.T[index].astype(float), weights[:, None])
    y = centred(one.targets.astype(float), weights)
    weighted = columns * weights[:, None]
    coef = ridge_solution(weighted @ columns.mT, (weighted @ y[..., None])[..., 0], ridge)
    return coef, y - (coef[:, None] @ columns)[:, 0]


def _final(one: Lanes, path: Path) -> Linear:
    """The model of all samples at the chosen size, with the best of all lanes' features."""
    place = path.position("min")
    index, everyone = path.index[:, :place], np.repeat(one.weights[0, :1], len(path.index), axis=0)
    coef, residual = _fit(one, index, path.ridge, everyone)
    objective = 0.5 * (everyone * residual**2).sum(axis=-1)
    objective += 0.5 * path.ridge * (coef**2).sum(axis=-1)
    best = int(np.argmin(objective))
    features = index[best]
    in_folds = (index[1:, :, None] == features).any(axis=1).mean(axis=0)
    return Linear(features, coef[best], in_folds, path.ridge, path.folds[place], path.folds[0])

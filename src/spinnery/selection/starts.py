"""Where the exchange begins: the path's supports, joined by what acts in squares and products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import numpy as np

from ..compilation import rounded_products
from ..devices import on_host
from ..engine.path import Groups, Path, lambda_linear, sparse_starts
from ..engine.problem import Params
from ..engine.products import Products, best_products
from ..engine.refit import Data
from ..engine.start import dense_start, present
from ..nn import Sharing, Upper
from ..penalties import Penalty
from .exchange import Start

FEATURES, MOST_FEATURES = 24, 48  # of a search that may grow, and how far
FIRST_LAMBDA = 0.1  # of the linear model's lambda_max
PRODUCTS = 0.25  # share of a start's features that come from squares and products
PRODUCT_ROWS = 0.5  # standard deviation of their rows' random weights


Scorer = Callable[[np.ndarray, np.ndarray], float]  # of outputs (m, K) of the rows (m,)


@dataclass(frozen=True)
class Settings:
    """What a cross-validated search needs besides the data."""

    penalty: Penalty
    groups: Groups
    activation: str
    max_features: int
    n_restarts: int
    seed: int
    ridges: tuple[float, ...] | None
    tol: float
    max_iter: int
    sharing: Sharing
    scorer: Scorer | None = None  # of a fold's outputs, in place of the held-out loss
    most_features: int = 0  # up to which a search may grow beyond `max_features`


def find_starts(
    data: Data, seeds: list[int], hidden: tuple[int, ...], n_outputs: int, settings: Settings
) -> list[Start]:
    """One start per seed and lane of `data`; linear models start empty."""
    M, dtype = data.n_cohorts, data.X.dtype
    if not hidden:
        one = Upper(np.zeros((1, n_outputs), dtype), (), settings.activation)
        upper = jax.tree.map(lambda leaf: leaf[0], settings.sharing.spread(one, M))
        empty = Start(np.zeros(0, int), np.zeros((0, M * n_outputs), dtype), upper)
        return [empty] * data.weights.shape[1]
    with rounded_products():
        dense = dense_start(data, seeds, hidden, n_outputs, settings.activation, settings.sharing)
        path = Path(data, settings.penalty, settings.groups, dense)
        first = FIRST_LAMBDA * lambda_linear(data, settings.penalty, settings.groups)
        starts = sparse_starts(path, first, settings.max_features)
        prices = _prices(settings.groups, path.features).astype(dtype)
        products = best_products(path.problem, Params(path.W, path.upper), path.X, prices)
    varies = present(data, hidden[0])[:, 0]
    return _with_products(starts, path.features, on_host(products), varies, hidden[0], settings)


def _prices(groups: Groups, features: np.ndarray) -> np.ndarray:
    """What features' products are divided by; one beyond the groups' is padding."""
    by_feature = np.append(groups.prices[groups.ids], 1.0)
    by_feature[by_feature == 0] = 1  # what is always in costs nothing, nor does it leave
    return by_feature[np.minimum(features, len(groups.ids))]


def _with_products(
    starts: list[tuple], features: np.ndarray, products: Products, varies: np.ndarray,
    width: int, settings: Settings,
) -> list[Start]:  # fmt: skip
    """Starts joined by the features of the strongest squares and products, rows random.

    `features` are those that `products` are of; `varies` `(p, M T)` is 0 in the blocks of
    features that a cohort lacks, `width` is T.
    """
    always = np.flatnonzero(settings.groups.always)
    most = settings.max_features + len(always)
    rng = np.random.default_rng(settings.seed)
    out = []
    for b, (kept, rows, upper) in enumerate(starts):
        new: list[int] = []
        for j in np.argsort(-products.gain[:, b]):
            if len(new) >= int(PRODUCTS * settings.max_features):
                break
            pair = {int(features[j]), int(features[products.partner[j, b]])}
            new += [f for f in pair if f < len(settings.groups.ids) and f not in new]
        stay = np.lexsort((-np.linalg.norm(rows, axis=1), ~np.isin(kept, always)))
        stay = stay[~np.isin(kept[stay], new)][: most - len(new)]
        drawn = rng.normal(0, PRODUCT_ROWS, (len(new), width)).astype(rows.dtype)
        added = np.tile(drawn, rows.shape[1] // width) * varies[new]
        out.append(
            Start(
                np.concatenate([kept[stay], np.array(new, int)]),
                np.concatenate([rows[stay], added]),
                upper,
            )
        )
    return out

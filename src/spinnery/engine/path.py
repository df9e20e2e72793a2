"""The penalised path, dense to sparse.

All features are trained with ridge alone, then lambda rises and each solve starts where the last
ended. The other direction is a trap: with `W = 0` the upper weights see no gradient, ridge takes
them to zero, and `(0, 0)` is stationary for ever.
"""

from __future__ import annotations

from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from ..compilation import QUICK
from ..devices import on_host
from ..penalties import FeatureGroups, Penalty, Rows
from . import proximal
from .constant import constant_model
from .design import Design, round_up
from .features import is_wide, of_gradients, shared_design, take_columns
from .problem import Params
from .refit import Data
from .sparse import SparseFeatures

RATIO = 1.25  # between successive lambdas
LONG_RATIO = 1.6  # where the path only proposes
WORKING_SET = 2048  # features solved for at once when p is larger
ROOM, FEWEST = 2**22, 512  # numbers of sparse columns made dense for that, and columns at least


class Groups(eqx.Module):
    """The group structure of all features: `ids` `(p,)`, and a penalty weight per group.

    A group of weight 0 is always in: nothing shrinks it, and no search lets it leave.
    """

    ids: np.ndarray
    weights: np.ndarray | None  # (n_groups,), None for all ones

    def take(self, features: np.ndarray) -> Groups:
        """The groups of `features` `(p,)`, in that order, numbered as they come."""
        _, first, local = np.unique(self.ids[features], return_index=True, return_inverse=True)
        number = np.argsort(np.argsort(first))
        old = self.ids[features][np.sort(first)]
        return Groups(number[local], None if self.weights is None else self.weights[old])

    @property
    def prices(self) -> np.ndarray:
        """What the user weighs each group by, `(n_groups,)`: the weights less the groups' sizes."""
        sizes = np.bincount(self.ids)
        return np.ones(len(sizes)) if self.weights is None else self.weights / np.sqrt(sizes)

    @property
    def always(self) -> np.ndarray:
        """Features that are in every model, `(p,)` bool."""
        if self.weights is None:
            return np.zeros(len(self.ids), bool)
        return self.weights[self.ids] == 0

    @property
    def n_optional(self) -> int:
        """Groups that a search may leave out."""
        return len(np.unique(self.ids[~self.always]))

    @property
    def trivial(self) -> bool:
        return self.weights is None and len(np.unique(self.ids)) == len(self.ids)

    def restrict(self, penalty: Penalty, features: np.ndarray) -> Penalty:
        """The penalty on `features` alone, numbers `>= p` being padding."""
        if self.trivial:
            return penalty.with_groups(Rows(), None)
        inside = features < len(self.ids)
        ids = np.where(inside, self.ids[np.where(inside, features, 0)], self.ids.max() + 1)
        present, local = np.unique(ids, return_inverse=True)
        weights = np.ones(len(features))
        if self.weights is not None:
            real = present < len(self.weights)  # padding is a group of its own
            weights[: len(present)][real] = self.weights[present[real]]
        return penalty.with_groups(
            FeatureGroups(jnp.asarray(local), len(features)), jnp.asarray(weights)
        )


class Path:
    """Warm-started penalised solves of B lanes on a shared working set of features.

    Parameters
    ----------
    data : Data
        Padded, on the device.
    penalty : Penalty
        Its `lam` is replaced at each solve.
    groups : Groups
        Structure of the real features (fewer than `data.X.shape[1]` when padded).
    params : Params
        Where to start, `W` over all features.
    """

    def __init__(self, data: Data, penalty: Penalty, groups: Groups, params: Params):
        self.data, self.penalty, self.groups = data, penalty, groups
        self.p = data.X.shape[1]
        self.upper = params.upper
        self.W: Array = params.W
        W = on_host(params.W)
        rows = [W[k : k + WORKING_SET] for k in range(0, len(W), WORKING_SET)]
        norms = np.concatenate([np.linalg.norm(part, axis=(1, 2)) for part in rows])
        self._set_working(self._whole_groups(np.argsort(-norms)[: self._capacity()]), params.W)
        B = data.weights.shape[1]
        self.step = proximal.initial_step(B, data.X.dtype)

    def solve(
        self, lam: float | Array, tol: float, max_iter: int, rounds: int = 10
    ) -> proximal.Solution:
        """Solve at `lam` (a number or one per lane) to stationarity over all features.

        Features outside the working set that would enter are let in at most `rounds` times.
        """
        B = self.data.weights.shape[1]
        lams = np.broadcast_to(np.asarray(lam, self.data.X.dtype), (B,))
        for _ in range(rounds):
            penalty = self.groups.restrict(self.penalty, self.features).with_lam(lams)
            solution = proximal.solve(
                self.problem, penalty, Params(self.W, self.upper), self.step, tol, max_iter
            )
            (self.W, self.upper), self.step = solution.params, solution.step
            violators = self._violators(lams)
            if not len(violators):
                break
            self._admit(violators)
        return solution

    def supports(self) -> list[np.ndarray]:
        """Positions in the working set of each lane's nonzero rows."""
        nonzero = np.any(on_host(self.W) != 0, axis=-1)
        return [np.flatnonzero(nonzero[:, b]) for b in range(nonzero.shape[1])]

    # -- working set ------------------------------------------------------------------------

    def _capacity(self) -> int:
        n = self.data.X.shape[0]
        most = max(WORKING_SET, 4 * n)
        if isinstance(self.data.X, SparseFeatures):
            most = min(WORKING_SET, max(ROOM // n, FEWEST))
        return min(self.p, most)

    def _whole_groups(self, features: np.ndarray) -> np.ndarray:
        """`features`, joined by the other members of their groups."""
        if self.groups.trivial:
            return features
        real = features[features < len(self.groups.ids)]
        return np.flatnonzero(np.isin(self.groups.ids, self.groups.ids[real]))

    def _set_working(self, features: np.ndarray, W: Array) -> None:
        size = min(self.p, round_up(len(features), 16))
        padded = np.full(size, self.p)
        padded[: len(features)] = np.sort(features)
        self.features = padded
        X = self.data.X
        whole = size == self.p and np.array_equal(padded, np.arange(self.p))
        if not whole or isinstance(X, SparseFeatures):
            X = take_columns(X, padded)
            W = on_host(W)[np.where(padded < self.p, padded, 0)]
            W[padded == self.p] = 0
        self.X, self.problem = X, self.data.over(X)
        self.W = W

    def _violators(self, lams: Array) -> np.ndarray:
        """Features outside the working set that would enter at the current solution."""
        if np.count_nonzero(self.features < self.p) == self.p:
            return np.zeros(0, int)
        outside = np.ones(self.p, bool)
        outside[self.features[self.features < self.p]] = False
        outside[len(self.groups.ids) :] = False
        excess = _entering(
            self.data,
            self.groups.restrict(self.penalty, np.arange(self.p)).with_lam(lams),
            Params(self.W, self.upper), self.problem.design,
        )  # fmt: skip
        return np.flatnonzero(outside & on_host(excess))

    def _admit(self, violators: np.ndarray) -> None:
        old = on_host(self.W)
        used = np.any(old != 0, axis=(1, 2))
        wanted = self._whole_groups(np.concatenate([self.features[used], violators]))
        W = np.zeros((self.p + 1, *self.W.shape[1:]), self.W.dtype)
        W[self.features] = old  # the last row takes what padding writes
        spare = np.setdiff1d(self.features[self.features < self.p], wanted)
        room = max(self._capacity() - len(wanted), 0)
        self._set_working(np.union1d(wanted, spare[:room]), W)


@partial(jax.jit, compiler_options=QUICK)
def _entering(data: Data, penalty: Penalty, params: Params, design: Design) -> Array:
    """Features whose zero row violates optimality in some lane, `(p,)` bool."""

    def total(Z):
        return jnp.sum(data.over(data.X).upper_value(params.upper, Z))

    def entering(gradient: Array, first) -> Array:
        distance = penalty.distance(jnp.zeros_like(gradient), gradient)
        slope = penalty.slope_at_zero()
        violated = penalty.groups.expand(distance > 1e-3 * slope)[..., 0]
        return jnp.any(violated, axis=1)

    slope = jax.grad(total)(design.matmul(params.W))
    return of_gradients(data.X, data.bounds, slope, entering, penalty)


def lambda_linear(data: Data, penalty: Penalty, groups: Groups) -> float:
    """Smallest lambda at which a linear model on all of the data is empty.

    A scale for lambdas that knows the data: the largest association of a feature with the
    targets, which under pure noise is the noise's own largest. Features that are always in have
    no part in it.
    """
    restricted = groups.restrict(penalty, np.arange(data.X.shape[1])).with_lam(1.0)
    targets, weights = data.targets, data.everyone
    if targets.ndim == 3:  # the first lane's are of the same scale
        targets, weights = targets[:, 0], weights[:, 0]
    constant = constant_model(targets, weights, data.loss, data.bounds)
    counted = np.append(~groups.always, np.zeros(data.X.shape[1] - len(groups.ids), bool))
    return float(_lambda_max(restricted, data.X, constant.slope, counted, data.bounds))


@partial(jax.jit, static_argnames="bounds", compiler_options=QUICK)
def _lambda_max(
    penalty: Penalty, X: Array, slope: Array, counted: Array, bounds: tuple[int, ...]
) -> Array:
    gradient = shared_design(X, bounds).rmatmul(slope[:, None])[:, 0]
    return penalty.lambda_max(jnp.where(counted[:, None], gradient, 0))


def sparse_starts(
    path: Path, lam: float, max_features: int, tol: float = 1e-2, max_iter: int = 40,
    max_steps: int = 25,
) -> list[tuple[np.ndarray, np.ndarray, object]]:  # fmt: skip
    """Raise lambda until every lane keeps at most `max_features` beside those always in.

    Returns per lane the features, their rows and the upper network at the first lambda that
    left so few, or at the last that left any, cut to the largest rows.
    """
    kept = _nonzero_rows(path)  # where even the first lambda empties a lane
    X = path.data.X
    rounds = 1 if isinstance(X, SparseFeatures) or is_wide(X) else 10  # docs/decisions.md
    always = np.flatnonzero(path.groups.always)
    max_features += len(always)
    for _ in range(max_steps):
        path.solve(lam, tol, max_iter, rounds)
        lanes = _nonzero_rows(path)
        for b, lane in enumerate(lanes):
            if len(lane[0]) and len(kept[b][0]) > max_features:
                kept[b] = lane
        if all(len(k[0]) <= max_features for k in kept) or not any(len(k[0]) for k in lanes):
            break
        lam *= LONG_RATIO
    return [_largest_rows(start, max_features, always) for start in kept]


def _nonzero_rows(path: Path) -> list[tuple[np.ndarray, np.ndarray, object]]:
    """Each lane's features with a nonzero row, these rows, and its upper network."""
    W, upper = on_host((path.W, path.upper))
    return [
        (path.features[s], W[s, b], jax.tree.map(lambda leaf, b=b: leaf[b], upper))
        for b, s in enumerate(path.supports())
    ]


def _largest_rows(start, max_features: int, always: np.ndarray):
    features, rows, upper = start
    optional = ~np.isin(features, always)
    order = np.lexsort((-np.linalg.norm(rows, axis=1), optional))[:max_features]
    return features[order], rows[order], upper

"""The exchange search against exhaustive search, and its bookkeeping."""

from itertools import combinations

import numpy as np
import pytest

from spinnery.losses import Squared
from spinnery.nn import Upper
from spinnery.selection.exchange import Exchange, Start
from spinnery.solvers.refit import Data

RIDGE = 0.05


def linear_problem(seed, n=60, p=8, noise=0.5):
    rng = np.random.default_rng(seed)
    mix = np.eye(p) + 0.4 * rng.normal(size=(p, p))
    X = rng.normal(size=(n, p)) @ mix
    X = (X - X.mean(0)) / X.std(0)
    y = X[:, :3] @ [1.0, -1.0, 0.5] + noise * rng.normal(size=n)
    return X.astype(np.float32), (y - y.mean()).astype(np.float32)[:, None]


def ridge_objective(X, y, columns):
    A = X[:, columns].astype(float)
    n = len(y)
    beta = np.linalg.solve(A.T @ A / n + RIDGE * np.eye(len(columns)), A.T @ y[:, 0] / n)
    return 0.5 * np.mean((y[:, 0] - A @ beta) ** 2) + RIDGE / 2 * beta @ beta


def search(X, y, sweeps, starts=None, group_ids=None, max_groups=8):
    n, p = X.shape
    ids = np.arange(p) if group_ids is None else group_ids
    upper = Upper(np.zeros(1, np.float32), (), "tanh")
    empty = Start(np.zeros(0, int), np.zeros((0, 1), np.float32), upper)
    starts = starts or [empty]
    B = len(starts)
    data = Data(X, y, np.full((n, B), 1 / n, np.float32), np.full(B, RIDGE, np.float32), Squared())
    tol = np.full(B, 1e-4, np.float32)
    exchange = Exchange(data, ids, int(ids.max()) + 1, starts, p, tol, 200)
    return exchange.run(max_groups, sweeps)


@pytest.mark.parametrize("seed", range(6))
def test_sizes_one_to_all_come_close_to_the_best_subset(seed):
    X, y = linear_problem(seed)
    best = search(X, y, "fb")[0]
    empty = 0.5 * np.mean(y**2)
    for k in range(1, 9):
        exhaustive = min(ridge_objective(X, y, list(c)) for c in combinations(range(8), k))
        found = ridge_objective(X, y, list(best[k].groups))
        assert best[k].objective == pytest.approx(found, rel=1e-3)  # refitted to its optimum
        assert found <= exhaustive + 0.05 * (empty - exhaustive)


def test_backward_sweeps_only_improve():
    X, y = linear_problem(1)
    forward, both = search(X, y, "f")[0], search(X, y, "fb")[0]
    assert all(both[k].objective <= forward[k].objective + 1e-6 for k in forward)
    assert 0 in both and both[0].groups == ()


def test_lanes_do_not_touch_each_other():
    X, y = linear_problem(2)
    upper = Upper(np.zeros(1, np.float32), (), "tanh")
    empty = Start(np.zeros(0, int), np.zeros((0, 1), np.float32), upper)
    other = Start(np.array([5, 6]), np.ones((2, 1), np.float32), upper)
    alone = search(X, y, "f", [empty])[0]
    together = search(X, y, "f", [empty, other])
    assert all(together[0][k].groups == alone[k].groups for k in alone)
    assert set(together[1]) == set(range(2, 9))  # began with two


def test_groups_move_whole():
    X, y = linear_problem(3)
    ids = np.array([0, 0, 1, 2, 3, 3, 4, 5])
    best = search(X, y, "fb", group_ids=ids, max_groups=6)[0]
    one = best[1]
    assert sorted(one.index[one.index < 8]) == [0, 1]


def test_enough_ends_a_forward_sweep():
    X, y = linear_problem(4)
    upper = Upper(np.zeros(1, np.float32), (), "tanh")
    empty = Start(np.zeros(0, int), np.zeros((0, 1), np.float32), upper)
    data = Data(
        X, y, np.full((60, 1), 1 / 60, np.float32), np.full(1, RIDGE, np.float32), Squared()
    )
    exchange = Exchange(data, np.arange(8), 8, [empty], 8, np.full(1, 1e-3, np.float32), 60)
    best = exchange.run(8, "f", lambda best: len(best[0]) == 4)
    assert max(best[0]) == 3

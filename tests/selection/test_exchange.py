"""The exchange search against exhaustive search, and its bookkeeping."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery.engine.refit import Data
from spinnery.losses import Squared
from spinnery.nn import Sharing, Upper
from spinnery.selection.exchange import Cells, Exchange, Start

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


def search(X, y, sweeps, starts=None, group_ids=None, max_groups=8, prices=None):
    n, p = X.shape
    ids = np.arange(p) if group_ids is None else group_ids
    upper = Upper(np.zeros(1, np.float32), (), "tanh")
    empty = Start(np.zeros(0, int), np.zeros((0, 1), np.float32), upper)
    starts = starts or [empty]
    B = len(starts)
    weights, ridge = np.full((n, B), 1 / n, np.float32), np.full(B, RIDGE, np.float32)
    data = Data(X, y, weights, ridge, Squared(), (0, n), weights.max(axis=1))
    tol = np.full(B, 1e-4, np.float32)
    cells = Cells(ids[:, None], np.ones(ids.max() + 1) if prices is None else prices)
    exchange = Exchange(data, cells, starts, p, tol, 200)
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


def test_of_two_copies_the_cheaper_enters():
    X, y = linear_problem(2)
    X = np.concatenate([X, X], axis=1)
    for dear in (slice(0, 8), slice(8, 16)):
        prices = np.ones(16)
        prices[dear] = 5
        best = search(X, y, "fb", max_groups=6, prices=prices)[0]
        for k in range(1, 7):
            assert prices[list(best[k].groups)].max() == 1


def test_of_two_copies_the_dearer_leaves():
    X, y = linear_problem(2)
    X = np.concatenate([X, X], axis=1)
    upper = Upper(np.zeros(1, np.float32), (), "tanh")
    whole = Start(np.arange(16), np.full((16, 1), 0.1, np.float32), upper)
    for dear in (slice(0, 8), slice(8, 16)):
        prices = np.ones(16)
        prices[dear] = 1000
        best = search(X, y, "b", [whole], max_groups=16, prices=prices)[0]
        for k in range(1, 9):
            assert prices[list(best[k].groups)].max() == 1


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
    assert one.index.shape == (1, 8)
    assert sorted(one.index[one.index < 8]) == [0, 1]


def test_enough_ends_a_forward_sweep():
    X, y = linear_problem(4)
    upper = Upper(np.zeros(1, np.float32), (), "tanh")
    empty = Start(np.zeros(0, int), np.zeros((0, 1), np.float32), upper)
    weights, ridge = np.full((60, 1), 1 / 60, np.float32), np.full(1, RIDGE, np.float32)
    data = Data(X, y, weights, ridge, Squared(), (0, 60), weights.max(axis=1))
    cells = Cells(np.arange(8)[:, None], np.ones(8))
    exchange = Exchange(data, cells, [empty], 8, np.full(1, 1e-3, np.float32), 60)
    best = exchange.run(8, "f", lambda best: len(best[0]) == 4)
    assert max(best[0]) == 3


# -- cohorts --------------------------------------------------------------------------------------

BOUNDS = (0, 40, 70)
M, P = 2, 4
EACH = np.arange(P * M).reshape(P, M)  # every feature enters each cohort by itself
TOGETHER = np.repeat(np.arange(P)[:, None], M, axis=1)
TRUTH = np.array([[1.0, -1.0], [0.8, 0.0], [0.0, 0.6], [0.0, 0.0]])  # (P, M)


def cohort_problem(seed, noise=0.5):
    """Correlated features, one shared and one specific to each cohort."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(BOUNDS[-1], P)) @ (np.eye(P) + 0.3 * rng.normal(size=(P, P)))
    y = noise * rng.normal(size=(len(X), 1))
    for m, (a, b) in enumerate(pairwise(BOUNDS)):
        X[a:b] = (X[a:b] - X[a:b].mean(0)) / X[a:b].std(0)
        y[a:b, 0] += X[a:b] @ TRUTH[:, m]
        y[a:b] -= y[a:b].mean()
    return X.astype(np.float32), y.astype(np.float32)


def cells_objective(X, y, used):
    """Ridge optimum of the cells `used` `(P, M)`, cohort by cohort."""
    total, n = 0.0, len(y)
    for m, (a, b) in enumerate(pairwise(BOUNDS)):
        A, t = X[a:b, used[:, m]].astype(float), y[a:b, 0].astype(float)
        beta = np.linalg.solve(A.T @ A / n + RIDGE * np.eye(A.shape[1]), A.T @ t / n)
        total += 0.5 * np.sum((t - A @ beta) ** 2) / n + RIDGE / 2 * beta @ beta
    return total


def cohort_search(X, y, ids, sweeps, start=None, n_slots=P):
    upper = Sharing().spread(Upper(np.zeros((1, 1), np.float32), (), "tanh"), M)
    upper = type(upper)(Upper(upper.upper.bias[0], (), "tanh"))
    features = np.arange(0 if start is None else P)
    rows = np.zeros((0, M), np.float32) if start is None else start.astype(np.float32)
    n, cells = len(y), Cells(ids, np.ones(ids.max() + 1))
    weights, ridge = np.full((n, 1), 1 / n, np.float32), np.full(1, RIDGE, np.float32)
    data = Data(X, y, weights, ridge, Squared(), BOUNDS, weights.max(axis=1))
    lane = Start(features, rows, upper)
    return Exchange(data, cells, [lane], n_slots, np.full(1, 1e-4, np.float32), 200), cells


def used_cells(candidate):
    """The blocks that a candidate's slots and weights say are in the model, `(P, M)`."""
    used = np.zeros((P, M), bool)
    for slot, m in np.ndindex(candidate.params.W.shape[0], M):
        feature, weight = candidate.index[m, slot], candidate.params.W[slot, m]
        if feature < P:
            assert not used[feature, m]
            used[feature, m] = True
            assert weight != 0
        else:
            assert feature == P and weight == 0
    return used


@pytest.mark.parametrize("sweeps", ["fb", "b"])
@pytest.mark.parametrize("ids", [EACH, TOGETHER], ids=["each", "together"])
def test_blocks_come_close_to_the_best_subset_of_their_size(ids, sweeps):
    """Against all subsets of cells, or of features; what leaves is what the groups say."""
    for seed in range(3):
        X, y = cohort_problem(seed)
        start = np.ones((P, M)) if sweeps == "b" else None
        exchange, cells = cohort_search(X, y, ids, sweeps, start)
        best = exchange.run(cells.n_groups, sweeps)[0]
        assert set(best) == set(range(cells.n_groups + 1))
        empty = cells_objective(X, y, np.zeros((P, M), bool))
        for k, candidate in best.items():
            used = np.isin(ids, candidate.groups)
            assert len(candidate.groups) == k
            np.testing.assert_array_equal(used_cells(candidate), used)
            found = cells_objective(X, y, used)
            assert candidate.objective == pytest.approx(found, rel=1e-3)
            every = combinations(range(cells.n_groups), k)
            exhaustive = min(cells_objective(X, y, np.isin(ids, c)) for c in every)
            slack = 0.05 if sweeps == "fb" else 0.1  # one greedy sweep
            assert found <= exhaustive + slack * (empty - exhaustive)
        if ids is EACH:
            np.testing.assert_array_equal(used_cells(best[4]), TRUTH != 0)
        else:
            assert set(best[3].groups) == {0, 1, 2}


def test_a_block_that_starts_at_zero_is_not_in_the_model():
    X, y = cohort_problem(0)
    start = np.where(TRUTH != 0, 1.0, 0.0)
    exchange, _ = cohort_search(X, y, EACH, "b", start)
    (groups,) = exchange.lanes
    assert set(groups) == set(EACH[TRUTH != 0])
    best = exchange.run(8, "b")[0]
    assert set(best) == set(range(5))
    # with a feature's blocks in one group, one that is not zero brings the others in
    exchange, _ = cohort_search(X, y, TOGETHER, "b", start)
    assert set(exchange.lanes[0]) == {0, 1, 2}


def test_what_leaves_takes_nothing_else_along():
    """Other blocks keep their slots and weights, also those in the same slot of another cohort."""
    X, y = cohort_problem(0)
    start = np.arange(1.0, 1 + P * M).reshape(P, M)
    exchange, _ = cohort_search(X, y, EACH, "b", start)
    before, index = exchange.params.W[:, 0].copy(), exchange.index[0].copy()
    slot = int(np.flatnonzero(index[1] == 2)[0])
    exchange._leave(0, int(EACH[2, 1]))
    gone = np.zeros((P, M), bool)
    gone[slot, 1] = True
    assert before[slot, 1] == start[2, 1]
    np.testing.assert_array_equal(exchange.params.W[:, 0], np.where(gone, 0, before))
    np.testing.assert_array_equal(exchange.index[0], np.where(gone.T, P, index))
    assert EACH[2, 1] not in exchange.lanes[0] and len(exchange.lanes[0]) == P * M - 1


def test_a_full_cohort_leaves_room_in_another():
    """Slots run out cohort by cohort: here two for each."""
    X, y = cohort_problem(1)
    exchange, _ = cohort_search(X, y, EACH, "f", n_slots=2)
    best = exchange.run(8, "f")[0]
    assert (used_cells(best[max(best)]).sum(axis=0) <= 2).all()
    together, _ = cohort_search(X, y, TOGETHER, "f", n_slots=2)
    assert max(together.run(4, "f")[0]) == 2


@given(seed=st.integers(0, 999), n_groups=st.integers(1, 6))
def test_cells_add_up_by_group(seed, n_groups):
    rng = np.random.default_rng(seed)
    ids = rng.permutation(np.concatenate([np.arange(n_groups), rng.integers(0, n_groups, 6)]))
    ids = ids[: len(ids) // 2 * 2].reshape(-1, 2)
    ids = np.unique(ids, return_inverse=True)[1].reshape(ids.shape)  # none is empty
    cells = Cells(ids, np.ones(ids.max() + 1))
    values = rng.normal(size=(len(ids) + 3, 4, 2))  # features, lanes, cohorts; then padding
    sums = np.zeros((ids.max() + 1, 4))
    for (j, m), g in np.ndenumerate(ids):
        sums[g] += values[j, :, m]
    assert cells.n_groups == len(sums)
    np.testing.assert_allclose(cells.per_group(values), sums, atol=1e-12)
    for g in range(cells.n_groups):
        features, cohorts = cells.members(g)
        assert set(zip(features.tolist(), cohorts.tolist(), strict=True)) == set(
            zip(*(a.tolist() for a in np.nonzero(ids == g)), strict=True)
        )


@pytest.mark.parametrize("sweeps", ["f", "fb", "bfb"])
def test_what_is_always_in_counts_in_no_size(sweeps):
    """Groups of price 0: the best models of the others, given these."""
    X, y = linear_problem(3)
    prices = np.ones(8)
    prices[[5, 6]] = 0
    best = search(X, y, sweeps, prices=prices, max_groups=6)[0]
    assert sorted(best) == list(range(7))
    for k, candidate in best.items():
        assert len(candidate.groups) == k and not {5, 6} & set(candidate.groups)
        columns = [*candidate.groups, 5, 6]
        assert set(candidate.index[0]) - {8} == set(columns)
        assert candidate.objective == pytest.approx(ridge_objective(X, y, columns), rel=1e-3)

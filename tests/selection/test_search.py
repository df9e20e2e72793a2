"""The search of one architecture: where it starts, blocks of cohorts, a second opinion of folds."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from spinnery.engine.path import Groups
from spinnery.losses import Squared
from spinnery.nn import Sharing
from spinnery.penalties import GroupMCP, IntegrativeMCP
from spinnery.progress import Steps
from spinnery.selection.crossval import try_supports
from spinnery.selection.curve import Curve
from spinnery.selection.search import Search
from spinnery.selection.starts import Settings, find_starts
from tables import regression_table

n, p = 160, 12
RIDGE = 0.05
CODES = np.random.default_rng(9).permutation(np.repeat([0, 1], [70, n - 70]))  # mixed up
FOLDS = [np.arange(n)[k::4] for k in range(4)]


def settings_for(features, n_cohorts, max_features):
    penalty = (GroupMCP(1.0) if n_cohorts == 1 else IntegrativeMCP(1.0)).with_cohorts(n_cohorts)
    return Settings(
        penalty, Groups(np.arange(features), None), "tanh", max_features, 1, 0, None, 1e-3, 2000,
        Sharing(),
    )  # fmt: skip


def search(X, y, codes=None):
    """Linear models of up to six features."""
    table = regression_table(X, y, np.ones(n), Squared(), np.float32, codes)
    settings = settings_for(p, 1 if codes is None else 2, 6)
    return Search(table, FOLDS, (), settings, Steps(False))


def optimum(table, features):
    """Ridge objective of a linear model of all samples on `features`."""
    A, t = table.X[:, list(features)].astype(float), table.targets[:, 0].astype(float)
    beta = np.linalg.solve(A.T @ A / len(t) + RIDGE * np.eye(A.shape[1]), A.T @ t / len(t))
    return 0.5 * np.mean((t - A @ beta) ** 2) + RIDGE / 2 * beta @ beta


# -- consult --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def linear():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p))
    y = X[:, :3] @ [1.0, -0.8, 0.6] + 0.3 * rng.normal(size=n)
    found = search(X, y)
    return found, found.curve(RIDGE)


def spoiled(found, curve, lanes, size=3):
    """The curve with noise features in some lanes' models of `size`."""
    index = np.full((1, found.n_slots), found.data.X.shape[1])
    index[0, :3] = 9, 10, 11
    wrong = replace(curve.lanes[0][size], groups=(9, 10, 11), index=index)
    refitted, *_ = found.refit_lanes([wrong] * len(curve.lanes), RIDGE)
    changed = [
        {**lane, size: refitted} if b in lanes else lane for b, lane in enumerate(curve.lanes)
    ]
    return replace(curve, lanes=changed)


def test_consult_takes_a_folds_better_support(linear):
    found, curve = linear
    assert all(lane[3].groups == (0, 1, 2) for lane in curve.lanes)
    worse = spoiled(found, curve, {0, 1, 3, 4})
    assert worse.candidates[3].groups == (9, 10, 11)
    better = found.consult(worse, 3)
    chosen = better.candidates[3]
    assert chosen.groups == (0, 1, 2)
    assert set(chosen.index[chosen.index < p]) == {0, 1, 2}
    # refitted to all samples, whatever the fold saw
    assert chosen.objective == pytest.approx(optimum(found.table, (0, 1, 2)), rel=1e-4)
    assert chosen.objective < worse.candidates[3].objective
    kept = chosen.outputs[found.table.layout[0], 0]
    A = found.table.X[:, chosen.index[0][chosen.index[0] < p]]
    outputs = A @ chosen.params.W[chosen.index[0] < p, 0] + chosen.params.upper.bias
    np.testing.assert_allclose(kept, outputs, atol=1e-4)
    # held-out losses and all else stay
    np.testing.assert_array_equal(better.folds, worse.folds)
    assert better.lanes[1:] == worse.lanes[1:]
    assert all(better.candidates[k] is worse.candidates[k] for k in worse.candidates if k != 3)


def test_consult_never_raises_the_objective(linear):
    found, curve = linear
    # folds that all know worse
    worse = spoiled(found, curve, {1, 2, 3, 4})
    assert found.consult(worse, 3) is worse
    for size in curve.sizes:
        before = curve.candidates[size]
        after = found.consult(curve, int(size)).candidates[size]
        assert after.objective <= before.objective and len(after.groups) == len(before.groups)


def test_consult_does_not_take_a_model_of_another_size(linear):
    """A fold without a model of that size lends its next smaller one, or else its smallest."""
    found, curve = linear
    lacking = spoiled(found, curve, {0, 2, 3, 4})
    lacking.lanes[1] = {k: c for k, c in lacking.lanes[1].items() if k > 4}
    assert found.consult(lacking, 3).candidates[3].groups == (9, 10, 11)


# -- supports of a simpler architecture --------------------------------------------------------


@pytest.mark.parametrize("codes", [None, CODES])
def test_a_network_adopts_each_lanes_supports(codes):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(n, p))
    y = np.tanh(2 * X[:, 0]) + X[:, 1] + 0.1 * rng.normal(size=n)
    found = search(X, y, codes)
    simple = found.curve(RIDGE)
    network = Search(found.table, FOLDS, (4,), found.settings, Steps(False))
    adopted = network.adopt(simple, RIDGE, simple.sizes[:4])
    assert adopted.sizes.tolist() == [0, 1, 2, 3] and adopted.hidden == (4,)
    for mine, theirs in zip(adopted.lanes, simple.lanes, strict=True):
        for size, candidate in mine.items():
            assert candidate.groups == theirs[size].groups
            used = candidate.params.W.any(axis=1)
            np.testing.assert_array_equal(used, (candidate.index < p).any(axis=0))
    assert adopted.mean[2] < simple.mean[2]  # a bend that a line does not have


class Handed:
    """A search of which only the adopted supports are asked."""

    hidden, settings = (4,), settings_for(p, 1, 6)

    def __init__(self, losses):
        self.losses = losses

    def adopt(self, other, ridge, sizes):
        folds = np.array([[self.losses[k]] * 4 for k in sizes])
        return Curve(self.hidden, ridge, sizes, folds, [])

    def refit_curve(self, curve, ridge, sizes):
        return self.adopt(None, ridge, sizes)


def test_adopted_supports_count_where_they_predict_better():
    own = Curve((4,), 0.01, np.arange(3), np.array([[1.0] * 4, [0.8] * 4, [0.9] * 4]), [])
    simple = Curve((), 0.01, np.arange(3), np.array([[1.0] * 4, [0.9] * 4, [0.85] * 4]), [])
    nothing = Curve((), 0.01, np.arange(3), np.array([[1.0] * 4, [1.1] * 4, [1.2] * 4]), [])
    better, worse = Handed([1.0, 0.9, 0.7]), Handed([1.0, 0.9, 0.85])
    assert try_supports(better, own, simple).mean.min() == 0.7
    assert try_supports(worse, own, simple) is own
    assert try_supports(better, own, nothing) is own


# -- cohorts --------------------------------------------------------------------------------------


def test_blocks_leave_where_their_cohort_has_no_use_for_them():
    """Feature 0 is shared, 1 and 2 act in one cohort each, and 3 is absent in the second."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(n, p))
    y = X[:, 0] + np.where(CODES == 0, X[:, 1] + X[:, 3], -X[:, 2]) + 0.2 * rng.normal(size=n)
    X[CODES == 1, 3] = np.nan
    found = search(X, y, CODES)
    curve = found.curve(RIDGE)
    assert curve.candidates[4].groups == (0, 1, 2, 3)
    blocks = found.block_curve(curve, 4)
    # a block is a cell of (cohort, feature); the absent one was never in
    assert max(blocks.sizes) == 7 and min(blocks.sizes) == 0
    truth = (0, 1, 3, p, p + 2)
    for lane in blocks.lanes:
        assert lane[5].groups == truth
        assert not any(p + 3 in candidate.groups for candidate in lane.values())
    assert blocks.sizes[blocks.position("min")] == 5
    chosen = blocks.candidates[5]
    W = np.where(found.data.X.shape[1] > chosen.index.T, chosen.params.W, 0)
    np.testing.assert_array_equal(chosen.params.W, W)  # nothing outside the blocks
    cells = {(m, int(j)) for m, row in enumerate(chosen.index) for j in row if j < p}
    assert cells == {(0, 0), (0, 1), (0, 3), (1, 0), (1, 2)}
    assert blocks.hidden == curve.hidden and blocks.ridge == curve.ridge

    # each fold's loss is that of its own samples, each under its own cohort's block
    table = found.table
    for (k, row), f in itertools.product(zip(blocks.sizes, blocks.folds, strict=True), range(4)):
        model = blocks.lanes[f + 1][k]
        losses = []
        for i in FOLDS[f]:
            m = CODES[i]
            slots = model.index[m] < p
            output = table.X[i, model.index[m][slots]] @ model.params.W[slots, m]
            output += model.params.upper.upper.bias[m, 0]
            losses.append(0.5 * (output - table.targets[i, 0]) ** 2)
        assert row[f] == pytest.approx(np.mean(losses), rel=1e-3)


# -- starts ---------------------------------------------------------------------------------------


def starts(X, y, codes, hidden=(4,), max_features=8, weights=None):
    """Starts of a lane of all samples and one that lacks the first tenth."""
    found = settings_for(X.shape[1], 1 if codes is None else 2, max_features)
    found = replace(found, groups=Groups(found.groups.ids, weights))
    table = regression_table(X, y, np.ones(len(X)), Squared(), np.float32, codes)
    weights = np.stack([table.weights, table.without(np.arange(len(X)) % 10 == 0)], axis=1)
    data = table.padded(weights, np.full(2, 0.03))
    return find_starts(data, [0, 1], hidden, 1, found)


@pytest.mark.parametrize("seed", range(2))
def test_products_join_the_starts(seed):
    """Of two that act only together, in one cohort, one is absent in the other."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 30))
    effect = np.where(CODES == 0, 2 * X[:, 3] * X[:, 4], 0)
    y = X[:, 0] + effect + 0.3 * rng.normal(size=n)
    X[CODES == 1, 3] = np.nan
    for start in starts(X, y, CODES):
        kept = start.features.tolist()
        assert len(kept) == len(set(kept)) <= 8 and max(kept) < 30
        assert {0, 3, 4} <= set(kept) and set(kept[-2:]) == {3, 4}
        assert start.W.shape == (len(kept), 8)
        first, second = np.split(start.W, 2, axis=1)
        assert not second[kept.index(3)].any() and first[kept.index(3)].all()
        np.testing.assert_array_equal(first[kept.index(4)], second[kept.index(4)])
        assert start.upper.upper.bias.shape == (2, 4)


@pytest.mark.parametrize("dear", [[3, 4], [5, 6], [3, 6]])
def test_products_are_of_the_cheaper_copies(dear):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 30))
    X[:, 5:7] = X[:, 3:5]
    y = X[:, 0] + 2 * X[:, 3] * X[:, 4] + 0.3 * rng.normal(size=n)
    weights = np.ones(30)
    weights[dear] = 10
    for start in starts(X, y, None, weights=weights):
        assert set(start.features[-2:].tolist()) == {3, 4, 5, 6} - set(dear)


def test_few_features_leave_no_room_for_products():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 30))
    y = X[:, 0] + X[:, 3] * X[:, 4]
    for start in starts(X, y, None, max_features=3):
        assert len(start.features) <= 3 and 0 in start.features
        assert start.W.shape == (len(start.features), 4)
        assert (np.diff(np.linalg.norm(start.W, axis=1)) <= 0).all()  # the path's own, in order


@pytest.mark.parametrize(("codes", "M"), [(None, 1), (CODES, 2)], ids=["one", "two"])
def test_linear_searches_start_empty(codes, M):
    X = np.random.default_rng(0).normal(size=(n, p))
    one, other = starts(X, X[:, 0], codes, hidden=())
    assert one is other and len(one.features) == 0 and one.W.shape == (0, M)
    bias = one.upper.bias if M == 1 else one.upper.upper.bias
    assert bias.shape == ((1,) if M == 1 else (2, 1)) and not bias.any()

"""The penalised path: working sets, groups, sparse starts."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

import references as ref
from spinnery.engine import path as path_module
from spinnery.engine.path import Groups, Path, lambda_linear, sparse_starts
from spinnery.engine.problem import Params
from spinnery.engine.refit import Data
from spinnery.engine.start import dense_start
from spinnery.losses import resolve
from spinnery.nn import ACTIVATIONS, Upper
from spinnery.penalties import CompositeMCP, GroupLasso, GroupMCP, Rows

pytestmark = pytest.mark.usefixtures("x64")

n, p, B, K = 12, 160, 3, 2
SMALL = 16  # forces a working set of 4 n = 48 features


def make(loss="squared", columns=p, samples=n, lanes=B, seed=0, K=K):
    """More features than samples; the last three matter most."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(samples, columns))
    targets = X[:, -3:] @ rng.normal(size=(3, K)) + 0.2 * rng.normal(size=(samples, K)) + 1.0
    if loss == "softmax":
        targets = np.eye(K)[targets.argmax(axis=1)]
    weights = rng.random((samples, lanes))
    weights /= weights.sum(axis=0)
    arrays = [jnp.asarray(a) for a in (X, targets, weights, np.full(lanes, 0.01))]
    return Data(*arrays, resolve(loss), (0, samples), arrays[2].max(axis=1))


def zeros(data, K=K):
    lanes = data.weights.shape[1]
    return Params(jnp.zeros((data.X.shape[1], lanes, K)),
                  Upper(jnp.zeros((lanes, K)), (), "identity"))  # fmt: skip


def alone(columns=p):
    return Groups(np.arange(columns), None)


def all_rows(path):
    """The working set's rows put back among all features."""
    W = np.zeros((path.p + 1, *np.asarray(path.W).shape[1:]))
    W[path.features] = path.W
    return W[:-1]


GROUPINGS = {
    "rows": alone(),
    "weighted": Groups(np.arange(p), np.linspace(0.5, 2, p)),
    # members far apart: the second is outside the first working set until its group is joined
    "pairs": Groups(np.arange(p) % (p // 2), np.full(p // 2, 2**0.5)),
}


@pytest.mark.parametrize("grouping", list(GROUPINGS))
def test_a_small_working_set_changes_no_answer(monkeypatch, grouping):
    data, groups = make(), GROUPINGS[grouping]
    penalty = GroupLasso(1.0)
    top = lambda_linear(data, penalty, groups)
    full = Path(data, penalty, groups, zeros(data))
    monkeypatch.setattr(path_module, "WORKING_SET", SMALL)
    small = Path(data, penalty, groups, zeros(data))
    assert len(full.features) == p and len(small.features) < p

    weights = np.ones(groups.ids.max() + 1) if groups.weights is None else groups.weights
    for lam in (0.6 * top, 0.25 * top):
        ours, theirs = small.solve(lam, 1e-7, 20_000), full.solve(lam, 1e-7, 20_000)
        assert np.asarray(ours.converged).all() and np.asarray(theirs.converged).all()
        np.testing.assert_allclose(ours.objective, theirs.objective, atol=1e-9)
        np.testing.assert_allclose(all_rows(small), all_rows(full), atol=2e-3)
        # and neither is just the other's mistake: no group outside could enter, none inside move
        for b in range(B):
            W, bias = all_rows(small)[:, b], np.asarray(small.upper.bias[b])
            gW, _, _ = ref.smooth_gradient(
                "squared", ACTIVATIONS["identity"], W, bias, [], np.asarray(data.X),
                np.asarray(data.targets), np.asarray(data.weights[:, b]), 0.01,
            )  # fmt: skip
            for g in range(len(weights)):
                members, limit = groups.ids == g, lam * weights[g]
                w, v = W[members].ravel(), gW[members].ravel()
                if w.any():
                    assert np.abs(v + limit * w / np.sqrt((w**2).sum())).max() < 1e-5 * limit
                else:
                    assert np.sqrt((v**2).sum()) < limit + 2e-3 * lam
    assert all(len(s) > 0 for s in small.supports())
    outside = np.setdiff1d(np.arange(p), small.features)
    assert len(outside) and not all_rows(full)[outside].any()


def test_lambda_may_differ_between_lanes():
    data, groups = make(), alone()
    top = lambda_linear(data, GroupLasso(1.0), groups)
    together = Path(data, GroupLasso(1.0), groups, zeros(data))
    lams = top * np.array([2.0, 0.5, 0.2])
    together.solve(lams, 1e-7, 20_000)
    sizes = [len(s) for s in together.supports()]
    assert sizes[0] == 0 < sizes[1] < sizes[2]
    same = Path(data, GroupLasso(1.0), groups, zeros(data))
    same.solve(lams[1], 1e-7, 20_000)
    np.testing.assert_allclose(all_rows(same)[:, 1], all_rows(together)[:, 1], atol=1e-5)


def test_a_working_set_padded_to_full_width_is_not_taken_for_all_features(monkeypatch):
    """Capacity 20 of 24 features is padded to 24 places; four features are still outside."""
    data = make(columns=24, samples=5)
    groups = alone(24)
    top = lambda_linear(data, GroupLasso(1.0), groups)
    full = Path(data, GroupLasso(1.0), groups, zeros(data)).solve(0.3 * top, 1e-7, 20_000)
    monkeypatch.setattr(path_module, "WORKING_SET", SMALL)
    small = Path(data, GroupLasso(1.0), groups, zeros(data)).solve(0.3 * top, 1e-7, 20_000)
    np.testing.assert_allclose(small.objective, full.objective, atol=1e-8)


# -- groups ---------------------------------------------------------------------------------------


def test_ungrouped_features_need_no_index():
    assert alone().trivial
    assert not Groups(np.arange(p), np.ones(p)).trivial
    assert not Groups(np.zeros(p, int), None).trivial
    restricted = alone().restrict(GroupLasso(0.3), np.array([5, 9, p, p]))
    assert isinstance(restricted.groups, Rows) and restricted.weights is None
    assert restricted.lam == 0.3


@pytest.mark.parametrize(
    "penalty", [GroupLasso(0.4), GroupMCP(0.4)], ids=lambda q: type(q).__name__
)
def test_restricted_groups_penalise_the_same(penalty):
    """Rows outside the working set being zero, its penalty is that of all features."""
    ids = np.array([0, 1, 0, 2, 3, 3, 1, 4])
    weights = np.array([1.0, 2.0, 3.0, 0.5, 7.0])
    groups = Groups(ids, weights)
    features = np.array([1, 3, 4, 5, 6, 8, 8, 8])  # groups 1, 2, 3, then padding
    rng = np.random.default_rng(2)
    W = np.zeros((9, 2, 3))
    W[features[:5]] = rng.normal(size=(5, 2, 3))
    everything = groups.restrict(penalty, np.arange(8))
    part = groups.restrict(penalty, features)
    np.testing.assert_allclose(part.value(W[features]), everything.value(W[:8]), atol=1e-12)
    expected = sum(
        ref.group_value(penalty, W[:8][ids == g].transpose(1, 0, 2).reshape(2, -1), 0.4 * w)
        for g, w in enumerate(weights)
    )
    np.testing.assert_allclose(part.value(W[features]), expected, atol=1e-12)
    np.testing.assert_allclose(
        part.prox(W[features], 0.7)[:5], np.asarray(everything.prox(W[:8], 0.7))[features[:5]],
        atol=1e-12,
    )  # fmt: skip
    assert not np.any(np.asarray(part.prox(W[features], 0.7))[5:])


def test_padding_does_not_change_a_composite_penalty():
    """Its outer concavity grows with the group's size, which padding must not raise."""
    groups = Groups(np.array([0, 0, 1, 1]), None)
    rng = np.random.default_rng(3)
    W = rng.normal(size=(4, 1, 2))
    plain = groups.restrict(CompositeMCP(0.9, gamma=2.0), np.arange(4))
    padded = groups.restrict(CompositeMCP(0.9, gamma=2.0), np.array([0, 1, 2, 3, 4, 4, 4, 4]))
    W_padded = np.concatenate([W, np.zeros((4, 1, 2))])
    np.testing.assert_allclose(padded.value(W_padded), plain.value(W), atol=1e-12)


# -- lambda ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["squared", "softmax"])
def test_lambda_linear_empties_the_linear_model(loss):
    data = make(loss, lanes=1)
    groups = GROUPINGS["pairs"]
    top = lambda_linear(data, GroupLasso(1.0), groups)
    path = Path(data, GroupLasso(1.0), groups, zeros(data))
    path.solve(1.001 * top, 1e-7, 5000)
    assert len(path.supports()[0]) == 0
    path.solve(0.98 * top, 1e-7, 5000)
    assert 0 < len(path.supports()[0]) <= 4


# -- starts ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def started(x64):
    data = make(columns=30, samples=20, K=1)
    return data, dense_start(data, [1, 2, 3], (4,), 1, "tanh")


@pytest.mark.parametrize("max_features", [1, 4, 30])
def test_sparse_starts_keep_at_most_max_features(started, max_features):
    data, dense = started
    groups = alone(30)
    penalty = GroupMCP(1.0)
    first = 0.1 * lambda_linear(data, penalty, groups)
    starts = sparse_starts(Path(data, penalty, groups, dense), first, max_features)
    assert len(starts) == B
    for features, rows, upper in starts:
        assert 1 <= len(features) <= max_features
        assert len(set(features.tolist())) == len(features) and max(features) < 30
        assert rows.shape == (len(features), 4) and np.any(rows != 0, axis=1).all()
        norms = np.linalg.norm(rows, axis=1)
        assert (np.diff(norms) <= 0).all()
        assert upper.bias.shape == (4,)
        assert np.isfinite(rows).all()
    if max_features >= 4:  # of the three features that matter, the path loses few
        assert all(len({27, 28, 29} & set(f.tolist())) >= 2 for f, _, _ in starts)


def test_sparse_starts_cut_to_the_largest_rows_when_lambda_ends_too_early(started):
    data, dense = started
    groups = alone(30)
    path = Path(data, GroupLasso(1.0), groups, dense)
    lam = 0.01 * lambda_linear(data, GroupLasso(1.0), groups)
    starts = sparse_starts(path, lam, 4, max_steps=1)
    norms = ref.l2(all_rows(path))
    for b, (features, rows, _) in enumerate(starts):
        assert (norms[:, b] > 0).sum() > 4
        np.testing.assert_array_equal(features, np.argsort(-norms[:, b])[:4])
        np.testing.assert_array_equal(rows, all_rows(path)[features, b])


def test_sparse_starts_survive_a_lane_that_is_empty_at_once(started):
    data, dense = started
    groups = alone(30)
    path = Path(data, GroupLasso(1.0), groups, dense)
    starts = sparse_starts(path, 1e3 * lambda_linear(data, GroupLasso(1.0), groups), 4)
    for b, (features, rows, _) in enumerate(starts):  # the dense start's largest rows stand in
        norms = np.linalg.norm(np.asarray(dense.W)[:, b], axis=1)
        assert set(features) == set(np.argsort(norms)[-4:])
        np.testing.assert_allclose(rows, np.asarray(dense.W)[features, b])


def test_path_keeps_padding_empty(started):
    """Columns past the real features are zero in the data and stay out of every support."""
    data, dense = started
    padded = eqx.tree_at(lambda d: d.X, data, jnp.pad(data.X, ((0, 0), (0, 2))))
    wide = dense._replace(W=np.concatenate([np.asarray(dense.W), np.zeros((2, B, 4))]))
    path = Path(padded, GroupLasso(1.0), alone(30), wide)
    lam = 0.2 * lambda_linear(padded, GroupLasso(1.0), alone(30))
    path.solve(lam, 1e-4, 2000)
    plain = Path(data, GroupLasso(1.0), alone(30), dense)
    plain.solve(lam, 1e-4, 2000)
    for ours, theirs in zip(path.supports(), plain.supports(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_allclose(all_rows(path)[:30], all_rows(plain), atol=1e-6)


# -- always in -------------------------------------------------------------------------------------


def test_lambda_linear_is_that_of_the_features_that_may_leave():
    """By a penalty's own code, which may know nothing of weights 0."""
    data = make(columns=30, samples=80, seed=2)
    weights = np.ones(30)
    weights[-3:] = 0  # the strongest
    top = lambda_linear(data, GroupLasso(1.0), Groups(np.arange(30), weights))
    rest = eqx.tree_at(lambda d: d.X, data, data.X[:, :27])
    assert top == pytest.approx(lambda_linear(rest, GroupLasso(1.0), alone(27)))
    assert lambda_linear(data, GroupLasso(1.0), Groups(np.arange(30), np.zeros(30))) == 0


@pytest.mark.parametrize("max_features", [0, 3])
def test_sparse_starts_keep_what_is_always_in(started, max_features):
    data, dense = started
    weights = np.ones(30)
    weights[[2, 11]] = 0
    groups = Groups(np.arange(30), weights)
    first = 0.1 * lambda_linear(data, GroupMCP(1.0), groups)
    path = Path(data, GroupMCP(1.0), groups, dense)
    for features, rows, _ in sparse_starts(path, first, max_features):
        assert len(features) <= max_features + 2
        assert set(features[:2]) == {2, 11} and rows[:2].any(axis=1).all()

"""Complementary halves: what goes in, and that nothing comes over from the other half."""

import itertools
from dataclasses import replace

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spinnery.evidence.halves as halves_module
from spinnery.engine.path import Groups
from spinnery.evidence.halves import LANES, Found, Halves, Lane, complementary, gains, joined
from spinnery.evidence.ways import Way
from spinnery.losses import Squared
from spinnery.nn import SHARED
from spinnery.penalties import GroupMCP
from spinnery.selection.starts import Settings
from tables import regression_table

n, p = 64, 10
rng = np.random.default_rng(0)
X = rng.normal(size=(n, p))
y = 2 * X[:, 0] - X[:, 1] + 0.5 * X[:, 2] + 0.3 * rng.normal(size=n)
FIRST, SECOND = np.arange(0, n, 2), np.arange(1, n, 2)
SAME = np.arange(n)


def halves(hidden=((),), y=y, weights=None):
    table = regression_table(
        X, y, np.ones(n) if weights is None else weights, Squared(), np.float64
    )
    settings = Settings(
        GroupMCP(1.0), Groups(np.arange(p), None), "tanh", 4, 1, 0, None, 1e-3, 2000, SHARED
    )
    ways = [Way(one, table, settings.groups) for one in hidden]
    return Halves(ways, settings, 4, 4, "float64")


@given(st.integers(0, 10**6), st.lists(st.integers(0, 2), min_size=8, max_size=40))
def test_halves_are_disjoint_and_share_out_every_stratum(seed, strata):
    strata = np.array(strata)
    order = np.random.default_rng(seed).permutation(len(strata))[: len(strata) - 1]
    pairs = list(complementary(strata, 3, order, np.random.default_rng(seed)))
    assert len(pairs) == 3
    for one, other in pairs:
        assert sorted([*one, *other]) == sorted(order)
        for s in range(3):
            assert abs((strata[one] == s).sum() - (strata[other] == s).sum()) <= 1


@given(
    st.lists(st.permutations(range(6)), min_size=1, max_size=3),
    st.integers(1, 6),
    st.lists(st.integers(1, 2), min_size=3, max_size=3),
)
def test_rankings_are_joined_in_turn(rankings, size, steps):
    steps = steps[: len(rankings)]
    found = joined([list(r) for r in rankings], size, steps)
    assert len(found) == len(set(found)) == size
    assert found[0] == rankings[0][0]
    named = [r[t * k : (t + 1) * k] for t in range(6) for r, k in zip(rankings, steps, strict=True)]
    assert found.tolist() == list(dict.fromkeys(entry for turn in named for entry in turn))[:size]


def with_table(of, table):
    return replace(of, ways=[replace(way, table=table) for way in of.ways])


def picks(of, lane):
    (found,) = of.search([lane])
    return found


@pytest.mark.parametrize("hidden", [((),), ((3,), ())])
def test_targets_outside_a_half_change_nothing_inside(hidden):
    lane = Lane(FIRST, SAME)
    before = halves(hidden)
    table = before.ways[0].table
    outside = table.targets.copy()
    outside[SECOND] = rng.permutation(outside[SECOND])  # of the same scale: no part of the question
    after = with_table(before, replace(table, targets=outside))
    one, other = picks(before, lane), picks(after, lane)
    assert one.picked.tolist() == other.picked.tolist()
    assert not np.allclose(one.held_out, other.held_out)


def test_a_linear_half_is_the_least_squares_fit_of_its_rows():
    of = halves()
    found = picks(of, Lane(FIRST, SAME))
    table = of.ways[0].table
    user = table.columns[found.picked]
    assert user[:3].tolist() == [0, 1, 2]
    for size in (0, 1, 2, 3):
        A = np.column_stack([np.ones(n), table.X[:, found.picked[:size]]])
        ridge = 0.1 * np.diag([0.0] + [1.0] * size)
        G = A[FIRST].T @ A[FIRST] / 32 + ridge
        coef = np.linalg.solve(G, A[FIRST].T @ table.targets[FIRST, 0] / 32)
        loss = 0.5 * np.mean((table.targets[SECOND, 0] - A[SECOND] @ coef) ** 2)
        assert found.held_out[0, size] == pytest.approx(loss, rel=1e-3)


def test_a_permuted_lane_is_a_table_with_permuted_targets_and_weights():
    places = rng.permutation(n)
    weights = rng.integers(1, 4, n).astype(float)
    of = halves(weights=weights)
    table = of.ways[0].table
    moved = replace(table, targets=table.targets[places], weights=table.weights[places])
    one = picks(of, Lane(FIRST, places))
    other = picks(with_table(of, moved), Lane(FIRST, SAME))
    assert one.picked.tolist() == other.picked.tolist()
    np.testing.assert_allclose(one.held_out, other.held_out, rtol=1e-6)


@pytest.mark.parametrize("at_once", [LANES, 7])
def test_lanes_do_not_depend_on_their_company(at_once):
    of = replace(halves(), at_once=at_once)
    lanes = [Lane(rows, SAME) for pair in complementary(SAME * 0, 3, SAME, rng) for rows in pair]
    together = of.search(lanes)
    for lane, found in zip(lanes[:2], together, strict=False):
        alone = picks(of, lane)
        assert alone.picked.tolist() == found.picked.tolist()
        np.testing.assert_allclose(alone.held_out, found.held_out, rtol=1e-6)
    assert len(together) == 6 <= at_once


def test_a_gpu_searches_more_at_once_where_they_fit(monkeypatch):
    assert halves_module.at_once(1000) == LANES
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert halves_module.at_once(1000) == 110
    assert halves_module.at_once(1_000_000) == LANES


def test_the_gain_is_the_largest_mean_fall_relative_to_no_features():
    rng = np.random.default_rng(1)
    found = [Found(np.zeros(0, int), rng.uniform(1, 2, size=(2, 4))) for _ in range(4 + 8)]
    gain, permuted = gains(found, 2)
    assert permuted.shape == (2,)

    def by_hand(lanes):
        best = -np.inf
        for a, k in itertools.product(range(2), range(1, 4)):
            none = sum(lane.held_out[a, 0] for lane in lanes)
            best = max(best, 1 - sum(lane.held_out[a, k] for lane in lanes) / none)
        return best

    assert gain == pytest.approx(by_hand(found[:4]))
    assert permuted[0] == pytest.approx(by_hand(found[4:8]))
    assert permuted[1] == pytest.approx(by_hand(found[8:12]))

"""Several ways to enter or leave, each refitted, beside the one that first order prefers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spinnery.engine.path import Groups
from spinnery.losses import Squared
from spinnery.nn import Sharing
from spinnery.penalties import GroupMCP
from spinnery.progress import Steps
from spinnery.selection.exchange import Cells, Exchange
from spinnery.selection.lanes import start_of
from spinnery.selection.search import SEARCH_ITER, Search
from spinnery.selection.starts import Settings
from tables import regression_table

n, p = 150, 10
FOLDS = [np.arange(n)[k::3] for k in range(3)]
RIDGE = 0.02


@pytest.fixture(scope="module")
def searched():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p))
    y = np.tanh(X[:, 0] - X[:, 1]) + X[:, 2] * X[:, 3] + 0.1 * rng.normal(size=n)
    table = regression_table(X, y, np.ones(n), Squared(), np.float32)
    settings = Settings(
        GroupMCP(1.0), Groups(np.arange(p), None), "tanh", 6, 1, 0, None, 1e-3, 2000, Sharing()
    )
    search = Search(table, FOLDS, (4,), settings, Steps(False))
    return search, search.curve(RIDGE)


def exchange(search):
    cells = Cells(np.arange(p)[:, None], np.ones(p))
    return Exchange(
        search._with_ridge(RIDGE), cells, search._starts, search.n_slots, 1e-3, SEARCH_ITER
    )


@pytest.mark.parametrize(("enter", "size"), [(True, 2), (False, 4)])
def test_as_many_as_asked_are_tried_and_the_best_is_kept(searched, enter, size):
    search, curve = searched
    found = exchange(search)
    starts = [start_of(lane) for lane in curve.at(size)]
    tried = []
    fit = found._fit

    def noted():
        fit()
        tried.append([frozenset(lane) for lane in found.lanes])

    found._fit = noted
    found.try_several(starts, 3, enter)
    assert len(tried) == 4  # as it stands, and three ways
    before, *ways = tried
    for b, at_first in enumerate(before):
        assert len({way[b] for way in ways}) == 3
        for way in ways:
            assert len(way[b] ^ at_first) == 1 and len(way[b]) == size + (1 if enter else -1)
        kept = found.best[b][size + (1 if enter else -1)]
        assert frozenset(kept.groups) in {way[b] for way in ways}


def test_the_order_is_that_of_the_first_order_gain(searched):
    search, curve = searched
    found = exchange(search)
    found.try_several([start_of(lane) for lane in curve.at(2)], 1)
    alone = [found.best[b][3].groups for b in range(len(curve.lanes))]
    gain = found.gain.copy()
    for b, lane in enumerate(curve.at(2)):
        first = int(np.argmax(gain[:, b]))
        assert alone[b] == tuple(sorted((*lane.groups, first)))


def test_more_ways_are_never_worse(searched):
    search, curve = searched
    objectives = []
    for tries in (1, 4):
        found = exchange(search)
        found.try_several([start_of(lane) for lane in curve.at(2)], tries)
        objectives.append([lane[3].objective for lane in found.best])
    assert np.all(np.array(objectives[1]) <= np.array(objectives[0]) + 1e-7)


def test_nothing_is_left_to_enter(searched):
    search, curve = searched
    found = exchange(search)
    full = replace(curve, lanes=[{6: lane} for lane in curve.at(6)])
    found.try_several([start_of(lane) for lane in full.at(6)], 3)
    assert max(max(lane) for lane in found.best) == 6


def test_a_closer_look_finds_what_a_curve_lacks(searched):
    search, curve = searched
    known = [{k: lane[k] for k in (0, 3)} for lane in curve.lanes]
    poor = replace(curve, sizes=np.array([0, 3]), lanes=known)
    better = search.closer(poor, 3)
    assert {2, 3, 4, 5} <= set(better.sizes.tolist())
    for b, lane in enumerate(better.lanes):
        assert lane[3].objective <= known[b][3].objective
        assert lane[4].objective == pytest.approx(curve.lanes[b][4].objective, rel=0.02)


def test_nothing_to_look_closer_at(searched):
    search, curve = searched
    linear = Search(search.table, FOLDS, (), search.settings, Steps(False))
    assert linear.closer(curve, 3) is curve

"""The canonical order of samples and features depends on what they are, not on where."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery.engine.path import Groups
from spinnery.inputs.order import canonical_order
from spinnery.inputs.table import make_table
from spinnery.losses import Squared

KINDS = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "binary": lambda rng, shape: rng.integers(0, 2, shape) * 2.0 - 1,
    "counts": lambda rng, shape: rng.poisson(0.3, shape).astype(float),
}
shapes = {"n": st.integers(1, 30), "p": st.integers(1, 30), "seed": st.integers(0, 999)}


def draw(kind, n, p, seed):
    rng = np.random.default_rng(seed)
    X = KINDS[kind](rng, (n, p))
    return X, rng.normal(size=(n, 1)), np.full(n, 1 / n), rng


@pytest.mark.parametrize("kind", KINDS)
@given(**shapes)
def test_shuffled_tables_come_out_the_same(kind, n, p, seed):
    X, y, weights, rng = draw(kind, n, p, seed)
    rows, columns = canonical_order(X, y, weights)
    assert sorted(rows) == list(range(n)) and sorted(columns) == list(range(p))
    r, c = rng.permutation(n), rng.permutation(p)
    again, across = canonical_order(X[np.ix_(r, c)], y[r], weights[r])
    np.testing.assert_array_equal(X[rows][:, columns], X[np.ix_(r, c)][again][:, across])
    np.testing.assert_array_equal(y[rows], y[r][again])


@given(**shapes)
def test_rounding_to_single_precision_keeps_the_order(n, p, seed):
    X, y, weights, _ = draw("normal", n, p, seed)
    rows, columns = canonical_order(X, y, weights)
    again, across = canonical_order(X.astype(np.float32), y, weights)
    np.testing.assert_array_equal(rows, again)
    np.testing.assert_array_equal(columns, across)


def test_copies_keep_the_order_they_came_in():
    rng = np.random.default_rng(0)
    X = np.tile(rng.normal(size=(6, 3)), (1, 2))
    X[0, 0] = -0.0
    X[0, 3] = 0.0  # the same number
    _, columns = canonical_order(X, np.zeros((6, 1)), np.full(6, 1 / 6))
    place = np.argsort(columns)
    np.testing.assert_array_equal(place[3:], place[:3] + 1)


@given(seed=st.integers(0, 999), p=st.integers(1, 12), weighted=st.booleans())
def test_groups_follow_their_features(seed, p, weighted):
    rng = np.random.default_rng(seed)
    ids = np.unique(rng.integers(0, p, p), return_inverse=True)[1]
    groups = Groups(ids, rng.random(ids.max() + 1) if weighted else None)
    order = rng.permutation(p)
    taken = groups.take(order)
    assert taken.ids.max() == ids.max()
    same = ids[order][:, None] == ids[order]
    np.testing.assert_array_equal(taken.ids[:, None] == taken.ids, same)
    first = [taken.ids.tolist().index(g) for g in range(taken.ids.max() + 1)]
    assert first == sorted(first)  # numbered as they come
    if weighted:
        np.testing.assert_array_equal(taken.weights[taken.ids], groups.weights[ids[order]])


@given(seed=st.integers(0, 199), n=st.integers(8, 30))
def test_what_is_standardised_anew_comes_out_the_same(seed, n):
    """Columns of as many ones tie, and means of another order differ in their last digits."""
    rng = np.random.default_rng(seed)
    X = rng.permuted(np.tile(np.arange(n) < n // 3, (12, 1)), axis=1).T.astype(float)
    y, weights = rng.normal(size=n), np.ones(n)
    move, codes = rng.permutation(n), np.zeros(n, int)

    def table(rows):
        w = weights[rows] / weights[rows].sum()
        targets = ((y[rows] - w @ y[rows]) / np.sqrt(w @ (y[rows] - w @ y[rows]) ** 2))[:, None]
        return make_table(X[rows], targets, w, codes, Squared(), np.float32)

    given, moved = table(np.arange(n)), table(move)
    np.testing.assert_array_equal(given.order, move[moved.order])
    np.testing.assert_array_equal(X[:, given.columns], X[:, moved.columns])

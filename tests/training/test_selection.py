"""Narrowing the inputs: how many stay, for how long, and what becomes of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery import penalties
from spinnery.nn.inputs import with_first_rows
from spinnery.nn.mlp import init_mlp
from spinnery.training.selection import BARRED, leaving, narrowed

P, LAM = 16, 0.25


def network(norms):
    net = init_mlp(np.random.default_rng(0), len(norms), (2,), 1, "relu", np.float32)
    rows = np.stack([norms, np.zeros(len(norms))], axis=1).astype(np.float32)
    return with_first_rows(net, rows)


def kept(net, done, epochs, most, groups=None):
    penalty = penalties.GroupLasso(1.0, groups=groups or penalties.Rows())
    return np.asarray(narrowed(penalty, net, done, epochs, most, LAM).weights)


@given(epochs=st.integers(2, 60), most=st.integers(1, 30))
def test_the_number_falls_to_the_one_asked_for_by_half_way(epochs, most):
    net = network(np.arange(1, P + 1.0))
    counts = [np.sum(kept(net, done, epochs, most) < BARRED) for done in range(1, epochs + 1)]
    half = leaving(epochs)
    assert 1 <= half <= max(1, epochs // 2)
    assert np.all(np.diff(counts) <= 0)
    assert set(counts[half - 1 :]) == {min(most, P)}
    if half > 1:
        assert counts[0] <= P and counts[0] >= min(most, P)


def test_the_weakest_leave_and_the_rest_lose_their_penalty():
    net = network(np.array([3.0, 1, 2, 0, 5]))
    np.testing.assert_allclose(kept(net, 1, 8, 4), [LAM, LAM, LAM, BARRED, LAM])
    np.testing.assert_allclose(kept(net, 4, 8, 2), [0, BARRED, BARRED, BARRED, 0])
    np.testing.assert_allclose(kept(net, 8, 8, 9), [0, 0, 0, BARRED, 0])


def test_ties_are_broken_by_position():
    np.testing.assert_allclose(kept(network(np.ones(4)), 1, 2, 2), [0, 0, BARRED, BARRED])


def test_groups_leave_together():
    groups = penalties.FeatureGroups(np.array([0, 1, 0, 1]), 2)
    weights = kept(network(np.array([1.0, 4, 1, 4])), 1, 2, 1, groups)
    np.testing.assert_allclose(weights, [BARRED, 0])


@pytest.mark.parametrize("name", sorted(penalties.BY_NAME))
def test_a_barred_row_is_zero_whatever_the_penalty_and_the_rate(name):
    penalty = penalties.resolve(name).with_cohorts(1).with_lam(np.float32(1))
    penalty = penalty.with_groups(penalty.groups, np.array([BARRED, 0], np.float32))
    W = np.array([[1e6, -1e6], [2.0, 3.0]], np.float32)
    for step in (1e-8, 0.1):
        found = np.asarray(penalty.prox(W, min(step, 0.95 * penalty.max_step)))
        np.testing.assert_array_equal(found[0], 0)
        np.testing.assert_allclose(found[1], W[1], rtol=1e-6)

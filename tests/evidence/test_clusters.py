"""Clusters of features that say nearly the same."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spinnery.evidence.clusters import clusters_around


def table(seed, n=40, p=30):
    """Standardised columns in families of random tightness."""
    rng = np.random.default_rng(seed)
    base = rng.normal(size=(n, 6))
    X = base[:, rng.integers(0, 6, p)] + rng.uniform(0.05, 1.5, p) * rng.normal(size=(n, p))
    return (X - X.mean(0)) / X.std(0)


WEIGHTS = np.full(40, 1 / 40)


@given(st.integers(0, 10**6))
def test_members_are_alike_to_their_leader_and_in_one_cluster(seed):
    X = table(seed)
    clusters = clusters_around(X, WEIGHTS, np.arange(30))
    r = np.abs(np.corrcoef(X.T))
    assert sorted(np.concatenate(clusters).tolist()) == list(range(30))
    for cluster in clusters:
        assert (r[cluster[0], cluster] >= 0.8 - 1e-9).all()
    leaders = [cluster[0] for cluster in clusters]
    apart = r[np.ix_(leaders, leaders)] - np.eye(len(leaders))
    assert (apart < 0.8).all()


@given(st.integers(0, 10**6), st.lists(st.integers(0, 29), min_size=1, max_size=4))
def test_a_features_cluster_does_not_depend_on_who_asks(seed, seeds):
    X = table(seed)
    everyone = {frozenset(c.tolist()) for c in clusters_around(X, WEIGHTS, np.arange(30))}
    found = clusters_around(X, WEIGHTS, np.array(seeds))
    assert {frozenset(c.tolist()) for c in found} <= everyone
    assert set(seeds) <= set(np.concatenate(found).tolist())


def test_weights_count():
    """Two columns that differ in samples of weight 0 alone are one cluster."""
    X = np.zeros((8, 2))
    X[:4, 0] = X[:4, 1] = [1, -1, 1, -1]
    X[4:, 1] = [3, 3, -3, -3]
    weights = np.repeat([0.25, 0.0], 4)
    assert len(clusters_around(X, weights, np.arange(2))) == 1


def test_constant_columns_stand_alone():
    X = np.zeros((8, 3))
    assert [c.tolist() for c in clusters_around(X, np.full(8, 1 / 8), np.arange(3))] == [
        [0], [1], [2],
    ]  # fmt: skip

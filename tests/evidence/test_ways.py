"""Ways to search a half: squares beside features, and what they find that a linear model cannot."""

import numpy as np
import pytest
from scipy import sparse

from spinnery.engine.path import Groups
from spinnery.evidence.halves import Halves, Lane
from spinnery.evidence.ways import twice, ways_of, with_squares
from spinnery.inputs.table import make_table
from spinnery.losses import Squared
from spinnery.nn import SHARED
from spinnery.penalties import GroupMCP
from spinnery.selection.starts import Settings

n, p = 120, 12
rng = np.random.default_rng(0)
X = rng.normal(size=(n, p))
X[:, 5] = X[:, 5] > 0
X[:, 6] = 1.0
CODES = np.arange(n) % 2


def table(X=X, y=None, codes=None, weights=None):
    y = rng.normal(size=n) if y is None else y
    w = np.ones(n) if weights is None else weights
    codes = np.zeros(n, int) if codes is None else codes
    return make_table(X, y[:, None], w / w.sum(), codes, Squared(), np.float64)


@pytest.mark.parametrize("codes", [None, CODES])
def test_squares_are_standardised_and_say_nothing_of_their_features(codes):
    weights = rng.uniform(0.5, 2, n)
    plain = table(codes=codes, weights=weights)
    wide = with_squares(plain)
    assert wide.columns.tolist() == [*plain.columns, *plain.columns]
    np.testing.assert_array_equal(wide.X[:, :p], plain.X)
    flat = np.isin(plain.columns, [5, 6])  # two levels, and a constant
    for m in range(plain.n_cohorts):
        rows = plain.codes == m
        w, x, s = plain.weights[rows], plain.X[rows], wide.X[rows, p:]
        np.testing.assert_allclose(w @ s, 0, atol=1e-12)
        np.testing.assert_allclose(w @ (s * x), 0, atol=1e-12)
        np.testing.assert_allclose((w @ s**2)[~flat] / w.sum(), 1)
        assert (s[:, flat] == 0).all()


def test_what_the_user_weighs_a_feature_by_stays():
    weights = np.array([0.0, 1.0, 3.0])
    groups = Groups(np.array([0, 1, 2]), weights)
    doubled = twice(groups)
    np.testing.assert_allclose(doubled.prices, groups.prices)
    assert doubled.n_optional == 2
    assert twice(Groups(np.arange(3), None)).weights is None


def test_squares_stand_beside_networks_on_dense_tables_alone():
    groups = Groups(np.arange(p), None)
    dense = table()
    found = ways_of(dense, groups, [(), (3,)])
    assert [way.hidden for way in found] == [(), (3,), ()]
    assert [way.at_a_time for way in found] == [2, 1, 1]
    assert len(ways_of(dense, groups, [()])) == 1
    thin = table(sparse.csc_array(X))
    assert len(ways_of(thin, groups, [(), (3,)])) == 2


def test_a_valley_is_learnt_by_squares_and_by_no_line():
    y = X[:, 0] + (X[:, 1] ** 2 - 1) + 0.3 * rng.normal(size=n)
    plain = table(y=y)
    groups = Groups(np.arange(p), None)
    settings = Settings(GroupMCP(1.0), groups, "tanh", 2, 1, 0, None, 1e-3, 2000, SHARED)
    linear, _, squares = ways_of(plain, groups, [(), (3,)])
    found = {}
    for name, way in (("linear", linear), ("squares", squares)):
        (half,) = Halves([way], settings, 2, 2, "float64").search(
            [Lane(np.arange(0, n, 2), np.arange(n))]
        )
        found[name] = set(plain.columns[half.picked].tolist()), half.gain[0, 2]
    assert found["squares"][0] == {0, 1}
    assert found["squares"][1] > 1.5 * found["linear"][1]

"""Sparse tables: the same numbers as dense ones, and nothing of the user's is touched."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from spinnery import SPINNRegressor
from spinnery.inputs.form import learn_columns
from spinnery.inputs.gaps import fill_gaps, gap_counts
from spinnery.inputs.order import canonical_order
from spinnery.inputs.raw import dense_columns, dense_rows, ends, tidy
from spinnery.inputs.scale import standard_scale, standardise
from spinnery.inputs.sparse import sparse_scale, standardise_sparse

N, P = 40, 12


@st.composite
def tables(draw):
    """A table of any filling, with a column of nothing, one constant, one full and far from 0."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    X = rng.gamma(2, size=(N, P)) * (rng.uniform(size=(N, P)) < draw(st.floats(0.05, 0.95)))
    X[:, 0], X[:, 1], X[:, 2] = 0, 7, 1e6 + rng.normal(size=N)
    X[:, 3] *= 10.0 ** draw(st.integers(-150, 150))
    weights = rng.uniform(size=N) * (rng.uniform(size=N) < 0.8)
    codes = np.sort(rng.integers(2, size=N)) if draw(st.booleans()) else np.zeros(N, int)
    weights[[0, 1, 2, -3, -2, -1]] = 1  # of each cohort some count
    codes[:3], codes[-3:] = 0, codes.max()
    return X, weights / weights.sum(), codes


@given(tables())
def test_standardised_as_dense(table):
    X, weights, codes = table
    dense, center, scale = standardise(X, weights, codes, float, standard_scale)
    found, own_center, own_scale = standardise_sparse(sparse.csc_array(X), weights, codes, float)
    np.testing.assert_allclose(own_center, center, rtol=1e-12)
    np.testing.assert_allclose(own_scale, scale, rtol=1e-8)
    np.testing.assert_allclose(found[:, :], dense, atol=1e-6)
    assert np.all(np.abs(found.shift) <= 1 + 1e-9)
    assert not found.entries[:, [0, 1]].nnz
    of_rows, of_columns = found.cubes(weights)
    np.testing.assert_allclose(of_rows, (dense**3).sum(axis=1), atol=1e-4)
    np.testing.assert_allclose(of_columns, weights @ dense**3, atol=1e-6)
    rows, columns = np.arange(3, 20), np.array([5, 2, 9])
    np.testing.assert_allclose(
        found[np.ix_(rows, columns)], dense[np.ix_(rows, columns)], atol=1e-6
    )
    np.testing.assert_array_equal(found.only(columns)[:, :], found[:, columns])


@given(tables())
def test_scale_alone_as_dense(table):
    X, weights, _ = table
    for found, dense in zip(
        sparse_scale(sparse.csc_array(X), weights), standard_scale(X, weights), strict=True
    ):
        np.testing.assert_allclose(found, dense, rtol=1e-8)


def test_order_is_that_of_the_dense_table():
    rng = np.random.default_rng(0)
    X = rng.gamma(2, size=(N, P)) * (rng.uniform(size=(N, P)) < 0.4)
    weights, codes = np.full(N, 1 / N), np.arange(N) % 2
    targets = rng.normal(size=(N, 1))
    dense, *_ = standardise(X, weights, codes, float, standard_scale)
    found, *_ = standardise_sparse(sparse.csc_array(X), weights, codes, float)
    for own, expected in zip(
        canonical_order(found, targets, weights), canonical_order(dense, targets, weights),
        strict=True,
    ):  # fmt: skip
        np.testing.assert_array_equal(own, expected)


def test_columns_alike_in_their_moments_are_told_apart_by_entries():
    """Indicators of as many samples each: only hashes know them apart, in any order."""
    rng = np.random.default_rng(1)
    X = np.stack([rng.permutation([1.0] * 10 + [0.0] * (N - 10)) for _ in range(P)], axis=1)
    weights, targets = np.full(N, 1 / N), rng.normal(size=(N, 1))

    def content(X, targets):
        found, *_ = standardise_sparse(sparse.csc_array(X), weights, np.zeros(N, int), float)
        order, columns = canonical_order(found, targets, weights)
        return X[order][:, columns]

    rows, columns = rng.permutation(N), rng.permutation(P)
    other = content(X[rows][:, columns], targets[rows])
    np.testing.assert_array_equal(content(X, targets), other)


def test_tidy_sums_repeats_and_drops_zeros_in_a_copy():
    data, places, starts = np.array([1.0, 2.0, 0.0, 5.0]), np.array([3, 3, 1, 0]), [0, 2, 4]
    given = sparse.csc_array((data, places, starts), shape=(4, 2))
    found = tidy(given)
    np.testing.assert_array_equal(found.toarray(), [[0, 5], [0, 0], [0, 0], [3, 0]])
    assert found.nnz == 2 and given.nnz == 4
    np.testing.assert_array_equal(given.data, [1, 2, 0, 5])


@given(tables(), st.integers(0, 100))
def test_gaps_as_dense(table, seed):
    X, weights, codes = table
    rng = np.random.default_rng(seed)
    X[rng.uniform(size=X.shape) < 0.1] = np.nan
    X[codes == 0, 4] = np.nan  # which this cohort lacks
    given = sparse.csc_array(X)
    np.testing.assert_array_equal(gap_counts(given, codes), gap_counts(X, codes))
    filled, expected = fill_gaps(given, weights, codes), fill_gaps(X, weights, codes)
    np.testing.assert_allclose(filled.toarray(), expected, rtol=1e-9, atol=1e-12)
    assert np.isnan(given.data).any()


@pytest.mark.parametrize("kind", [np.asarray, sparse.csc_array])
def test_parts_of_a_table(kind):
    X = np.array([[0.0, np.nan, 2.0], [0.0, -1.0, 3.0]])
    np.testing.assert_array_equal(dense_columns(kind(X), 2), [2, 3])
    np.testing.assert_array_equal(dense_columns(kind(X), np.array([True, False, True])), X[:, ::2])
    np.testing.assert_array_equal(dense_rows(kind(X), [1]), X[[1]])
    np.testing.assert_array_equal(ends(kind(X)), [[0, -1, 2], [0, -1, 3]])


# -- tables with names ------------------------------------------------------------------------


def named(**more):
    rng = np.random.default_rng(0)
    X = rng.gamma(2, size=(60, 5)) * (rng.uniform(size=(60, 5)) < 0.4)
    names = [f"g{j}" for j in range(5)]
    thin = pd.DataFrame.sparse.from_spmatrix(sparse.csc_array(X), columns=names)
    return thin.assign(**more), pd.DataFrame(X, columns=names).assign(**more)


@pytest.mark.parametrize(
    "more", [{}, {"age": np.arange(60) % 7, "ill": np.arange(60) % 2 == 0}], ids=["alone", "mixed"]
)
def test_sparse_columns_with_names_stay_sparse(more):
    frame, dense = named(**more)
    frame, dense = frame[sorted(frame)], dense[sorted(dense)]
    values, factors = learn_columns(frame)
    assert sparse.issparse(values) and not factors
    np.testing.assert_array_equal(values.toarray(), dense.to_numpy(float))


def test_beside_a_factor_they_become_dense():
    frame, dense = named(sex=["f", "m", "m"] * 20)
    (found, _), (expected, _) = learn_columns(frame), learn_columns(dense)
    np.testing.assert_array_equal(found, expected)


def test_a_model_knows_them_by_name():
    frame, dense = named()
    y = frame["g1"].sparse.to_dense() - frame["g3"].sparse.to_dense()
    model = SPINNRegressor((), lam=0.3, dtype="float64", random_state=0).fit(frame, y)
    assert list(model.feature_names_in_) == list(frame)
    shuffled = frame[list(frame)[::-1]]
    for new in (frame, dense):
        np.testing.assert_allclose(model.predict(new), model.predict(frame), atol=1e-12)
    np.testing.assert_allclose(model.to_panel().predict(shuffled), model.predict(frame))

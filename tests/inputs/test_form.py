"""From a user's columns to numbers and back to the user's features."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery.inputs.factors import learn_factor
from spinnery.inputs.form import Form, learn_columns
from spinnery.inputs.frames import as_frame, is_plain
from spinnery.inputs.gaps import fill_gaps, refuse_gaps
from spinnery.inputs.kinds import ColumnsError
from spinnery.inputs.scale import standard_scale, standardise


def words(text):
    return np.array([None if c == "-" else c for c in text], object)


# -- factors ---------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=80))
def test_columns_say_which_level_a_row_has(letters):
    factor = learn_factor(words(letters))
    columns, unseen = factor.columns(words(letters))
    assert not unseen.any() and columns.shape == (len(letters), len(factor.names))
    assert np.isin(columns, [0, 1]).all()
    if len(factor.names) > 1:
        np.testing.assert_array_equal(columns.sum(axis=1), 1)
    for k, name in enumerate(factor.names):
        own = factor.rare if name == "rare levels" else [name]
        np.testing.assert_array_equal(columns[:, k], np.isin(letters, own))
    counts = {c: letters.count(c) for c in letters}
    few = max(5, 0.02 * len(letters))
    assert set(factor.rare) == {c for c, count in counts.items() if count < few}


def test_two_levels_need_one_column():
    factor = learn_factor(words("ababababab"))
    assert factor.names == ["b"]
    np.testing.assert_array_equal(factor.columns(words("ab"))[0], [[0], [1]])
    factor = learn_factor(words("aaaaaaxy"))  # x and y are rare
    assert factor.names == ["rare levels"]
    np.testing.assert_array_equal(factor.columns(words("axy"))[0], [[0], [1], [1]])


def test_gaps_and_levels_never_seen():
    factor = learn_factor(words("aaaaabbbbbccccc-"))
    columns, unseen = factor.columns(words("a-zc"))
    np.testing.assert_array_equal(columns, [[1, 0, 0], [np.nan] * 3, [0, 0, 0], [0, 0, 1]])
    assert unseen.tolist() == [False, False, True, False]


# -- gaps ------------------------------------------------------------------------------------------


@given(seed=st.integers(0, 999), dtype=st.sampled_from([np.float32, np.float64]))
def test_a_filled_gap_is_zero_after_standardisation(seed, dtype):
    rng = np.random.default_rng(seed)
    n, q = 30, 4
    X = rng.normal(size=(n, q)).astype(dtype) * 10.0 ** rng.integers(-3, 4, q).astype(dtype)
    gaps = rng.random((n, q)) < 0.3
    X[gaps] = np.nan
    codes = np.arange(n) % 2
    X[codes == 1, 3] = np.nan  # a cohort that lacks the feature
    weights = np.where(rng.random(n) < 0.2, 0, rng.random(n)) + 1e-300 * (np.arange(n) < 2)
    filled = fill_gaps(X, weights, codes)
    np.testing.assert_array_equal(filled[~np.isnan(X)], X[~np.isnan(X)])
    assert np.isnan(filled[codes == 1, 3]).all() and not np.isnan(filled[:, :3]).any()
    scaled, center, _ = standardise(filled, weights, codes, float, standard_scale)
    np.testing.assert_allclose(scaled[np.isnan(X)], 0, atol=1e-5 if dtype == np.float32 else 1e-10)
    for m in range(2):  # the mean is that of the values that are there
        for j in range(3):
            there = (codes == m) & ~np.isnan(X[:, j])
            if weights[there].sum() > 1e-200:
                mean = np.average(X[there, j].astype(float), weights=weights[there])
                np.testing.assert_allclose(center[m, j], mean, rtol=1e-4, atol=1e-6)


def test_a_table_without_gaps_is_not_copied():
    X = np.ones((3, 2))
    assert fill_gaps(X, np.ones(3), np.zeros(3, int)) is X


def test_a_column_whose_samples_weigh_nothing_becomes_zero():
    X = np.array([[np.nan], [5.0]])
    np.testing.assert_array_equal(fill_gaps(X, np.array([1.0, 0]), np.zeros(2, int)), [[0], [5]])


def test_gaps_are_refused_all_at_once():
    gaps = np.array([[np.nan, 1, np.nan], [np.nan, -np.inf, 0]])
    with pytest.raises(ValueError) as error:
        refuse_gaps(gaps, ["age", "sex", "stage"])
    assert str(error.value) == (
        "Input X contains NaN: 3 cells are missing, in the columns 'age', 'stage'. Set "
        'missing="mean", which takes a gap for the mean, or missing="indicator", which puts an '
        "indicator of the gap beside it; or fill them in yourself."
    )
    refuse_gaps(np.zeros((2, 3)), ["age", "sex", "stage"])


# -- the form --------------------------------------------------------------------------------------


def frame(n=40, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.normal(size=n),
            "sex": np.where(rng.random(n) < 0.5, "f", "m"),
            "smokes": rng.random(n) < 0.3,
            "stage": pd.Categorical(np.array(["I", "II", "III"])[np.arange(n) % 3]),
            "count": pd.array(rng.integers(0, 9, n), dtype="Int64"),
        }
    )


def learn(X, weights=None):
    values, factors = learn_columns(X)
    weights = np.full(len(X), 1 / len(X)) if weights is None else weights
    return values, Form(X.shape[1], factors).with_means(values, weights)


def test_every_column_of_numbers_knows_its_feature():
    X = frame()
    X.loc[3, "age"], X.loc[5, "stage"] = np.nan, None
    values, form = learn(X)
    form = form.with_gap_columns(values, np.zeros(len(X), int))
    told = form.with_gaps_told(values)
    assert form.owner.tolist() == [0, 1, 2, 3, 3, 3, 4, 0, 3]
    assert form.names(list(X)) == ["age", "sex=m", "smokes", "stage=I", "stage=II", "stage=III",
                                   "count", "gap in age", "gap in stage"]  # fmt: skip
    assert told.shape == (40, 9)
    np.testing.assert_array_equal(np.flatnonzero(told[:, 7]), [3])
    np.testing.assert_array_equal(np.flatnonzero(told[:, 8]), [5])
    np.testing.assert_array_equal(told[:, 1], X["sex"] == "m")
    np.testing.assert_array_equal(told[:, 4] == 1, X["stage"] == "II")
    assert np.isnan(told[5, 3:6]).all()
    np.testing.assert_array_equal(form.firsts(told), told[:, [0, 1, 2, 3, 6]])


@given(seed=st.integers(0, 99))
def test_norms_are_joined_over_a_features_columns(seed):
    rng = np.random.default_rng(seed)
    form = Form(5, learn(frame())[1].factors)
    columns = rng.permutation(len(form.owner))[: rng.integers(0, 8)]
    norms = rng.random(len(columns))
    found = form.by_feature(norms, columns)
    for j in range(5):
        np.testing.assert_allclose(found[j], np.linalg.norm(norms[form.owner[columns] == j]))


def test_what_was_learnt_reads_the_same_numbers():
    X = frame()
    values, form = learn(X)
    np.testing.assert_array_equal(form.read(X), values)
    np.testing.assert_array_equal(form.read(X.astype(object)), values)
    np.testing.assert_array_equal(form.read(X.to_numpy(object)), values)


def test_levels_never_seen_are_the_mean_with_a_count():
    X = frame()
    weights = np.random.default_rng(1).random(40)
    values, form = learn(X, weights / weights.sum())
    new = X.astype({"stage": object})
    new.loc[[0, 1], "stage"], new.loc[2, "sex"] = ["IV", "V"], "x"
    message = (
        "3 cells hold levels that training did not know, taken for the mean over its levels: "
        "'sex' 1 ('x'); 'stage' 2 ('IV', 'V')."
    )
    with pytest.warns(UserWarning) as caught:
        found = form.read(new)
    assert [str(w.message) for w in caught] == [message]
    mean = np.average(values, axis=0, weights=weights)
    np.testing.assert_allclose(found[:2, 3:6], np.tile(mean[3:6], (2, 1)))
    np.testing.assert_allclose(found[2, 1], mean[1])
    np.testing.assert_array_equal(found[3:], values[3:])


def test_numbers_stay_numbers():
    _, form = learn(frame())
    new = frame().astype({"age": object, "count": object})
    new.loc[7, "age"], new.loc[3, "count"] = "old", "many"
    with pytest.raises(ColumnsError) as error:
        form.read(new)
    assert str(error.value) == (
        "X has columns that are not as in training: 'age' holds words, and numbers in training "
        "('old' in row 7); 'count' holds words, and numbers in training ('many' in row 3). Put "
        "numbers in their place."
    )


def test_arrays_and_plain_tables_are_left_alone():
    X = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    values, factors = learn_columns(X)
    assert values is X and factors == {}
    table = pd.DataFrame(X)
    assert learn_columns(table)[0] is table
    form = Form(3)
    assert form.is_identity and form.read(X) is X and form.with_gaps_told(X) is X
    assert form.names(range(3)) == [0, 1, 2]
    assert learn_columns([[1.0, 2.0]]) == ([[1.0, 2.0]], {})


def test_levels_are_those_of_samples_that_weigh_something():
    X = pd.DataFrame({"a": list("aaaaabbbbbcccccc")})
    weights = (X["a"] != "c").astype(float)
    assert learn_columns(X, weights)[1][0].names == ["b"]


def test_gap_columns_are_of_gaps_in_part_of_a_cohort():
    X = np.arange(12.0).reshape(4, 3)
    codes = np.array([0, 0, 1, 1])
    X[:2, 0] = np.nan  # cohort 0 lacks it
    X[2, 1] = np.nan
    assert Form(3).with_gap_columns(X, codes).flagged.tolist() == [1]
    assert Form(3).with_gap_columns(X, np.zeros(4, int)).flagged.tolist() == [0, 1]


# -- tables from elsewhere -------------------------------------------------------------------------


def test_polars_tables_are_read_like_pandas():
    pl = pytest.importorskip("polars")
    X = frame()
    columns = {name: X[name].astype(str if name == "stage" else X[name].dtype) for name in X}
    other = pl.DataFrame({name: values.to_list() for name, values in columns.items()})
    other = other.with_columns(pl.col("stage").cast(pl.Categorical))
    assert list(as_frame(other)) == list(X)
    np.testing.assert_array_equal(learn_columns(other)[0], learn_columns(X)[0])
    gaps = pl.DataFrame({"a": [1, None, 3], "b": [True, None, False], "c": ["x", None, "x"]})
    values, factors = learn_columns(gaps)
    np.testing.assert_array_equal(values[:, :2], [[1, 1], [np.nan, np.nan], [3, 0]])
    assert list(factors) == [2] and np.isnan(values[1, 2])
    assert is_plain(as_frame(pl.DataFrame({"a": [1, 2], "b": [0.5, 1.5]})))
    days = pl.date_range(pl.date(2020, 1, 1), pl.date(2020, 2, 9)).alias("d")
    with pytest.raises(ColumnsError, match="'d' holds dates"):
        learn_columns(other.with_columns(days))
    message = r"^X is lazy \(polars's LazyFrame\) and has no values yet. Pass X.collect\(\)\.$"
    with pytest.raises(TypeError, match=message):
        as_frame(other.lazy())


def test_arrow_tables_are_read_like_pandas():
    pa = pytest.importorskip("pyarrow")
    X = frame()
    found = learn_columns(pa.Table.from_pandas(X))[0]
    np.testing.assert_array_equal(found, learn_columns(X)[0])

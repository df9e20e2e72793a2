"""Cohort labels, what a cohort may lack, balance between cohorts, and folds."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery.inputs.cohorts import balance, check_absent, deal_folds, encode_cohorts, known_codes

NAMES = np.array(["north", "south"])
CODES = np.array([0, 0, 0, 1, 1])


def fails(message, function, *arguments):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        function(*arguments)


# -- labels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "names", "codes"),
    [
        (["b", "a", "b"], ["a", "b"], [1, 0, 1]),
        ([7, 3, 7], [3, 7], [1, 0, 1]),
        (pd.Series(["b", "a", "b"], index=[5, 6, 7]), ["a", "b"], [1, 0, 1]),
        (pd.Categorical(["x", "y", "x"], categories=["y", "x", "z"]), ["x", "y"], [0, 1, 0]),
        (np.array([2.5, 1.5, 1.5]), [1.5, 2.5], [1, 0, 0]),
        (None, ["all"], [0, 0, 0]),
    ],
)
def test_labels_become_numbers(labels, names, codes):
    found, numbers = encode_cohorts(labels, 3)
    assert found.tolist() == names and numbers.tolist() == codes


def test_known_codes_mark_what_is_new():
    assert known_codes(["south", "east", "north"], 3, NAMES).tolist() == [1, -1, 0]
    assert known_codes(np.array([3, 9, 7]), 3, np.array([3, 7])).tolist() == [0, -1, 1]
    names, codes = encode_cohorts(pd.Series(["x", "y", "x"], dtype=object), 3)
    assert known_codes(np.array(["y", "x", "x"]), 3, names).tolist() == [1, 0, 0]
    np.testing.assert_array_equal(known_codes(names[codes], 3, names), codes)
    # numbers as a frame of objects holds them, or as text
    names, _ = encode_cohorts(pd.Series([7, 3, 7], dtype=object), 3)
    assert known_codes([3, 7, 9], 3, names).tolist() == [0, 1, -1]
    assert known_codes(["3", "9", "7"], 3, np.array([3, 7])).tolist() == [0, -1, 1]


@pytest.mark.parametrize("read", [encode_cohorts, lambda c, n: known_codes(c, n, NAMES)],
                         ids=["encode", "known"])  # fmt: skip
def test_every_sample_needs_a_label(read):
    message = "cohorts needs one label per sample, shape (5,); got shape {}."
    fails(message.format("(2,)"), read, ["a", "b"], 5)
    fails(message.format("(5, 1)"), read, np.zeros((5, 1)), 5)
    message = (
        "cohorts has {} missing labels, the first in row {}. Give every sample a cohort, or "
        "leave it out."
    )
    fails(message.format(2, 1), read, ["a", None, "b", None, "a"], 5)
    fails(message.format(1, 4), read, np.array([1, 1, 2, 2, np.nan]), 5)
    fails(message.format(1, 2), read, pd.Series(["a", "a", None, "b", "b"]), 5)
    fails(message.format(1, 0), read, pd.Series([pd.NA, "a", "a", "b", "b"], dtype="string"), 5)


# -- absent features ------------------------------------------------------------------------------


def table(*missing):
    """Five samples of three features with `missing` `(row, column)` places."""
    X = np.arange(15.0).reshape(5, 3)
    for place in missing:
        X[place] = np.nan
    return X


GENES = np.array(["g0", "g1", "g2"], dtype=object)


def test_a_cohort_may_lack_a_feature():
    check_absent(table(), CODES, NAMES, GENES)
    check_absent(table((slice(0, 3), 1), (slice(3, 5), 2)), CODES, NAMES, GENES)


def test_features_missing_in_part_of_a_cohort():
    message = (
        "Input X contains NaN: features are missing for some but not all samples of cohort {}. Set "
        'missing="mean", which takes a gap for the mean, or missing="indicator", which puts an '
        "indicator of the gap beside it; or set the whole column to NaN in that cohort to say that "
        "the cohort lacks the feature."
    )
    X = table((slice(0, 3), 1), (4, 2))
    fails(message.format("'south' 'g2'"), check_absent, X, CODES, NAMES, GENES)
    fails(message.format("'south' '2'"), check_absent, X, CODES, NAMES, np.arange(3))
    X = table((0, 0), (1, 1), (4, 2))
    both = "'north' 'g0', 'g1'; of cohort 'south' 'g2'"
    fails(message.format(both), check_absent, X, CODES, NAMES, GENES)
    one = np.zeros(5, int), np.array(["all"]), GENES
    fails(message.format("'all' 'g0'"), check_absent, table((2, 0)), *one)


def test_features_missing_everywhere():
    message = "Input X contains NaN: features are missing in every cohort: {}. Drop these columns."
    X = table((slice(None), 1), (slice(None), 2))
    fails(message.format("'g1', 'g2'"), check_absent, X, CODES, NAMES, GENES)
    fails(message.format("'1', '2'"), check_absent, X, CODES, NAMES, np.arange(3))


# -- balance --------------------------------------------------------------------------------------


def test_cohorts_count_by_samples_or_alike():
    weights = np.array([1.0, 2.0, 3.0, 1.0, 1.0])
    np.testing.assert_array_equal(balance(weights, CODES, NAMES, "sample"), weights)
    even = balance(weights, CODES, NAMES, "cohort")
    np.testing.assert_allclose(np.bincount(CODES, even), [1, 1])
    np.testing.assert_allclose(even[:3], weights[:3] / 6)


@pytest.mark.parametrize("how", ["sample", "cohort"])
def test_a_cohort_without_weight(how):
    message = (
        "The samples of cohort 'south' all have sample_weight 0. Leave the cohort out, or give "
        "some of its samples a positive weight."
    )
    fails(message, balance, np.array([1.0, 0, 1, 0, 0]), CODES, NAMES, how)


# -- folds ----------------------------------------------------------------------------------------


@given(
    sizes=st.lists(st.integers(1, 30), min_size=1, max_size=4),
    n_folds=st.integers(2, 6),
    seed=st.integers(0, 99),
)
def test_folds_have_even_shares_of_every_stratum(sizes, n_folds, seed):
    strata = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    folds = deal_folds(strata, n_folds, seed)
    assert len(folds) == n_folds
    np.testing.assert_array_equal(np.sort(np.concatenate(folds)), np.arange(len(strata)))
    counts = np.array([np.bincount(strata[fold], minlength=len(sizes)) for fold in folds])
    assert (np.ptp(counts, axis=0) <= 1).all() and np.ptp(counts.sum(axis=1)) <= 1
    again = deal_folds(strata, n_folds, seed)
    assert all(np.array_equal(a, b) for a, b in zip(folds, again, strict=True))


def test_folds_are_shuffled_by_their_seed():
    strata = np.zeros(40, int)
    first, other = (np.concatenate(deal_folds(strata, 4, seed)) for seed in (0, 1))
    assert not np.array_equal(first, other)
    assert not np.array_equal(deal_folds(strata, 4, 0)[0], np.arange(0, 40, 4))

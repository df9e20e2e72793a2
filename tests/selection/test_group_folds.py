"""Folds of whole groups: nobody is parted, shares are even, and what cannot be is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, KFold, LeaveOneGroupOut, StratifiedGroupKFold
from test_folds import draw

from spinnery.losses import Squared
from spinnery.outcomes import Classes, numeric_kind
from spinnery.selection.folds import draw_folds
from spinnery.selection.group_folds import deal_groups, encode_groups, most_group_folds


@given(
    groups=st.lists(st.integers(0, 9), min_size=12, max_size=60).filter(lambda g: len({*g}) >= 4),
    n_folds=st.integers(2, 4),
    seed=st.integers(0, 99),
    classes=st.booleans(),
)
def test_every_group_is_held_out_once_as_a_whole(groups, n_folds, seed, classes):
    numbers = encode_groups(groups, len(groups))[1]
    strata = np.arange(len(groups)) % 2 if classes else np.zeros(len(groups), int)
    folds = deal_groups(numbers, strata, np.ones(len(groups)), n_folds, seed)
    assert len(folds) == n_folds and all(len(fold) for fold in folds)
    assert sorted(np.concatenate(folds)) == list(range(len(groups)))
    for fold in folds:
        outside = np.setdiff1d(np.arange(len(groups)), fold)
        assert not {*numbers[fold]} & {*numbers[outside]}


@given(seed=st.integers(0, 99))
def test_order_and_samples_that_weigh_nothing_change_nothing(seed):
    rng = np.random.default_rng(seed)
    numbers = np.r_[np.arange(8), rng.integers(0, 8, 32)]
    strata, weights = rng.integers(0, 2, 40), (np.arange(40) % 3 > 0).astype(float)
    folds = deal_groups(numbers, strata, weights, 3, seed)
    rows = rng.permutation(40)
    moved = deal_groups(numbers[rows], strata[rows], weights[rows], 3, seed)
    counted = np.flatnonzero(weights)
    alone = deal_groups(numbers[counted], strata[counted], np.ones(len(counted)), 3, seed)
    for fold, other, same in zip(folds, moved, alone, strict=True):
        assert {*fold} == {*rows[other]}
        np.testing.assert_array_equal(counted[same], fold[weights[fold] > 0])


def test_groups_of_one_class_share_out_classes_evenly():
    """Twenty patients, a quarter of them ill: each of five folds has one who is."""
    numbers = np.repeat(np.arange(20), 3)
    ill = (numbers % 4 == 0).astype(int)
    for seed in range(5):
        for fold in deal_groups(numbers, ill, np.ones(60), 5, seed):
            assert len(fold) == 12 and ill[fold].sum() == 3


def test_large_groups_do_not_meet_where_there_are_no_classes():
    sizes = np.array([20, 20, 20, *[5] * 12])
    numbers = np.repeat(np.arange(15), sizes)
    folds = deal_groups(numbers, np.zeros(120, int), np.ones(120), 3, 0)
    assert [len(fold) for fold in folds] == [40, 40, 40]


def test_another_seed_is_another_draw():
    numbers, ones = np.arange(30), np.ones(30)
    drawn = {tuple(deal_groups(numbers, 0 * numbers, ones, 3, s)[0]) for s in range(5)}
    assert len(drawn) == 5


def test_most_folds_are_those_of_the_rarest_stratum():
    numbers, strata = np.array([0, 0, 1, 2, 3, 3]), np.array([0, 1, 0, 0, 0, 1])
    assert most_group_folds(numbers, strata, np.ones(6)) == 2
    assert most_group_folds(numbers, strata, np.array([1, 0, 1, 1, 1, 0.0])) == 4


# -- through the folds of cross-validation ----------------------------------------------------


def folds_of(cv, groups, y=None):
    y = np.arange(float(len(groups))) if y is None else y
    n = len(y)
    weights, codes = np.full(n, 1 / n), np.zeros(n, int)
    learnt = numeric_kind(Squared()).learn if y.dtype.kind == "f" else None
    outcome = learnt(y, Squared(), weights, codes) if learnt else Classes.of(np.unique(y))
    return draw_folds(cv, np.zeros((n, 1)), y, outcome, weights, codes, np.array(["all"]), 0,
                      np.arange(n), groups)  # fmt: skip


PATIENTS = np.repeat(list("abcdef"), 4)


@pytest.mark.parametrize("cv", [GroupKFold(3), StratifiedGroupKFold(3), LeaveOneGroupOut()])
def test_a_splitter_gets_the_groups(cv):
    ill = np.tile(["no", "yes"], 12)
    found = folds_of(cv, PATIENTS, ill)
    expected = [test for _, test in cv.split(np.zeros((24, 1)), ill == "yes", PATIENTS)]
    for fold, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(fold, other)


def test_none_takes_as_many_folds_as_groups_allow():
    assert len(folds_of(None, PATIENTS)) == 6
    ill = np.where(np.isin(PATIENTS, ["a", "b", "c"]), "yes", "no")
    assert len(folds_of(None, PATIENTS, ill)) == 3
    assert len(folds_of(None, np.arange(40))) == 10


def refused(message, *arguments):
    with pytest.raises(ValueError) as error:
        folds_of(*arguments)
    assert str(error.value) == message


def test_groups_and_folds_that_do_not_go_together():
    refused(
        "Fold 1 of cv holds out 1 of the 2 samples of group 'a', and groups are given to be kept "
        "together; cv is KFold(n_splits=2, random_state=None, shuffle=False). Use an int, None, or "
        "a splitter by groups (GroupKFold, StratifiedGroupKFold, LeaveOneGroupOut), or leave out "
        "groups.", KFold(2), np.array(list("baab")),
    )  # fmt: skip
    refused(
        "cv=4 folds of whole groups need at least 4 groups with samples of positive weight; got 3. "
        "Lower cv, or leave out groups.", 4, np.repeat(["a", "b", "c"], 4),
    )  # fmt: skip
    refused(
        "groups needs one label per sample, shape (24,); got shape (2,). Groups of features are "
        "the parameter feature_groups.", 2, ["a", "b"], np.zeros(24),
    )  # fmt: skip
    refused(
        "groups has 2 missing labels, the first at position 1. Give a sample that belongs to no "
        "group a label of its own.", 2, np.array(["a", None, "b", None], object),
    )  # fmt: skip


def test_a_class_in_one_group_is_named():
    ill = np.where(PATIENTS == "a", "yes", "no")
    message = r"^2 folds that keep 6 groups together cannot be used. Folds .* the classes 'yes' "
    with pytest.raises(ValueError, match=message):
        folds_of(None, PATIENTS, ill)


def test_a_splitter_by_groups_needs_them():
    y = np.arange(24.0)
    with pytest.raises(ValueError) as error:
        draw(GroupKFold(3), y)
    assert str(error.value).startswith("cv=GroupKFold(")
    assert str(error.value).endswith(
        "splits by groups, and fit was given none (The 'groups' parameter should not be None.) "
        "Pass fit(X, y, groups=...), one label per sample, or give cv an int."
    )

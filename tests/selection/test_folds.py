"""Folds: even shares, samples that weigh nothing, and what is said of folds that cannot be used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import KFold

from spinnery.losses import Squared
from spinnery.outcomes import Classes, numeric_kind
from spinnery.selection.folds import draw_folds


def draw(cv, y, weights=None, codes=None, names=("all",), order=None, seed=0):
    n = len(y)
    weights = np.full(n, 1 / n) if weights is None else weights
    codes = np.zeros(n, int) if codes is None else codes
    if y.dtype.kind == "f":
        outcome = numeric_kind(Squared()).learn(y, Squared(), weights / weights.sum(), codes)
    else:
        outcome = Classes.of(np.unique(y))
    order = np.arange(n) if order is None else order
    X = np.zeros((n, 1))
    return draw_folds(cv, X, y, outcome, weights, codes, np.array(names), seed, order)


@given(n=st.integers(6, 60), n_folds=st.integers(2, 5), seed=st.integers(0, 99))
def test_every_sample_is_held_out_once_and_classes_evenly(n, n_folds, seed):
    rng = np.random.default_rng(seed)
    y = np.array(["a", "b"])[np.r_[0, 0, 1, 1, rng.integers(0, 2, n - 4)]]
    folds = draw(n_folds, y, seed=seed)
    assert sorted(np.concatenate(folds)) == list(range(n))
    for label in "ab":
        counts = [int((y[fold] == label).sum()) for fold in folds]
        assert max(counts) - min(counts) <= 1


@given(n=st.integers(12, 40), seed=st.integers(0, 99))
@pytest.mark.slow
def test_samples_that_weigh_nothing_change_nothing(n, seed):
    rng = np.random.default_rng(seed)
    y, weights = rng.normal(size=n), np.where(np.arange(n) % 3, 1.0, 0.0)
    order = rng.permutation(n)
    folds = draw(3, y, weights, order=order)
    counted = np.flatnonzero(weights)
    place = np.full(n, -1)
    place[counted] = np.arange(len(counted))
    rest = place[order[weights[order] > 0]]
    alone = draw(3, y[counted], weights[counted], order=rest)
    for fold, same in zip(folds, alone, strict=True):
        np.testing.assert_array_equal(counted[same], fold[weights[fold] > 0])
    assert sorted(np.concatenate(folds)) == list(range(n))


def test_the_order_given_is_the_order_dealt():
    y = np.random.default_rng(0).normal(size=20)
    move = np.random.default_rng(1).permutation(20)
    folds, moved = draw(4, y), draw(4, y[move], order=np.argsort(move))
    for fold, other in zip(folds, moved, strict=True):
        assert set(fold) == set(move[other])


def test_all_classes_that_folds_hold_out_whole_are_named():
    y = np.array(["a"] * 8 + ["b", "c"])
    with pytest.raises(ValueError, match=r"classes 'b' \(fold \d\), 'c' \(fold \d\).*more samples"):
        draw(3, y)
    with pytest.raises(ValueError, match=r"classes 'a' \(fold 1\), 'b' \(fold 2\)"):
        draw(KFold(2), np.repeat(["a", "b"], 4))


def test_a_fold_must_weigh_something():
    y, weights = np.arange(6.0), np.array([0.0, 0, 1, 1, 1, 1])
    with pytest.raises(ValueError, match="Fold 1 of cv holds out no sample of positive"):
        draw(KFold(3), y, weights)
    with pytest.raises(ValueError, match="Fold 1 of cv holds out every sample of positive"):
        draw(KFold(2), y, np.array([1.0, 1, 1, 0, 0, 0]))
    with pytest.raises(ValueError, match="need at least 5 samples of positive weight; got 4"):
        draw(5, y, weights)

"""From a user's table to the engine's arrays: standardisation within cohorts, and the layout."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery.engine.design import round_up
from spinnery.losses import Huber, Squared
from tables import classification_table, regression_table

p = 5


def make(seed=0, sizes=(7, 12, 5), dtype=np.float64, y=None, X=None):
    """Cohorts mixed up, on scales of their own; column 3 is constant in the last cohort."""
    rng = np.random.default_rng(seed)
    codes = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    if X is None:
        X = rng.normal(size=(len(codes), p)) * (1 + codes[:, None]) + 10 * codes[:, None]
        X[codes == len(sizes) - 1, 3] = 4.2
        X[codes == 0, 1] = np.nan
    weights = rng.uniform(0.5, 2, len(codes))
    y = rng.normal(size=len(codes)) * (1 + codes) - codes if y is None else y
    return X, y, weights, codes, regression_table(X, y, weights, Squared(), dtype, codes)


def test_columns_are_standardised_within_cohorts():
    X, y, weights, codes, table = make()
    assert table.n_cohorts == 3 and table.center.shape == table.scale.shape == (3, p)
    assert table.outcome.center.shape == table.outcome.scale.shape == (3, 1)
    np.testing.assert_allclose(table.weights, weights / weights.sum())
    for m in range(3):
        rows = codes == m
        w = weights[rows] / weights[rows].sum()
        mean, square = w @ table.X[rows], w @ table.X[rows] ** 2
        np.testing.assert_allclose(mean, 0, atol=1e-12)
        np.testing.assert_allclose(square, [1, m != 0, 1, m != 2, 1], atol=1e-12)
        np.testing.assert_allclose([w @ table.targets[rows, 0], w @ table.targets[rows, 0] ** 2],
                                   [0, 1], atol=1e-12)  # fmt: skip
        # and back
        real = ~np.isnan(X[rows][0])
        back = table.X[rows] * table.scale[m] + table.center[m]
        np.testing.assert_allclose(back[:, real], X[rows][:, real], atol=1e-12)
        back = table.targets[rows] * table.outcome.scale[m] + table.outcome.center[m]
        np.testing.assert_allclose(back[:, 0], y[rows], atol=1e-12)


def test_absent_columns_are_zero_on_a_scale_of_one():
    _, _, _, codes, table = make()
    assert not table.X[codes == 0, 1].any() and table.X[codes != 0, 1].all()
    assert (table.center[0, 1], table.scale[0, 1]) == (0, 1)
    assert not table.X[codes == 2, 3].any()
    assert table.center[2, 3] == pytest.approx(4.2) and table.scale[2, 3] == 1
    assert np.isfinite(table.X).all() and np.isfinite([table.center, table.scale]).all()


def test_a_cohort_is_standardised_as_if_alone():
    X, y, weights, codes, table = make()
    for m in range(3):
        rows = codes == m
        alone = regression_table(X[rows], y[rows], weights[rows], Squared(), np.float64)
        np.testing.assert_allclose(table.X[rows], alone.X, atol=1e-12)
        np.testing.assert_allclose(table.targets[rows], alone.targets, atol=1e-12)
        np.testing.assert_allclose(table.center[m], alone.center[0], atol=1e-12)
        np.testing.assert_allclose(table.scale[m], alone.scale[0], atol=1e-12)


def test_targets_of_a_robust_loss_have_the_median_deviation_of_each_cohort():
    X, y, _, codes, _ = make(sizes=(7, 13, 5))
    spoiled = y.copy()
    spoiled[np.flatnonzero(codes == 1)[0]] = 1e4
    table = regression_table(X, spoiled, np.ones(len(y)), Huber(), np.float64, codes)
    for m in range(3):
        part = np.sort(spoiled[codes == m])
        center = part[(len(part) - 1) // 2]
        deviation = np.sort(np.abs(part - center))[(len(part) - 1) // 2]
        assert table.outcome.center[m, 0] == pytest.approx(center)
        assert table.outcome.scale[m, 0] == pytest.approx(1.4826 * deviation)


def test_classes_are_those_of_all_cohorts():
    X, _, weights, codes, regression = make()
    labels = np.where(codes == 2, "c", np.where(np.arange(len(codes)) % 2, "a", "b"))
    table = classification_table(X, labels, weights, np.float32, codes)
    assert table.outcome.classes.tolist() == ["a", "b", "c"] and table.outcome.n_outputs == 3
    np.testing.assert_array_equal(table.outcome.classes[table.targets.argmax(axis=1)], labels)
    np.testing.assert_array_equal(table.codes, codes)
    assert table.X.dtype == table.targets.dtype == np.float32
    np.testing.assert_allclose(table.X, regression.X, atol=1e-5)
    binary = classification_table(X, codes > 0, weights, np.float32, codes)
    np.testing.assert_array_equal(binary.targets[:, 0], codes > 0)


@given(
    sizes=st.lists(st.integers(1, 70), min_size=1, max_size=4),
    columns=st.integers(1, 40),
    seed=st.integers(0, 999),
)
def test_layout_keeps_cohorts_side_by_side_and_finds_every_sample_again(sizes, columns, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(sum(sizes), columns))
    _, _, _, codes, table = make(seed, tuple(sizes), np.float32, X=X)
    rows, bounds = table.layout
    low = 64 if len(sizes) == 1 else 16
    assert np.diff(bounds).tolist() == [round_up(size, low) for size in sizes] and bounds[0] == 0
    assert len(set(rows.tolist())) == len(rows)
    np.testing.assert_array_equal(np.searchsorted(bounds, rows, side="right") - 1, codes)

    lanes = rng.random((len(codes), 2))
    data = table.padded(lanes, np.array([0.1, 0.2]))
    assert data.bounds == bounds and data.n_cohorts == len(sizes)
    assert data.X.shape == (bounds[-1], round_up(columns, 16))
    np.testing.assert_array_equal(np.asarray(data.X)[rows, :columns], table.X)
    np.testing.assert_array_equal(np.asarray(data.targets)[rows], table.targets)
    np.testing.assert_array_equal(np.asarray(data.weights)[rows], lanes.astype(np.float32))
    padding = np.setdiff1d(np.arange(bounds[-1]), rows)
    for array in (data.X, data.targets, data.weights):
        assert not np.asarray(array)[padding].any()
    assert not np.asarray(data.X)[:, columns:].any()


def test_one_cohort_is_a_table_without_cohorts_to_the_bit():
    X, y, weights, codes, _ = make(sizes=(24,))
    X[:, 1] = 3.0
    ours = regression_table(X, y, weights, Squared(), np.float32, codes)
    plain = regression_table(X, y, weights, Squared(), np.float32)
    for name in ("center", "scale"):
        np.testing.assert_array_equal(getattr(ours.outcome, name), getattr(plain.outcome, name))
    for name in ("X", "targets", "weights", "codes", "center", "scale", "order"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(plain, name))
    np.testing.assert_array_equal(ours.layout[0][ours.order], np.arange(24))
    assert ours.layout[1] == plain.layout[1] == (0, 64)
    data = ours.padded(weights[:, None], np.array([0.1]))
    np.testing.assert_array_equal(np.asarray(data.X)[:24, :p], plain.X[plain.order])


def test_without_holds_samples_out():
    _, _, _, _, table = make()
    held = np.array([0, 3, 5])
    weights = table.without(held)
    assert not weights[held].any() and weights.sum() == pytest.approx(1)
    rest = np.setdiff1d(np.arange(len(weights)), held)
    np.testing.assert_allclose(weights[rest], table.weights[rest] / table.weights[rest].sum())

"""Large tables: block by block the same as at once."""

import mmap

import numpy as np
import pytest

from spinnery.inputs import large, table
from spinnery.losses import Squared


@pytest.fixture
def tiny_blocks(monkeypatch):
    monkeypatch.setattr(large, "BLOCK", 400)


def parts(cohorts: int):
    rng = np.random.default_rng(0)
    X = rng.gamma(2, size=(60, 70)).astype(np.float32)
    X[:, 4] = 3
    codes = np.arange(60) % cohorts
    weights = rng.uniform(size=60)
    return X, rng.normal(size=(60, 1)), weights / weights.sum(), codes


@pytest.mark.parametrize("cohorts", [1, 2])
def test_the_same_table(cohorts, tiny_blocks, monkeypatch, tmp_path):
    X, *rest = parts(cohorts)
    whole = table.make_table(X, *rest, Squared(), np.dtype("float32"))
    np.save(tmp_path / "X.npy", X)
    monkeypatch.setattr(large, "LARGE", 1)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    found = table.make_table(mapped, *rest, Squared(), np.dtype("float32"))
    for name in ("order", "columns", "center", "scale"):
        np.testing.assert_allclose(getattr(found, name), getattr(whole, name), rtol=1e-12)
    np.testing.assert_allclose(found.X[:, :], whole.X, atol=1e-6)
    rows, columns = np.arange(3, 9), np.array([60, 2, 3])
    expected = whole.X[np.ix_(rows, columns)]
    np.testing.assert_allclose(found.X[np.ix_(rows, columns)], expected, atol=1e-6)
    odd = np.arange(70) % 2 == 1
    np.testing.assert_allclose(found.only(odd).X[:, :], whole.only(odd).X, atol=1e-6)
    weights = rest[1][:, None]
    on_device = [one.padded(weights, np.ones(1)).X for one in (found, whole)]
    np.testing.assert_allclose(*on_device, atol=1e-6)
    assert found.padded(weights, np.ones(1)).X is found.X.on_device  # no second copy


def test_equal_columns_keep_the_order_of_the_dense_table(tiny_blocks, monkeypatch):
    X, *rest = parts(1)
    X = (X > 2).astype(np.float32)
    X[:, 9] = X[:, 30]
    whole = table.make_table(X, *rest, Squared(), np.dtype("float32"))
    monkeypatch.setattr(large, "LARGE", 1)
    found = table.make_table(X, *rest, Squared(), np.dtype("float32"))
    np.testing.assert_array_equal(found.columns, whole.columns)
    np.testing.assert_array_equal(found.order, whole.order)


def test_changes_of_a_private_map_are_not_forgotten(tmp_path):
    np.save(tmp_path / "X.npy", np.zeros((4, mmap.PAGESIZE)))
    private = np.load(tmp_path / "X.npy", mmap_mode="c")
    private[1, 1] = 5
    large.forget_pages(private[:, :3])
    assert private[1, 1] == 5
    shared = np.load(tmp_path / "X.npy", mmap_mode="r")
    large.forget_pages(np.asarray(shared))
    assert not shared.any()

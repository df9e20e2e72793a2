"""Tables written into a mapped file, block by block."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spinnery import SPINNRegressor, map_table
from spinnery.inputs import mapped


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(size=(50, 7))


@pytest.fixture(autouse=True)
def tiny_blocks(monkeypatch):
    monkeypatch.setattr(mapped, "BLOCK", 7 * 8)


class Chunked:
    """An array on disk as zarr and HDF5 have it: what was read of it is written down."""

    def __init__(self, values, chunks):
        self.values, self.chunks, self.asked = values, chunks, []

    @property
    def shape(self):
        return self.values.shape

    def __getitem__(self, part):
        self.asked.append((part.start, part.stop))
        return self.values[part]


def test_rows_come_by_whole_chunks(rows, tmp_path):
    source = Chunked(rows, (6, 7))
    X = map_table(source, tmp_path / "X.npy")
    np.testing.assert_array_equal(X, rows.astype(np.float32))
    assert isinstance(X, np.memmap) and X.mode == "r" and not X.flags.writeable
    assert source.asked[0] == (0, 6) and source.asked[-1] == (48, 54)


def test_zarr(rows, tmp_path):
    zarr = pytest.importorskip("zarr")
    stored = zarr.create_array(tmp_path / "table.zarr", shape=rows.shape, chunks=(6, 3), dtype="f8")
    stored[:] = rows
    for source in (stored, tmp_path / "table.zarr", str(tmp_path / "table.zarr")):
        X = map_table(source, tmp_path / "X.npy", dtype="float64")
        np.testing.assert_array_equal(X, rows)


@pytest.mark.parametrize("row_group_size", [50, 7])
def test_parquet(rows, tmp_path, row_group_size):
    frame = pd.DataFrame(rows, columns=list("abcdefg"))
    frame["n"] = pd.array([None, *range(49)], dtype="Int64")
    frame["yes"], frame["word"] = rows[:, 0] > 0, "x"
    frame.to_parquet(tmp_path / "t.parquet", row_group_size=row_group_size)
    X = map_table(tmp_path / "t.parquet", tmp_path / "X.npy", columns=["yes", "c", "n"])
    expected = frame[["yes", "c", "n"]].to_numpy(np.float32, na_value=np.nan)
    np.testing.assert_array_equal(X, expected)
    with pytest.raises(ValueError, match=r"columns that are no numbers: 'word'; leave them out of"):
        map_table(tmp_path / "t.parquet", tmp_path / "other.npy")
    with pytest.raises(ValueError, match=r"has no columns 'x', 'y'; check columns="):
        map_table(tmp_path / "t.parquet", tmp_path / "other.npy", columns=["x", "a", "y"])
    assert not (tmp_path / "other.npy").exists()


def test_a_fit_of_it_is_that_of_the_table(rows, tmp_path):
    y = rows[:, 0] - rows[:, 1]
    known = {"hidden": (), "lam": 0.1, "random_state": 0}
    X = map_table(rows, tmp_path / "X.npy")
    expected = SPINNRegressor(**known).fit(rows.astype(np.float32), y).predict(rows)
    np.testing.assert_array_equal(SPINNRegressor(**known).fit(X, y).predict(rows), expected)


def test_an_earlier_file_stays_where_a_source_breaks(rows, tmp_path):
    map_table(rows, tmp_path / "X.npy")

    class Broken(Chunked):
        def __getitem__(self, part):
            if part.start > 20:
                raise OSError("disk")
            return super().__getitem__(part)

    with pytest.raises(OSError, match="disk"):
        map_table(Broken(2 * rows, (5, 7)), tmp_path / "X.npy")
    assert [path.name for path in tmp_path.iterdir()] == ["X.npy"]
    np.testing.assert_array_equal(np.load(tmp_path / "X.npy"), rows.astype(np.float32))


@pytest.mark.parametrize(
    ("source", "more", "text"),
    [
        (
            "t.csv",
            {},
            "t.csv is no table that map_table reads; give .parquet or .zarr, or an array",
        ),
        ("t.parquet", {}, "t.parquet is not there; check the path"),
        (np.zeros(3), {}, r"an array of two dimensions; got shape \(3,\)"),
        (None, {}, "an array of two dimensions; got NoneType"),
        (np.zeros((0, 3)), {}, r"The table has shape \(0, 3\); give one with rows and columns"),
        (np.zeros((2, 3)), {"columns": ["a"]}, "columns= is for Parquet files"),
        (np.zeros((2, 3)), {"dtype": "int8"}, "dtype must be a floating-point type"),
    ],
)
def test_what_is_refused(source, more, text, tmp_path):
    with pytest.raises(ValueError, match=text):
        map_table(source, tmp_path / "X.npy", **more)
    with pytest.raises(FileNotFoundError, match="Create it first"):
        map_table(np.zeros((2, 3)), tmp_path / "none" / "X.npy")


@pytest.mark.parametrize(
    ("name", "package", "for_pip"),
    [
        ("t.parquet", "pyarrow", r"'spinnery\[parquet\]'"),
        ("t.zarr", "zarr", "zarr"),
    ],
)
def test_a_package_that_is_not_there(name, package, for_pip, tmp_path, monkeypatch):
    (tmp_path / name).touch()
    monkeypatch.setattr(mapped, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=f"needs {package} to be read: pip install {for_pip}\\."):
        map_table(tmp_path / name, tmp_path / "X.npy")

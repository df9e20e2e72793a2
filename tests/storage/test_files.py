"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import re

import numpy as np
import pytest

from spinnery.storage.files import checksum, write_whole


def test_a_file_is_written_and_replaced(tmp_path):
    for content in (b"first", b"", b"longer than the first"):
        write_whole(tmp_path / "f", content)
        assert (tmp_path / "f").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


@pytest.mark.parametrize("name", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, name, error):
    write_whole(tmp_path / "f", b"old")
    monkeypatch.setattr(os, name, lambda *_: (_ for _ in ()).throw(error))
    with pytest.raises(type(error)):
        write_whole(tmp_path / "f", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["f"]
    assert (tmp_path / "f").read_bytes() == b"old"


def test_a_folder_that_is_missing(tmp_path):
    file = tmp_path / "nowhere" / "f"
    message = f"{file} cannot be written: there is no folder {file.parent}. Create it first."
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        write_whole(file, b"x")


def test_relative_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    from pathlib import Path

    write_whole(Path("f"), b"x")
    assert (tmp_path / "f").read_bytes() == b"x"


def test_a_checksum_does_not_depend_on_the_order_of_arrays():
    a, b = np.arange(3), np.ones(2)
    assert checksum("t", {"a": a, "b": b}) == checksum("t", {"b": b, "a": a})
    assert checksum("t", {"a": a}) != checksum("t", {"a": a.astype(np.int32)})
    assert checksum("t", {"a": a}) != checksum("t", {"a": b})

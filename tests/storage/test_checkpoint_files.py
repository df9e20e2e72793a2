"""Checkpoints of other fits, damaged and foreign files are refused; nothing is lost in a file."""

from __future__ import annotations

import json
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from killed import Killed, data, estimator, killed_after
from safetensors import safe_open
from safetensors.numpy import save_file

from spinnery import NetworkClassifier
from spinnery.storage import checkpoint
from spinnery.storage.checkpoint import restore, store

OTHER = (
    "The checkpoint {file} is of a fit with other data or parameters. Fit with those to go on, "
    "choose another name for checkpoint, or delete the file to start anew."
)


@pytest.fixture
def left(tmp_path, monkeypatch):
    """A checkpoint that a killed fit has left."""
    file = tmp_path / "fit"
    with monkeypatch.context() as patch:
        killed_after(2, patch)
        with pytest.raises(Killed):
            estimator("adam", file).fit(*data())
    return file


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 0.5}, {"hidden": (5,)}, {"epochs": 9}, {"random_state": 1},
        {"schedule": "constant"}, {"dtype": "float64"}, {"ridge": 0.0}, {"optimizer": "sgd"},
        {"penalty": "group_lasso"}, {"standardize": True}, {"early_stopping": True},
    ],
    ids=str,
)  # fmt: skip
def test_other_parameters(left, changes):
    with pytest.raises(ValueError, match=f"^{re.escape(OTHER.format(file=left))}$"):
        estimator("adam", left).set_params(**changes).fit(*data())
    assert left.exists()


def test_other_data(left):
    X, y = data()
    changed, moved = X.copy(), y.copy()
    changed[5, 2] += 1e-3
    moved[7] += 1e-3
    w = np.ones(len(y))
    w[3] = 2
    held = {"validation_data": (X, y)}
    others = [(changed, y), (X, moved), (X[:-1], y[:-1]), (X, y, w)]
    for args, kw in [*((args, {}) for args in others), ((X, y), held)]:
        with pytest.raises(ValueError, match=f"^{re.escape(OTHER.format(file=left))}$"):
            estimator("adam", left).fit(*args, **kw)


def test_damage(left):
    content = left.read_bytes()
    rng = np.random.default_rng(0)
    for cut in (0, 7, 100, len(content) // 2, len(content) - 1):
        left.write_bytes(content[:cut])
        expected = rf"^The checkpoint {re.escape(str(left))} cannot be read \(.+\)\. Delete it to "
        with pytest.raises(ValueError, match=expected + r"start anew\.$"):
            estimator("adam", left).fit(*data())
    for position in rng.integers(8, len(content), 60):
        damaged = bytearray(content)
        damaged[position] ^= 1
        left.write_bytes(bytes(damaged))
        with pytest.raises(ValueError, match=re.escape(str(left))):
            estimator("adam", left).fit(*data())


def test_foreign_files(left):
    foreign = (
        "{file} is not a checkpoint that this Spinnery reads (format {format}, version {version}). "
        "Choose another name for checkpoint, or delete the file to start anew."
    )
    with safe_open(left, "np") as content:
        metadata = content.metadata()
        arrays = {name: content.get_tensor(name) for name in content.keys()}  # noqa: SIM118
    for changes in ({"format": "pt"}, {"version": "2"}):
        save_file(arrays, left, {**metadata, **changes})
        shown = {k: repr({**metadata, **changes}[k]) for k in ("format", "version")}
        message = foreign.format(file=left, **shown)
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            estimator("adam", left).fit(*data())
    save_file(arrays, left)
    message = foreign.format(file=left, format=None, version=None)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        estimator("adam", left).fit(*data())


def test_needs_an_integer_seed_and_a_folder(tmp_path):
    message = (
        "checkpoint needs an integer random_state, so that a fit that is gone on with ends where a "
        "whole one would; got random_state=None."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        NetworkClassifier(checkpoint=tmp_path / "fit").fit(*data())
    file = tmp_path / "nowhere" / "fit"
    message = f"{file} cannot be written: there is no folder {file.parent}. Create it first."
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        estimator("adam", file).fit(*data())


def test_store_and_restore(tmp_path):
    state = {"a": np.arange(6.0).reshape(2, 3).T, "b": (np.int32(3), jnp.ones(2)), "c": None}
    assert restore(tmp_path / "f", state, "x") is None
    store(tmp_path / "f", state, {"history": [{"loss": 0.1 + 0.2}]}, "x")
    found, notes = restore(tmp_path / "f", state, "x")
    assert jax.tree.structure(found) == jax.tree.structure(state)
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(state), strict=True):
        np.testing.assert_array_equal(a, b)
        assert np.asarray(a).dtype == np.asarray(b).dtype
    assert notes == {"history": [{"loss": 0.1 + 0.2}]}
    assert json.loads(json.dumps(notes)) == notes
    for like, key in [(state, "y"), ({**state, "b": (np.int32(3), jnp.ones(3))}, "x")]:
        with pytest.raises(ValueError, match="other data or parameters"):
            restore(tmp_path / "f", like, key)
    assert checkpoint.FORMAT == "spinnery-checkpoint"

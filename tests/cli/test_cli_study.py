"""`spinnery study learning`: a table, figures and a model in a folder, or one line."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from spinnery.cli import app
from spinnery.cli.study import OPTIMIZERS, SETTINGS
from spinnery.storage.models import load

FILES = {
    "learning.csv", "model.spinn", "settings_loss.png", "settings_accuracy.png",
    "optimizers_loss.png", "optimizers_accuracy.png", "weights.png",
}  # fmt: skip


def spin(*arguments):
    return CliRunner().invoke(app, ["study", "learning", *map(str, arguments)])


@pytest.fixture
def mnist(tmp_path):
    """A file of the real one's form: 28 x 28 bytes, labels told by where the light is."""
    rng = np.random.default_rng(0)
    y = rng.integers(10, size=120)
    X = rng.integers(0, 40, size=(120, 28, 28)).astype(np.uint8)
    X[np.arange(120), 2 * y, 2 * y] = 255
    parts = {"x_train": X[:80], "y_train": y[:80], "x_test": X[80:], "y_test": y[80:]}
    np.savez(tmp_path / "mnist6000.npz", **parts)
    return tmp_path


def test_study_of_the_file(mnist):
    done = spin("--data", mnist, "--out", mnist / "out", "--epochs", 2, "--seeds", 2)
    assert done.exit_code == 0, done.stderr
    assert {f.name for f in (mnist / "out").iterdir()} == FILES
    table = pd.read_csv(mnist / "out" / "learning.csv")
    assert table["run"].tolist() == [*SETTINGS, *OPTIMIZERS]
    assert table["parameters"].tolist()[:4] == [7850, 7850, 7960, 7960]
    assert np.isfinite(table.drop(columns=["compared", "run"]).to_numpy()).all()
    assert "80 to train on, 40 to test on; 2 epochs, 2 seeds." in done.stdout
    assert "7850" in done.stdout and "7960" in done.stdout
    assert load(mnist / "out" / "model.spinn").n_parameters_ == 7850


def test_study_without_the_file(tmp_path, monkeypatch):
    monkeypatch.delenv("SPINNERY_DATA", raising=False)
    done = spin("--out", tmp_path / "out", "--epochs", 1, "--seeds", 1)
    assert done.exit_code == 0, done.stderr
    assert "scikit-learn's digits, 8 x 8 pixels: 1347 to train on" in done.stdout
    assert pd.read_csv(tmp_path / "out" / "learning.csv")["spread over seeds"].isna().all()


def test_a_folder_without_the_file_is_one_line(tmp_path):
    done = spin("--data", tmp_path, "--out", tmp_path / "out")
    assert done.exit_code == 2 and not (tmp_path / "out").exists()
    assert done.stderr == (
        f"Error: There is no mnist6000.npz in {tmp_path}; leave out --data to use scikit-learn's "
        "digits.\n"
    )

"""A process killed at a random moment leaves the old file or the new one, and goes on from there.

SPINNERY_KILLS says how many moments are tried (benchmarks/faults/kills.py tries 50).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from killed import data, state_of
from sklearn.base import clone

import spinnery as sp

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("SPINNERY_KILLS", "3"))
FITTED = sp.NetworkRegressor((4,), epochs=150, batch_size=4, random_state=0, learning_rate=0.01)
UPDATED = sp.NetworkRegressor((4,), batch_size=16, random_state=0)
UPDATES = 40
SCRIPT = """
import sys
sys.path.insert(0, sys.argv[3])
import test_kills
from spinnery.cli import main
test_kills.warm()
print("ready", flush=True)
if sys.argv[1] == "command line":
    sys.argv = ["spinnery", *sys.argv[4:]]
    main()
else:
    getattr(test_kills, sys.argv[1])(sys.argv[2])
"""


def warm():
    """Everything compiled, so that moments fall into the work itself."""
    X, y = data()
    clone(FITTED).set_params(epochs=1).fit(X, y)
    clone(UPDATED).partial_fit(X, y)


def fit(file):
    return clone(FITTED).set_params(checkpoint=file).fit(*data())


def update(file):
    """One update after another from where `file` is, saved after each."""
    X, y = data()
    model = sp.load(file) if os.path.exists(file) else clone(UPDATED)
    while getattr(model, "n_iter_", 0) < UPDATES:
        model.partial_fit(X, y)
        model.save(file)
    return model


def killed(kind, file, moment, *arguments):
    """Start a process, and kill it `moment` seconds after it is ready."""
    here = os.path.dirname(__file__)
    command = [sys.executable, "-c", SCRIPT, kind, str(file), here, *map(str, arguments)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(moment)
        process.kill()
        assert process.wait() in (-signal.SIGKILL, 0)  # or done before, but never by an error


def timed(call, *args):
    start = time.perf_counter()
    return call(*args), time.perf_counter() - start


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What nothing interrupts, and how long it takes."""
    warm()
    folder = tmp_path_factory.mktemp("whole")
    return {"fit": timed(fit, folder / "fit"), "update": timed(update, folder / "update")}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A table, the files of two runs of the command line over it, and seconds of the second."""
    folder = tmp_path_factory.mktemp("runs")
    X, y = data()
    table = pd.DataFrame(X, columns=list("abcdef")).assign(y=y)
    table.to_csv(folder / "data.csv", index=False)
    found = []
    for features in (1, 2):
        result, seconds = timed(run, folder / "data.csv", folder / "run", features)
        assert result == 0
        found.append(contents(folder / "run"))
    assert found[0] != found[1]
    return folder / "data.csv", found, seconds


def run(table, out, features):
    return subprocess.run([sys.executable, "-m", "spinnery", *options(table, out, features)],
                          capture_output=True, check=False).returncode  # fmt: skip


def options(table, out, features):
    size = ["--max-features", str(features)]
    quick = ["--hidden", "linear", "--test-folds", "2"]
    return ["fit", table, "--target", "y", *size, *quick, "--out", out, "--force"]


def contents(folder):
    """Every file of a run, pictures aside, and the folder's name in the command aside."""
    files = [file for file in sorted(folder.iterdir()) if file.suffix != ".png"]
    return {file.name: file.read_bytes().replace(bytes(folder), b"out") for file in files}


@pytest.mark.parametrize("k", range(KILLS))
def test_a_kill_leaves_old_or_new(k, whole, tmp_path, request):
    kind = ("fit", "update", "command line")[k % 3]
    share = np.random.default_rng(k).uniform()
    file = tmp_path / "file"
    if kind == "command line":
        table, (old, new), seconds = request.getfixturevalue("runs")
        assert run(table, file, 1) == 0
        killed(kind, file, share * seconds, *options(table, file, 2))
        assert contents(file) in (old, new)
        assert run(table, file, 2) == 0 and contents(file) == new
    else:
        uninterrupted, seconds = whole[kind]
        killed(kind, file, share * seconds)
        if kind == "update" and file.exists():
            left = sp.load(file)
            again = clone(UPDATED)
            for _ in range(left.n_iter_):
                again.partial_fit(*data())
            np.testing.assert_array_equal(left.predict(data()[0]), again.predict(data()[0]))
        resumed = (fit if kind == "fit" else update)(file)
        assert state_of(resumed) == state_of(uninterrupted)

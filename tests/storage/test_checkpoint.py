"""A killed fit goes on to the same result, bit for bit."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from killed import EPOCHS, ESTIMATORS, Killed, data, estimator, killed_after, state_of
from sklearn.base import clone

from spinnery.training import epochs


@pytest.fixture(scope="module")
def whole():
    """Fits that nothing interrupts."""
    X, y = data()
    return {name: state_of(estimator(name).fit(X, y)) for name in ESTIMATORS}


@pytest.mark.parametrize("n", [1, 4, 5, EPOCHS - 1])
@pytest.mark.parametrize("name", list(ESTIMATORS))
def test_a_killed_fit_goes_on_to_the_same_result(name, n, whole, tmp_path, monkeypatch):
    X, y = data()
    file = tmp_path / "fit.checkpoint"
    with monkeypatch.context() as patch:
        killed_after(n, patch)
        try:
            estimator(name, file).fit(X, y)
        except Killed:
            assert file.exists()
        else:
            assert name == "early stopping"  # it was over before
    trained = []
    with monkeypatch.context() as patch:
        epoch = epochs._epoch
        patch.setattr(
            epochs, "_epoch", lambda t, r, s, e, *a: trained.append(e) or epoch(t, r, s, e, *a)
        )
        model = estimator(name, file).fit(X, y)
    assert state_of(model) == whole[name]
    assert not file.exists() and not list(tmp_path.iterdir())
    if name != "early stopping":
        assert trained == list(range(n, EPOCHS))


def test_parts_must_be_those_that_training_began_with(tmp_path, monkeypatch):
    X, y = data()
    file = tmp_path / "fit"

    def train(X):
        return estimator("adam", file).fit_batches(lambda: [(X[:32], y[:32]), (X[32:], y[32:])])

    with monkeypatch.context() as patch:
        killed_after(2, patch)
        with pytest.raises(Killed):
            train(X)
    with pytest.raises(ValueError, match="other data"):
        train(X + 1)
    model = train(X)
    assert model.n_iter_ == EPOCHS and not file.exists()


def test_killed_after_the_last_epoch(whole, tmp_path, monkeypatch):
    """Between the last checkpoint and its removal: nothing is trained twice, stopped or not."""
    X, y = data()
    for name in ("adam", "early stopping"):
        file = tmp_path / "fit"
        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", lambda *_, **__: (_ for _ in ()).throw(Killed))
            with pytest.raises(Killed):
                estimator(name, file).fit(X, y)
        with monkeypatch.context() as patch:
            patch.setattr(epochs, "_epoch", None)
            model = estimator(name, file).fit(X, y)
        assert state_of(model) == whole[name] and not file.exists()
    assert len(model.history_) < EPOCHS


def test_an_interrupted_fit_keeps_its_checkpoint(whole, tmp_path, monkeypatch):
    X, y = data()
    file = tmp_path / "fit"
    with monkeypatch.context() as patch:
        trained = epochs._epoch

        def interrupted(training, recipe, source, epoch, *rest):
            if epoch == 3:
                raise KeyboardInterrupt
            return trained(training, recipe, source, epoch, *rest)

        patch.setattr(epochs, "_epoch", interrupted)
        with pytest.raises(KeyboardInterrupt):
            estimator("adam", file).fit(X, y)
    assert file.exists()
    assert state_of(estimator("adam", file).fit(X, y)) == whole["adam"]


SCRIPT = """
import sys, time
import numpy as np
from spinnery import NetworkRegressor

def slowly(t, epochs):
    if sys.argv[2] == "slow" and t[0] >= 3:
        print("three epochs are done", flush=True)
        time.sleep(60)
    return 1 / (1 + t)

X = np.random.default_rng(0).normal(size=(64, 6))
model = NetworkRegressor(
    (4,), epochs=8, batch_size=16, random_state=0, schedule=slowly, checkpoint=sys.argv[1]
)
model.fit(X, X[:, 0])
print(model.predict(X).tobytes().hex(), list(model.history_["loss"]))
"""


@pytest.mark.slow
def test_killed_by_a_signal(tmp_path):
    """A real process, and a schedule that is a function, which every process has elsewhere."""

    file = tmp_path / "fit"

    def process(pace):
        command = [sys.executable, "-c", SCRIPT, str(file), pace]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    first = process("slow")
    assert first.stdout.readline() == "three epochs are done\n"
    first.send_signal(signal.SIGKILL)
    assert first.wait(30) == -signal.SIGKILL and file.exists()
    first.stdout.close()
    resumed = process("fast").communicate(timeout=120)[0]

    X, whole = np.random.default_rng(0).normal(size=(64, 6)), clone(ESTIMATORS["adam"])
    whole.set_params(epochs=8, batch_size=16, random_state=0, schedule="1/t").fit(X, X[:, 0])
    expected = whole.predict(X).tobytes().hex()
    assert resumed.split(" ", 1) == [expected, f"{list(whole.history_['loss'])}\n"]
    assert not file.exists()

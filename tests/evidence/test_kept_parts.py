"""Checkpoints of `assess`: what is finished is not measured again, and nothing else is taken up."""

import numpy as np
import pandas as pd
import pytest

from spinnery import SPINNRegressorCV, assess
from spinnery.evidence import parts
from spinnery.evidence.kept import Kept
from spinnery.evidence.parts import Part

n, p = 60, 8
rng = np.random.default_rng(0)
X = rng.normal(size=(n, p))
y = 1.5 * X[:, 0] - X[:, 1] + 0.5 * rng.normal(size=n)
QUICK = {"n_pairs": 8, "n_permutations": 2, "n_folds": 2}


@pytest.fixture(scope="module")
def model():
    return SPINNRegressorCV((), cv=3, random_state=0).fit(X, y)


@pytest.fixture(scope="module")
def whole(model):
    return assess(model, X, y, **QUICK)


def same(one, two) -> bool:
    pd.testing.assert_frame_equal(one.features, two.features, check_exact=True)
    pd.testing.assert_frame_equal(one.performance, two.performance, check_exact=True)
    return np.array_equal(one.null_gains, two.null_gains) and one.gain == two.gain


@pytest.mark.parametrize("finished", [0, 1, 3])
def test_a_broken_run_goes_on_where_it_stopped(model, whole, tmp_path, monkeypatch, finished):
    folder, measured, result = tmp_path / "kept", [], parts.Task.result

    def breaks(task, part):
        if len(measured) == finished:
            raise KeyboardInterrupt
        measured.append(part)
        return result(task, part)

    monkeypatch.setattr(parts.Task, "result", breaks)
    with pytest.raises(KeyboardInterrupt):
        assess(model, X, y, **QUICK, checkpoint=folder)
    assert len(list(folder.glob("*.npz"))) == finished
    finished = -1
    again = assess(model, X, y, **QUICK, checkpoint=folder)
    assert len(measured) == len(set(measured)) == len(list(folder.glob("*.npz")))
    assert same(whole, again)
    once_more = assess(model, X, y, **QUICK, checkpoint=folder)
    assert len(measured) == len(set(measured)) and same(whole, once_more)


def test_another_assessment_is_refused(model, tmp_path):
    only = QUICK | {"n_pairs": 2, "n_permutations": 0, "n_folds": 0, "checkpoint": tmp_path / "a"}
    assess(model, X, y, **only)
    moved = y.copy()
    moved[3] += 1e-9
    for changed, what in (
        ({"y": moved}, "data"), ({"sample_weight": np.full(n, 2.0)}, "data"),
        ({"n_pairs": 3}, "n_pairs"), ({"random_state": 1}, "random_state"),
        ({"model": SPINNRegressorCV((), cv=3, tol=1e-2, random_state=0).fit(X, y)}, "model"),
    ):  # fmt: skip
        given = {"model": model, "X": X, "y": y} | only | changed
        with pytest.raises(ValueError, match=rf"another assessment: {what} differ\. Repeat what"):
            assess(**given)
    assess(model, X.copy(), y.copy(), **only)  # equal data need not be the same object


def test_errors_say_what_to_do(model, tmp_path):
    with pytest.raises(ValueError, match=r"fixed random_state.*Pass a number"):
        assess(model, X, y, random_state=None, checkpoint=tmp_path)
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ValueError, match=r"no checkpoint of an assessment\. Name an empty folder"):
        Kept(tmp_path, {})
    with pytest.raises(ValueError, match="must be a folder"):
        Kept(tmp_path / "letter.txt", {})
    kept, part = Kept(tmp_path / "new", {"a": 1}), Part("fold", 0)
    kept.keep(part, {"outputs": np.ones(3)})
    file = tmp_path / "new" / "fold-0.npz"
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(ValueError, match=r"fold-0\.npz is damaged.*Delete it"):
        Kept(tmp_path / "new", {"a": 1}).results([part])

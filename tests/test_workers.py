"""Parts over workers: each once, whoever works, and whoever dies."""

import os
import signal
from pathlib import Path

import joblib
import numpy as np
import pytest
from joblib.parallel import SequentialBackend

from spinnery.workers import LostWorkersError, spread

SHARED = np.arange(2_000_000.0)  # large: joblib maps it into memory, dask warns of it


def dot(shared, part):
    return float(shared @ np.full(len(shared), part))


def refuses(shared, part):
    if part == 3:
        raise ValueError("no threes")
    return part


def dies_once(marks, part):
    """The first process that comes to part 2 dies of it."""
    mark = Path(marks) / "died"
    if part == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return part


def dies(shared, part):
    os.kill(os.getpid(), signal.SIGKILL)


def runs_on(shared, part):
    return joblib.parallel.get_active_backend()[0].__class__.__name__, os.getpid()


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_every_part_has_its_result(n_jobs):
    results = dict(spread(dot, SHARED, range(5), n_jobs))
    assert results == {k: dot(SHARED, k) for k in range(5)}
    assert list(spread(dot, SHARED, [], n_jobs)) == []


def test_a_backend_that_gives_all_results_at_once(monkeypatch):
    """As Ray's does."""
    monkeypatch.setattr(SequentialBackend, "supports_return_generator", False)
    assert dict(spread(dot, SHARED, range(5))) == {k: dot(SHARED, k) for k in range(5)}
    with pytest.raises(ValueError, match="no threes"):
        list(spread(refuses, None, range(5)))


def test_in_one_process_parts_run_when_they_are_asked_for():
    running = spread(refuses, None, range(5))
    assert [next(running) for _ in range(3)] == [(0, 0), (1, 1), (2, 2)]
    with pytest.raises(ValueError, match="no threes"):
        next(running)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_errors_of_the_work_are_raised_as_they_are(n_jobs):
    with pytest.raises(ValueError, match="no threes"):
        list(spread(refuses, None, range(5), n_jobs))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:A worker stopped")
def test_a_dead_process_is_replaced(tmp_path):
    assert sorted(spread(dies_once, str(tmp_path), range(20), 2)) == [(k, k) for k in range(20)]
    assert (tmp_path / "died").exists()
    with pytest.raises(LostWorkersError, match=r"died 4 times.*checkpoint= \(--checkpoint\)"):
        list(spread(dies, None, range(3), 2))


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_dask_gives_the_same(cluster, tmp_path):
    with joblib.parallel_config(backend="dask", client=cluster):
        assert dict(spread(dot, SHARED, range(5))) == {k: dot(SHARED, k) for k in range(5)}
        processes = {process for _, (_, process) in spread(runs_on, None, range(8))}
        assert os.getpid() not in processes
        with pytest.raises(ValueError, match="no threes"):
            list(spread(refuses, None, range(5)))
        found = sorted(spread(dies_once, str(tmp_path), range(6)))
        assert found == [(k, k) for k in range(6)] and (tmp_path / "died").exists()
        with pytest.raises(LostWorkersError, match=r"died 4 times"):
            list(spread(dies, None, range(2)))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_assess_on_dask_is_the_same(cluster):
    from spinnery import SPINNRegressorCV, assess

    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 8))
    y = 1.5 * X[:, 0] - X[:, 1] + 0.5 * rng.normal(size=60)
    model = SPINNRegressorCV((), cv=3, random_state=0).fit(X, y)
    quick = {"n_pairs": 6, "n_permutations": 2, "n_folds": 2}
    here = assess(model, X, y, **quick)
    with joblib.parallel_config(backend="dask", client=cluster):
        there = assess(model, X, y, **quick)
    assert here.features.equals(there.features) and here.gain == there.gain
    assert np.array_equal(here.null_gains, there.null_gains)
    assert np.array_equal(here.held_out.outputs, there.held_out.outputs)

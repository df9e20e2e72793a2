"""`assess` on a LocalCluster of two single-thread workers, beside one process with two threads.

100 pairs on n = 200, p = 500; results must be equal to the last bit. In each round once as they
are, and once with one of them killed at a random moment. "taken up" is a run whose parts are all in
its checkpoint: what is left to the calling process. Bytes that reach each worker are the pickled
task's, which workers pass on to each other. Times of single parts, each alone on one thread, feed a
simulation of the scheduler up to 64 workers.

    python -m benchmarks.workers.run [--smoke] [--pairs 100] [--rounds 2]
"""

import os
import pickle
import signal
import threading
import time
from tempfile import TemporaryDirectory

os.environ.setdefault("PJRT_NPROC", "2")

import joblib
import numpy as np

from spinnery import SPINNRegressorCV, assess
from spinnery.evidence.parts import Task

from ..common import SMOKE, Results, options, timed

WORKERS = (1, 2, 4, 8, 16, 32, 64)


def draw(n: int, p: int):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p))
    y = np.sin(2 * X[:, 0]) + X[:, 1] - X[:, 2] + 0.5 * rng.normal(size=n)
    return X, y


def equal(one, two) -> bool:
    """Whether two assessments agree to the last bit."""
    curves = [
        np.array_equal(curve.curve, two.effects[name][cohort].curve)
        for name, own in one.effects.items()
        for cohort, curve in own.items()
    ]
    arrays = [(one.null_gains, two.null_gains), (one.held_out.outputs, two.held_out.outputs)]
    tables = [(getattr(one, k), getattr(two, k)) for k in ("features", "clusters", "performance")]
    return (
        all(curves)
        and all(np.array_equal(a, b) for a, b in arrays)
        and all(a.equals(b) for a, b in tables)
        and one.gain == two.gain
    )


def killer(cluster, after: float) -> threading.Timer:
    """Kills one worker process `after` so many seconds."""

    def kill():
        nanny = cluster.workers[min(cluster.workers)]
        os.kill(nanny.pid, signal.SIGKILL)

    timer = threading.Timer(after, kill)
    timer.start()
    return timer


def timed_part(task: Task, part) -> float:
    """Seconds of a part whose programs are loaded."""
    from spinnery.evidence.parts import work

    work(task, part)
    start = time.perf_counter()
    work(task, part)
    return time.perf_counter() - start


def makespan(seconds: list[float], workers: int) -> float:
    """When the last part ends, each going to whoever is free first, in order."""
    free = np.zeros(workers)
    for part in seconds:
        free[free.argmin()] += part
    return float(free.max())


def main() -> None:
    from distributed import Client, LocalCluster

    args = options(__doc__, pairs={"type": int, "default": 100}, rounds={"type": int, "default": 2})
    n, p = (60, 30) if args.smoke else (200, 500)
    X, y = draw(n, p)
    given = {"max_features": SMOKE["max_features"]} if args.smoke else {}
    model = SPINNRegressorCV(**given, random_state=0, verbose=False).fit(X, y)
    asked = {"n_pairs": 4 if args.smoke else args.pairs, "verbose": False}
    if args.smoke:
        asked |= {"n_permutations": 2, "n_folds": 2}
    results = Results("workers", ("kind", "number"), args.smoke)
    results.path.unlink(missing_ok=True)

    assess(model, X, y, **asked | {"n_pairs": 2, "n_permutations": 1})  # compiles
    rng = np.random.default_rng()
    os.environ["PJRT_NPROC"] = "1"
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        with joblib.parallel_config(backend="dask", client=client):
            assess(model, X, y, **asked | {"n_pairs": 22, "n_permutations": 1})  # loads programs
        for number in range(1 if args.smoke else args.rounds):
            with TemporaryDirectory() as folder:
                kept = asked | {"checkpoint": f"{folder}/kept"}
                here, alone = timed(lambda kept=kept: assess(model, X, y, **kept))
                results.add(kind="one process", number=number, seconds=alone)
                again, rest = timed(lambda kept=kept: assess(model, X, y, **kept))
            results.add(kind="taken up", number=number, seconds=rest, equal=equal(here, again))
            with joblib.parallel_config(backend="dask", client=client):
                there, seconds = timed(lambda: assess(model, X, y, **asked))
                results.add(kind="two workers", number=number, seconds=seconds,
                            ratio=seconds / alone, equal=equal(here, there))  # fmt: skip
                moment = rng.uniform(0.05, 0.9) * seconds
                timer = killer(cluster, moment)
                there, seconds = timed(lambda: assess(model, X, y, **asked))
                timer.join()
                results.add(kind="one killed", number=number, seconds=seconds, moment=moment,
                            ratio=seconds / alone, equal=equal(here, there))  # fmt: skip
        task = Task(
            model, X, y, None, {}, asked["n_pairs"], 1.0, asked.get("n_permutations", 19),
            1, asked.get("n_folds", 5), "benchmark",
        )  # fmt: skip
        sent = len(pickle.dumps(task, protocol=5))
        results.add(kind="data", number=0, bytes=sent, of_X=sent / X.nbytes)
        one = sorted(cluster.scheduler_info["workers"])[:1]
        times = []
        for part in task.parts:
            seconds = client.submit(timed_part, task, part, workers=one, pure=False).result()
            times.append(seconds)
            results.add(kind=part.kind, number=part.number, seconds=seconds)
    for workers in WORKERS:
        end = max(makespan(times, workers), rest)  # importance is measured meanwhile
        results.add(kind="simulated", number=workers, seconds=end, parts=len(times),
                    speedup=(sum(times) + rest) / end)  # fmt: skip


if __name__ == "__main__":
    main()

"""What a fit and a part of an assessment cost: CPU seconds and memory against n, p and lanes.

Each point is a process of its own that fits twice: the first fit compiles, the second's CPU
seconds (of all threads, so that neighbours hardly disturb them) count, and the process's largest
memory less what it holds before the first fit. The default estimator, with `cv` folds: `cv + 1`
lanes. report.py fits the model of docs/scaling.md to the points and gives its error.

    python -m benchmarks.workers.model [--smoke]
"""

import json
import resource
import subprocess
import sys
import time

import numpy as np

from ..common import HERE, SMOKE, Results, options

POINTS = [
    (100, 500, 10), (100, 4000, 10), (300, 1000, 10), (300, 1000, 3), (300, 8000, 10),
    (300, 8000, 3), (1000, 500, 10), (1000, 4000, 10), (1000, 4000, 3), (300, 30000, 10),
]  # fmt: skip


def measure(n: int, p: int, cv: int, smoke: bool) -> dict:
    """One point, in this process."""
    from spinnery import SPINNRegressorCV

    rng = np.random.default_rng(n + p)
    X = rng.normal(size=(n, p)).astype(np.float32)
    y = X[:, :4].sum(axis=1) + np.sin(2 * X[:, 4]) + 0.7 * rng.normal(size=n)
    small = SMOKE if smoke else {}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    for _ in range(2):
        start = time.process_time()
        SPINNRegressorCV(cv=cv, random_state=0, verbose=False, **small).fit(X, y)
        seconds = time.process_time() - start
    return {
        "cpu_seconds": seconds,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before,
    }


def main() -> None:
    args = options(__doc__, point={"default": ""})
    if args.point:
        print(json.dumps(measure(*json.loads(args.point))))
        return
    results = Results("workers_model", ("n", "p", "lanes"), args.smoke)
    points = [(40, 20, 3), (60, 40, 3), (60, 40, 5)] if args.smoke else POINTS
    for n, p, cv in points:
        command = [sys.executable, "-m", "benchmarks.workers.model", "--point",
                   json.dumps([n, p, cv, args.smoke])]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parent)
        results.add(n=n, p=p, lanes=cv + 1, **json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()

"""Seconds and peak memory of one fit to a large table, and whether the six features are found.

Each fit runs in a process of its own with SPINNERY_CACHE=off. "thin": sparse, 5,000 x 20,000, 2 %
filled, beside scikit-learn's LogisticRegression (saga, lasso at the C of a five-fold search).
"wide": 500 x 1,000,000 and "tall": 200,000 x 1,000, both memory-mapped in float32. "gaps": additive
design with 10 % of the cells missing, five seeds.

    python -m benchmarks.large.run [--smoke] [--cases thin wide tall gaps] [--seeds 0 1 2 3 4]
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from ..common import SMOKE, Results, options, several
from ..simulations.designs import support
from . import designs

SHAPES = {"thin": (5000, 20_000), "wide": (500, 1_000_000), "tall": (200_000, 1000)}
SMALL = {"thin": (80, 60), "wide": (40, 90), "tall": (90, 40)}


def fitted(case: str, method: str, seed: int, smoke: bool, folder: Path) -> dict:
    """One fit in this process: seconds, CPU seconds, peak memory, features."""
    settings = SMOKE if smoke else {}
    n, p = (SMALL if smoke else SHAPES).get(case, (500, 1000))
    if case == "thin":
        X, y, X_test, y_test = designs.thin(seed, n, p)
    elif case == "gaps":
        X, y, *_ = designs.with_gaps(seed)
    else:
        X, y = np.load(folder / "X.npy", mmap_mode="r"), np.load(folder / "y.npy")
    if method == "saga":
        from sklearn.linear_model import LogisticRegressionCV

        lasso = {"l1_ratios": [1.0], "solver": "saga", "scoring": "neg_log_loss"}
        model = LogisticRegressionCV(Cs=5, cv=5, max_iter=100, use_legacy_attributes=False, **lasso)
    else:
        from spinnery import SPINNClassifierCV, SPINNRegressorCV

        face = SPINNClassifierCV if case == "thin" else SPINNRegressorCV
        missing = "mean" if case == "gaps" else "error"
        model = face(random_state=seed, verbose=False, missing=missing, **settings)
    start, used = time.perf_counter(), time.process_time()
    model.fit(X, y)
    found = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - used}
    found["peak_gib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    chosen = model.coef_[0] != 0 if method == "saga" else model.selected_
    score = float(np.mean(model.predict(X_test) == y_test)) if case == "thin" else None
    return {**found, **support(chosen), "score": score}


def in_a_process(case: str, method: str, seed: int, smoke: bool, folder: Path) -> dict:
    """`fitted` in a fresh process."""
    asked = json.dumps([case, method, seed, smoke, str(folder)])
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.large.run", "--one", asked], stdout=subprocess.PIPE,
        text=True, check=True, env={**os.environ, "SPINNERY_CACHE": "off"},
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    args = options(
        __doc__, range(5), cases=several(["thin", "gaps", "tall", "wide"]),
        one={"help": "used inside"},
    )  # fmt: skip
    if args.one:
        *asked, folder = json.loads(args.one)
        print(json.dumps(fitted(*asked, Path(folder))))
        return
    results = Results("large", ("case", "method", "seed"), args.smoke)
    for case in args.cases:
        for seed in args.seeds if case == "gaps" and not args.smoke else [0]:
            for method in ("spinnery", "saga") if case == "thin" else ("spinnery",):
                with tempfile.TemporaryDirectory(dir=os.environ.get("SPINNERY_SCRATCH")) as home:
                    if case in ("wide", "tall"):
                        n, p = (SMALL if args.smoke else SHAPES)[case]
                        y = designs.on_disk(Path(home), seed, n, p)
                        np.save(Path(home) / "y.npy", y)
                    row = in_a_process(case, method, seed, args.smoke, Path(home))
                results.add(case=case, method=method, seed=seed, **row)


if __name__ == "__main__":
    main()

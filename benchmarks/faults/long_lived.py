"""A process that fits on and on: 2,000 fits of 200 shapes, its memory maps and its memory.

Linux allows a process 65,530 maps, and every compiled program takes several.

    python -m benchmarks.faults.long_lived [--smoke]
"""

import itertools
import resource
import time
import warnings

import numpy as np

from spinnery import SPINNRegressor
from spinnery.compilation import MAPS

from ..common import Results, options

ROWS = (50, 90, 120, 180, 250)
COLUMNS = (10, 20, 30, 45, 60, 90, 120, 180, 250, 380)
HIDDEN = ((), (3,), (4,), (3, 2))
EVERY = 100


def main() -> None:
    args = options(__doc__)
    shapes = list(itertools.product(ROWS, COLUMNS, HIDDEN))
    fits = 20 if args.smoke else 2000
    results = Results("long_lived", ("fits",), args.smoke)
    rng = np.random.default_rng(0)
    warnings.simplefilter("ignore")
    begin = time.perf_counter()
    for done in range(1, fits + 1):
        n, p, hidden = shapes[rng.integers(len(shapes))]
        X = rng.normal(size=(n, p))
        SPINNRegressor(hidden, n_restarts=1, random_state=0).fit(X, X[:, 0] + rng.normal(size=n))
        if done % EVERY == 0 or done == fits:
            maps = len(MAPS.read_text().splitlines()) if MAPS.exists() else 0
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            results.add(
                fits=done,
                maps=maps,
                peak_megabytes=round(peak),
                seconds=time.perf_counter() - begin,
            )


if __name__ == "__main__":
    main()

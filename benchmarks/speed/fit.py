"""One fresh process: seconds of importing Spinnery and of default fits, and peak memory.

Additive design, n = 500. Prints JSON; used by the other scripts of this folder.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def fresh(*arguments: str, **environment: str) -> dict:
    """What a fresh process bound to the same CPUs measures."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.speed.fit", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    start = time.perf_counter()
    parser = argparse.ArgumentParser()
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--features", type=int, default=1000)
    parser.add_argument("--test", type=int, default=0, help="samples to score on")
    parser.add_argument("--fits", type=int, default=2)
    parser.add_argument("--below", type=float, default=float("inf"),
                        help="seconds of a first fit beyond which it is the only one")  # fmt: skip
    parser.add_argument("--source", help="folder of another Spinnery")
    parser.add_argument("--five", action="store_true", help="five folds, and no check for nothing")
    args = parser.parse_args()
    if args.source:
        sys.path.insert(0, args.source)
    from benchmarks.simulations import designs

    from spinnery import SPINNRegressorCV

    found = {"import": time.perf_counter() - start}
    size = {"n": 60, "p": min(args.features, 60)} if args.smoke else {"p": args.features}
    data = designs.regression("additive", 1, n_test=args.test, **size)
    settings = {"hidden": ((3,), ()), "max_features": 4} if args.smoke else {}
    if args.five:  # what the first stage did, which had no check
        known = SPINNRegressorCV().get_params()
        settings |= {"cv": 5} | ({"null_check": False} if "null_check" in known else {})
    seconds: list[float] = []
    for k in range(args.fits):
        if k and seconds[0] >= args.below:
            break
        begin = time.perf_counter()
        model = SPINNRegressorCV(random_state=0, **settings).fit(data.X, data.y)
        seconds.append(time.perf_counter() - begin)
        if not k:
            import resource  # kilobytes on Linux

            found["peak_gib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    if args.test:
        found["score"] = designs.score("additive", model.predict(data.X_test), data.truth)
    found |= {"seconds": seconds, **designs.support(model.selected_)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()

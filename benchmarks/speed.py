"""How fast is the whole 5-fold cross-validation beside LassoNet's and GCRNet's path?

Additive design, n = 500, p = 1,000, all in one go on one machine. Ours three ways, each in a fresh
process: cold (SPINNERY_CACHE=off, so that every program is compiled), with the compiled programs
of an earlier process, and warm (a second fit in the same process). Peers in their own environment;
no process competes with another.

    python benchmarks/speed.py [--smoke] [--methods lassonet gcrnet]
"""

import json
import os
import subprocess
import sys
import tempfile

from common import HERE, Results, options, peers_python, read

FITS = """
import sys, time, json
start = time.perf_counter()
sys.path.insert(0, sys.argv[1])
import designs
from spinnery import SPINNRegressorCV
loaded = time.perf_counter()
smoke = sys.argv[2] == "smoke"
data = designs.regression("additive", 1, **({"n": 60, "p": 40} if smoke else {}))
settings = {"hidden": ((3,), ()), "max_features": 4} if smoke else {}
seconds = []
for _ in range(2):
    begin = time.perf_counter()
    model = SPINNRegressorCV(cv=5, random_state=0, **settings).fit(data.X, data.y)
    seconds.append(time.perf_counter() - begin)
score = designs.score("additive", model.predict(data.X_test), data.truth)
print(json.dumps({"import": loaded - start, "seconds": seconds, "score": score}))
"""


def fits(smoke: bool, **environment: str) -> dict:
    """Import time, seconds of two fits and test MSE in a fresh process bound to the same CPUs."""
    done = subprocess.run(
        [sys.executable, "-c", FITS, str(HERE), "smoke" if smoke else "full"],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    methods = {"nargs": "*", "default": ["lassonet", "gcrnet"]}
    args = options(__doc__, [1], methods=methods)
    results = Results("speed", ("method",), args.smoke)
    cold = fits(args.smoke, SPINNERY_CACHE="off")
    results.add(method="ours, cold", score=cold["score"], seconds=cold["seconds"][0])
    results.add(method="ours, warm", score=cold["score"], seconds=cold["seconds"][1])
    with tempfile.TemporaryDirectory() as folder:
        fits(args.smoke, XDG_CACHE_HOME=folder)
        cached = fits(args.smoke, XDG_CACHE_HOME=folder)
    results.add(method="ours, cached", score=cached["score"], seconds=cached["seconds"][0])
    results.add(method="ours, import", score=None, seconds=cold["import"])
    if args.smoke or not args.methods:
        return
    subprocess.run(
        [peers_python(), HERE / "peer_simulations.py", "--out", "speed_peers", "--designs",
         "additive", "--seeds", "1", "--methods", *args.methods],
        check=True,
    )  # fmt: skip
    for row in read("speed_peers"):
        if row["method"] in args.methods:
            results.add(method=row["method"], score=row["score"], seconds=row["seconds"])
    ours = {row["method"]: row["seconds"] for row in results.rows}
    for peer in args.methods:
        for way in ("cold", "cached", "warm"):
            print(f"  {peer} / ours, {way}: {ours[peer] / ours['ours, ' + way]:.1f}")


if __name__ == "__main__":
    main()

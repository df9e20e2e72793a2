"""How fast is the whole 5-fold cross-validation beside LassoNet's and GCRNet's path?

Additive design, n = 500, p = 1,000, all in one go on one machine. Ours three ways, each in a fresh
process: cold (SPINNERY_CACHE=off, so that every program is compiled), with the compiled programs
of an earlier process, and warm (a second fit in the same process), before and after the peers; the
means count, since machines drift. Peers in their own environment; no process competes with another.

    python benchmarks/speed.py [--smoke] [--methods lassonet gcrnet]
"""

import json
import os
import subprocess
import sys
import tempfile

import numpy as np

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


def ours(smoke: bool) -> dict[str, float]:
    """Seconds of a fit in each of the three ways, of the import, and the test MSE."""
    cold = fits(smoke, SPINNERY_CACHE="off")
    with tempfile.TemporaryDirectory() as folder:
        fits(smoke, XDG_CACHE_HOME=folder)
        cached = fits(smoke, XDG_CACHE_HOME=folder)
    return {"ours, cold": cold["seconds"][0], "ours, warm": cold["seconds"][1],
            "ours, cached": cached["seconds"][0], "ours, import": cold["import"],
            "score": cold["score"]}  # fmt: skip


def main() -> None:
    methods = {"nargs": "*", "default": ["lassonet", "gcrnet"]}
    args = options(__doc__, [1], methods=methods)
    results = Results("speed", ("method",), args.smoke)
    peers = [] if args.smoke else args.methods
    rounds = [ours(args.smoke)]
    if peers:
        subprocess.run(
            [peers_python(), HERE / "peer_simulations.py", "--out", "speed_peers", "--designs",
             "additive", "--seeds", "1", "--methods", *peers],
            check=True,
        )  # fmt: skip
        rounds.append(ours(args.smoke))
    for method in ("ours, cold", "ours, warm", "ours, cached", "ours, import"):
        score = None if method == "ours, import" else rounds[0]["score"]
        seconds = float(np.mean([found[method] for found in rounds]))
        results.add(method=method, score=score, seconds=seconds)
    for row in read("speed_peers"):
        if row["method"] in peers:
            results.add(method=row["method"], score=row["score"], seconds=row["seconds"])
    found = {row["method"]: row["seconds"] for row in results.rows}
    for peer in peers:
        for way in ("cold", "cached", "warm"):
            print(f"  {peer} / ours, {way}: {found[peer] / found['ours, ' + way]:.1f}")


if __name__ == "__main__":
    main()

"""How fast is the whole cross-validation beside LassoNet's and GCRNet's path?

Additive design, n = 500, p = 1,000, all in one go on one machine. Ours three ways, each in a fresh
process: cold (SPINNERY_CACHE=off, so that every program is compiled), with the compiled programs
of an earlier process, and warm (a second fit in the same process), before and after the peers; the
means count, since machines drift. Peers in their own environment; no process competes with another.

    python -m benchmarks.speed.run [--smoke] [--methods lassonet gcrnet]
"""

import subprocess
import tempfile

import numpy as np

from ..common import Results, options, peers_python, read
from ..tables import where
from .fit import ROOT, fresh


def ours(smoke: bool) -> dict[str, float]:
    """Seconds of a fit in each of the three ways, of the import, and the test MSE."""
    arguments = ["--test", "2000", *(["--smoke"] if smoke else [])]
    cold = fresh(*arguments, SPINNERY_CACHE="off")
    with tempfile.TemporaryDirectory() as folder:
        fresh(*arguments, XDG_CACHE_HOME=folder)
        cached = fresh(*arguments, XDG_CACHE_HOME=folder)
    return {"ours, cold": cold["seconds"][0], "ours, warm": cold["seconds"][1],
            "ours, cached": cached["seconds"][0], "ours, import": cold["import"],
            "score": cold["score"]}  # fmt: skip


def main() -> None:
    args = options(__doc__, methods={"nargs": "*", "default": ["lassonet", "gcrnet"]})
    results = Results("speed", ("method",), args.smoke)
    peers = [] if args.smoke else args.methods
    rounds = [ours(args.smoke)]
    if peers:
        subprocess.run(
            [peers_python(), "-m", "benchmarks.simulations.peer", "--out", "speed_peer",
             "--designs", "additive", "--seeds", "1", "--methods", *peers],
            check=True, cwd=ROOT,
        )  # fmt: skip
        rounds.append(ours(args.smoke))
    for method in ("ours, cold", "ours, warm", "ours, cached", "ours, import"):
        score = None if method == "ours, import" else rounds[0]["score"]
        seconds = float(np.mean([found[method] for found in rounds]))
        results.add(method=method, score=score, seconds=seconds)
    for peer in peers:
        (row,) = where(read("speed_peer"), method=peer)
        results.add(method=peer, score=row["score"], seconds=row["seconds"])


if __name__ == "__main__":
    main()

"""How do time and memory grow with the number of features?

The default 5-fold cross-validation on the additive design, n = 500, p from 10^3 to 10^5, each in
a fresh process with SPINNERY_CACHE=off: seconds of the first fit (compilation included) and of the
second, and the process's peak resident memory over the first. The exponent is the slope of log
seconds against log p, over all sizes and over the last decade, where the data dominate what a
fit costs anyway. Writes size.png.

    python benchmarks/size.py [--smoke] [--features 1000 10000]
"""

import json
import os
import subprocess
import sys

import matplotlib
import numpy as np

from common import HERE, Results, options

FEATURES = (1000, 3162, 10000, 31623, 100000)
WARM_BELOW = 200  # seconds of a first fit beyond which no second one is run

FIT = """
import json, resource, sys, time
sys.path.insert(0, sys.argv[1])
p, smoke = int(sys.argv[2]), sys.argv[3] == "smoke"
import designs
from spinnery import SPINNRegressorCV
data = designs.regression("additive", 1, n=60 if smoke else 500, p=p, n_test=0)
settings = {"hidden": ((3,), ()), "max_features": 4} if smoke else {}
def fit():
    start = time.perf_counter()
    model = SPINNRegressorCV(cv=5, random_state=0, **settings).fit(data.X, data.y)
    return model, time.perf_counter() - start
model, seconds = fit()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kilobytes on Linux
warm = fit()[1] if seconds < float(sys.argv[4]) else None
out = {"p": p, "seconds": seconds, "warm": warm, "peak_gib": peak / 2**20}
print(json.dumps({**out, **designs.support(model.selected_)}))
"""


def fit(p: int, smoke: bool) -> dict:
    """One fresh process; its row."""
    command = [sys.executable, "-c", FIT, str(HERE), str(p), "smoke" if smoke else "full"]
    done = subprocess.run(
        [*command, str(WARM_BELOW)],
        env={**os.environ, "SPINNERY_CACHE": "off"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def exponent(rows: list[dict], what: str, from_p: int = 0) -> float:
    """Slope of log `what` against log p, over `p >= from_p`."""
    points = [(row["p"], row[what]) for row in rows if row[what] and row["p"] >= from_p]
    x, y = np.log(np.array(points, float)).T
    return float(np.polyfit(x, y, 1)[0])


def exponents(rows: list[dict]) -> str:
    """Exponents of time and memory, over all sizes and over the last decade."""
    last = max(row["p"] for row in rows) // 10
    return ", ".join(
        f"{name} {exponent(rows, what):.2f} (last decade {exponent(rows, what, last):.2f})"
        for what, name in (("seconds", "first fit"), ("warm", "second fit"), ("peak_gib", "memory"))
    )


def plot(rows: list[dict], path) -> None:
    """Seconds and memory against p, both axes logarithmic."""
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for axes, lines, label in (
        (left, {"seconds": "first fit", "warm": "second fit"}, "seconds"),
        (right, {"peak_gib": "peak memory"}, "GiB"),
    ):
        for what, name in lines.items():
            points = [(row["p"], row[what]) for row in rows if row[what]]
            slope = f", exponent {exponent(rows, what):.2f}" if len(points) > 1 else ""
            axes.loglog(*zip(*points, strict=True), "o-", label=name + slope)
        axes.set(xlabel="features", ylabel=label)
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.grid(alpha=0.3)
        axes.legend()
    figure.suptitle("5-fold cross-validation, n = 500, additive design, two CPUs")
    figure.savefig(path, dpi=120)


def main() -> None:
    args = options(__doc__, [1], features={"type": int, "nargs": "+", "default": list(FEATURES)})
    results = Results("size", ("p",), args.smoke)
    for p in (40, 60) if args.smoke else args.features:
        results.add(**fit(p, args.smoke))
    rows = sorted(results.rows, key=lambda row: row["p"])
    plot(rows, results.path.with_suffix(".png") if args.smoke else HERE / "size.png")
    print("  exponents: " + exponents(rows))


if __name__ == "__main__":
    main()

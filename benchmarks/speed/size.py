"""How do time and memory grow with the number of features?

The default cross-validation on the additive design, n = 500, p from 10^3 to 10^5, each in
a fresh process with SPINNERY_CACHE=off: seconds of the first fit (compilation included) and of the
second, and the process's peak resident memory over the first. The exponent is the slope of log
seconds against log p, over all sizes and over the last decade, where the data dominate what a
fit costs anyway. Writes size.png.

    python -m benchmarks.speed.size [--smoke] [--features 1000 10000]
"""

from pathlib import Path

import numpy as np

from ..common import Results, options
from .fit import fresh

FEATURES = (1000, 3162, 10000, 31623, 100000)
WARM_BELOW = 200  # seconds of a first fit beyond which no second one is run


def fit(p: int, smoke: bool) -> dict:
    """One fresh process; its row."""
    more = ["--smoke"] if smoke else []
    found = fresh("--features", str(p), "--below", str(WARM_BELOW), *more, SPINNERY_CACHE="off")
    first, *later = found["seconds"]
    kept = {what: found[what] for what in ("peak_gib", "found", "extra")}
    return {"p": p, "seconds": first, "warm": later[0] if later else None, **kept}


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
    import matplotlib

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
    figure.suptitle("Cross-validation, n = 500, additive design, two CPUs")
    figure.savefig(path, dpi=120)


def main() -> None:
    args = options(__doc__, features={"type": int, "nargs": "+", "default": list(FEATURES)})
    results = Results("speed_size", ("p",), args.smoke)
    for p in (40, 60) if args.smoke else args.features:
        results.add(**fit(p, args.smoke))
    rows = sorted(results.rows, key=lambda row: row["p"])
    here = Path(__file__).with_suffix(".png")
    plot(rows, results.path.with_suffix(".png") if args.smoke else here)
    print("  exponents: " + exponents(rows))


if __name__ == "__main__":
    main()

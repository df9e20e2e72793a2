"""Targets and section of counts; used by benchmarks/report.py."""

import numpy as np

from ..tables import Target, by_seed, median, table

COMMAND = "python -m benchmarks.counts.run"


def targets(rows: dict):
    exact = "Poisson: all four and nothing else in at least 8 of 10 seeds"
    near = "Poisson: deviance on fresh data ≤ 1.1 times told's"
    found = rows["counts"]
    if not found:
        yield from (Target(text, COMMAND) for text in (exact, near))
        return
    good = sum(r["found"] == 4 and r["extra"] == 0 for r in found)
    yield Target(exact, COMMAND, f"{good} of {len(found)}", good >= 8)
    ratio = float(np.median([r["deviance"] / r["told"] for r in found]))
    measured = (
        f"{ratio:.3f} times, median of {len(found)} seeds (medians {median(found, 'deviance'):.3f} "
        f"and {median(found, 'told'):.3f})"
    )
    yield Target(near, COMMAND, measured, ratio <= 1.1)


def section(rows: dict) -> list[str]:
    lines, found = [], rows["counts"]
    for method in ("ours", "told", "truth", "constant"):
        if found:
            what, more = "deviance" if method == "ours" else method, [None] * 3
            if method == "ours":
                more = [by_seed(found, "found"), by_seed(found, "extra"), median(found, "seconds")]
            elif method == "told":
                more[0] = by_seed(found, "told_features")
            lines.append([method, median(found, what), by_seed(found, what), *more])
    header = ["method", "deviance", "by seed", "true found", "others", "seconds"]
    note = (
        "`log mu = sin 2x1 + |x2| - x3 x4` on 500 standard Gaussian features, 300 counts; mean "
        "Poisson deviance on 2,000 fresh ones. `told` is the same cross-validated network given "
        "the four alone, `truth` the true rate, `constant` the training mean."
    )
    return ["## Counts", "", *table(header, lines), note, ""]


SECTIONS = ((("counts",), section),)

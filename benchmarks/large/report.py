"""Targets and section of large tables; used by benchmarks/report.py."""

from ..tables import Target, table, where

COMMAND = "python -m benchmarks.large.run"
LIMITS = {  # seconds, GiB
    "thin": ("sparse, 5,000 x 20,000, 2 % filled", 120, 2),
    "wide": ("500 x 1,000,000 from disk", 900, 6),
    "tall": ("200,000 x 1,000 from disk", 480, 4),
}
NAMES = {"gaps": "500 x 1,000, 10 % of the cells missing", **{k: v[0] for k, v in LIMITS.items()}}


def targets(rows: dict):
    for case, (name, seconds, gib) in LIMITS.items():
        text = f"{name}: all 6 features in {seconds} s and {gib} GiB"
        found = where(rows["large"], case=case, method="spinnery")
        if not found:
            yield Target(text, COMMAND)
        for row in found:
            took, peak = row["seconds"], row["peak_gib"]
            measured = (
                f"{row['found']} in {took:.0f} s ({row['cpu_seconds']:.0f} CPU s), {peak:.1f} GiB"
            )
            reached = row["found"] == 6 and took <= seconds and peak <= gib
            yield Target(text, COMMAND, measured, reached)
    text, found = (
        f"{NAMES['gaps']}: all 6 features in four of five seeds",
        where(rows["large"], case="gaps"),
    )
    if len(found) < 5:
        yield Target(text, COMMAND)
    else:
        whole = sum(row["found"] == 6 for row in found)
        yield Target(text, COMMAND, f"{whole} of {len(found)}", whole >= 4)


def section(rows: dict) -> list[str]:
    header = [
        "table",
        "method",
        "seed",
        "found",
        "others",
        "seconds",
        "CPU seconds",
        "GiB",
        "accuracy",
    ]
    names = ("method", "seed", "found", "extra", "seconds", "cpu_seconds", "peak_gib", "score")
    lines = [[NAMES[row["case"]], *(row[name] for name in names)] for row in rows["large"]]
    note = (
        'One fit with defaults in a process of its own. "found" is of the six true features. '
        "saga is LogisticRegressionCV (lasso, 5 folds, 5 values of C from 1e-4 to "
        "1e4, 100 passes)."
    )
    return ["## Large tables", "", *table(header, lines, key=3), note, ""]


SECTIONS = ((("large",), section),)

"""Target and section of mixed tables; used by benchmarks/report.py."""

from collections import Counter

import numpy as np

from ..tables import Target, by_seed, column, mean, mean_se, median, table, where, with_se
from .sets import MEASURES, SETS

COMMAND = "python -m benchmarks.mixed.run; $SPINNERY_PEERS2 -m benchmarks.mixed.peer"
ENOUGH = 8
MOST = 8  # features named


def pairs(rows: dict) -> dict[str, list[float]]:
    """Each set's differences to boosting, by split."""
    out = {}
    for name in SETS:
        theirs = {r["seed"]: r["score"] for r in where(rows["mixed_peer"], set=name)}
        ours = where(rows["mixed"], set=name)
        out[name] = [r["score"] - theirs[r["seed"]] for r in ours if r["seed"] in theirs]
    return {name: gains for name, gains in out.items() if gains}


def targets(rows: dict):
    runs = f"mixed tables: `spinnery fit` runs on all {len(SETS)} as they come"
    good = f"mixed tables: boosting's score less one standard error on {ENOUGH} of {len(SETS)}"
    found = pairs(rows)
    if len(found) < len(SETS):
        yield from (Target(text, COMMAND) for text in (runs, good))
        return
    yield Target(runs, COMMAND, f"{len(found)} of {len(SETS)}", True)
    reached = [name for name, gains in found.items() if near(gains)]
    short = [name for name in found if name not in reached]
    measured = f"{len(reached)} of {len(SETS)}" + (f"; not {', '.join(short)}" if short else "")
    yield Target(good, COMMAND, measured, len(reached) >= ENOUGH)


def near(gains: list[float]) -> bool:
    """Whether a mean difference is no lower than minus its standard error."""
    center, se = mean_se(gains)
    return center >= -se - 1e-12


def section(rows: dict) -> list[str]:
    lines, gains = [], pairs(rows)
    for name, about in SETS.items():
        for method, file in (("spinnery", "mixed"), ("boosting", "mixed_peer")):
            found = where(rows[file], set=name)
            if not found:
                continue
            more = [None] * 3
            if method == "spinnery":
                more = [with_se(gains[name], "+") if name in gains else None,
                        mean(found, "n_features"), _named(found)]  # fmt: skip
            lines.append(
                [name, method, MEASURES[about.task], with_se(column(found, "score")), *more,
                 by_seed(found, "score"), median(found, "seconds")]
            )  # fmt: skip
    header = ["table", "method", "measure", "score ± SE", "minus boosting ± SE", "features",
              "most often", "by split", "seconds"]  # fmt: skip
    sizes = {r["set"]: f"{r['set']} {r['rows']} x {r['columns']}" for r in rows["mixed"]}
    note = (
        "Splits of 70 and 30 %. `spinnery fit` and `spinnery predict` are run on CSV files as they "
        "come, with no option beyond target and ids (seconds: the whole `fit` command without test "
        "folds, start of Python and compilation included). Boosting is scikit-learn's "
        "HistGradientBoosting with its own treatment of categories and gaps; of survival times "
        "scikit-survival's GradientBoostingSurvivalAnalysis on indicators. The standard error is "
        f"that of the difference over splits. Rows and columns: {'; '.join(sizes.values())}."
    )
    return ["## Mixed tables", "", *table(header, lines, key=3), note, ""]


def _named(found: list[dict]) -> str:
    """The features selected most often, by how often and how early."""
    counts, places = Counter(), {}
    for row in found:
        counts.update(row["features"])
        for place, name in enumerate(row["features"]):
            places.setdefault(name, []).append(place)
    order = sorted(counts, key=lambda name: (-counts[name], np.mean(places[name])))
    return ", ".join(order[:MOST]) + (" ..." if len(order) > MOST else "")


SECTIONS = ((("mixed", "mixed_peer"), section),)

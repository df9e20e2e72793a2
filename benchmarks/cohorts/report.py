"""Targets and section of the integrative estimators; used by benchmarks/report.py."""

from ..tables import Target, by_seed, median, table, where
from .sets import SCHEMES, SETS

RUN = "python -m benchmarks.cohorts.simulated --parts {}"
MEASURED = "python -m benchmarks.cohorts.measured --sets {} --schemes '{}'"
DESIGNS = {
    "shared": "five features, shared",
    "own": "and two of each cohort's own",
    "homogeneous": "homogeneous, p = 50",
}
MEASURES = ("shared_f1", "union_f1", "table_f1", "sensitivity", "specificity", "error")
PEERS = ("separate", "pooled")
REAL_PEERS = ("pooled", "separate", "lasso")


def by_method(rows: dict, design: str) -> dict[str, list[dict]]:
    """Rows of one simulated design."""
    found: dict[str, list[dict]] = {}
    for row in where([*rows["cohorts"], *rows["cohorts_peer"]], design=design):
        found.setdefault(row["method"], []).append(row)
    return found


def of_set(rows: dict, name: str, scheme: str) -> dict[str, dict]:
    """The row of every method on one measured set."""
    return {r["method"]: r for r in where(rows["cohorts_measured"], set=name, scheme=scheme)}


def targets(rows: dict):
    yield from _shared(by_method(rows, "shared"), RUN.format("shared"))
    text = "cohorts, features of their own: median F1 of the cohort x feature table ≥ 0.8"
    own = by_method(rows, "own").get("integrative")
    if own:
        ours = median(own, "table_f1")
        yield Target(text, RUN.format("own"), f"{ours:.3f}", ours >= 0.8)
    else:
        yield Target(text, RUN.format("own"))
    for name in SETS:
        for scheme in SCHEMES:
            found = of_set(rows, name, scheme)
            yield from _measured(f"{name}, {scheme}", found, MEASURED.format(name, scheme))
    yield _time(rows["cohorts_time"])


def _shared(found: dict, run: str):
    texts = (
        "cohorts, shared features: median F1 of the shared set ≥ 0.85",
        "cohorts, shared features: that F1 ≥ 0.1 above the better of separate and pooled",
        "cohorts, shared features: median test error ≤ 0.8 times the better of separate and pooled",
    )
    if not {"integrative", *PEERS} <= found.keys():
        yield from (Target(text, run) for text in texts)
        return
    ours = median(found["integrative"], "shared_f1")
    yield Target(texts[0], run, f"{ours:.3f}", ours >= 0.85)
    best = max(PEERS, key=lambda peer: median(found[peer], "shared_f1"))
    theirs = median(found[best], "shared_f1")
    measured = f"{ours:.3f} against {theirs:.3f} ({best})"
    yield Target(texts[1], run, measured, ours >= theirs + 0.1 - 1e-12)
    best = min(PEERS, key=lambda peer: median(found[peer], "error"))
    ours, theirs = median(found["integrative"], "error"), median(found[best], "error")
    measured = f"{ours:.3f} = {ours / theirs:.2f} times {theirs:.3f} ({best})"
    yield Target(texts[2], run, measured, ours <= 0.8 * theirs)


def _measured(what: str, found: dict, run: str):
    texts = (
        f"{what}: balanced accuracy ≥ each of {', '.join(REAL_PEERS)}",
        f"{what}: fewer features than each of them",
    )
    if not {"integrative", *REAL_PEERS} <= found.keys():
        yield from (Target(text, run) for text in texts)
        return
    for text, measure, digits in zip(texts, ("accuracy", "n_features"), (3, 1), strict=True):
        ours, theirs = found["integrative"][measure], [found[m][measure] for m in REAL_PEERS]
        reached = ours >= max(theirs) - 1e-12 if measure == "accuracy" else ours < min(theirs)
        others = ", ".join(f"{v:.{digits}f}" for v in theirs)
        yield Target(text, run, f"{ours:.{digits}f} against {others}", reached)


def _time(found: list[dict]) -> Target:
    text = "cohorts: a warm fit takes ≤ 1.5 times that of one network with as many weights"
    if not found:
        return Target(text, RUN.format("time"))
    ratio, ours, single = (median(found, what) for what in ("ratio", "seconds", "single"))
    measured = f"{ratio:.2f} times ({ours:.1f} s, {single:.1f} s)"
    return Target(text, RUN.format("time"), measured, ratio <= 1.5)


def section(rows: dict) -> list[str]:
    return ["## Integrative analysis", "", *_simulations(rows), *_real(rows), *_times(rows)]


def _simulations(rows: dict) -> list[str]:
    lines = [
        [text, method, *(median(found, what) for what in MEASURES),
         by_seed(found, "table_f1"), median(found, "n_features"), median(found, "seconds")]
        for design, text in DESIGNS.items()
        for method, found in by_method(rows, design).items()
    ]  # fmt: skip
    header = ["design", "method", "F1, shared", "F1, any cohort", "F1, table", "sensitivity",
              "specificity", "test error", "F1, table, by seed", "features", "seconds"]  # fmt: skip
    note = (
        "Medians over seeds, on three cohorts as `benchmarks/cohorts/designs.py` draws them. F1 of "
        "the features chosen in every cohort, in any, and of the cohort x feature table, which "
        "sensitivity and specificity are of too. The test error is the mean over cohorts of the "
        "squared error at 2,000 noiseless points over the signal's variance. The homogeneous "
        "design has the sizes, correlation and signal-to-noise ratio of PIN's; its functions are "
        "our own choice. There, `linear` is the integrative model without hidden layer, "
        "`group lasso` adelie's. Seconds are of whichever runs shared the machine."
    )
    return ["### Simulated cohorts", "", *table(header, lines, key=2), note, ""]


def _real(rows: dict) -> list[str]:
    lines = []
    for name in SETS:
        for scheme in SCHEMES:
            for method, r in of_set(rows, name, scheme).items():
                lines.append(
                    [name, f"{scheme}, {_folds(r)}", method, r["accuracy"],
                     f"{r['wrong']}/{r['n_samples']}",
                     " ".join(f"{v:.2f}" for v in r["by_study"].values()),
                     r["n_features"], r["per_study"], r["seconds"]]
                )  # fmt: skip
    header = ["set", "predicted", "method", "balanced accuracy", "wrong", "by study",
              "features in any study", "per study", "seconds"]  # fmt: skip
    note = (
        "`within`: samples of known studies, by folds within studies; `new study`: each study from "
        "the others. One prediction per sample; features and seconds are means over folds and sums "
        "over them."
    )
    return ["### Measured cohorts", "", *table(header, lines, key=3), note, ""]


def _folds(row: dict) -> str:
    n = row["folds"]
    return "leave-one-out" if n == row["n_samples"] else f"{n} folds"


def _times(rows: dict) -> list[str]:
    lines = [[r["seed"], r["seconds"], r["single"], r["ratio"]] for r in rows["cohorts_time"]]
    header = ["seed", "integrative, s", "one network of 60 units, pooled, s", "ratio"]
    return ["### Time of a second fit, 3 x 250 samples, p = 300", "", *table(header, lines)]


SECTIONS = ((("cohorts", "cohorts_peer", "cohorts_measured", "cohorts_time"), section),)

"""Targets and section of survival; used by benchmarks/report.py."""

from ..tables import Target, by_seed, column, mean, median, table, where, with_se
from .designs import CENSORED
from .sets import SETS

SIMULATED = "python -m benchmarks.survival.simulated --censored {}"
MEASURED = (
    "python -m benchmarks.survival.measured --sets {0}; "
    "$SPINNERY_PEERS2 -m benchmarks.survival.peer --sets {0}"
)
SPEED = "python -m benchmarks.survival.speed"
FILES = {"default": "survival_measured", "linear": "survival_measured", "coxnet": "survival_peer"}


def targets(rows: dict):
    for censored in CENSORED:
        text = f"survival, {censored} % censored: C within 0.01 of the network told the six"
        run, found = SIMULATED.format(censored), where(rows["survival"], censored=censored)
        if not found:
            yield Target(text, run)
            continue
        ours, told = mean(found, "score"), mean(found, "told")
        measured = f"{ours:.3f} against {told:.3f}, means of {len(found)} seeds"
        yield Target(text, run, measured, ours >= told - 0.01)
    for name in SETS:
        found = {m: where(rows[file], set=name, method=m) for m, file in FILES.items()}
        yield from _of_set(name, found["default"], found["coxnet"])
    text, found = (
        "a survival cross-validation takes ≤ 2 times the regression's",
        rows["survival_speed"],
    )
    if not found:
        yield Target(text, SPEED)
        return
    ratio, ours, other = (median(found, what) for what in ("ratio", "seconds", "regression"))
    yield Target(text, SPEED, f"{ratio:.2f} times ({ours:.1f} s, {other:.1f} s)", ratio <= 2)


def _of_set(name: str, ours: list[dict], theirs: list[dict]):
    run = MEASURED.format(name)
    texts = (f"{name}: C ≥ the Cox lasso's", f"{name}: fewer features than the Cox lasso")
    if not ours or not theirs:
        yield from (Target(text, run) for text in texts)
        return
    score, other = mean(ours, "score"), mean(theirs, "score")
    yield Target(texts[0], run, f"{score:.3f} against {other:.3f}", score >= other - 1e-12)
    few, many = mean(ours, "n_features"), mean(theirs, "n_features")
    yield Target(texts[1], run, f"{few:.1f} against {many:.1f}", few < many)


def section(rows: dict) -> list[str]:
    return ["## Survival", "", *_simulated(rows), *_measured(rows), *_speed(rows)]


def _simulated(rows: dict) -> list[str]:
    lines = []
    for censored in CENSORED:
        found = where(rows["survival"], censored=censored)
        for method, what in (("ours", "score"), ("told", "told"), ("truth", "truth")):
            if found:
                more = [None] * 4
                if method == "ours":
                    more = [by_seed(found, "found"), by_seed(found, "extra"),
                            by_seed(found, "events"), median(found, "seconds")]  # fmt: skip
                elif method == "told":
                    more[0] = by_seed(found, "told_features")
                lines.append(
                    [f"{censored} %", method, mean(found, what), by_seed(found, what), *more]
                )
    header = ["censored", "method", "C", "by seed", "true found", "others", "events", "seconds"]
    note = (
        "The additive design as log hazard of exponential times, 500 samples, 1,000 features; "
        "Harrell's C on 2,000 fresh samples, censored alike. `told` is the same cross-validated "
        "network given the six that matter alone, `truth` the true log hazard."
    )
    title = "### Six of 1,000 features in the log hazard"
    return [title, "", *table(header, lines, key=2), note, ""]


def _measured(rows: dict) -> list[str]:
    lines = []
    for name in SETS:
        lasso = {r["seed"]: r["score"] for r in where(rows["survival_peer"], set=name)}
        for method, file in FILES.items():
            found = where(rows[file], set=name, method=method)
            if not found:
                continue
            gain = [r["score"] - lasso[r["seed"]] for r in found if r["seed"] in lasso]
            linear = sum(not r.get("hidden", []) for r in found)
            lines.append(
                [name, method, with_se(column(found, "score")),
                 with_se(gain, "+") if gain and method != "coxnet" else None,
                 by_seed(found, "score"), mean(found, "n_features"), mean(found, "n_variables"),
                 f"{linear}/{len(found)}", median(found, "seconds")]
            )  # fmt: skip
    header = ["set", "method", "C ± SE", "minus coxnet ± SE", "by split", "features", "variables",
              "linear chosen", "seconds"]  # fmt: skip
    note = (
        "Harrell's C on 30 %, five splits. `coxnet` is scikit-survival's lasso, its penalty chosen "
        "by the C of five folds. Features are columns after encoding (an indicator per level of a "
        "factor), variables those of the table."
    )
    return ["### Measured tables", "", *table(header, lines, key=2), note, ""]


def _speed(rows: dict) -> list[str]:
    lines = [[r[c] for c in ("round", "seconds", "regression", "ratio")]
             for r in rows["survival_speed"]]  # fmt: skip
    header = ["round", "survival, s", "regression, s", "ratio"]
    return ["### Time of a warm fit, n = 500, p = 1,000", "", *table(header, lines)]


SECTIONS = ((("survival", "survival_measured", "survival_peer", "survival_speed"), section),)

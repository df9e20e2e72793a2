"""Targets and section of the simulations; used by benchmarks/report.py."""

import numpy as np

from ..tables import Target, by_seed, median, table, where
from .designs import CLASSIFICATION, REGRESSION

RUN = "python -m benchmarks.simulations.run"
PEERS = f"{RUN}; $SPINNERY_PEERS -m benchmarks.simulations.peer"
FACTORS = {"additive": 1.5, "multivar": 2.5, "nn": 2.5}  # of told's error


SIZES = "python -m benchmarks.simulations.sizes"
MOST = {"nn": 0.042, "mix": 0.070, "multivar": 0.0045, "additive": 0.027}  # median of ten seeds


def targets(rows: dict):
    for design, most in MOST.items():
        found = where(rows["sizes"], design=design)
        texts = (
            f"{design}, seeds 1 to 10: median test MSE ≤ {most}",
            f"{design}, seeds 1 to 10: median ≤ 1.15 times that of sizes chosen on test data",
        )
        run = f"{SIZES} --designs {design}"
        if len(found) < 10:
            yield from (Target(text, run) for text in texts)
            continue
        ours, best = median(found, "score"), median(found, "by_test")
        yield Target(texts[0], run, f"{ours:.4f}", ours <= most)
        yield Target(texts[1], run, f"{ours / best:.2f} times {best:.4f}", ours <= 1.15 * best)
    for design, factor in FACTORS.items():
        yield from _regression(rows, design, factor)
    for design in CLASSIFICATION:
        text, run = f"{design}: error within 2 points of told", f"{RUN} --designs {design}"
        found = where(rows["simulations"], design=design)
        if not found:
            yield Target(text, run)
            continue
        excess = 100 * float(np.median([r["score"] - r["told"] for r in found]))
        measured = (
            f"{100 * median(found, 'score'):.1f} %, {excess:+.1f} points from told "
            f"({100 * median(found, 'told'):.1f} %; Bayes {100 * median(found, 'bayes'):.1f} %)"
        )
        yield Target(text, run, measured, excess <= 2)


def _regression(rows: dict, design: str, factor: float):
    run = f"{RUN} --designs {design}"
    near = f"{design}: median test MSE ≤ {factor} times told's"
    exact = f"{design}: all six found, at most one other, in at least 4 of 5 seeds"
    beside = f"{design}: at least as accurate as GCRNet, and faster"
    found = where(rows["simulations"], design=design)
    theirs = where(rows["simulations_peer"], design=design, method="gcrnet")
    if not found:
        yield Target(near, run)
    else:
        ours, told = median(found, "score"), median(found, "told")
        measured = f"{ours:.4f} = {ours / told:.2f} times {told:.4f}"
        yield Target(near, run, measured, ours <= factor * told)
    if design == "additive" and not found:
        yield Target(exact, run)
    elif design == "additive":
        good = sum(r["found"] == 6 and r["extra"] <= 1 for r in found)
        yield Target(exact, run, f"{good} of {len(found)}", good >= 4)
    if not found or not theirs:
        yield Target(beside, PEERS)
    else:
        other, slow = median(theirs, "score"), median(theirs, "seconds")
        fast = median(found, "seconds")
        measured = f"{ours:.4f} against {other:.4f}; {fast:.1f} s against {slow:.0f} s"
        yield Target(beside, PEERS, measured, ours <= other and fast < slow)


def section(rows: dict) -> list[str]:
    lines = []
    for design in (*REGRESSION, *CLASSIFICATION):
        what = "test MSE" if design in REGRESSION else "expected error"
        ours = where(rows["simulations"], design=design)
        runs = {"ours": ours}
        for row in where(rows["simulations_peer"], design=design):
            runs.setdefault(row["method"], []).append(row)
        for method, found in runs.items():
            if found:
                lines.append(
                    [design, method, what, median(found, "score"), by_seed(found, "score"),
                     by_seed(found, "found"), by_seed(found, "extra"), median(found, "seconds")]
                )  # fmt: skip
        for reference in ("told", "bayes"):
            if ours and reference in ours[0]:
                values = median(ours, reference), by_seed(ours, reference)
                lines.append([design, reference, what, *values, None, None, None])
    header = ["design", "method", "measure", "median", "by seed", "true found", "others", "seconds"]
    note = (
        "Regressions have 500 samples and are scored on 2,000 noiseless points; classifications "
        "have 1,000 and are scored by the error that the true probabilities give the predicted "
        "classes at 5,000 points. Seconds are of whichever runs shared the machine; the speed "
        "table has those that count."
    )
    title = "## Simulations, 1,000 features of which six matter"
    return [title, "", *table(header, lines, key=2), note, ""]


def sizes_section(rows: dict) -> list[str]:
    lines = [
        [design, median(found, "score"), median(found, "by_test"), by_seed(found, "score"),
         by_seed(found, "by_test"), by_seed(found, "found"), by_seed(found, "extra")]
        for design in MOST
        if (found := where(rows["sizes"], design=design))
    ]  # fmt: skip
    header = ["design", "median", "by test data", "by seed", "by test data, by seed", "true found",
              "others"]  # fmt: skip
    note = "Test MSE of the default model, and of the same search's best size on the test data."
    return ["## What choosing the size costs", "", *table(header, lines, key=1), note, ""]


SECTIONS = ((("simulations", "simulations_peer"), section), (("sizes",), sizes_section))

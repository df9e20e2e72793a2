"""Targets and sections of work beyond one process; used by benchmarks/report.py."""

import numpy as np

from ..tables import Target, table, where
from .cost import cost_model

RUN = "python -m benchmarks.workers.run"
SCREEN = "python -m benchmarks.workers.screen"
MODEL = "python -m benchmarks.workers.model"
SLOWER, TIMES, ALIKE, SENT, N_TARGETS = 1.15, 20, 0.95, 1.1, 200


def targets(rows: dict):
    texts = {
        "two workers": "assess, 100 pairs: two workers of one thread at most 1.15 times as long as "
        "one process of two, equal to the last bit",
        "one killed": "assess, 100 pairs, one of two workers killed: equal to the last bit",
        "data": "assess on workers: at most 1.1 times the bytes of X to each",
    }
    for kind, text in texts.items():
        found = where(rows["workers"], kind=kind)
        if not found:
            yield Target(text, RUN)
        elif kind == "data":
            yield Target(text, RUN, f"{found[0]['of_X']:.2f}", found[0]["of_X"] <= SENT)
        else:
            ratio = float(np.median([r["ratio"] for r in found]))
            alike = sum(r["equal"] for r in found)
            measured = f"{ratio:.2f} times; equal in {alike} of {len(found)}"
            good = alike == len(found) and (kind == "one killed" or ratio <= SLOWER)
            yield Target(text, RUN, measured, good)
    yield _over_devices(rows["devices"])
    fits, screens = where(rows["screen"], kind="fit"), where(rows["screen"], kind="screen")
    text = (
        "screen, 200 targets, n = 300, p = 2,000: 20 times faster than linear fits, the same "
        "features in 95 %"
    )
    linear = where(fits, method="linear")
    if not linear or not screens:
        yield Target(text, SCREEN)
        return
    ratios = [ratio_of(linear, screens, what) for what in ("seconds", "cpu")]
    ratio, alike = min(ratios), np.mean([r["same"] for r in linear])
    measured = (
        f"{ratios[0]:.0f} times ({ratios[1]:.0f} in CPU seconds); {alike:.1%} of {len(linear)}"
    )
    yield Target(text, SCREEN, measured, bool(ratio >= TIMES and alike >= ALIKE))


def _over_devices(rows: list[dict]) -> Target:
    text = "four devices: the same features as on one, and its certificate, on every design"
    run, pairs = "python -m benchmarks.workers.devices", _by_design(rows)
    if not pairs:
        return Target(text, run)
    same = sum(one["features"] == four["features"] for one, four in pairs.values())
    held = sum(four["certificate"] <= four["tol"] for _, four in pairs.values())
    measured = f"same features in {same} of {len(pairs)}, certificate within tolerance in {held}"
    return Target(text, run, measured, same == held == len(pairs))


def _by_design(rows: list[dict]) -> dict[str, tuple[dict, dict]]:
    """Each design's rows on one device and on four."""
    on = {(row["design"], row["devices"]): row for row in rows}
    return {d: (on[d, 1], on[d, 4]) for d, n in on if n == 4 and (d, 1) in on}


def ratio_of(fits: list[dict], screens: list[dict], what: str = "seconds") -> float:
    """Time of as many mean fits as there are targets, over that of a screen."""
    each = float(np.mean([r[what] for r in fits]))
    return N_TARGETS * each / float(np.median([r[what] for r in screens]))


def assessed(rows: dict) -> list[str]:
    every = rows["workers"]
    lines = [
        [r["kind"], r["number"], r["seconds"], r.get("ratio"), r.get("equal")]
        for kind in ("one process", "two workers", "one killed", "taken up")
        for r in where(every, kind=kind)
    ]
    header = ["assess", "run", "seconds", "times one process", "equal to the last bit"]
    simulated = [[r["number"], r["seconds"], r["speedup"]] for r in where(every, kind="simulated")]
    parts = [r for r in every if r["kind"] in ("fold", "halves", "null")]
    note = (
        "100 pairs, n = 200, p = 500, default estimator, on a LocalCluster of two workers of one "
        "thread each beside one process of two threads. 'One killed': SIGKILL at a random moment. "
        "'Taken up': all parts are in the checkpoint. The second table is a simulation of dask's "
        f"scheduler with the times of the {len(parts)} parts, each measured alone on a worker: "
        "no time for messages, nor for the start of workers. The "
        "machine was shared with other work: times are under load."
    )
    return [
        "## Workers", "", *table(header, lines, key=2),
        *table(["workers", "seconds, simulated", "speed-up"], simulated), note, "",
    ]  # fmt: skip


def screened(rows: dict) -> list[str]:
    found = {r["target"]: r for r in where(rows["screen"], kind="found")}
    screens = where(rows["screen"], kind="screen")
    lines = []
    for method in ("linear", "default"):
        for name, wanted in (("all", None), ("with a signal", True), ("noise", False)):
            fits = [
                r
                for r in where(rows["screen"], kind="fit", method=method)
                if wanted is None or bool(found[r["target"]]["true"]) == wanted
            ]
            if fits:
                lines.append(
                    [method, name, len(fits), float(np.mean([r["seconds"] for r in fits])),
                     float(np.mean([r["cpu"] for r in fits])), ratio_of(fits, screens),
                     ratio_of(fits, screens, "cpu"), float(np.mean([r["same"] for r in fits])),
                     _f1(fits, found), _f1([found[r["target"]] for r in fits], found)]
                )  # fmt: skip
    header = ["fits", "targets", "number", "seconds a fit", "CPU seconds",
              "200 of them, times a screen", "the same in CPU seconds", "same features",
              "F1 of fits", "F1 of screen"]  # fmt: skip
    seconds, cpu = (
        np.median([r[what] for r in screens]) if screens else np.nan for what in ("seconds", "cpu")
    )
    note = (
        f"A screen of 200 targets takes {seconds:.1f} s, {cpu:.1f} CPU seconds (median of "
        f"{len(screens)}; the machine was shared with other work). F1 is over all "
        "features of all targets. A fit of noise is slow for its test looks at pairs of features, "
        "too, which `screen` does not."
    )
    return ["## Screening many targets", "", *table(header, lines, key=2), note, ""]


def _f1(selected: list[dict], found: dict) -> float | None:
    pairs = [(set(r["features"]), set(found[r["target"]]["true"])) for r in selected]
    hits, sizes = sum(len(a & b) for a, b in pairs), sum(len(a) + len(b) for a, b in pairs)
    return 2 * hits / sizes if sizes else None


def cost(rows: dict) -> list[str]:
    points = rows["workers_model"]
    lines = [[r["n"], r["p"], r["lanes"], r["cpu_seconds"], r["memory"] / 1e6] for r in points]
    header = ["n", "p", "lanes", "CPU seconds", "memory, MB"]
    said = []
    if len(points) > 5:
        for value, by, name, unit in (
            ("cpu_seconds", ["n", "p", "lanes"], "CPU seconds", 1),
            ("memory", ["n", "p"], "MB", 1e6),
        ):
            (factor, *powers), error, worst = cost_model(points, value, by)
            terms = " ".join(f"{c}^{power:.2f}" for c, power in zip(by, powers, strict=True))
            said.append(
                f"{name} = {factor / unit:.3g} {terms}: off by {error:.0%} at the median, "
                f"{worst:.0%} at worst, each point being left out of the fit that predicts it."
            )
    note = "A warm fit of the default estimator; memory beyond what Python and JAX take. "
    return ["## Cost of a fit", "", *table(header, lines, key=3), note + " ".join(said), ""]


def over_devices(rows: dict) -> list[str]:
    lines = [
        [design, row["devices"], len(row["features"]), one["features"] == row["features"],
         row["certificate"], row["loss"]]
        for design, (one, four) in _by_design(rows["devices"]).items()
        for row in (one, four)
    ]  # fmt: skip
    header = ["design", "devices", "features", "the same as on one", "certificate", "held-out loss"]
    note = "Default settings, one seed each; a CPU that is forced into four devices."
    return ["## Samples over devices", "", *table(header, lines, key=2), note, ""]


SECTIONS = (
    (("devices",), over_devices),
    (("workers",), assessed),
    (("screen",), screened),
    (("workers_model",), cost),
)

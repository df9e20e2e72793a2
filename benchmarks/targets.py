"""What the library set out to reach, judged on the rows of out/*.json. Used by report.py."""

from typing import NamedTuple

import numpy as np

from common import REAL


class Target(NamedTuple):
    """One row of the table; `reached` is None where nothing was measured."""

    text: str
    measured: str
    reached: bool | None
    command: str


def median(rows: list[dict], what: str) -> float:
    return float(np.median([row[what] for row in rows]))


def mean_se(values) -> tuple[float, float]:
    """Mean and its standard error."""
    values = np.asarray(values, float)
    spread = values.std(ddof=1) if len(values) > 1 else 0.0
    return float(values.mean()), float(spread / np.sqrt(len(values)))


def all_(rows: dict) -> list[Target]:
    """Every target, in the order of the tables that follow."""
    return [
        *_simulations(rows), *_real(rows), *_madelon(rows), *_speed(rows), *_engine(rows),
        *_size(rows),
    ]  # fmt: skip


def _simulations(rows: dict):
    command = "python benchmarks/simulations.py --designs {}"
    peers = "python benchmarks/simulations.py; $SPINNERY_PEERS benchmarks/peer_simulations.py"
    for design, factor in (("additive", 1.5), ("multivar", 2.5), ("nn", 2.5)):
        found = [r for r in rows["simulations"] if r["design"] == design]
        text = f"{design}: median test MSE ≤ {factor} times told's"
        if not found:
            yield Target(text, "", None, command.format(design))
            continue
        ours, told = median(found, "score"), median(found, "told")
        measured = f"{ours:.4f} = {ours / told:.2f} times {told:.4f}"
        yield Target(text, measured, ours <= factor * told, command.format(design))
        if design == "additive":
            good = sum(r["found"] == 6 and r["extra"] <= 1 for r in found)
            text = "additive: all six found, at most one other, in at least 4 of 5 seeds"
            yield Target(text, f"{good} of {len(found)}", good >= 4, command.format(design))
        theirs = [r for r in rows["peer_simulations"]
                  if (r["design"], r["method"]) == (design, "gcrnet")]  # fmt: skip
        text = f"{design}: at least as accurate as GCRNet, and faster"
        if not theirs:
            yield Target(text, "", None, peers)
            continue
        other, slow = median(theirs, "score"), median(theirs, "seconds")
        fast = median(found, "seconds")
        measured = f"{ours:.4f} against {other:.4f}; {fast:.1f} s against {slow:.0f} s"
        yield Target(text, measured, ours <= other and fast < slow, peers)
    for design in ("binary", "three-class"):
        found = [r for r in rows["simulations"] if r["design"] == design]
        text = f"{design}: error within 2 points of told"
        if not found:
            yield Target(text, "", None, command.format(design))
            continue
        excess = 100 * float(np.median([r["score"] - r["told"] for r in found]))
        measured = (
            f"{100 * median(found, 'score'):.1f} %, {excess:+.1f} points from told "
            f"({100 * median(found, 'told'):.1f} %; Bayes {100 * median(found, 'bayes'):.1f} %)"
        )
        yield Target(text, measured, excess <= 2, command.format(design))


def _real(rows: dict):
    command = (
        "python benchmarks/real.py --sets {0}; $SPINNERY_PEERS benchmarks/peer_real.py --sets {0}"
    )
    for name in REAL:
        found = {
            method: [r for r in rows[file] if (r["set"], r["method"]) == (name, method)]
            for method, file in (("default", "real"), ("linear", "real"), ("adelie", "peer_real"))
        }
        for text, what in (
            (f"{name}: error ≤ adelie's + one standard error", "error"),
            (f"{name}: no more features than adelie", "n_features"),
        ):
            if not found["default"] or not found["adelie"]:
                yield Target(text, "", None, command.format(name))
                continue
            ours, _ = mean_se([r[what] for r in found["default"]])
            theirs, se = mean_se([r[what] for r in found["adelie"]])
            if what == "error":
                measured, limit = f"{ours:.3f} against {theirs:.3f} + {se:.3f}", theirs + se
            else:
                measured, limit = f"{ours:.1f} against {theirs:.1f}", theirs
            yield Target(text, measured, ours <= limit + 1e-12, command.format(name))
        if found["linear"] and found["adelie"]:
            fast, slow = median(found["linear"], "seconds"), median(found["adelie"], "seconds")
            text = f"{name}: the linear architecture not much slower than adelie (twice)"
            measured = f"{fast:.2f} s against {slow:.2f} s"
            yield Target(text, measured, fast <= 2 * slow, command.format(name))


def _madelon(rows: dict):
    command = "python benchmarks/madelon.py; $SPINNERY_PEERS benchmarks/peer_madelon.py"
    for clusters in (2, 16):
        ours = [r for r in rows["madelon"] if r["clusters"] == clusters]
        theirs = [r for r in rows["peer_madelon"] if r["clusters"] == clusters]
        text = f"Madelon form, {clusters} clusters a class: error ≤ XGBoost's, ≤ 25 features"
        if not ours or not theirs:
            yield Target(text, "", None, command)
            continue
        error, other = (mean_se([r["error"] for r in found])[0] for found in (ours, theirs))
        most = max(r["n_features"] for r in ours)
        measured = f"{error:.3f} against {other:.3f}; at most {most} features"
        yield Target(text, measured, error <= other and most <= 25, command)


def _speed(rows: dict):
    seconds = {r["method"]: r["seconds"] for r in rows["speed"]}
    command = "python benchmarks/speed.py"
    for way, factor in (("cold", 15), ("warm", 30)):
        text = f"LassoNetRegressorCV's time at least {factor} times ours, {way}"
        if "lassonet" not in seconds:
            yield Target(text, "", None, command)
            continue
        ours, theirs = seconds[f"ours, {way}"], seconds["lassonet"]
        measured = f"{theirs:.0f} s / {ours:.2f} s = {theirs / ours:.1f}"
        yield Target(text, measured, theirs >= factor * ours, command)
    text = "faster than GCRNet, cold"
    if "gcrnet" in seconds:
        ours, theirs = seconds["ours, cold"], seconds["gcrnet"]
        yield Target(text, f"{ours:.2f} s against {theirs:.0f} s", ours < theirs, command)
    else:
        yield Target(text, "", None, command)


def _engine(rows: dict):
    text, command = "dense phase, 36 lanes: ≥ 60 % of the peak", "python benchmarks/engine.py"
    for row in rows["engine"] or [None]:
        if row is None:
            yield Target(text, "", None, command)
            continue
        measured = (
            f"{row['dense_gflops']:.0f} of {row['peak_gflops']:.0f} GFLOP/s = "
            f"{100 * row['share']:.0f} % ({100 * row['share_with_padding']:.0f} % with padding)"
        )
        yield Target(text, measured, row["share"] >= 0.6, command)


def _size(rows: dict):
    text, command = "p = 100,000 within 10 minutes and 12 GB", "python benchmarks/size.py"
    largest = [r for r in rows["size"] if r["p"] == 100_000]
    if not largest:
        yield Target(text, "", None, command)
    for row in largest:
        measured = f"{row['seconds']:.0f} s, {row['peak_gib'] * 1.0737:.1f} GB"
        reached = row["seconds"] <= 600 and row["peak_gib"] * 1.0737 <= 12
        yield Target(text, measured, reached, command)

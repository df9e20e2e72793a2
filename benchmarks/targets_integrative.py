"""What the integrative estimators set out to reach, judged on the rows of out/*.json."""

from common import COHORT_SETS
from targets import Target, median

PEERS = ("separate", "pooled")
REAL_PEERS = ("pooled", "separate", "lasso")


def all_(rows: dict) -> list[Target]:
    """Every target, in the order of the tables that follow."""
    return [*_shared(rows), *_own(rows), *_real(rows), *_time(rows)]


def by_method(rows: dict, design: str) -> dict[str, list[dict]]:
    """Rows of one simulated design."""
    found: dict[str, list[dict]] = {}
    for row in (*rows["integrative"], *rows["peer_integrative"]):
        if row["design"] == design:
            found.setdefault(row["method"], []).append(row)
    return found


def of_set(rows: dict, name: str, scheme: str) -> dict[str, dict]:
    """The row of every method on one measured set."""
    return {r["method"]: r for r in rows["integrative_real"]
            if (r["set"], r["scheme"]) == (name, scheme)}  # fmt: skip


def _shared(rows: dict):
    command = "python benchmarks/integrative.py --parts shared"
    texts = (
        "cohorts, shared features: median F1 of the shared set ≥ 0.85",
        "cohorts, shared features: that F1 ≥ 0.1 above the better of separate and pooled",
        "cohorts, shared features: median test error ≤ 0.8 times the better of separate and pooled",
    )
    found = by_method(rows, "shared")
    if not {"integrative", *PEERS} <= found.keys():
        yield from (Target(text, "", None, command) for text in texts)
        return
    ours = median(found["integrative"], "shared_f1")
    yield Target(texts[0], f"{ours:.3f}", ours >= 0.85, command)
    best = max(PEERS, key=lambda peer: median(found[peer], "shared_f1"))
    theirs = median(found[best], "shared_f1")
    measured = f"{ours:.3f} against {theirs:.3f} ({best})"
    yield Target(texts[1], measured, ours >= theirs + 0.1 - 1e-12, command)
    best = min(PEERS, key=lambda peer: median(found[peer], "error"))
    ours, theirs = median(found["integrative"], "error"), median(found[best], "error")
    measured = f"{ours:.3f} = {ours / theirs:.2f} times {theirs:.3f} ({best})"
    yield Target(texts[2], measured, ours <= 0.8 * theirs, command)


def _own(rows: dict):
    command = "python benchmarks/integrative.py --parts own"
    text = "cohorts, features of their own: median F1 of the cohort x feature table ≥ 0.8"
    found = by_method(rows, "own").get("integrative")
    if not found:
        yield Target(text, "", None, command)
        return
    ours = median(found, "table_f1")
    yield Target(text, f"{ours:.3f}", ours >= 0.8, command)


def _real(rows: dict):
    command = "python benchmarks/integrative_real.py --sets {} --schemes '{}'"
    for name in COHORT_SETS:
        for scheme in ("within", "new study"):
            run = command.format(name, scheme)
            found = of_set(rows, name, scheme)
            texts = (
                f"{name}, {scheme}: balanced accuracy ≥ each of {', '.join(REAL_PEERS)}",
                f"{name}, {scheme}: fewer features than each of them",
            )
            if not {"integrative", *REAL_PEERS} <= found.keys():
                yield from (Target(text, "", None, run) for text in texts)
                continue
            ours, values = found["integrative"], [found[peer] for peer in REAL_PEERS]
            theirs = [r["accuracy"] for r in values]
            measured = f"{ours['accuracy']:.3f} against {_list(theirs, '.3f')}"
            yield Target(texts[0], measured, ours["accuracy"] >= max(theirs) - 1e-12, run)
            theirs = [r["n_features"] for r in values]
            measured = f"{ours['n_features']:.1f} against {_list(theirs, '.1f')}"
            yield Target(texts[1], measured, ours["n_features"] < min(theirs), run)


def _list(values: list[float], digits: str) -> str:
    return ", ".join(format(value, digits) for value in values)


def _time(rows: dict):
    command = "python benchmarks/integrative.py --parts time"
    text = "cohorts: a warm fit takes ≤ 1.5 times that of one network with as many weights"
    found = rows["integrative_time"]
    if not found:
        yield Target(text, "", None, command)
        return
    ratio = median(found, "ratio")
    measured = (
        f"{ratio:.2f} times ({median(found, 'seconds'):.1f} s, {median(found, 'single'):.1f} s)"
    )
    yield Target(text, measured, ratio <= 1.5, command)

"""Targets and section of the measured tables; used by benchmarks/report.py."""

from ..tables import Target, by_seed, column, mean, mean_se, median, table, where, with_se
from .sets import SETS

COMMAND = (
    "python -m benchmarks.real.run --sets {0}; $SPINNERY_PEERS -m benchmarks.real.peer --sets {0}"
)
FILES = {"default": "real", "linear": "real", "adelie": "real_peer"}


def targets(rows: dict):
    for name in SETS:
        found = {m: where(rows[file], set=name, method=m) for m, file in FILES.items()}
        yield from _of_set(name, found, COMMAND.format(name))


def _of_set(name: str, found: dict, run: str):
    ours, theirs, linear = found["default"], found["adelie"], found["linear"]
    texts = (
        f"{name}: error ≤ adelie's + one standard error",
        f"{name}: no more features than adelie",
        f"{name}: the linear architecture not much slower than adelie (twice)",
    )
    if ours and theirs:
        error, (other, se) = mean(ours, "error"), mean_se(column(theirs, "error"))
        measured = f"{error:.3f} against {other:.3f} + {se:.3f}"
        yield Target(texts[0], run, measured, error <= other + se + 1e-12)
        few, many = mean(ours, "n_features"), mean(theirs, "n_features")
        yield Target(texts[1], run, f"{few:.1f} against {many:.1f}", few <= many + 1e-12)
    else:
        yield from (Target(text, run) for text in texts[:2])
    if linear and theirs:
        fast, slow = median(linear, "seconds"), median(theirs, "seconds")
        yield Target(texts[2], run, f"{fast:.2f} s against {slow:.2f} s", fast <= 2 * slow)
    else:
        yield Target(texts[2], run)


def section(rows: dict) -> list[str]:
    lines = []
    for name in SETS:
        adelie = {r["seed"]: r["error"] for r in where(rows["real_peer"], set=name)}
        for method, file in FILES.items():
            found = where(rows[file], set=name, method=method)
            if not found:
                continue
            excess = [r["error"] - adelie[r["seed"]] for r in found if r["seed"] in adelie]
            linear = sum(not r.get("hidden", []) for r in found)
            lines.append(
                [name, method, with_se(column(found, "error")),
                 with_se(excess, "+") if excess and method != "adelie" else None,
                 by_seed(found, "error"), mean(found, "n_features"), f"{linear}/{len(found)}",
                 median(found, "seconds")]
            )  # fmt: skip
    header = ["set", "method", "error ± SE", "minus adelie ± SE", "by split", "features",
              "linear chosen", "seconds"]  # fmt: skip
    return ["## Real sets, five 70/30 splits", "", *table(header, lines, key=2)]


SECTIONS = ((("real", "real_peer"), section),)

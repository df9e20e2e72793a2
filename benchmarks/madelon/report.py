"""Targets and section of the Madelon form; used by benchmarks/report.py."""

from ..tables import Target, by_seed, column, mean, median, table, where, with_se
from .run import CLUSTERS

COMMAND = "python -m benchmarks.madelon.run; $SPINNERY_PEERS -m benchmarks.madelon.peer"
FILES = {"ours": "madelon", "xgboost": "madelon_peer"}


def targets(rows: dict):
    for clusters in CLUSTERS:
        text = f"Madelon form, {clusters} clusters a class: error ≤ XGBoost's, ≤ 25 features"
        ours, theirs = (where(rows[file], clusters=clusters) for file in FILES.values())
        if not ours or not theirs:
            yield Target(text, COMMAND)
            continue
        error, other = mean(ours, "error"), mean(theirs, "error")
        most = max(column(ours, "n_features"))
        measured = f"{error:.3f} against {other:.3f}; at most {most} features"
        yield Target(text, COMMAND, measured, error <= other and most <= 25)


def section(rows: dict) -> list[str]:
    lines = []
    for clusters in CLUSTERS:
        for method, file in FILES.items():
            found = where(rows[file], clusters=clusters)
            if found:
                lines.append(
                    [clusters, method, with_se(column(found, "error")), by_seed(found, "error"),
                     by_seed(found, "n_features"), by_seed(found, "with_signal"),
                     median(found, "seconds")]
                )  # fmt: skip
    header = ["clusters a class", "method", "error ± SE", "by split", "features", "with signal",
              "seconds"]  # fmt: skip
    return ["## Madelon form", "", *table(header, lines, key=2)]


SECTIONS = ((tuple(FILES.values()), section),)

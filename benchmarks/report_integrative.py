"""The section "Integrative analysis" of RESULTS.md; used by report.py."""

from common import COHORT_SETS
from tables import by_seed, table
from targets import median
from targets_integrative import by_method, of_set

FILES = ("integrative", "peer_integrative", "integrative_real", "integrative_time")
DESIGNS = {
    "shared": "five features, shared",
    "own": "and two of each cohort's own",
    "homogeneous": "homogeneous, p = 50",
}
MEASURES = ("shared_f1", "union_f1", "table_f1", "sensitivity", "specificity", "error")


def section(rows: dict) -> list[str]:
    return ["## Integrative analysis", "", *_simulations(rows), *_real(rows), *_time(rows)]


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
        "Medians over seeds, on three cohorts as `benchmarks/cohort_designs.py` draws them. F1 of "
        "the features chosen in every cohort, in any, and of the cohort x feature table, which "
        "sensitivity and specificity are of too. The test error is the mean over cohorts of the "
        "squared error at 2,000 noiseless points over the signal's variance. The homogeneous "
        "design has the sizes, correlation and signal-to-noise ratio of PIN's; its functions are "
        "our own choice. There, `linear` is the integrative model without hidden layer, "
        "`group lasso` adelie's. Seconds are of whichever runs shared the machine."
    )
    return ["### Simulated cohorts", "", *table(header, lines), note, ""]


def _real(rows: dict) -> list[str]:
    lines = []
    for name in COHORT_SETS:
        for scheme in ("within", "new study"):
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
    return ["### Measured cohorts", "", *table(header, lines), note, ""]


def _folds(row: dict) -> str:
    n = row["folds"]
    return "leave-one-out" if n == row["n_samples"] else f"{n} folds"


def _time(rows: dict) -> list[str]:
    lines = [[r["seed"], r["seconds"], r["single"], r["ratio"]] for r in rows["integrative_time"]]
    header = ["seed", "integrative, s", "one network of 60 units, pooled, s", "ratio"]
    return ["### Time of a second fit, 3 x 250 samples, p = 300", "", *table(header, lines)]

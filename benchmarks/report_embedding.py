"""The section "Maps of samples" of RESULTS.md; used by report.py."""

from tables import table
from targets_embedding import SETS, by_method

FILES = ("embedding",)


def section(rows: dict) -> list[str]:
    lines = [
        [name, r["n"], method, r["kl"], r["trust"], r["silhouette"], r["n_iter"], r["first"],
         r["seconds"]]
        for name in (*SETS, "large")
        for method, r in by_method(rows, name).items()
    ]  # fmt: skip
    header = ["set", "samples", "method", "final cost", "trustworthiness", "silhouette of classes",
              "steps", "first fit, s", "later fits, s"]  # fmt: skip
    note = (
        "Perplexity 30, from principal components. t-SNE's costs on 1,000 samples are computed "
        "anew in float64, from affinities found apart from both libraries; SNE's are of another "
        "function, and openTSNE's is its own estimate. The first fit of digits compiles; "
        "mnist has the same shapes and shares the programs. `large` is all of "
        "mnist6000, fitted once. SNE's lower trustworthiness and silhouette are the crowding "
        "effect. scikit-learn's exact method has no compilation and is fitted once."
    )
    return ["## Maps of samples", "", *table(header, lines), note, ""]

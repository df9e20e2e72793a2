"""Targets and section of maps of samples; used by benchmarks/report.py."""

from ..tables import Target, table, where

SETS = ("digits", "mnist")


def by_method(rows: dict, name: str) -> dict[str, dict]:
    """The row of every method on one set."""
    return {r["method"]: r for r in where(rows["embedding"], set=name)}


def targets(rows: dict):
    for name in SETS:
        found = by_method(rows, name)
        yield from _of_set(name, found.get("ours"), found.get("scikit-learn"))


def _of_set(name: str, ours: dict | None, theirs: dict | None):
    run, what = f"python -m benchmarks.embedding.run --parts {name}", f"t-SNE of 1,000 {name}"
    texts = (
        f"{what}: final cost within 2 % of scikit-learn's exact method",
        f"{what}: trustworthiness (k = 12) no lower by more than 0.005",
        f"{what}: faster in the same run, first fit and later ones",
    )
    if not ours or not theirs:
        yield from (Target(text, run) for text in texts)
        return
    ratio = ours["kl"] / theirs["kl"]
    measured = f"{ours['kl']:.4f} = {ratio:.3f} times {theirs['kl']:.4f}"
    yield Target(texts[0], run, measured, ratio <= 1.02)
    measured = f"{ours['trust']:.4f} against {theirs['trust']:.4f}"
    yield Target(texts[1], run, measured, ours["trust"] >= theirs["trust"] - 0.005)
    measured = f"{ours['first']:.1f} s, then {ours['seconds']:.1f} s, against {theirs['first']:.1f}"
    yield Target(texts[2], run, measured, ours["first"] < theirs["first"])


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
    return ["## Maps of samples", "", *table(header, lines, key=3), note, ""]


SECTIONS = ((("embedding",), section),)

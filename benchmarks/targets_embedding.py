"""What the embeddings set out to reach, judged on the rows of out/*.json."""

from targets import Target

SETS = ("digits", "mnist")


def all_(rows: dict) -> list[Target]:
    """Every target, in the order of the tables that follow."""
    return [target for name in SETS for target in _beside_scikit_learn(rows, name)]


def by_method(rows: dict, name: str) -> dict[str, dict]:
    """The row of every method on one set."""
    return {r["method"]: r for r in rows["embedding"] if r["set"] == name}


def _beside_scikit_learn(rows: dict, name: str):
    command = f"python benchmarks/embedding.py --parts {name}"
    what = f"t-SNE of 1,000 {name}"
    texts = (
        f"{what}: final cost within 2 % of scikit-learn's exact method",
        f"{what}: trustworthiness (k = 12) no lower by more than 0.005",
        f"{what}: faster in the same run, first fit and later ones",
    )
    found = by_method(rows, name)
    if not {"ours", "scikit-learn"} <= found.keys():
        yield from (Target(text, "", None, command) for text in texts)
        return
    ours, theirs = found["ours"], found["scikit-learn"]
    ratio = ours["kl"] / theirs["kl"]
    measured = f"{ours['kl']:.4f} = {ratio:.3f} times {theirs['kl']:.4f}"
    yield Target(texts[0], measured, ratio <= 1.02, command)
    measured = f"{ours['trust']:.4f} against {theirs['trust']:.4f}"
    yield Target(texts[1], measured, ours["trust"] >= theirs["trust"] - 0.005, command)
    measured = f"{ours['first']:.1f} s, then {ours['seconds']:.1f} s, against {theirs['first']:.1f}"
    yield Target(texts[2], measured, ours["first"] < theirs["first"], command)

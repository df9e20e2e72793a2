"""Do the lists of `assess` hold? True and false features in them, where the truth is known.

Designs of designs.py. Of each list, by feature and by cluster (true if it holds a true feature):
`stable` at `expected_false=1`, and what has a `false_rate` of at most 0.1. They need the halves
alone, so nothing else of `assess` is done here. Default estimators, and linear ones on linear
effects. Votes are kept, so that other rules can be tried on what was measured. A rerun goes on
where the last stopped (to measure another version of the library, delete out/lists.jsonl).

    python -m benchmarks.evidence.lists [--smoke] [--methods spinnery] [--tables independent]
        [--effects linear] [--outcomes regression] [--true 6] [--replicates 200] [--seconds 3600]
"""

import warnings

import numpy as np

from spinnery import SPINNClassifierCV, SPINNRegressorCV, SPINNSurvivalCV, survival_target
from spinnery.evidence.parts import Task
from spinnery.evidence.stability import Stability, count

from ..common import SMOKE, Results, timed
from .cells import KEY, SMALL, cell_options, cells, wanted
from .designs import draw

KINDS = {"regression": SPINNRegressorCV, "binary": SPINNClassifierCV, "survival": SPINNSurvivalCV}
METHODS = {"spinnery": {}, "spinnery, linear": {"hidden": ()}}
PAIRS, EXPECTED, RATE = 50, 1.0, 0.1


def searched(model, X, y, of_permutations: int = 0):
    """Samples, size, and what halves find, as in `assess` of that model once it is fitted.

    Of the targets as they are, or with permutations the halves of its p-value.
    """
    model.n_features_in_ = X.shape[1]  # all that is needed of a fit
    seed = int(np.random.RandomState(0).randint(2**31 - 1))
    task = Task(model, X, y, None, {}, PAIRS, EXPECTED, of_permutations, seed, 0, "lists")
    kind = "null" if of_permutations else "halves"
    results = {part: task.result(part) for part in task.parts if part.kind == kind}
    return task.samples, task.halves(kind).size, task.found(kind, results)


def lists(units: list[set], found: Stability, true: set, of: str) -> dict:
    """Values of a row: true and false units in each list, and everybody's votes."""
    holds = np.array([bool(unit & true) for unit in units], bool)
    votes = np.rint(found.share * 2 * PAIRS).astype(int)
    row = {}
    for name, listed in (
        ("stable", found.share >= found.threshold),
        ("rate", found.false_rate <= RATE),
    ):
        row[f"{name}_true{of}"] = int((listed & holds).sum())
        row[f"{name}_false{of}"] = int((listed & ~holds).sum())
    row[f"votes_true{of}"] = sorted(votes[holds].tolist(), reverse=True)
    row[f"units_false{of}"] = np.bincount(votes[~holds]).tolist()  # by votes
    return row


def measure(method: str, *cell, smoke: bool) -> dict:
    """One replicate's row."""
    data = draw(*cell, **SMALL if smoke else {})
    outcome = cell[2]
    y = survival_target(*data.y) if outcome == "survival" else data.y
    model = KINDS[outcome](random_state=0, **{**(SMOKE if smoke else {}), **METHODS[method]})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        (samples, size, found), seconds = timed(searched, model, data.X, y)
    groups, every, none = samples.settings.groups, np.arange(data.X.shape[1]), np.zeros(0, int)
    counts = count(samples.table, groups, every, none, found, size, EXPECTED)
    true = set(data.true.tolist())
    return {
        **lists([{j} for j in counts.numbers.tolist()], counts.features, true, ""),
        **lists([set(c.tolist()) for c in counts.members], counts.clusters, true, "_clusters"),
        "size": size, "threshold": counts.features.threshold, "seconds": seconds,
        "warnings": sorted({str(w.message)[:80] for w in caught}),
    }  # fmt: skip


def main() -> None:
    args = cell_options(__doc__, METHODS, 200)
    results = Results("lists", KEY, args.smoke)
    every = [cell for cell in cells(args) if cell[:3:2] != ("spinnery, linear", "bent")]
    for cell in wanted(every, results, args.seconds):
        results.add(**dict(zip(KEY, cell, strict=True)), **measure(*cell, smoke=args.smoke))


if __name__ == "__main__":
    main()

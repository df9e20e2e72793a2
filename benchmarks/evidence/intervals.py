"""Do the intervals of a feature's importance hold the value, and do p-values of noise hold?

"importance": the value of a feature of a model is the rise of the loss on fresh samples when it is
dropped and the others trained again, mean over 20 fresh data sets of the same design and size, each
with 1,000 samples to test on. What is counted is how often `assess` has it between its ends, in
units of the squared target. Models without a feature count nowhere.

"noise": p-values of `assess`, 19 permutations, of targets that know nothing of 200 features.

    python -m benchmarks.evidence.intervals [--smoke] [--parts noise] [and as lists.py]
"""

import warnings

import numpy as np

from spinnery import assess, survival_target
from spinnery.evidence.chosen import refits_of
from spinnery.evidence.halves import gains
from spinnery.evidence.importance import held_out
from spinnery.evidence.parts import NULL_PAIRS
from spinnery.evidence.samples import samples_of

from ..common import SMOKE, Results, several, timed
from .cells import KEY, SMALL, cell_options, cells, wanted
from .designs import draw
from .lists import KINDS, METHODS, searched

FRESH, TESTED = 20, 1000  # data sets, samples of each to test on
PERMUTATIONS = 19
NOISE = {"n": 100, "p": 200}


def fitted(method: str, outcome: str, X, y, smoke: bool):
    model = KINDS[outcome](random_state=0, **{**(SMOKE if smoke else {}), **METHODS[method]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, y)


def fresh_rises(model, X, y, n: int) -> dict[int, float]:
    """By feature: rise of the loss on the samples from `n` on, all trained on those before."""
    samples = samples_of(model, X, y, None, None, None)
    rows = [np.arange(n, len(X))]
    refits = refits_of(model, samples.table, samples.settings, rows, model.dtype)
    base, unit = held_out(refits.whole)[0], samples.outcome.scale[0, 0] ** 2
    without = refits.without(list(range(refits.n_units)))
    numbers = samples.table.columns[refits.features]
    return {
        int(j): float((held_out(without[u])[0] - base) * unit)
        for j, u in zip(numbers, refits.units, strict=True)
    }


def importance(method: str, *cell, smoke: bool) -> dict:
    """One data set's row; each feature's interval, value, and whether it is true."""
    size = SMALL if smoke else {}
    data = draw(*cell, **size)
    n, tested = len(data.X), 50 if smoke else TESTED
    model, fit_seconds = timed(fitted, method, cell[2], data.X, data.y, smoke)
    evidence, seconds = timed(
        lambda: assess(model, data.X, data.y, n_pairs=2, n_permutations=0, n_folds=0)
    )
    rises = []
    for copy in range(1, 4 if smoke else FRESH + 1):
        fresh = draw(*cell, copy=copy, **(size | {"n": n + tested}))
        rises.append(fresh_rises(model, fresh.X, fresh.y, n))
    unit, features = float(model.outcome_.scale[0, 0] ** 2), []
    for j, row in evidence.features[evidence.features["selected"]].iterrows():
        found = np.array([one[j] for one in rises])
        ends = {end: row[f"importance_{end}"] * unit for end in ("low", "high")}
        features.append(
            {"true": j in data.true, "estimate": row["importance"] * unit, **ends,
             "value": found.mean(), "se": found.std(ddof=1) / len(found) ** 0.5}
        )  # fmt: skip
    return {"features": features, "fit_seconds": fit_seconds, "seconds": seconds}


def noise(method: str, outcome: str, seed: int, smoke: bool) -> dict:
    """One data set's p-value."""
    rng = np.random.default_rng([seed, 7])
    size = SMALL if smoke else NOISE
    X, n = rng.normal(size=(size["n"], size["p"])), size["n"]
    y = rng.normal(size=n)
    if outcome == "binary":
        y = rng.permutation(np.arange(n) % 2)
    if outcome == "survival":
        y = survival_target(rng.uniform(size=n) < 0.6, rng.exponential(size=n))
    model = KINDS[outcome](random_state=0, **{**(SMOKE if smoke else {}), **METHODS[method]})
    (_, _, found), seconds = timed(searched, model, X, y, PERMUTATIONS)
    gain, null_gains = gains(found, NULL_PAIRS)
    p_value = (1 + int(np.sum(null_gains >= gain))) / (1 + len(null_gains))
    return {"p_value": p_value, "gain": gain, "seconds": seconds}


def main() -> None:
    parts = several(("importance", "noise"))
    args = cell_options(__doc__, METHODS, 100, parts=parts)
    every = cells(args)
    if "importance" in args.parts:
        results = Results("intervals", KEY, args.smoke)
        drawn = [cell for cell in every if cell[3] == "regression" and "rows" not in cell[1]]
        drawn = [cell for cell in drawn if cell[:3:2] != ("spinnery, linear", "bent")]
        for cell in wanted(drawn, results, args.seconds):
            row = importance(*cell, smoke=args.smoke)
            results.add(**dict(zip(KEY, cell, strict=True)), **row)
    if "noise" in args.parts:
        key = ("method", "outcome", "seed")
        results = Results("assess_noise", key, args.smoke)
        apart = dict.fromkeys((cell[0], cell[3], cell[5]) for cell in every)
        for one in wanted(apart, results, args.seconds):
            results.add(**dict(zip(key, one, strict=True)), **noise(*one, smoke=args.smoke))


if __name__ == "__main__":
    main()

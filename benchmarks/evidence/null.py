"""How often does the check for nothing find something: where nothing is, and where something is?

The p-value alone, as default fits compute it: a model can be non-empty only where it is at most
0.05. Noise: targets drawn apart from features, which are independent, in blocks of ten correlated
at 0.9, or the rows of measured tables (SPINNERY_DATA). Power: one feature, or a function of two,
that explains a given share of the variance. A rerun goes on where the last stopped (to measure
another version of the library, delete out/null.jsonl).

    python -m benchmarks.evidence.null [--smoke] [--sets 100] [--parts noise power]
        [--tables alon] [--outcomes survival]
"""

import itertools
import os
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from spinnery.evidence.null import LEVEL, null_p_value
from spinnery.inputs.table import make_table
from spinnery.losses import Squared
from spinnery.outcomes import Classes, Survival, numeric_kind, survival_target

from ..common import Results, options, several, timed
from ..real.sets import load

OUTCOMES = ("regression", "two classes", "three classes", "survival", "three cohorts")
SIZES = ((60, 2000), (100, 500), (500, 50), (500, 2000))
MEASURED = ("alon", "su", "riboflavin")
KEY = ("part", "features", "n", "p", "what", "share")
SIGNALS = {
    "line": lambda X: X[:, 0],
    "distance from the mean": lambda X: np.abs(X[:, 0]),
    "product": lambda X: X[:, 0] * X[:, 1],
}


def independent(rng, n, p):
    return rng.normal(size=(n, p))


def blocks(rng, n, p):
    """Blocks of ten features that correlate at 0.9 each."""
    shared = np.repeat(rng.normal(size=(n, -(-p // 10))), 10, axis=1)[:, :p]
    return np.sqrt(0.9) * shared + np.sqrt(0.1) * rng.normal(size=(n, p))


DRAWN = {"independent": independent, "blocks of 0.9": blocks}


def p_value(X, y, outcome: str, seed: int) -> float:
    """Of the check, on the table that an estimator would make."""
    n = len(X)
    weights, codes = np.full(n, 1 / n), np.zeros(n, int)
    if outcome == "three cohorts":
        codes = np.arange(n) % 3
    if "classes" in outcome:
        kind = Classes.of(np.unique(y), 1)
    elif outcome == "survival":
        kind, y = Survival.learn(y, "efron", weights, codes)
    else:
        kind = numeric_kind(Squared()).learn(y, Squared(), weights, codes)
    table = make_table(X, kind.encode(y, codes), weights, codes, kind.loss, np.float32)
    return null_p_value(table, seed)


def noise(rng, X: np.ndarray, outcome: str):
    """The table, and targets that know nothing of it."""
    n = len(X)
    if "classes" in outcome:
        return X, rng.permutation(np.arange(n) % (2 if outcome.startswith("two") else 3))
    if outcome == "survival":
        return X, survival_target(rng.uniform(size=n) < 0.6, rng.exponential(size=n))
    return X, rng.normal(size=n)


def signal(rng, X: np.ndarray, kind: str, share: float):
    """The table, and a number of which a function of it explains a share of the variance."""
    f = SIGNALS[kind](X)
    f = (f - f.mean()) / f.std()
    return X, np.sqrt(share) * f + np.sqrt(1 - share) * rng.normal(size=len(X))


def main() -> None:
    more = {
        "sets": {"type": int, "default": 100},
        "parts": several(("noise", "power")),
        "tables": several((*DRAWN, *MEASURED)),
        "outcomes": several(OUTCOMES),
    }
    args = options(__doc__, **more)
    results = Results("null", KEY, args.smoke)
    done = {tuple(row[name] for name in KEY) for row in results.rows}
    times = 3 if args.smoke else args.sets
    for values, outcome, draw in kinds(args):
        if values in done:
            continue
        found, seconds = [], 0.0
        for seed in range(times):
            X, y = draw(np.random.default_rng([seed, *values[2:4]]))
            value, one = timed(p_value, X, y, outcome, seed)
            found.append(value)
            seconds += one / times
        share = float(np.mean(np.array(found) <= LEVEL))
        row = dict(zip(KEY, values, strict=True))
        results.add(**row, sets=times, found=share, seconds=seconds)


def kinds(args) -> Iterator[tuple[tuple, str, Callable]]:
    """Values of `KEY`, the outcome, and what draws a data set."""
    if "power" in args.parts:
        for kind, share in itertools.product(SIGNALS, (0.2, 0.3, 0.4)):
            values = ("power", "independent", 100, 500, kind, share)
            yield values, "regression", partial(_linked, kind=kind, share=share)
    if "noise" not in args.parts:
        return
    outcomes = args.outcomes[:1] if args.smoke else args.outcomes
    sizes = SIZES[2:3] if args.smoke else SIZES
    drawn = [name for name in DRAWN if name in args.tables]
    for outcome, (n, p), name in itertools.product(outcomes, sizes, drawn):
        draw = partial(_apart, table=partial(DRAWN[name], n=n, p=p), outcome=outcome)
        yield ("noise", name, n, p, outcome, 0.0), outcome, draw
    for name in MEASURED if os.environ.get("SPINNERY_DATA") and not args.smoke else ():
        if name not in args.tables:
            continue
        X = load(name)[0]
        for outcome in outcomes:
            draw = partial(_apart, table=lambda rng, X=X: X, outcome=outcome)
            yield ("noise", f"rows of {name}", *X.shape, outcome, 0.0), outcome, draw


def _linked(rng, kind: str, share: float):
    return signal(rng, independent(rng, 100, 500), kind, share)


def _apart(rng, table, outcome: str):
    return noise(rng, table(rng), outcome)


if __name__ == "__main__":
    main()

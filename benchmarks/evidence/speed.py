"""How long do a warm default fit, its check included, and `assess` take?

`assess` as it is by default: 50 pairs of halves, 19 permutations, five folds of the whole
procedure. "halves alone" leaves out permutations and folds, which the peers do not have.

    python -m benchmarks.evidence.speed [--smoke]
"""

from functools import partial

import numpy as np

from spinnery import SPINNRegressorCV, assess

from ..common import SMOKE, Results, options, timed
from ..simulations.designs import regression


def linear(n: int, p: int):
    """Six features of equal weight, a signal of 1.5 times the noise's variance."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p))
    return X, X[:, :6].sum(axis=1) + 2 * rng.normal(size=n)


def main() -> None:
    args = options(__doc__)
    results = Results("evidence_speed", ("what",), args.smoke)
    small = args.smoke
    design = regression("nn", 21, **{"n": 60, "p": 40, "n_test": 10} if small else {})
    cases = {
        "default, 500 x 1,000": (SPINNRegressorCV(random_state=0), (design.X, design.y)),
        "linear, 500 x 5,000": (
            SPINNRegressorCV((), random_state=0), linear(*(60, 40) if small else (500, 5000)),
        ),
    }  # fmt: skip
    for what, (model, (X, y)) in cases.items():
        model.set_params(**SMOKE | {"hidden": model.hidden} if small else {})
        model.fit(X, y)
        _, fit = timed(model.fit, X, y)
        pairs = {"n_pairs": 4} if small else {}
        _, alone = timed(partial(assess, n_permutations=0, n_folds=0, **pairs), model, X, y)
        _, whole = timed(partial(assess, **pairs), model, X, y)
        results.add(what=what, fit=fit, halves_alone=alone, assess=whole)


if __name__ == "__main__":
    main()

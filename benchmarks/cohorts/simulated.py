"""Does one model over several cohorts find more than cohorts apart, or all in one pot?

Simulated cohorts (designs.py). `integrative` is the default IntegrativeSPINNRegressorCV,
`separate` a default SPINNRegressorCV for each cohort, `pooled` one for all samples; `lasso` is
scikit-learn's LassoCV for each cohort, `linear` the integrative model with hidden=() alone;
peer.py runs a group lasso. `time` sets the second of two integrative fits
against that of a network with as many weights on the pooled samples of the design "shared".

    python -m benchmarks.cohorts.simulated [--smoke] [--seeds 0 1] [--parts shared time]
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LassoCV

from spinnery import IntegrativeSPINNRegressorCV, SPINNRegressorCV

from ..common import SMOKE, Results, options, several, timed
from . import designs
from .designs import Data

METHODS = {
    "shared": ("integrative", "separate", "pooled", "lasso"),
    "own": ("integrative", "separate", "pooled", "lasso"),
    "homogeneous": ("integrative", "separate", "linear"),
}
TIMED = 3  # seeds of the part `time`


def integrative(data: Data, **settings) -> tuple:
    """Chosen features `(n_cohorts, p)`, predictions at `X_test`, and architectures."""
    model = IntegrativeSPINNRegressorCV(random_state=0, **settings)
    model.fit(data.X, data.y, cohorts=data.cohorts)
    prediction = model.predict(data.X_test, cohorts=data.cohorts_test)
    return model.selected_, prediction, [list(model.hidden_)]


def linear(data: Data, **settings) -> tuple:
    return integrative(data, **settings | {"hidden": ()})


def pooled(data: Data, **settings) -> tuple:
    model = SPINNRegressorCV(random_state=0, **settings).fit(data.X, data.y)
    selected = np.tile(model.selected_, (len(data.matters), 1))
    return selected, model.predict(data.X_test), [list(model.hidden_)]


def separate(data: Data, **settings) -> tuple:
    return _each(data, lambda: SPINNRegressorCV(random_state=0, **settings))


def lasso(data: Data, **_) -> tuple:
    return _each(data, lambda: LassoCV(cv=5, max_iter=10_000))


def _each(data: Data, new) -> tuple:
    """A model per cohort."""
    selected, prediction = np.zeros_like(data.matters), np.zeros(len(data.f_test))
    hidden = []
    for m in range(len(selected)):
        mine, test = data.cohorts == m, data.cohorts_test == m
        model = new().fit(data.X[mine], data.y[mine])
        is_lasso = isinstance(model, LassoCV)
        selected[m] = model.coef_ != 0 if is_lasso else model.selected_
        prediction[test] = model.predict(data.X_test[test])
        hidden.append([] if is_lasso else list(model.hidden_))
    return selected, prediction, hidden


def compare(results: Results, name: str, seed: int, size: dict, settings: dict) -> None:
    data = designs.draw(name, seed, **size)
    for method in METHODS[name]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ConvergenceWarning)
            found, seconds = timed(lambda m=method: globals()[m](data, **settings))
        selected, prediction, hidden = found
        results.add(
            design=name,
            method=method,
            seed=seed,
            **designs.scores(data, selected, prediction),
            n_features=int(selected.any(0).sum()),
            seconds=seconds,
            hidden=hidden,
            warnings=[str(w.message) for w in caught],
        )


def time_fits(results: Results, seed: int, size: dict, smoke: bool) -> None:
    """Seconds of the second of two fits, cohorts apart in the first layer or all together."""
    data = designs.draw("shared", seed, **size)
    settings = {"max_features": 4} if smoke else {}
    width = 3 if smoke else 20
    one = IntegrativeSPINNRegressorCV(hidden=((width,), ()), random_state=0, **settings)
    other = SPINNRegressorCV(hidden=((3 * width,), ()), random_state=0, **settings)
    for _ in range(2):
        _, seconds = timed(lambda: one.fit(data.X, data.y, cohorts=data.cohorts))
        _, single = timed(lambda: other.fit(data.X, data.y))
    results.add(seed=seed, seconds=seconds, single=single, ratio=seconds / single)


def main() -> None:
    args = options(__doc__, range(10), parts=several([*METHODS, "time"]))
    size = {"n": 40, "p": 15, "n_test": 100} if args.smoke else {}
    settings = SMOKE if args.smoke else {}
    results = Results("cohorts", ("design", "method", "seed"), args.smoke)
    times = Results("cohorts_time", ("seed",), args.smoke)
    for part in args.parts:
        seeds = args.seeds[:1] if args.smoke else args.seeds
        for seed in seeds[:TIMED] if part == "time" else seeds:
            if part == "time":
                time_fits(times, seed, size, args.smoke)
            else:
                compare(results, part, seed, size, settings)


if __name__ == "__main__":
    main()

"""`screen` of 200 targets beside 200 fits: time, and whether the features are the same.

n = 300, p = 2,000 features, correlated 0.5 with their neighbours. Of four targets one is noise, the
others have one to six features and R² of 0.3 to 0.8. Screens are timed before, between and after
the fits. A fit counts without its process's compilation (an earlier fit has it). Fits are linear,
which is what `screen` repeats, and for the first `--default` targets the default estimator's. A
rerun goes on with fits that are not there yet.

    python -m benchmarks.workers.screen [--smoke] [--fits 200] [--default 20]
"""

import time
import warnings

import numpy as np

from spinnery import SPINNRegressorCV, screen

from ..common import SMOKE, Results, options, timed

T, SCREENS = 200, 5
METHODS = {"linear": {"hidden": ()}, "default": {}}


def draw(n: int, p: int, T: int):
    """Features, targets, and each target's true features."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p))
    for j in range(1, p):
        X[:, j] = 0.5 * X[:, j - 1] + np.sqrt(0.75) * X[:, j]
    Y, truth = np.empty((n, T)), []
    for t in range(T):
        own = rng.choice(p, rng.integers(1, 7) if t % 4 else 0, replace=False)
        signal = X[:, own] @ (rng.choice([-1, 1], len(own)) * rng.uniform(0.5, 1.5, len(own)))
        share = rng.uniform(0.3, 0.8)
        noise = np.sqrt(signal.var() * (1 - share) / share) if len(own) else 1.0
        Y[:, t] = signal + noise * rng.normal(size=n)
        truth.append(set(own.tolist()))
    return X, Y, truth


def main() -> None:
    args = options(__doc__, fits={"type": int, "default": T}, default={"type": int, "default": 20})
    n, p, T_ = (60, 40, 8) if args.smoke else (300, 2000, T)
    X, Y, truth = draw(n, p, T_)
    results = Results("screen", ("kind", "method", "target"), args.smoke)
    small = SMOKE["max_features"] if args.smoke else "auto"
    counts = {"linear": min(args.fits, T_), "default": min(args.default, T_)}
    done = {(row["method"], row["target"]) for row in results.rows if row["kind"] == "fit"}
    todo = [(m, t) for m in METHODS for t in range(counts[m]) if (m, t) not in done]
    when = np.linspace(0, len(todo), SCREENS).astype(int).tolist()
    for k in range(len(todo) + 1):
        for number in [i for i, place in enumerate(when) if place == k]:
            found, seconds, cpu = both(lambda: screen(X, Y, max_features=small, verbose=False))
            results.add(kind="screen", method="screen", target=number, seconds=seconds, cpu=cpu)
        if k == 0:
            own = [{int(f[1:]) for f in row} for row in found.targets["features"]]
            for t in range(T_):
                results.add(kind="found", method="screen", target=t, features=sorted(own[t]),
                            true=sorted(truth[t]), p_value=found.targets["p_value"][t])  # fmt: skip
            for method in METHODS:
                fit(X, Y[:, 1], METHODS[method], small)
        if k < len(todo):
            method, t = todo[k]
            support, seconds, cpu = both(fit, X, Y[:, t], METHODS[method], small)
            results.add(kind="fit", method=method, target=t, seconds=seconds, cpu=cpu,
                        features=support, same=set(support) == own[t])  # fmt: skip


def both(call, *args):
    """The result of a call, its seconds, and its CPU seconds, of all threads."""
    start = time.process_time()
    result, seconds = timed(call, *args)
    return result, seconds, time.process_time() - start


def fit(X, y, given: dict, most) -> list[int]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a target of noise
        model = SPINNRegressorCV(**given, max_features=most, random_state=0, verbose=False)
        return model.fit(X, y).get_support(indices=True).tolist()


if __name__ == "__main__":
    main()

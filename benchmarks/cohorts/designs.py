"""Simulated cohorts of the integrative benchmarks, in NumPy alone, so that all draw the same.

With `b_m` the row of AMPLITUDES of cohort m, and features numbered from 1:

- "shared": three cohorts of 250 samples, 300 independent standard Gaussian features,
  `b1 sin(2 x1) + b2 |x2| + b3 x3 x4 + b4 tanh(2 x5)`, noise of half the signal's deviation;
- "own": the same, and cohort m = 0, 1, 2 adds `sin(2 x_{6+2m}) + x_{7+2m}`, features of its own;
- "homogeneous", after the homogeneous design of PIN's simulations: 200, 175 and 150 samples, 50
  Gaussian features of correlation `.5^|i-j|`, noise of a third of the signal's variance. PIN's
  functions are not known to us; ours are
  `a1 2 sin(x1) + a2 1.5 tanh(2 x2) + a3 x3^2 + a4 x4 + a5 2 |x5|`, one function of five
  features for all cohorts but for the amplitudes `a_m`, rows of HOMOGENEOUS. Two of the five have
  no linear effect.
"""

from typing import NamedTuple

import numpy as np

AMPLITUDES = np.array([[1.5, 1.5, 1.0, 1.5], [1.0, 1.2, -0.8, 1.0], [-1.2, 0.9, 1.2, -1.5]])
HOMOGENEOUS = np.array(
    [[1.0, 1.0, 1.0, 1.0, 1.0], [0.8, 1.2, 0.7, 1.3, 0.9], [1.2, 0.8, 1.3, 0.7, 1.1]]
)
N_SHARED = 5  # features that matter in every cohort, the first ones
SIZES = {"shared": (250,) * 3, "own": (250,) * 3, "homogeneous": (200, 175, 150)}
FEATURES = {"shared": 300, "own": 300, "homogeneous": 50}
NOISE = {"shared": 1 / 2, "own": 1 / 2, "homogeneous": 1 / np.sqrt(3)}  # of the signal's deviation


class Data(NamedTuple):
    """Training data of all cohorts, and test points with their truth.

    `matters` `(n_cohorts, p)`: whether a feature enters a cohort's function.
    """

    X: np.ndarray
    y: np.ndarray
    cohorts: np.ndarray
    X_test: np.ndarray
    f_test: np.ndarray
    cohorts_test: np.ndarray
    matters: np.ndarray


def signal(name: str, m: int, X: np.ndarray) -> np.ndarray:
    """The noiseless target of cohort m at the rows of `X`."""
    x = X.T.astype(np.float64)
    if name == "homogeneous":
        terms = [2 * np.sin(x[0]), 1.5 * np.tanh(2 * x[1]), x[2] ** 2, x[3], 2 * np.abs(x[4])]
        return HOMOGENEOUS[m] @ np.stack(terms)
    terms = [np.sin(2 * x[0]), np.abs(x[1]), x[2] * x[3], np.tanh(2 * x[4])]
    f = AMPLITUDES[m] @ np.stack(terms)
    return f + np.sin(2 * x[5 + 2 * m]) + x[6 + 2 * m] if name == "own" else f


def features(name: str, rng: np.random.Generator, n: int, p: int) -> np.ndarray:
    """`n` rows of Gaussian features."""
    Z = rng.normal(size=(n, p))
    if name == "homogeneous":
        for j in range(1, p):
            Z[:, j] = 0.5 * Z[:, j - 1] + np.sqrt(0.75) * Z[:, j]
    return Z.astype(np.float32)


def draw(name: str, seed: int, n: int | None = None, p: int | None = None, n_test=2000) -> Data:
    """One draw; `n` samples in every cohort and `p` features if given, for smoke runs."""
    rng = np.random.default_rng(seed)
    p = p or FEATURES[name]
    sizes = [n or size for size in SIZES[name]]
    train, test = [], []
    for m, size in enumerate(sizes):
        X = features(name, rng, size, p)
        f = signal(name, m, X)
        train.append((X, f + rng.normal(scale=NOISE[name] * f.std(), size=size)))
        X = features(name, rng, n_test, p)
        test.append((X, signal(name, m, X)))
    matters = np.zeros((len(sizes), p), bool)
    matters[:, :N_SHARED] = True
    if name == "own":
        for m in range(len(sizes)):
            matters[m, 5 + 2 * m : 7 + 2 * m] = True
    (X, y), (X_test, f_test) = (map(np.concatenate, zip(*part, strict=True))
                                for part in (train, test))  # fmt: skip
    cohorts = np.arange(len(sizes))
    return Data(X, y.astype(np.float32), np.repeat(cohorts, sizes), X_test, f_test,
                np.repeat(cohorts, n_test), matters)  # fmt: skip


def scores(data: Data, selected: np.ndarray, prediction: np.ndarray) -> dict[str, float]:
    """What a method's choice `(n_cohorts, p)` and its predictions of `f_test` are worth.

    F1 of the features chosen in every cohort, of those chosen in any, and of the cohort x feature
    table, which sensitivity and specificity are of too; the error is the mean over cohorts of the
    MSE over the signal's variance.
    """
    true = data.matters
    errors = []
    for m in np.unique(data.cohorts_test):
        rows = data.cohorts_test == m
        f = data.f_test[rows]
        errors.append(np.mean((np.ravel(prediction)[rows] - f) ** 2) / f.var())
    return {
        "shared_f1": f1(selected.all(0), true.all(0)),
        "union_f1": f1(selected.any(0), true.any(0)),
        "table_f1": f1(selected, true),
        "sensitivity": float(selected[true].mean()),
        "specificity": float((~selected[~true]).mean()),
        "error": float(np.mean(errors)),
    }


def f1(selected: np.ndarray, true: np.ndarray) -> float:
    """Harmonic mean of precision and recall."""
    return float(2 * (selected & true).sum() / (selected.sum() + true.sum()))

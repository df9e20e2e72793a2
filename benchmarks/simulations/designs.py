"""The simulated data of the benchmarks, in NumPy alone: every environment draws the same numbers.

Feng and Simon's three regressions (`X ~ U[0, 1]^p`, noise rescaled to `||eps|| = ||f|| / 2`), a
fourth in which features act through each other only in part ("mix"), and two classifications on the
same six features:

- "binary": `P(y = 1) = sigmoid(5 (additive - 0.5))`;
- "three-class": the additive function's halves against a third class, logits
  `5 (sin 2x1 + cos 5x2 + x3^3 - 0.75)`, `5 (-sin x4 + x5 - x6^2 + 0.3)` and 0, where 0.75 and
  -0.3 are about the halves' means, so that classes are of similar size (0.39, 0.34, 0.27).
"""

from typing import NamedTuple

import numpy as np

N_TRUE = 6  # features that matter, the first ones


class Data(NamedTuple):
    """Training data, and test points with their truth.

    `truth` is `f(X_test)` `(n_test,)` for regression, `P(class | X_test)` `(n_test, K)` otherwise.
    """

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    truth: np.ndarray


def _first_half(x):
    return np.sin(2 * x[0]) + np.cos(5 * x[1]) + x[2] ** 3


def _second_half(x):
    return -np.sin(x[3]) + x[4] - x[5] ** 2


def _additive(x):
    return _first_half(x) + _second_half(x)


def _multivar(x):
    last = np.sin(np.exp(x[4]) + np.exp(x[5]) - x[1])
    return np.sin(x[0] * (x[0] + x[1])) * np.cos(x[2] + x[3] * x[4]) * last


def _nn(x):
    return (
        np.tanh(x[0] + 2 * x[1] - 3 * x[2] + 2 * x[3])
        - 2 * np.tanh(x[0] - x[4] + 2 * x[5])
        + np.tanh(-x[1] - x[2] + x[3] - x[5])
        + np.tanh(x[4] - 0.5 * x[2] + 0.5 * x[5])
    )


def _mix(x):
    return (
        np.minimum(x[0], x[1]) * np.cos(1.5 * x[2] + 2 * x[3])
        + np.exp(x[4] + np.sin(x[3])) * x[1]
        + np.sin(np.maximum(x[5], x[2])) * (x[4] - x[0])
    )


def _binary(x):
    logit = 5 * (_additive(x) - 0.5)
    return np.stack([np.zeros_like(logit), logit], axis=1)


def _three_class(x):
    first, second = 5 * (_first_half(x) - 0.75), 5 * (_second_half(x) + 0.3)
    return np.stack([first, second, np.zeros_like(first)], axis=1)


REGRESSION = {"additive": _additive, "multivar": _multivar, "nn": _nn, "mix": _mix}
CLASSIFICATION = {"binary": _binary, "three-class": _three_class}


def regression(name: str, seed: int, n: int = 500, p: int = 1000, n_test: int = 2000) -> Data:
    """One of Feng and Simon's simulations, signal to noise 2."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(size=(n, p)).astype(np.float32)
    f = truth(name, X)
    noise = rng.normal(size=n)
    noise *= np.linalg.norm(f) / (2 * np.linalg.norm(noise))
    X_test = rng.uniform(size=(n_test, p)).astype(np.float32)
    return Data(X, (f + noise).astype(np.float32), X_test, truth(name, X_test))


def classification(name: str, seed: int, n: int = 1000, p: int = 1000, n_test: int = 5000) -> Data:
    """Classes 0, 1 (and 2) drawn from the design's probabilities."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(size=(n, p)).astype(np.float32)
    y = (rng.uniform(size=(n, 1)) > np.cumsum(truth(name, X), axis=1)).sum(axis=1)
    X_test = rng.uniform(size=(n_test, p)).astype(np.float32)
    return Data(X, y, X_test, truth(name, X_test))


def truth(name: str, X: np.ndarray) -> np.ndarray:
    """The noiseless target, or the classes' probabilities, at the rows of `X`."""
    x = X[:, :N_TRUE].T.astype(np.float64)
    if name in REGRESSION:
        return REGRESSION[name](x)
    odds = np.exp(CLASSIFICATION[name](x))
    return odds / odds.sum(axis=1, keepdims=True)


def score(name: str, prediction: np.ndarray, truth: np.ndarray) -> float:
    """MSE against the noiseless truth, or the expected error of predicted classes."""
    if name in REGRESSION:
        return float(np.mean((np.ravel(prediction) - truth) ** 2))
    return float(np.mean(1 - truth[np.arange(len(truth)), prediction.astype(int)]))


def bayes(truth: np.ndarray) -> float:
    """The least expected error that any classifier could have."""
    return float(np.mean(1 - truth.max(axis=1)))


def support(selected: np.ndarray) -> dict[str, int]:
    """True features found, and others selected."""
    found = int(selected[:N_TRUE].sum())
    return {"found": found, "extra": int(selected.sum()) - found}

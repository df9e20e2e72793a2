"""Tables whose informative columns are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.datasets import load_breast_cancer
from sklearn.utils import check_random_state


class Decoys(NamedTuple):
    """What `make_decoys` returns."""

    X: pd.DataFrame
    y: pd.Series
    measured: np.ndarray


def make_decoys(n_decoys: int = 2000, random_state=0) -> Decoys:
    """The breast cancer table hidden among decoys.

    scikit-learn's 569 tumours with 30 measured columns, and `n_decoys` columns more, each a
    measured column with its rows permuted: same distribution, nothing to do with the diagnosis.
    The measured columns take turns as the decoys' source, and all columns are shuffled.

    Parameters
    ----------
    n_decoys : int, >= 0
    random_state : int, RandomState or None

    Returns
    -------
    X : DataFrame of shape (569, 30 + n_decoys)
        Measured columns keep their names; a decoy's tells its number and its source.
    y : Series of shape (569,)
        "malignant" or "benign".
    measured : (30 + n_decoys,) bool array
        Which columns were measured.

    Examples
    --------
    >>> X, y, measured = make_decoys(n_decoys=100)
    >>> X.shape, int(measured.sum()), sorted(set(y))
    ((569, 130), 30, ['benign', 'malignant'])
    >>> "decoy 001 (permuted mean radius)" in X.columns
    True
    """
    if not isinstance(n_decoys, (int, np.integer)) or n_decoys < 0:
        raise ValueError(f"n_decoys must be an integer >= 0; got {n_decoys!r}.")
    rng = check_random_state(random_state)
    data = load_breast_cancer(as_frame=True)
    table, n_measured = data.data, data.data.shape[1]
    digits = len(str(n_decoys))
    names, columns = [*table.columns], [table.to_numpy()]
    for i in range(n_decoys):
        source = i % n_measured
        names.append(f"decoy {i + 1:0{digits}d} (permuted {table.columns[source]})")
        columns.append(rng.permutation(columns[0][:, source])[:, None])
    order = rng.permutation(len(names))
    X = pd.DataFrame(np.hstack(columns)[:, order], columns=[names[j] for j in order])
    labels = np.array([str(name) for name in data.target_names], dtype=object)
    y = pd.Series(labels[data.target.to_numpy()], name="diagnosis")
    return Decoys(X, y, order < n_measured)


def _additive(x: np.ndarray) -> np.ndarray:
    return np.sin(2 * x[0]) + np.cos(5 * x[1]) + x[2] ** 3 - np.sin(x[3]) + x[4] - x[5] ** 2


def _multivar(x: np.ndarray) -> np.ndarray:
    return (
        np.sin(x[0] * (x[0] + x[1]))
        * np.cos(x[2] + x[3] * x[4])
        * np.sin(np.exp(x[4]) + np.exp(x[5]) - x[1])
    )


def _nn(x: np.ndarray) -> np.ndarray:
    return (
        np.tanh(x[0] + 2 * x[1] - 3 * x[2] + 2 * x[3])
        - 2 * np.tanh(x[0] - x[4] + 2 * x[5])
        + np.tanh(-x[1] - x[2] + x[3] - x[5])
        + np.tanh(x[4] - 0.5 * x[2] + 0.5 * x[5])
    )


FENG_SIMON: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "additive": _additive,
    "multivar": _multivar,
    "nn": _nn,
}


class Simulation(NamedTuple):
    """What `feng_simon` returns."""

    X: np.ndarray
    y: np.ndarray
    f: np.ndarray


def feng_simon(
    design: str, n_samples: int = 500, n_features: int = 1000, random_state=None
) -> Simulation:
    """A data set from the simulations of Feng & Simon (2017).

    `X ~ U[0, 1]^p` and `y = f(x_1, ..., x_6) + eps`, Gaussian noise rescaled so that
    `||eps|| = ||f|| / 2`. Only the first six features matter.

    Parameters
    ----------
    design : {"additive", "multivar", "nn"}
        Which `f`; see `feng_simon_truth`.
    n_samples : int, >= 1
    n_features : int, >= 6
    random_state : int, RandomState or None

    Returns
    -------
    X : (n_samples, n_features) array
    y : (n_samples,) array
    f : (n_samples,) array
        `y` without the noise.

    Examples
    --------
    >>> X, y, f = feng_simon("additive", n_samples=50, n_features=8, random_state=0)
    >>> X.shape, round(float(np.linalg.norm(f) / np.linalg.norm(y - f)), 6)
    ((50, 8), 2.0)
    """
    for name, value, low in (("n_samples", n_samples, 1), ("n_features", n_features, 6)):
        if not isinstance(value, (int, np.integer)) or value < low:
            raise ValueError(f"{name} must be an integer >= {low}; got {value!r}.")
    rng = check_random_state(random_state)
    X = rng.uniform(size=(n_samples, n_features))
    f = feng_simon_truth(design, X)
    noise = rng.standard_normal(n_samples)
    noise *= np.linalg.norm(f) / (2 * np.linalg.norm(noise))
    return Simulation(X, f + noise, f)


def feng_simon_truth(design: str, X: ArrayLike) -> np.ndarray:
    """The noiseless target of `feng_simon` at the rows of `X`.

    - "additive": `sin 2x1 + cos 5x2 + x3^3 - sin x4 + x5 - x6^2`
    - "multivar": `sin(x1 (x1 + x2)) cos(x3 + x4 x5) sin(e^x5 + e^x6 - x2)`
    - "nn": `tanh(x1 + 2x2 - 3x3 + 2x4) - 2 tanh(x1 - x5 + 2x6) + tanh(-x2 - x3 + x4 - x6)
      + tanh(x5 - x3/2 + x6/2)`

    Parameters
    ----------
    design : {"additive", "multivar", "nn"}
    X : array-like of shape (n, p), p >= 6

    Returns
    -------
    (n,) array

    Examples
    --------
    >>> feng_simon_truth("additive", np.zeros((1, 6)))
    array([1.])
    """
    if design not in FENG_SIMON:
        names = ", ".join(repr(name) for name in FENG_SIMON)
        raise ValueError(f"design must be one of {names}; got {design!r}.")
    X = np.asarray(X, float)
    if X.ndim != 2 or X.shape[1] < 6:
        raise ValueError(f"X must have shape (n, p) with p >= 6; got shape {X.shape}.")
    return FENG_SIMON[design](X.T)

"""Where an embedding starts: small, so that every point can still pass every other."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA

SPREAD = 1e-4  # standard deviation of the first coordinate


def random_start(n: int, n_components: int, rng: np.random.RandomState) -> np.ndarray:
    """Independent normal coordinates, `(n, n_components)`."""
    return SPREAD * rng.standard_normal((n, n_components))


def pca_start(X: np.ndarray, n_components: int, rng: np.random.RandomState) -> np.ndarray:
    """The first principal components of `X` `(n, p)`, scaled down together.

    Components that the data lack (few columns, few samples, no variance) are random.
    """
    Y = random_start(len(X), n_components, rng)
    if not np.ptp(X, axis=0).any():
        return Y
    k = min(n_components, *X.shape)
    scores = PCA(k, random_state=rng).fit_transform(X)
    spread = scores.std(axis=0)
    found = np.flatnonzero(spread > 1e-9 * spread[0])
    Y[:, found] = SPREAD * scores[:, found] / spread[0]
    return Y

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
    k = min(n_components, *X.shape)
    scores = PCA(k, random_state=rng).fit_transform(X)
    spread = scores.std(axis=0)
    varies = spread > 1e-12 * max(np.abs(X).max(), np.finfo(float).tiny)
    if varies.any():
        Y[:, :k][:, varies] = SPREAD * scores[:, varies] / spread[0]
    return Y

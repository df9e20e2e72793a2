"""Which features say nearly the same."""

from __future__ import annotations

import numpy as np

ALIKE = 0.8  # |r| from which a feature joins a cluster
BLOCK = 2**24  # correlations held at once


def clusters_around(
    X: np.ndarray, weights: np.ndarray, seeds: np.ndarray, alike: float = ALIKE
) -> list[np.ndarray]:
    """The clusters that hold `seeds`, each a leading feature and all with `|r| >= alike` to it.

    Leaders are those with the most features alike, taken in turn from what is left; among equals
    the first. A feature's cluster depends on `X` alone, not on `seeds`.

    Parameters
    ----------
    X : (n, p) array
        Columns of weighted mean 0 and variance 1, or zero.
    weights : (n,) sample weights that sum to one
    seeds : (m,) int array

    Returns
    -------
    list of int arrays
        The leader first. Clusters of one feature included.
    """
    reached, fresh = np.zeros(0, int), np.unique(seeds)
    while len(fresh):  # whatever is joined to a seed by a chain of alike features
        reached = np.union1d(reached, fresh)
        fresh = np.setdiff1d(_alike_to(X, weights, fresh, alike), reached)
    near = _neighbours(X, weights, reached, alike)
    degrees, left, out = near.sum(axis=1), np.ones(len(reached), bool), []
    while left.any():
        leader = int(np.argmax(np.where(left, degrees, -1)))
        members = np.flatnonzero(near[leader] & left)
        members = np.concatenate([[leader], members[members != leader]])
        left[members] = False
        degrees -= near[:, members].sum(axis=1)
        out.append(reached[members])
    wanted = set(seeds.tolist())
    return [cluster for cluster in out if wanted & set(cluster.tolist())]


def correlations(X: np.ndarray, weights: np.ndarray, features: np.ndarray, others) -> np.ndarray:
    """Weighted correlations of standardised columns, `(len(features), len(others))`."""
    return (X[:, features] * weights[:, None].astype(X.dtype)).T @ X[:, others]


def _alike_to(X: np.ndarray, weights: np.ndarray, features: np.ndarray, alike: float) -> np.ndarray:
    """All features with `|r| >= alike` to any of `features`."""
    width = max(BLOCK // len(features), 1)
    found = []
    for start in range(0, X.shape[1], width):
        r = correlations(X, weights, features, slice(start, start + width))
        found.append(start + np.flatnonzero((np.abs(r) >= alike).any(axis=0)))
    return np.concatenate(found)


def _neighbours(X, weights, features: np.ndarray, alike: float) -> np.ndarray:
    near = np.abs(correlations(X, weights, features, features)) >= alike
    np.fill_diagonal(near, True)
    return near | near.T

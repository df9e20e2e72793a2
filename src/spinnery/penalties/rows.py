"""Which weights form one group: a feature's row, or the rows of several features."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from ..arrays import Array


class Rows(eqx.Module):
    """Every feature is its own group: `W[j]`, the last axis, is one row."""

    def reduce(self, values: Array) -> Array:
        """Sum over each group: `(p, ..., T)` to `(n_groups, ...)`."""
        return jnp.sum(values, axis=-1)

    def expand(self, values: Array) -> Array:
        """Give every weight its group's number: `(n_groups, ...)` to `(p, ..., 1)`."""
        return values[..., None]

    def sizes(self, n_features: int) -> Array:
        """Features per group, `(n_groups,)`."""
        return jnp.ones(n_features)


class FeatureGroups(eqx.Module):
    """Features with the same label enter or leave together (one-hot columns, pathways).

    Parameters
    ----------
    ids : (p,) integer array
        Group number of each feature, `0 ... n_groups - 1`.
    n_groups : int
    """

    ids: Array
    n_groups: int = eqx.field(static=True)

    def reduce(self, values: Array) -> Array:
        return jax.ops.segment_sum(jnp.sum(values, axis=-1), self.ids, self.n_groups)

    def expand(self, values: Array) -> Array:
        return values[self.ids][..., None]

    def sizes(self, n_features: int) -> Array:
        return jax.ops.segment_sum(jnp.ones(n_features), self.ids, self.n_groups)


def feature_groups(groups: object, n_features: int) -> tuple[np.ndarray, int]:
    """Group labels of any kind as numbers.

    Parameters
    ----------
    groups : array-like of shape (n_features,), or None
        One label per feature; equal labels form a group, and features without a label (None, NaN,
        NA) stand alone. None: every feature alone.

    Returns
    -------
    ids : (n_features,) int array, numbered in order of first appearance
    n_groups : int

    Raises
    ------
    ValueError
        If there is not exactly one label per feature.
    """
    if groups is None:
        return np.arange(n_features), n_features
    labels = np.asarray(groups)
    if labels.shape != (n_features,):
        raise ValueError(
            f"feature_groups needs one label per feature, shape ({n_features},); got shape "
            f"{labels.shape}. Give equal labels to features that enter together, and any other "
            "a label of its own."
        )
    codes, found = pd.factorize(labels)
    alone = codes < 0
    codes[alone] = len(found) + np.arange(alone.sum())
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    return order[inverse], len(first)

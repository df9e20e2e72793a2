"""A fitted sparse network: what is left when training is over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..nn import Dense, Upper
from ..table import Table


@dataclass(frozen=True)
class Model:
    """First-layer rows of the selected features, the network above, and the user's units.

    Outputs come from NumPy alone: predicting needs no compilation.
    """

    features: np.ndarray  # (k,) column numbers
    W: np.ndarray  # (k, T), for standardised inputs
    upper: Upper
    center: np.ndarray  # (k,)
    scale: np.ndarray  # (k,)
    target_center: np.ndarray | None = None
    target_scale: np.ndarray | None = None

    def hidden(self, X: np.ndarray) -> np.ndarray:
        """First-layer pre-activations `(n, T)`."""
        Z = ((X[:, self.features] - self.center) / self.scale).astype(self.W.dtype) @ self.W
        return Z + self.upper.bias

    def outputs(self, X: np.ndarray) -> np.ndarray:
        """Raw outputs `(n, K)`: logits, or predictions in the target's units."""
        raw = self.upper(self.hidden(X) - self.upper.bias, np)
        if self.target_scale is None:
            return raw
        return raw.astype(np.float64) * self.target_scale + self.target_center


def build_model(table: Table, features: np.ndarray, W: np.ndarray, upper: Upper) -> Model:
    """A model from engine arrays; rows that are exactly zero are dropped."""
    nonzero = np.any(W != 0, axis=1) & (features < table.X.shape[1])
    order = np.argsort(features[nonzero])
    kept = features[nonzero][order]
    upper = Upper(
        np.asarray(upper.bias),
        tuple(Dense(np.asarray(layer.weight), np.asarray(layer.bias)) for layer in upper.layers),
        upper.activation,
    )
    return Model(
        kept, W[nonzero][order], upper, table.center[kept], table.scale[kept],
        table.target_center, table.target_scale,
    )  # fmt: skip


def path_norms(models: list[tuple[np.ndarray, np.ndarray]], n_features: int) -> sparse.csr_array:
    """First-layer row norms along a path, `(n_models, n_features)`, sparse.

    Each model is given by its features `(k,)` (numbers `>= n_features` are empty) and rows
    `(k, T)`.
    """
    out = sparse.lil_array((len(models), n_features))
    for i, (features, W) in enumerate(models):
        real = features < n_features
        out[i, features[real]] = np.linalg.norm(W[real], axis=1)
    return out.tocsr()

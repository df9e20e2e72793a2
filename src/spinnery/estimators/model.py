"""A fitted sparse network: what is left when training is over."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ..engine.design import split_blocks
from ..inputs.form import Form
from ..inputs.raw import dense_columns
from ..inputs.table import Table
from ..nn import ACTIVATIONS, CohortUpper, Dense, Upper, upper_of_cohort
from ..storage.registry import storable


@storable
@dataclass(frozen=True)
class Model:
    """First-layer rows of the selected features, the network above, and the inputs' units.

    Outputs come from NumPy alone: predicting needs no compilation.
    """

    features: np.ndarray  # (k,) column numbers
    W: np.ndarray  # (k, T), for standardised inputs
    upper: Upper
    center: np.ndarray  # (k,)
    scale: np.ndarray  # (k,)

    def hidden(self, X: np.ndarray) -> np.ndarray:
        """First-layer pre-activations `(n, T)`, in double precision (docs/decisions.md, 21).

        A gap is taken for the mean.
        """
        standard = (dense_columns(X, self.features) - self.center) / self.scale
        # row by row in memory, however X is: sums then end in the same digit
        standard = np.ascontiguousarray(np.where(np.isnan(standard), 0, standard))
        return standard @ self.W + self.upper.bias

    def within(self, columns: np.ndarray) -> Model:
        """The same model of these columns of numbers alone, increasing, all it uses among them."""
        return replace(self, features=np.searchsorted(columns, self.features))

    def activations(self, X: np.ndarray) -> np.ndarray:
        """The first hidden layer `(n, T)`; of a linear model, its outputs in training's units."""
        Z = self.hidden(X)
        return ACTIVATIONS[self.upper.activation](Z, np) if self.upper.layers else Z

    def outputs(self, X: np.ndarray) -> np.ndarray:
        """Raw outputs `(n, K)`, which the outcome takes to the targets' units."""
        return self.upper(self.hidden(X) - self.upper.bias, np)


def build_models(
    table: Table, index: np.ndarray, W: np.ndarray, upper: Upper | CohortUpper
) -> list[Model]:
    """Each cohort's model from engine arrays: slots `(M, k)`, rows `(k, M T)`."""
    blocks = split_blocks(W, len(index))
    return [
        build_model(table, features, blocks[:, m], upper_of_cohort(upper, m), m)
        for m, features in enumerate(index)
    ]


def build_model(
    table: Table, features: np.ndarray, W: np.ndarray, upper: Upper, cohort: int = 0
) -> Model:
    """One cohort's model; rows that are exactly zero are dropped."""
    nonzero = np.any(W != 0, axis=1) & (features < table.X.shape[1])
    order = np.argsort(table.columns[features[nonzero]])
    kept = features[nonzero][order]
    upper = Upper(
        np.asarray(upper.bias),
        tuple(Dense(np.asarray(layer.weight), np.asarray(layer.bias)) for layer in upper.layers),
        upper.activation,
    )
    return Model(
        table.columns[kept], W[nonzero][order], upper,
        table.center[cohort, kept], table.scale[cohort, kept],
    )  # fmt: skip


def path_norms(
    table: Table, models: list[tuple[np.ndarray, np.ndarray]], form: Form
) -> sparse.csr_array:
    """First-layer row norms along a path, `(n_models, n_features)`, sparse.

    Each model is given by its slots `(M, k)` (numbers past the last column are empty) and rows
    `(k, M T)`; a row's norm is over all cohorts, and over all columns of a feature.
    """
    owner = form.owner[table.columns]
    found, starts = [], [0]
    for index, W in models:
        real = index < len(owner)
        norms = np.sum(split_blocks(W, len(index)).astype(float) ** 2, axis=-1).T
        features, place = np.unique(owner[index[real]], return_inverse=True)
        squares = np.zeros(len(features))
        np.add.at(squares, place, norms[real])
        found.append((features[squares > 0], np.sqrt(squares[squares > 0])))
        starts.append(starts[-1] + len(found[-1][0]))
    features, values = (np.concatenate(part) for part in zip(*found, strict=True))
    return sparse.csr_array((values, features, starts), shape=(len(models), form.n_features))

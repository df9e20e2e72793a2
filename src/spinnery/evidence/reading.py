"""What can be read of any fitted estimator."""

from __future__ import annotations

import numpy as np
import pandas as pd


def feature_names(estimator) -> np.ndarray:
    """The columns' names, or x0, x1, ... if the estimator was fitted without names."""
    names = getattr(estimator, "feature_names_in_", None)
    if names is None:
        names = [f"x{j}" for j in range(estimator.n_features_in_)]
    return np.asarray(names, dtype=object)


def strengths(estimator) -> np.ndarray:
    """Norm of every feature's first-layer weights, over all cohorts, `(n_features,)`."""
    return np.linalg.norm(np.atleast_2d(estimator.coef_norm_), axis=0)


def selected_table(estimator, folds: np.ndarray | None = None) -> pd.DataFrame:
    """Selected features, strongest first.

    Columns `feature`, `strength` (norm of the first-layer weights for standardised inputs),
    `cohorts` (in how many it is used) and `folds` (in how many refits it was selected), if known.
    """
    strength = strengths(estimator)
    selected = np.flatnonzero(estimator.get_support())
    order = selected[np.argsort(-strength[selected], kind="stable")]
    names = [str(name) for name in feature_names(estimator)[order]]
    table = pd.DataFrame({"feature": names, "strength": strength[order]})
    if hasattr(estimator, "cohorts_"):
        table["cohorts"] = estimator.selected_[:, order].sum(axis=0)
    return table if folds is None else table.assign(folds=folds[order])

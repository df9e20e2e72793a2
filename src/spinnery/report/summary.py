"""A fit and its predictions in numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..evidence.reading import feature_names, strengths


def selected_table(estimator, folds: np.ndarray | None = None) -> pd.DataFrame:
    """Selected features, strongest first.

    Parameters
    ----------
    estimator : a fitted SPINNClassifier, SPINNRegressor, or their CV forms
    folds : (n_features,) int array, optional
        In how many refits on parts of the data each feature was selected.

    Returns
    -------
    DataFrame with columns `feature`, `strength` (norm of the first-layer weights for standardised
    inputs), `cohorts` (in how many it is used, for integrative estimators) and, if given, `folds`.
    """
    strength = strengths(estimator)
    selected = np.flatnonzero(estimator.get_support())
    order = selected[np.argsort(-strength[selected], kind="stable")]
    table = pd.DataFrame(
        {
            "feature": [str(name) for name in feature_names(estimator)[order]],
            "strength": strength[order],
        }
    )
    if hasattr(estimator, "cohorts_"):
        table["cohorts"] = estimator.selected_[:, order].sum(axis=0)
    return table if folds is None else table.assign(folds=folds[order])


def facts(estimator) -> dict[str, str]:
    """What was chosen, and the certificate of the returned parameters, as words."""
    hidden = getattr(estimator, "hidden_", getattr(estimator, "hidden", ()))
    network = f"hidden layers {tuple(hidden)}" if len(hidden) else "linear (no hidden layer)"
    verdict = "reached" if estimator.stationarity_ <= estimator.tol else "not reached"
    return {
        "model": f"{network}, ridge {estimator.ridge_:.3g}",
        "features": f"{int(estimator.get_support().sum())} of {estimator.n_features_in_}",
        "certificate": (
            f"relative stationarity {estimator.stationarity_:.1e} "
            f"(tolerance {estimator.tol:g} {verdict})"
        ),
    }

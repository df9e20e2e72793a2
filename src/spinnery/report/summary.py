"""A fit and its predictions in numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn import metrics

from ..plotting.axes import feature_names, strengths


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


def classification_metrics(y, proba: np.ndarray, classes: np.ndarray) -> dict[str, float]:
    """Accuracy, what always naming the commonest class would score, log-loss, and (two classes)
    the area under the ROC curve.

    Parameters
    ----------
    y : (n,) labels
    proba : (n, n_classes) probabilities
    classes : (n_classes,) labels, in the order of the columns
    """
    y, predicted = np.asarray(y), classes[proba.argmax(axis=1)]
    commonest = max(float(np.mean(y == c)) for c in classes)
    out = {
        "accuracy": float(np.mean(y == predicted)),
        "accuracy of the commonest class": commonest,
        "log-loss": float(metrics.log_loss(y, proba, labels=classes)),
    }
    if len(classes) == 2 and len(np.unique(y)) == 2:
        out["area under the ROC curve"] = float(metrics.roc_auc_score(y == classes[1], proba[:, 1]))
    return out


def regression_metrics(y, predicted: np.ndarray) -> dict[str, float]:
    """R², root mean squared error and mean absolute error."""
    return {
        "R²": float(metrics.r2_score(y, predicted)),
        "root mean squared error": float(metrics.root_mean_squared_error(y, predicted)),
        "mean absolute error": float(metrics.mean_absolute_error(y, predicted)),
    }

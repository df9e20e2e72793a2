"""What can be read of any fitted estimator."""

from __future__ import annotations

import numpy as np


def feature_names(estimator) -> np.ndarray:
    """The columns' names, or x0, x1, ... if the estimator was fitted without names."""
    names = getattr(estimator, "feature_names_in_", None)
    if names is None:
        names = [f"x{j}" for j in range(estimator.n_features_in_)]
    return np.asarray(names, dtype=object)


def strengths(estimator) -> np.ndarray:
    """Norm of every feature's first-layer weights, over all cohorts, `(n_features,)`."""
    return np.linalg.norm(np.atleast_2d(estimator.coef_norm_), axis=0)

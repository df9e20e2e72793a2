"""How well does a model of some cohorts predict another?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import clone

from ..inputs.cohorts import encode_cohorts
from ..outcomes.times import read_times


def leave_one_cohort_out(estimator, X, y, cohorts, standardise: bool = True) -> pd.DataFrame:
    """Fit all cohorts but one, predict that one, for each in turn.

    The left-out cohort is predicted by the average over the known cohorts' models.

    Parameters
    ----------
    estimator : an IntegrativeSPINNClassifier, -Regressor or -Survival, or their CV forms
        Cloned for every fit; its own `new_cohorts` is ignored.
    X : array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)
    cohorts : array-like of shape (n_samples,)
        At least two distinct labels.
    standardise : bool, default=True
        Put every cohort's features on mean 0 and variance 1 first, the left-out one by its own
        inputs (never its targets), because cohorts often come from different machines.

    Returns
    -------
    DataFrame with one row per cohort: `cohort`, `n_samples`, `score` (accuracy, R squared or
    concordance), `balanced_accuracy` (classes; the mean over classes of the share found) or
    `correlation` (numbers), and `n_features` selected without it.

    Raises
    ------
    ValueError
        If there are fewer than two cohorts.
    """
    X, y = np.asarray(X, float), read_times(y) if isinstance(y, pd.DataFrame) else np.asarray(y)
    names, codes = encode_cohorts(cohorts, len(X))
    if len(names) < 2:
        raise ValueError(
            f"leave_one_cohort_out needs at least 2 cohorts; got {len(names)}, "
            f"{str(names[0])!r}. Use cross-validation within the cohort instead."
        )
    if standardise:
        X = X.copy()
        for m in range(len(names)):
            part = X[codes == m]
            spread = part.std(axis=0)
            X[codes == m] = (part - part.mean(axis=0)) / np.where(spread > 0, spread, 1)
    rows = []
    for m, name in enumerate(names):
        rest, left = codes != m, codes == m
        model = clone(estimator).set_params(new_cohorts="average")
        model.fit(X[rest], y[rest], cohorts=names[codes[rest]])
        predicted = model.predict(X[left], cohorts=names[codes[left]])
        score = model.score(X[left], y[left], cohorts=names[codes[left]])
        row = {"cohort": name, "n_samples": int(left.sum()), "score": score}
        row |= model.outcome_.transfer_measures(y[left], predicted)
        rows.append({**row, "n_features": int(model.get_support().sum())})
    return pd.DataFrame(rows)

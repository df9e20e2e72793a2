"""How well does a model of some cohorts predict another?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import clone

from ..inputs.cohorts import encode_cohorts
from ..inputs.frames import as_frame
from ..outcomes.times import read_times


def leave_one_cohort_out(estimator, X, y, cohorts, standardise: bool = True) -> pd.DataFrame:
    """Fit all cohorts but one, predict that one, for each in turn.

    The left-out cohort is predicted by the average over the known cohorts' models.

    Parameters
    ----------
    estimator : an IntegrativeSPINNClassifier, -Regressor or -Survival, or their CV forms
        Cloned for every fit; its own `new_cohorts` is ignored.
    X : array-like of shape (n_samples, n_features)
        A table may hold factors, and gaps if the estimator takes them.
    y : array-like of shape (n_samples,)
    cohorts : array-like of shape (n_samples,)
        At least two distinct labels.
    standardise : bool, default=True
        Put every cohort's numbers on mean 0 and variance 1 first, the left-out one by its own
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
    frame = as_frame(X)
    X = np.asarray(X, float) if frame is None else frame
    y = read_times(y) if isinstance(y, pd.DataFrame) else np.asarray(y)
    names, codes = encode_cohorts(cohorts, len(X))
    if len(names) < 2:
        raise ValueError(
            f"leave_one_cohort_out needs at least 2 cohorts; got {len(names)}, "
            f"{str(names[0])!r}. Use cross-validation within the cohort instead."
        )
    if standardise:
        X = within_cohorts(X, codes)
    rows = []
    for m, name in enumerate(names):
        rest, left = codes != m, codes == m
        model = clone(estimator).set_params(new_cohorts="average")
        known, other = (X[part] if frame is None else X.loc[part] for part in (rest, left))
        model.fit(known, y[rest], cohorts=names[codes[rest]])
        predicted = model.predict(other, cohorts=names[codes[left]])
        score = model.score(other, y[left], cohorts=names[codes[left]])
        row = {"cohort": name, "n_samples": int(left.sum()), "score": score}
        row |= model.outcome_.transfer_measures(y[left], predicted)
        rows.append({**row, "n_features": int(model.get_support().sum())})
    return pd.DataFrame(rows)


def within_cohorts(X: np.ndarray | pd.DataFrame, codes: np.ndarray) -> np.ndarray | pd.DataFrame:
    """Columns of numbers at mean 0 and variance 1 in every cohort; gaps and other columns stay."""
    if isinstance(X, pd.DataFrame):
        parts = [values for _, values in X.items()]
        places = [
            j
            for j, values in enumerate(parts)
            if pd.api.types.is_numeric_dtype(values.dtype) and values.dtype.kind != "b"
        ]
        if not places:
            return X
        numbers = [parts[j].to_numpy(dtype=float, na_value=np.nan) for j in places]
        scaled = within_cohorts(np.column_stack(numbers), codes)
        for k, j in enumerate(places):
            parts[j] = pd.Series(np.asarray(scaled)[:, k], index=X.index)
        return pd.concat(parts, axis=1, keys=X.columns)
    out = np.empty_like(X)
    for m in np.unique(codes):
        part = X[codes == m]
        there = ~np.isnan(part)
        count = np.maximum(there.sum(axis=0), 1)
        moved = part - np.where(there, part, 0).sum(axis=0) / count
        spread = np.sqrt((np.where(there, moved, 0) ** 2).sum(axis=0) / count)
        out[codes == m] = moved / np.where(spread > 0, spread, 1)
    return out

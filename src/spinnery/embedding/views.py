"""What a fitted model sees of its samples: its selected features, or its first hidden layer."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted, validate_data

from ..inputs.cohorts import check_absent, encode_cohorts
from ..inputs.gaps import fill_gaps
from .estimators import SNE, TSNE

METHODS = {"tsne": TSNE, "sne": SNE}
VIEWS = ("selected", "hidden")


def seen(estimator: Any, X, cohorts=None, by: str = "selected") -> np.ndarray:
    """The samples as a fitted model sees them, `(n, k)`.

    Parameters
    ----------
    estimator : a fitted estimator
        With `get_support()` for by="selected", `hidden_features(X)` for by="hidden"; one over
        cohorts also takes `hidden_features(X, cohorts=...)`.
    X : array-like of shape (n, n_features)
    cohorts : array-like of shape (n,), optional
        For an estimator over cohorts, as in its `predict`.
    by : {"selected", "hidden"}
        "selected": the selected features, standardised over these samples (within cohort for an
        estimator over cohorts, where a feature that a cohort lacks is 0). "hidden": the first
        hidden layer's activations.

    Raises
    ------
    TypeError
        If the estimator lacks the method.
    ValueError
        If nothing was selected, if there is one number a sample, which needs no embedding, or
        `by` is neither.
    """
    if by not in VIEWS:
        raise ValueError(f'by must be "selected" or "hidden"; got {by!r}.')
    check_is_fitted(estimator)
    needed = {"selected": "get_support", "hidden": "hidden_features"}[by]
    if not callable(getattr(estimator, needed, None)):
        other = VIEWS[by == "selected"]
        raise TypeError(
            f'by="{by}" needs an estimator with the method {needed}; {type(estimator).__name__} '
            f'has none. Use by="{other}", or an estimator of Spinnery.'
        )
    over_cohorts = hasattr(estimator, "cohorts_")
    if by == "hidden":
        given = {"cohorts": cohorts} if over_cohorts else {}
        found = np.asarray(estimator.hidden_features(X, **given), float)
    else:
        found = _standardised(estimator, X, cohorts if over_cohorts else None, over_cohorts)
    if found.shape[1] == 1:
        what, other = {
            "hidden": ("the output of a linear model", 'by="selected"'),
            "selected": ("the one selected feature", "a histogram of it"),
        }[by]
        raise ValueError(
            f'by="{by}" sees one number a sample, {what}, and an embedding would make a line of '
            f"it. Use {other}, or a model with a hidden layer and more features."
        )
    return found


def _standardised(estimator: Any, X, cohorts, may_lack: bool) -> np.ndarray:
    features = np.flatnonzero(estimator.get_support())
    if not len(features):
        raise ValueError(
            f"{type(estimator).__name__} selected no feature, so there is nothing to see. Fit it "
            "with a smaller penalty, or check its target."
        )
    if hasattr(estimator, "_numbers_of_selected"):
        X, features = estimator._numbers_of_selected(X)
        X = X.astype(np.float64)
    else:
        finite = "allow-nan" if may_lack else True
        X = validate_data(estimator, X, reset=False, dtype=np.float64, ensure_all_finite=finite)
        all_names = getattr(estimator, "feature_names_in_", np.arange(estimator.n_features_in_))
        X, features = X[:, features], all_names[features]
    names, codes = encode_cohorts(cohorts, len(X))
    if getattr(estimator, "missing", "error") == "error":
        check_absent(X, codes, names, features)
    X = fill_gaps(X, np.ones(len(X)), codes)
    out = np.zeros_like(X)
    for m in range(len(names)):
        rows = X[codes == m]
        scale = rows.std(axis=0)
        out[codes == m] = (rows - rows.mean(axis=0)) / np.where(scale > 0, scale, 1)
    return np.nan_to_num(out)


def embedder(method: Any, n: int) -> Any:
    """The object that embeds n samples: `method` itself, or the default of that name.

    Raises
    ------
    ValueError
        If there is no method of that name.
    """
    if not isinstance(method, str):
        return method
    if method not in METHODS:
        raise ValueError(
            f"method must be one of {', '.join(METHODS)}, or an object with fit_transform; got "
            f"{method!r}."
        )
    return METHODS[method](perplexity=default_perplexity(n), random_state=0)


def default_perplexity(n: int) -> float:
    """30, or less for fewer than 91 samples: a third of the others, at least 1."""
    return float(np.clip((n - 1) / 3, 1, 30))

"""`screen`: which features go with each of hundreds of targets?"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.utils.validation import _num_samples, check_array

from ..errors import listing
from ..evidence.null import LEVEL
from ..evidence.reading import feature_names
from ..evidence.screening import Found, Screen, screen_part
from ..inputs.frames import as_frame
from ..inputs.sparse import SparseMatrix
from ..progress import Steps
from ..selection.starts import FEATURES, MOST_FEATURES
from ..workers import spread
from .spinn_cv import SPINNRegressorCV

FEWEST = 20  # values that a target needs


@dataclass(frozen=True, repr=False)
class Screening:
    """What `screen` found.

    Attributes
    ----------
    targets : DataFrame
        A row for each target, in their order: `target`, `n_samples` with a value, `found_signal`,
        `p_value` (permutations, of this target alone), `q_value` (Benjamini and Hochberg's, over
        all targets), `n_features`, `features`, `r2` (of held-out samples, the size having been
        chosen by them; 0 without features) and `ridge`. NaN where a target cannot be screened.
    features : DataFrame
        A row for each target and selected feature, the strongest first: `target`, `feature`,
        `sign`, `coef` in the table's units, `strength` (absolute coefficient of the standardised
        feature and target) and `in_folds` (share of the folds whose own model has it, too).
    """

    targets: pd.DataFrame
    features: pd.DataFrame

    def __repr__(self) -> str:
        found = int(self.targets["found_signal"].sum())
        return (
            f"Screening({found} of {len(self.targets)} targets with something found, "
            f"{self.features['feature'].nunique()} different features)"
        )


def screen(
    X, Y, *, max_features: int | str = "auto", cv: Any = None, level: float = LEVEL,
    groups=None, missing: str = "error", random_state=0, n_jobs: int | None = None,
    verbose: bool | None = None,
) -> Screening:  # fmt: skip
    """Find the features of each of many numeric targets, all in one computation.

    For every target: is there anything (a permutation test), and if so the linear model with
    squared loss that `SPINNRegressorCV(())` would choose, with its folds and its rules for size and
    ridge. Targets and folds are lanes of one computation that share their products with `X`, so
    that hundreds cost a few single fits.

    Parameters
    ----------
    X : array-like or table of shape (n_samples, n_features)
        Columns of numbers.
    Y : array-like or table of shape (n_samples, n_targets)
        Numbers. NaN where a target has no value: the sample has no part in that target.
    max_features : int or "auto", default="auto"
        Most features of a target; "auto": 24, or 48 where held-out loss still falls.
    cv : int, splitter, iterable or None
        Folds, the same for all targets; None: ten, drawn as by `SPINNRegressorCV`.
    level : float, default=0.05
        A target's model stays empty unless its p-value is at most this; 1 leaves out the check.
    groups : array-like of shape (n_samples,), optional
        Samples that stay together in folds.
    missing : {"error", "mean"}, default="error"
        What becomes of gaps in `X`, as for `SPINNRegressorCV`.
    random_state : int, RandomState or None, default=0
    n_jobs : int, optional
        Processes, as joblib has it; under `joblib.parallel_config(backend="dask")` the workers are
        dask's.
    verbose : bool or None, default=None
        Progress bar; None shows it when standard error is a terminal.

    Returns
    -------
    Screening

    Raises
    ------
    ValueError
        If `Y` is not such a table of as many samples as `X`, or `X` holds factors.

    Notes
    -----
    What differs from a fit of each target: models are linear. The test looks at ranks and linear
    effects alone. Features are standardised over all samples, also where a target has gaps. Where
    nothing is found no model is searched. For a nonlinear model, performance of the whole
    procedure, or `assess`, fit the targets that matter by themselves.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import screen
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(100, 50))
    >>> Y = X[:, [3, 7]] + 0.1 * rng.normal(size=(100, 2))
    >>> found = screen(X, Y)
    >>> found.features["feature"].tolist(), found.features["sign"].tolist()
    (['x3', 'x7'], [1, 1])
    """
    if not 0 < level <= 1:
        raise ValueError(f"level must lie in (0, 1]; got {level}.")
    if missing not in ("error", "mean"):
        raise ValueError(f"missing must be 'error' or 'mean'; got {missing!r}.")
    names, values = _targets(Y)
    probe = SPINNRegressorCV(
        (), cv=cv, max_features=max_features, missing=missing, random_state=random_state
    )
    probe._validate_params()
    n = _num_samples(X)
    if len(values) == 0 or len(values) != n:
        raise ValueError(f"X and Y need a row for each sample; got {n} and {len(values)} rows.")
    given = probe._prepared(X, np.arange(len(values), dtype=float), None, None, None, groups)
    table = given.table
    if len(np.unique(given.settings.groups.ids)) < len(given.settings.groups.ids):
        raise ValueError(
            "screen takes columns of numbers; X holds factors. Drop them, or make numbers of them "
            "(pandas.get_dummies)."
        )
    if isinstance(table.X, SparseMatrix):
        raise ValueError("screen takes a dense X, got a sparse one. Pass X.toarray().")
    known = np.isfinite(values)
    usable = _usable(names, values, known)
    standard, scale = _standardised(values[:, usable], known[:, usable])
    most, largest = (FEATURES, MOST_FEATURES) if max_features == "auto" else [max_features] * 2
    p = table.X.shape[1]
    task = Screen(
        table.X[:, :], standard, known[:, usable], given.folds, min(most, p), min(largest, p),
        float(level), given.settings.seed,
    )  # fmt: skip
    found: dict[int, Found] = {}
    with Steps(verbose) as steps:
        steps.say("targets: what goes with each")
        steps.expect(len(task.parts))
        for targets, part in spread(screen_part, task, task.parts, n_jobs):
            found.update(zip(targets, part, strict=True))
            steps.advance()
    in_order = [found[k] for k in range(len(usable))]
    columns = [str(name) for name in feature_names(probe)]
    return Screening(
        _of_targets(names, known, usable, in_order, table.columns, columns),
        _of_features(names, usable, in_order, table, columns, scale),
    )


def _targets(Y) -> tuple[list[str], np.ndarray]:
    """Names and values `(n, T)`."""
    frame = as_frame(Y)
    if frame is not None:
        names = [str(name) for name in frame.columns]
        Y = frame.to_numpy(dtype=float, na_value=np.nan)
    Y = check_array(
        Y, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=0, input_name="Y"
    )
    return names if frame is not None else [f"y{k}" for k in range(Y.shape[1])], Y


def _usable(names: list[str], values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Targets that have enough values and vary; a warning names the others."""
    few = known.sum(axis=0) < FEWEST
    low, high = (
        function(np.where(known, values, other), axis=0)
        for function, other in ((np.min, np.inf), (np.max, -np.inf))
    )
    out = few | ~(high > low)
    if out.any():
        warnings.warn(
            f"{out.sum()} of {len(names)} targets are left out, being constant or with fewer than "
            f"{FEWEST} values: {listing([names[t] for t in np.flatnonzero(out)])}.",
            UserWarning,
            stacklevel=3,
        )
    return np.flatnonzero(~out)


def _standardised(values: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Targets of mean 0 and variance 1, 0 in gaps, and their scales `(T,)`."""
    count = known.sum(axis=0)
    mean = np.where(known, values, 0).sum(axis=0) / count
    moved = np.where(known, values - mean, 0)
    scale = np.sqrt((moved**2).sum(axis=0) / count)
    return moved / scale, scale


def _of_targets(names, known, usable, found: list[Found], columns, features) -> pd.DataFrame:
    rows: list[dict] = [
        {
            "target": name, "n_samples": int(known[:, t].sum()), "found_signal": False,
            "p_value": np.nan, "q_value": np.nan, "n_features": 0, "features": [], "r2": np.nan,
            "ridge": np.nan,
        }
        for t, name in enumerate(names)
    ]  # fmt: skip
    for t, (p_value, model) in zip(usable, found, strict=True):
        rows[t] |= {"p_value": p_value, "r2": 0.0}
        if model is not None:
            strongest = np.argsort(-np.abs(model.coef), kind="stable")
            rows[t] |= {
                "found_signal": len(model.features) > 0,
                "n_features": len(model.features),
                "features": [features[columns[j]] for j in model.features[strongest]],
                "r2": float(1 - model.losses.mean() / model.nothing.mean()),
                "ridge": model.ridge,
            }
    out = pd.DataFrame(rows)
    tested = out["p_value"].notna()
    if tested.any():
        out.loc[tested, "q_value"] = stats.false_discovery_control(out.loc[tested, "p_value"])
    return out


def _of_features(names, usable, found: list[Found], table, features, scale) -> pd.DataFrame:
    rows = []
    for t, of_target, (_, model) in zip(usable, scale, found, strict=True):
        if model is None:
            continue
        for k in np.argsort(-np.abs(model.coef), kind="stable"):
            j = model.features[k]
            rows.append(
                {
                    "target": names[t],
                    "feature": features[table.columns[j]],
                    "sign": int(np.sign(model.coef[k])),
                    "coef": float(model.coef[k] * of_target / table.scale[0, j]),
                    "strength": float(abs(model.coef[k])),
                    "in_folds": float(model.in_folds[k]),
                }
            )
    kinds = {"target": str, "feature": str, "sign": int, "coef": float, "strength": float,
             "in_folds": float}  # fmt: skip
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds if rows else object)

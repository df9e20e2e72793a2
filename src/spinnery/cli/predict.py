"""`spinnery predict`: a fitted model on a new table."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import numpy as np
import pandas as pd

from .. import io
from .errors import InputError, listing, note
from .tables import Source, numeric, read
from .targets import split_cohort


def run_predict(
    model: Path, data: Path, out: Path, cohort: str | None = None, new_cohorts: str = "error"
) -> None:
    """Write predictions (and class probabilities) of the rows of `data` to `out`."""
    if out.exists() and any(out.samefile(f) for f in (model, data) if f.exists()):
        raise InputError(f"--out {out} would overwrite an input; choose another name.")
    if not out.parent.is_dir() or out.is_dir():
        raise InputError(f"--out {out} is not a file in an existing folder; choose another name.")
    try:
        estimator = io.load(model)
    except OSError as error:
        raise InputError(f"Cannot read {model} ({error.strerror}); check the path.") from None
    except ValueError as error:
        raise InputError(str(error)) from None
    integrative = hasattr(estimator, "cohorts_")
    if cohort is not None and not integrative:
        raise InputError(f"{model} was not fitted with --cohort; leave out --cohort {cohort!r}.")
    if cohort is None and new_cohorts == "error" and len(getattr(estimator, "cohorts_", "1")) > 1:
        known = listing([str(name) for name in estimator.cohorts_])
        raise InputError(
            f"{model} was fitted to several cohorts ({known}): name the column that holds each "
            "row's with --cohort, or average over them with --new-cohorts average."
        )
    source, cohorts = split_cohort(read(data), cohort)
    rows = numeric(match(source, estimator), may_lack=integrative).frame
    given: dict = {}
    if integrative:
        estimator.set_params(new_cohorts=new_cohorts)
        given = {"cohorts": cohorts}
    try:
        table = predictions(estimator, rows if _named(estimator) else rows.to_numpy(), given)
    except ValueError as error:
        text = str(error).replace("set_params(new_cohorts='average')", "--new-cohorts average")
        raise InputError(f"The prediction is not possible: {text}") from error
    write(table, out)
    count = "1 row" if len(table) == 1 else f"{len(table)} rows"
    print(f"Predicted {count} into {out}.")


def match(source: Source, estimator) -> Source:
    """The columns that the model was fitted on, in its order."""
    frame, expected = source.frame, estimator.n_features_in_
    if _named(estimator) and source.named:
        names = list(estimator.feature_names_in_)
        missing = [name for name in names if name not in frame]
        if missing:
            raise InputError(
                f"{source.file} lacks {len(missing)} of the model's {len(names)} columns: "
                f"{listing(missing, 20)}; add them."
            )
        extra = [name for name in frame if name not in set(names)]
        if extra:
            note(f"ignored columns that the model was not fitted on: {listing(extra)}.")
        return Source(source.file, frame[names])
    if frame.shape[1] != expected:
        whose = "the model has no column names" if source.named else "the file has no column names"
        raise InputError(
            f"{source.file} has {frame.shape[1]} columns, and the model needs {expected}; {whose}, "
            "so give exactly its columns, in its order."
        )
    if _named(estimator):
        frame = frame.set_axis(list(estimator.feature_names_in_), axis=1)
    return Source(source.file, frame, _named(estimator))


def _named(estimator) -> bool:
    return hasattr(estimator, "feature_names_in_")


def predictions(estimator, X, given: dict) -> pd.DataFrame:
    """Predictions, one row per sample, with a column of probabilities per class."""
    predicted = np.asarray(estimator.predict(X, **given))
    if predicted.ndim == 2:
        names = [f"prediction {k + 1}" for k in range(predicted.shape[1])]
        return pd.DataFrame(predicted, columns=names)
    table = pd.DataFrame({"prediction": predicted})
    if hasattr(estimator, "classes_"):
        proba = estimator.predict_proba(X, **given)
        for k, label in enumerate(estimator.classes_):
            table[f"probability {label}"] = proba[:, k]
    return table


def write(table: pd.DataFrame, out: Path) -> None:
    """The table as CSV, whole or not at all."""
    beside = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}")
    try:
        table.to_csv(beside, index=False)
        os.replace(beside, out)
    except OSError as error:
        raise InputError(
            f"Cannot write {out} ({error.strerror or error}); choose another --out."
        ) from None
    finally:
        beside.unlink(missing_ok=True)

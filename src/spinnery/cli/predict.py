"""`spinnery predict`: a fitted model on a new table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from .errors import InputError
from .model import check_cohort, load_model, samples
from .output import check_out, write
from .tables import read
from .targets import split_cohort


def run_predict(
    model: Path, data: Path, out: Path, cohort: str | None = None, new_cohorts: str = "error"
) -> None:
    """Write predictions (and class probabilities) of the rows of `data` to `out`."""
    check_out(out, (model, data))
    estimator = load_model(model)
    if cohort is not None or new_cohorts == "error":
        instead = ", or average over them with --new-cohorts average"
        check_cohort(model, estimator, cohort, instead)
    source, cohorts = split_cohort(read(data), cohort)
    rows = samples(source, estimator)
    given: dict = {}
    if hasattr(estimator, "cohorts_"):
        estimator.set_params(new_cohorts=new_cohorts)
        given = {"cohorts": cohorts}
    try:
        table = predictions(estimator, rows, given)
    except ValueError as error:
        text = str(error).replace("set_params(new_cohorts='average')", "--new-cohorts average")
        raise InputError(f"The prediction is not possible: {text}") from error
    write(out, table.to_csv(index=False).encode())
    count = "1 row" if len(table) == 1 else f"{len(table)} rows"
    print(f"Predicted {count} into {out}.")


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

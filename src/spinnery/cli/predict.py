"""`spinnery predict`: a fitted model on a new table."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import InputError
from ..inputs.columns import split_cohort
from ..inputs.files import read
from .model import check_cohort, check_layer, load_model, samples
from .output import check_out, write


def run_predict(
    model: Path, data: Path, out: Path, cohort: str | None = None, new_cohorts: str = "error",
    times: str | None = None, layer: str | None = None,
) -> None:  # fmt: skip
    """Write predictions of the rows of `data` to `out`."""
    check_out(out, (model, data))
    whole = read(data, layer)
    estimator = load_model(model)
    asked = _times(times, estimator, model)
    if cohort is not None or new_cohorts == "error":
        instead = ", or average over them with --new-cohorts average"
        check_cohort(model, estimator, cohort, instead)
    check_layer(model, estimator, whole, layer)
    source, cohorts = split_cohort(whole, cohort)
    rows = samples(source, estimator)
    given: dict = {}
    if hasattr(estimator, "cohorts_"):
        estimator.set_params(new_cohorts=new_cohorts)
        given = {"cohorts": cohorts}
    try:
        table = estimator.outcome_.prediction_table(estimator._outputs(rows, **given))
        if len(asked):
            shares = estimator.predict_survival_function(rows, asked, **given)
            named = zip(asked, shares.T, strict=True)
            table = table.assign(**{f"share left at {t:g}": share for t, share in named})
            table["median"] = estimator.predict_median(rows, **given)
    except ValueError as error:
        text = str(error).replace("set_params(new_cohorts='average')", "--new-cohorts average")
        raise InputError(f"The prediction is not possible: {text}") from error
    write(out, table.to_csv(index=False).encode())
    count = "1 row" if len(table) == 1 else f"{len(table)} rows"
    print(f"Predicted {count} into {out}.")


def _times(text: str | None, estimator, model: Path) -> np.ndarray:
    """The times asked for, in increasing order."""
    if text is None:
        return np.zeros(0)
    if estimator.outcome_.task != "survival":
        raise InputError(f"{model} does not predict survival times; leave out --times.")
    try:
        times = np.array([float(part) for part in text.split(",")])
    except ValueError:
        times = np.array([-1.0])
    if not (np.isfinite(times) & (times >= 0)).all():
        raise InputError(f"--times takes numbers >= 0 such as 12,24,60; got {text!r}.")
    return np.unique(times)

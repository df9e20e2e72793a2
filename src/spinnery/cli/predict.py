"""`spinnery predict`: a fitted model on a new table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import InputError
from ..inputs.columns import split_cohort
from ..inputs.files import read
from .model import asked_of, check_cohort, ids_of, load_model, of_layer, samples
from .output import check_out, write
from .target import Asked


@dataclass(frozen=True)
class Request:
    """What was asked on the command line."""

    model: Path
    data: Path
    out: Path
    target: Asked
    cohort: str | None
    new_cohorts: str
    layer: str | None
    ids: str | None
    times: str | None
    force: bool


def run_predict(request: Request) -> None:
    """Write predictions of the rows of a table, and measures of them where it knows the outcome."""
    model, out = request.model, request.out
    beside = out.with_name(f"{out.stem}_metrics.csv")
    check_out(out, (model, request.data), force=request.force)
    whole = read(request.data, request.layer)
    estimator = load_model(model)

    from .observed import take_observed

    asked = _times(request.times, estimator, model)
    if request.cohort is not None or request.new_cohorts == "error":
        instead = ", or average over them with --new-cohorts average"
        check_cohort(model, estimator, request.cohort, instead)
    whole = of_layer(whole, estimator, request.layer)
    whole, ids = ids_of(whole, estimator, request.ids)
    source, cohorts = split_cohort(whole, request.cohort)
    outcome = estimator.outcome_
    source, observed = take_observed(source, request.target, asked_of(estimator), outcome)
    if observed is not None:
        check_out(beside, (model, request.data), "the file of measures", request.force)
    rows = samples(source, estimator)
    given: dict = {}
    if hasattr(estimator, "cohorts_"):
        estimator.set_params(new_cohorts=request.new_cohorts)
        given = {"cohorts": cohorts}
    try:
        outputs = estimator._outputs(rows, **given)
        table = outcome.prediction_table(outputs)
        if len(asked):
            shares = estimator.predict_survival_function(rows, asked, **given)
            named = zip(asked, shares.T, strict=True)
            table = table.assign(**{f"share left at {t:g}": share for t, share in named})
            table["median"] = estimator.predict_median(rows, **given)
    except ValueError as error:
        text = str(error).replace("set_params(new_cohorts='average')", "--new-cohorts average")
        raise InputError(f"The prediction is not possible: {text}") from error
    parts = [] if ids is None else [pd.DataFrame({"id": ids})]
    measures: dict[str, float] = {}
    if observed is not None:
        parts.append(observed.table)
        measures, measured = observed.measures(outcome, outputs)
    write(out, pd.concat([*parts, table], axis=1).to_csv(index=False).encode())
    count = "1 row" if len(table) == 1 else f"{len(table)} rows"
    print(f"Predicted {count} into {out}.")
    if measures:
        pairs = pd.DataFrame({"metric": list(measures), "value": list(measures.values())})
        write(beside, pairs.to_csv(index=False).encode())
        _show(measures, f"the {measured} rows whose outcome is known", beside)


def _show(measures: dict[str, float], on: str, file: Path) -> None:
    from rich.console import Console

    from .. import report

    shown = {name: report.short(value) for name, value in measures.items()}
    report.print_pairs(Console(), {"measured on": on, **shown, "written to": str(file)})


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

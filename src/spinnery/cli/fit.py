"""`spinnery fit`: a user's table."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..inputs.columns import split_cohort
from ..inputs.files import numeric, read
from .assess import Asking, measured
from .folder import ResultFolder
from .target import Asked, take_target

if TYPE_CHECKING:
    from ..evidence.held_out import HeldOut


@dataclass(frozen=True)
class Request:
    """What was asked on the command line."""

    data: Path
    out: Path
    target: Asked
    drop: list[str]
    cohort: str | None
    rule: str
    seed: int
    max_features: int | None
    hidden: list[str] | None
    test_folds: int
    null_check: bool
    evidence: bool


def run_fit(request: Request) -> None:
    """Fit, measure on unseen samples, report, write the results to `request.out`."""
    if request.test_folds == 1:
        raise InputError("--test-folds must be 0 (none) or at least 2; got 1.")
    with ResultFolder(request.out) as folder:
        request.target.check_cohort(request.cohort, request.drop)
        whole, cohorts = split_cohort(read(request.data), request.cohort)
        source, task, y, why = take_target(whole, request.target, request.drop)
        X = numeric(source, may_drop=True, may_lack=cohorts is not None).features()

        # what takes seconds to import, once the table is found sound
        from rich.console import Console

        from .. import report
        from .results import (
            fit,
            make_estimator,
            write_cohorts,
            write_evidence,
            write_fit,
            write_held_out,
            write_predictions,
        )

        estimator = make_estimator(
            task, request.seed, request.rule, request.max_features, request.hidden,
            cohorts is not None, request.null_check,
        )  # fmt: skip
        print(f"{why} {X.shape[0]} samples, {X.shape[1]} columns.", flush=True)
        start = time.perf_counter()
        fit(estimator, X, y, cohorts)
        outcome, held_out, evidence = estimator.outcome_, None, None
        if request.evidence:
            evidence = measured(
                estimator, X, y, cohorts, Asking(), request.test_folds, request.seed
            )
            held_out = evidence.held_out
        elif request.test_folds:
            held_out = measure(estimator, X, y, cohorts, request)
        seconds = time.perf_counter() - start

        given = {} if cohorts is None else {"cohorts": cohorts}
        outputs = held_out.outputs if held_out else estimator._outputs(X, **given)
        samples = f"held out in {held_out.n_folds} folds" if held_out else "training samples"
        truth = outcome.read(y)
        metrics = outcome.measures(truth, outputs)
        table = report.selected_table(estimator, held_out.times_selected if held_out else None)
        write_fit(folder, estimator, table, metrics)
        if held_out:
            write_held_out(folder, outcome, y, held_out, cohorts)
        if evidence is not None:
            write_evidence(folder, evidence)
        if cohorts is not None:
            write_cohorts(folder, estimator, truth, outputs, cohorts, samples)
        write_predictions(folder, outcome, truth, outputs, samples)

    console = Console()
    if evidence is None:
        report.print_selected(console, table, held_out.n_folds if held_out else 0)
    else:
        report.print_evidence(console, evidence)
    end = {"time": f"{seconds:.1f} s", "written to": str(request.out)}
    on = {"measured on": samples}
    shown = metrics if evidence is None else {}  # evidence has them with intervals
    report.print_pairs(console, {**report.facts(estimator), **on, **shown, **end})


def measure(estimator, X, y, cohorts, request: Request) -> HeldOut:
    """The whole procedure on unseen samples, announced."""
    from ..evidence.held_out import refit_on_folds
    from ..evidence.samples import samples_of

    samples = samples_of(estimator, X, y, None, cohorts, None)
    folds = samples.folds(request.test_folds, request.seed)
    print(
        f"Measuring on unseen samples: {len(folds)} more fits, each without a fold "
        "(--test-folds 0 skips them).",
        flush=True,
    )
    try:
        given = {} if cohorts is None else {"cohorts": cohorts}
        return refit_on_folds(estimator, X, y, folds, given, samples.weights)
    except ValueError as error:
        raise InputError(f"The fit without a fold is not possible: {error}") from error

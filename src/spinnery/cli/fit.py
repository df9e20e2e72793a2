"""`spinnery fit`: a user's table."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..inputs.columns import named_columns, split_cohort, split_groups, with_genes
from ..inputs.files import read
from .assess import Asking, measured
from .contents import Contents
from .folder import ResultFolder
from .target import Asked, take_target


@dataclass(frozen=True)
class Request:
    """What was asked on the command line."""

    data: Path
    out: Path
    target: Asked
    drop: list[str]
    keep: list[str]
    cohort: str | None
    group_folds: str | None
    layer: str | None
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
        whole = read(request.data, request.layer)
        drop = named_columns(whole, request.drop, "--drop")
        keep = named_columns(whole, request.keep, "--keep")
        request.target.check_parts(request.cohort, request.group_folds, drop, keep)
        whole, cohorts = split_cohort(whole, request.cohort)
        whole, groups = split_groups(whole, request.group_folds)
        source, task, y, why = take_target(whole, request.target, drop)
        source = with_genes(source, drop, keep)
        contents, X = Contents(source, cohorts), source.features()

        # what takes seconds to import, once the table is found sound
        from rich.console import Console

        from .. import report
        from .measure import measure
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
        if keep:
            weights = np.where(source.frame.columns.isin(keep), 0.0, 1.0)
            estimator.set_params(penalty_weights=weights)
        contents.prepare(estimator)
        if whole.cells is not None:
            estimator.layer_ = whole.cells.layer
        said = [f"{why} {X.shape[0]} samples, {X.shape[1]} columns.", *contents.lines()]
        print("\n".join(said), flush=True)
        start = time.perf_counter()
        fit(estimator, X, y, cohorts, groups)
        outcome, held_out, evidence = estimator.outcome_, None, None
        folds = request.test_folds
        if request.evidence:
            evidence = measured(estimator, X, y, cohorts, groups, Asking(), folds, request.seed)
            held_out = evidence.held_out
        elif folds:
            held_out = measure(estimator, X, y, cohorts, groups, folds, request.seed)
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

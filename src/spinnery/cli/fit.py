"""`spinnery fit`: a user's table."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError, Problems
from ..inputs.columns import named_columns, split_cohort, split_groups, with_genes
from ..inputs.files import read
from ..inputs.ids import split_ids
from .assess import Asking, measured
from .contents import Contents
from .folder import ResultFolder
from .measure import check_enough, measure
from .target import Asked, take_target
from .workers import Workers


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
    ids: str | None
    force: bool
    rule: str
    seed: int
    max_features: int | None
    hidden: list[str] | None
    test_folds: int
    null_check: bool
    evidence: bool
    workers: Workers


def run_fit(request: Request) -> None:
    """Fit, measure on unseen samples, report, write the results to `request.out`."""
    if request.test_folds == 1:
        raise InputError("--test-folds must be 0 (none) or at least 2; got 1.")
    request.workers.check(request.evidence)
    with ResultFolder(request.out, request.force) as folder:
        whole = read(request.data, request.layer)
        drop = named_columns(whole, request.drop, "--drop")
        keep = named_columns(whole, request.keep, "--keep")
        request.target.check_parts(request.cohort, request.group_folds, drop, keep, request.ids)
        whole, cohorts = split_cohort(whole, request.cohort, of_fit=True)
        whole, groups = split_groups(whole, request.group_folds)
        source, taken = take_target(whole, request.target, drop)
        source, ids, id_column = split_ids(source, request.ids, keep)
        source = with_genes(source, drop, keep)
        with Problems() as problems:
            with problems.kept():
                task, y, why = taken.read()
                check_enough(task, y, request.test_folds, request.evidence)
            with problems.kept():
                contents = Contents(source, cohorts)
        X = source.features()

        # what takes seconds to import, once the table is found sound
        from rich.console import Console

        from .. import report
        from .results import (
            command_line,
            fit,
            make_estimator,
            with_ids,
            write_cohorts,
            write_evidence,
            write_fit,
            write_held_out,
            write_predictions,
            written,
        )

        estimator = make_estimator(
            task, request.seed, request.rule, request.max_features, request.hidden,
            cohorts is not None, request.null_check,
        )  # fmt: skip
        if keep:
            weights = np.where(source.frame.columns.isin(keep), 0.0, 1.0)
            estimator.set_params(penalty_weights=weights)
        contents.prepare(estimator)
        said = [f"{why} {X.shape[0]} samples, {X.shape[1]} columns.", *contents.lines()]
        print("\n".join(said), flush=True)
        start = time.perf_counter()
        fit(estimator, X, y, cohorts, groups)
        layer = None if whole.cells is None else whole.cells.layer
        others = {"cohort": request.cohort, "id": id_column, "layer": layer}
        named = taken.asked.named | others
        estimator.parts_ = {part: name for part, name in named.items() if name is not None}
        outcome, held_out, evidence = estimator.outcome_, None, None
        folds = request.test_folds
        if request.evidence:
            evidence = measured(
                estimator, X, y, cohorts, groups, Asking(), folds, request.seed, request.workers
            )
            held_out = evidence.held_out
        elif folds:
            held_out = measure(
                estimator, X, y, cohorts, groups, folds, request.seed, request.workers
            )
        seconds = time.perf_counter() - start

        soft, samples = estimator.cv_predictions_, "predicted in cross-validation"
        if held_out:
            soft, samples = outcome.soft(held_out.outputs), f"held out in {held_out.n_folds} folds"
        truth = outcome.read(y)
        told = report.report_of(
            estimator, with_ids(X, ids), y, evidence, cohorts=cohorts, held_out=held_out,
            target=request.target.called, command=command_line(),
        )  # fmt: skip
        write_fit(folder, estimator, told, held_out.times_selected if held_out else None)
        if held_out:
            write_held_out(folder, outcome, y, held_out, cohorts, ids)
        if evidence is not None:
            write_evidence(folder, evidence)
        if cohorts is not None:
            write_cohorts(folder, estimator, truth, soft, cohorts, samples)
        write_predictions(folder, outcome, truth, soft, samples)

    report.print_report(Console(), told, {"time": f"{seconds:.1f} s", **written(request.out)})

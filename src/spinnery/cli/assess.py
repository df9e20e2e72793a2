"""`spinnery assess`: how sure a fitted model's features are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..inputs.columns import named_columns, split_cohort, split_groups
from ..inputs.files import read
from ..workers import LostWorkersError
from .folder import ResultFolder
from .model import check_cohort, ids_of, load_model, of_layer, samples
from .target import Asked, take_target
from .workers import Workers

if TYPE_CHECKING:
    from ..evidence.result import Evidence


@dataclass(frozen=True)
class Asking:
    """How much is measured."""

    pairs: int = 50
    expected_false: float = 1.0
    permutations: int = 19


@dataclass(frozen=True)
class Request:
    """What was asked on the command line."""

    model: Path
    data: Path
    out: Path
    target: Asked
    drop: list[str]
    cohort: str | None
    group_folds: str | None
    layer: str | None
    ids: str | None
    force: bool
    seed: int
    test_folds: int
    asking: Asking
    workers: Workers


def run_assess(request: Request) -> None:
    """Assess a model on the table that it was fitted to, write the results to `request.out`."""
    request.workers.check()
    with ResultFolder(request.out, request.force) as folder:
        whole = read(request.data, request.layer)
        drop = named_columns(whole, request.drop, "--drop")
        request.target.check_parts(request.cohort, request.group_folds, drop, [], request.ids)
        whole, cohorts = split_cohort(whole, request.cohort, of_fit=True)
        whole, groups = split_groups(whole, request.group_folds)
        estimator = load_model(request.model)
        check_cohort(request.model, estimator, request.cohort)
        whole = of_layer(whole, estimator, request.layer)
        whole, ids = ids_of(whole, estimator, request.ids)
        source, taken = take_target(whole, request.target, drop)
        task, y, why = taken.read()
        if task != estimator.outcome_.task:
            raise InputError(
                f"{request.model} is a model of {estimator.outcome_.task}, and the target is one "
                f"of {task}: {why} Name the target of the fit (--target, or --time and --event)."
            )
        X = samples(source, estimator, all_columns=True)

        from rich.console import Console

        from .. import report
        from .results import (
            command_line,
            with_ids,
            write_evidence,
            write_held_out,
            write_reports,
            written,
        )

        print(f"{why} {X.shape[0]} samples, {X.shape[1]} columns.", flush=True)
        evidence = measured(
            estimator, X, y, cohorts, groups, request.asking, request.test_folds, request.seed,
            request.workers,
        )  # fmt: skip
        write_evidence(folder, evidence)
        if evidence.held_out is not None:
            write_held_out(folder, estimator.outcome_, y, evidence.held_out, cohorts, ids)
        told = report.report_of(
            estimator, with_ids(X, ids), y, evidence, cohorts=cohorts, target=request.target.called,
            command=command_line(),
        )  # fmt: skip
        write_reports(folder, told)
    report.print_report(Console(), told, written(request.out))


def measured(
    estimator, X, y, cohorts, groups, asking: Asking, test_folds: int, seed: int,
    workers: Workers,
) -> Evidence:  # fmt: skip
    """`assess`, announced, with errors that the user can put right as such."""
    from ..evidence.assess import assess

    print(
        f"Assessing: {2 * asking.pairs} halves, {asking.permutations} permutations, {test_folds} "
        "folds of the whole procedure (some minutes on large tables).",
        flush=True,
    )
    try:
        with workers.at_work():
            return assess(
                estimator, X, y, cohorts=cohorts, groups=groups, n_pairs=asking.pairs,
                expected_false=asking.expected_false, n_permutations=asking.permutations,
                random_state=seed, n_jobs=workers.jobs, n_folds=test_folds,
                checkpoint=workers.checkpoint,
            )  # fmt: skip
    except (ValueError, LostWorkersError) as error:
        raise InputError(f"The assessment is not possible: {error}") from error

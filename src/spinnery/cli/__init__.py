"""The command line: `spinnery demo`, `fit`, `assess`, `report`, `predict`, `embed`, `study`.

Only typer is imported here; a command imports what it needs when it runs, so that help is quick.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from .errors import INTERRUPTED, one_line_errors
from .fitted import embed, predict, report
from .options import (
    AsInFit,
    Checkpoint,
    Force,
    Ids,
    Jobs,
    Layer,
    Out,
    Scheduler,
    Seed,
)
from .studies import study
from .version import options

app = typer.Typer(
    callback=options,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Sparse-input neural networks: the few columns that matter, and a model of them.",
)


@app.command()
def demo(
    out: Out = Path("demo"),
    decoys: Annotated[int, typer.Option(min=0, help="Meaningless columns to add.")] = 2000,
    max_features: Annotated[int | None, typer.Option(min=1, help="Largest model tried.")] = None,
    hidden: Annotated[list[str] | None, typer.Option(help="As in fit.")] = None,
    force: Force = False,
) -> None:
    """Find the measured columns of a tumour table among 2,000 decoys."""
    with one_line_errors():
        from .demo import run_demo

        run_demo(out, decoys, max_features, hidden, force)


@app.command()
def fit(
    data: Annotated[Path, typer.Argument(help="Table: .csv, .tsv, .parquet, .npz (X, y), .h5ad.")],
    out: Out,
    target: Annotated[
        str | None, typer.Option(help="Column to predict (for .npz: array; default y).")
    ] = None,
    task: Annotated[
        Literal["auto", "classification", "regression", "survival"],
        typer.Option(help="Kind of target."),
    ] = "auto",
    time: Annotated[
        str | None, typer.Option(help="Survival: column of times, of the event or of censoring.")
    ] = None,
    event: Annotated[
        str | None,
        typer.Option(help="Survival: column of events, 1/0 or true/false, or column=value."),
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(help="Columns to leave out, such as a,b,c; repeatable.")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(help="Columns that are in every model, such as age,sex; repeatable."),
    ] = None,
    cohort: Annotated[
        str | None,
        typer.Option(help="Column that names each row's study: one model over all of them."),
    ] = None,
    group_folds: Annotated[
        str | None, typer.Option(help="Column of groups, such as patients, that no fold may part.")
    ] = None,
    ids: Ids = None,
    layer: Layer = None,
    rule: Annotated[
        Literal["min", "1se"],
        typer.Option(help="Size of the model: lowest held-out loss, or smallest near it."),
    ] = "min",
    seed: Seed = 0,
    max_features: Annotated[int | None, typer.Option(min=1, help="Largest model tried.")] = None,
    hidden: Annotated[
        list[str] | None,
        typer.Option(
            help="Hidden layer widths such as 20 or 10,5, or linear; repeatable: all are tried."
        ),
    ] = None,
    test_folds: Annotated[
        int, typer.Option(min=0, help="Folds that measure the procedure on unseen rows; 0: none.")
    ] = 5,
    null_check: Annotated[
        bool, typer.Option(help="Keep the model empty where chance explains all that there is.")
    ] = True,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Also measure how sure each feature is.")
    ] = False,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    checkpoint: Checkpoint = None,
    force: Force = False,
) -> None:
    """Fit a table: choose the columns that matter, and how many, by cross-validation."""
    with one_line_errors():
        from .fit import Request, run_fit
        from .target import Asked
        from .workers import Workers

        run_fit(
            Request(
                data=data,
                out=out,
                target=Asked(target, task, time, event),
                drop=drop or [],
                keep=keep or [],
                cohort=cohort,
                group_folds=group_folds,
                ids=ids,
                force=force,
                layer=layer,
                rule=rule,
                seed=seed,
                max_features=max_features,
                hidden=hidden,
                test_folds=test_folds,
                null_check=null_check,
                evidence=evidence,
                workers=Workers(jobs, scheduler, checkpoint),
            )
        )


@app.command()
def assess(
    model: Annotated[Path, typer.Argument(help="A model.spinn written by fit.")],
    data: Annotated[Path, typer.Argument(help="The table that it was fitted to.")],
    out: Out = Path("assessment"),
    target: AsInFit = None,
    time: AsInFit = None,
    event: AsInFit = None,
    drop: Annotated[list[str] | None, typer.Option(help="As in fit.")] = None,
    cohort: AsInFit = None,
    group_folds: AsInFit = None,
    ids: Ids = None,
    layer: Layer = None,
    pairs: Annotated[int, typer.Option(min=2, help="Splits of the rows in halves.")] = 50,
    expected_false: Annotated[
        float, typer.Option(help="False columns that the stable ones may hold, in expectation.")
    ] = 1.0,
    permutations: Annotated[
        int, typer.Option(min=0, help="Permuted targets; the p-value is at least 1/(1 + these).")
    ] = 19,
    test_folds: Annotated[
        int, typer.Option(min=0, help="As in fit; 0: performance is not measured.")
    ] = 5,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    checkpoint: Checkpoint = None,
    seed: Seed = 0,
    force: Force = False,
) -> None:
    """How sure is each column, is there anything at all, how well does the procedure predict?"""
    with one_line_errors():
        from .assess import Asking, Request, run_assess
        from .target import Asked
        from .workers import Workers

        run_assess(
            Request(
                model=model,
                data=data,
                out=out,
                target=Asked(target, "auto", time, event),
                drop=drop or [],
                cohort=cohort,
                group_folds=group_folds,
                ids=ids,
                force=force,
                layer=layer,
                seed=seed,
                test_folds=test_folds,
                asking=Asking(pairs, expected_false, permutations),
                workers=Workers(jobs, scheduler, checkpoint),
            )
        )


for command in (predict, report, embed):
    app.command()(command)
app.add_typer(study, name="study")


def main() -> None:
    """Entry point of the `spinnery` command."""
    try:
        app()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            # A compilation may still run in a thread of JAX's, which an ordinary exit would tear
            # down with a crash report. By now everything is tidied up.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(INTERRUPTED)
        raise

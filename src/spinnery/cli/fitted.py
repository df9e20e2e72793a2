"""The command line: what is done with a fitted model, `predict`, `report` and `embed`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from .errors import one_line_errors
from .options import Cohort, Force, Ids, Known, Layer, Seed


def predict(
    model: Annotated[Path, typer.Argument(help="A model.spinn written by fit or demo.")],
    data: Annotated[Path, typer.Argument(help="Table with the model's columns.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write.")] = Path("predictions.csv"),
    cohort: Cohort = None,
    new_cohorts: Annotated[
        Literal["error", "average"],
        typer.Option(help="Rows of studies that the model does not know: average over its own."),
    ] = "error",
    times: Annotated[
        str | None,
        typer.Option(help="Survival: times such as 12,24,60 at which to give the share left."),
    ] = None,
    ids: Ids = None,
    layer: Layer = None,
    target: Known = None,
    time: Known = None,
    event: Known = None,
    force: Force = False,
) -> None:
    """Predict the rows of a table with a fitted model; measure where the outcome is known."""
    with one_line_errors():
        from .predict import Request, run_predict
        from .target import Asked

        run_predict(
            Request(
                model=model,
                data=data,
                out=out,
                target=Asked(target, "auto", time, event),
                cohort=cohort,
                new_cohorts=new_cohorts,
                ids=ids,
                layer=layer,
                times=times,
                force=force,
            )
        )


def report(
    run: Annotated[Path, typer.Argument(help="Folder that fit, assess or demo wrote.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Report: .html or .md; default report.html in the folder."),
    ] = None,
    link: Annotated[
        str | None, typer.Option(help="Address of a page on each column, with {feature} in it.")
    ] = None,
    force: Force = False,
) -> None:
    """Write the report of a run again, in another form or with links."""
    with one_line_errors():
        from .report import run_report

        run_report(run, out, link, force)


def embed(
    model: Annotated[Path, typer.Argument(help="A model.spinn written by fit or demo.")],
    data: Annotated[Path, typer.Argument(help="Table with the model's columns.")],
    out: Annotated[Path, typer.Option("--out", help="Picture: .png, .svg or .pdf.")] = Path(
        "embedding.png"
    ),
    by: Annotated[
        Literal["selected", "hidden"],
        typer.Option(help="Place rows by the selected columns, or by the first hidden layer."),
    ] = "selected",
    colour: Annotated[
        str | None, typer.Option(help="Column to colour by; default the cohort, if given.")
    ] = None,
    cohort: Cohort = None,
    method: Annotated[
        Literal["tsne", "sne"], typer.Option(help="t-SNE, or SNE with Gaussian tails.")
    ] = "tsne",
    perplexity: Annotated[
        float | None, typer.Option(help="Effective number of neighbours; default 30, or fewer.")
    ] = None,
    coordinates: Annotated[
        Path | None, typer.Option(help="Also write the coordinates, as CSV.")
    ] = None,
    ids: Ids = None,
    layer: Layer = None,
    seed: Seed = 0,
    force: Force = False,
) -> None:
    """Draw the rows of a table on a map, as a fitted model sees them."""
    with one_line_errors():
        from .embed import Request, run_embed

        run_embed(
            Request(
                model=model,
                data=data,
                out=out,
                coordinates=coordinates,
                by=by,
                method=method,
                colour=colour,
                cohort=cohort,
                ids=ids,
                layer=layer,
                force=force,
                perplexity=perplexity,
                seed=seed,
            )
        )

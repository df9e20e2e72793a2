"""The command line: `spinnery study learning`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .errors import one_line_errors
from .options import Force, Out

study = typer.Typer(no_args_is_help=True, help="Experiments that show how networks learn.")


@study.callback()
def _study() -> None:
    """Experiments that show how networks learn."""


@study.command()
def learning(
    out: Out = Path("study"),
    data: Annotated[
        Path | None,
        typer.Option(help="Folder with mnist6000.npz; default SPINNERY_DATA, or small digits."),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of every run.")] = 50,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of every setting.")] = 5,
    force: Force = False,
) -> None:
    """One and two layers, batches of 32 and 1, and the usual optimisers, on digits."""
    with one_line_errors():
        from .study import run_study

        run_study(out, data, epochs, seeds, force)

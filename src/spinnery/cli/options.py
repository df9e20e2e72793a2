"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Out = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the results of an earlier run.")]
Ids = Annotated[
    str | None,
    typer.Option("--id", help="Column of ids: written beside predictions, not predicted from."),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Random seed.")]
Cohort = Annotated[
    str | None,
    typer.Option(help="Column that names each row's study, for a model fitted with --cohort."),
]
AsInFit = Annotated[str | None, typer.Option(help="As in fit.")]
Known = Annotated[
    str | None, typer.Option(help="Known outcome to measure by; default the fit's column.")
]
Layer = Annotated[
    str | None, typer.Option("--layer", help="Matrix of an .h5ad file, such as counts; default X.")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", help="Processes at work; -1: one for each CPU.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler", help="Work on a dask scheduler's workers, such as tcp://host:8786."
    ),
]
Checkpoint = Annotated[
    Path | None,
    typer.Option("--checkpoint", help="Folder of finished parts; a rerun takes them up."),
]

"""`spinnery --version`."""

from __future__ import annotations

from typing import Annotated

import typer


def _say(asked: bool) -> None:
    if asked:
        from .. import __version__

        typer.echo(__version__)
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say, help="Print the version.")
    ] = False,
) -> None:
    """Options before any command; `--version` ends the program by itself."""

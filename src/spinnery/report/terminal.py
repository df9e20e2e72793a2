"""Tables of data on a terminal."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table

MOST = 40  # rows of a table on a terminal; the file has them all


def print_selected(console: Console, table: pd.DataFrame, n_folds: int = 0) -> None:
    """The selected features with their strengths as bars."""
    if table.empty:
        console.print("No feature was selected: the model predicts a constant.")
        return
    out = Table(box=SIMPLE_HEAD, pad_edge=False)
    out.add_column("selected feature", overflow="fold")
    out.add_column("strength", justify="right")
    out.add_column("", width=24)
    if "cohorts" in table:
        out.add_column("cohorts", justify="right")
    if "folds" in table:
        out.add_column(f"chosen in folds (of {n_folds})", justify="right")
    longest = table["strength"].max()
    for row in table.head(MOST).to_dict("records"):
        bar = ProgressBar(longest, row["strength"], width=24, complete_style="cyan",
                          finished_style="cyan", style="default on default")  # fmt: skip
        counts = [str(row[name]) for name in ("cohorts", "folds") if name in table]
        out.add_row(escape(row["feature"]), f"{row['strength']:.3f}", bar, *counts)
    console.print(out)
    if len(table) > MOST:
        console.print(f"and {len(table) - MOST} weaker ones")


def print_pairs(console: Console, pairs: Mapping[str, str | float]) -> None:
    """Names and values in two columns."""
    out = Table(box=None, show_header=False, pad_edge=False)
    out.add_column(style="dim", no_wrap=True)
    out.add_column(overflow="fold")
    for name, value in pairs.items():
        text = f"{value:.4g}" if isinstance(value, float) else value
        out.add_row(escape(name), escape(text))
    console.print(out)

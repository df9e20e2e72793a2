"""Tables of data on a terminal."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table

from ..evidence.result import Evidence

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


def print_evidence(console: Console, evidence: Evidence) -> None:
    """Whether there is anything, and the features that are selected or stable."""
    if evidence.null_p_value == evidence.null_p_value:
        times = len(evidence.null_gains)
        as_good = int((evidence.null_gains >= evidence.gain).sum())
        console.print(
            f"Is there anything? {as_good} of {times} permuted targets were predicted as well: "
            f"p = {evidence.null_p_value:.2g}."
        )
    table = evidence.features[evidence.features["selected"] | evidence.features["stable"]]
    if table.empty:
        console.print("No feature was selected, and none is stable.")
        return
    out = Table(box=SIMPLE_HEAD, pad_edge=False)
    out.add_column("feature", overflow="fold")
    out.add_column("in halves", justify="right")
    out.add_column("stable")
    out.add_column("loss without it", justify="right")
    out.add_column("effect")
    out.add_column("could be instead", overflow="fold")
    for row in table.head(MOST).to_dict("records"):
        rise = f"+{row['importance']:.3f} ({row['importance_low']:.3f} to "
        rise += f"{row['importance_high']:.3f})"
        out.add_row(
            escape(row["feature"]), f"{row['frequency']:.2f}", "yes" if row["stable"] else "",
            rise if row["selected"] else "not selected", row["effect"],
            escape(", ".join(row["stand_ins"][:3])),
        )  # fmt: skip
    console.print(out)
    if len(table) > MOST:
        console.print(f"and {len(table) - MOST} more")
    console.print(_stable_words(evidence))
    if not evidence.performance.empty:
        named = {
            row["measure"]: f"{row['value']:.3g} ({row['low']:.3g} to {row['high']:.3g})"
            for row in evidence.performance.to_dict("records")
        }
        print_pairs(console, named)


def _stable_words(evidence: Evidence) -> str:
    """What "stable" admits."""
    if evidence.threshold == float("inf"):
        return f"No frequency is enough for {evidence.expected_false:g} false features at most."
    return (
        f"Stable: in at least {evidence.threshold:.0%} of the halves, where at most "
        f"{evidence.expected_false:g} false features are expected; {evidence.stable.sum()} are."
    )


def print_pairs(console: Console, pairs: Mapping[str, str | float]) -> None:
    """Names and values in two columns."""
    out = Table(box=None, show_header=False, pad_edge=False)
    out.add_column(style="dim", no_wrap=True)
    out.add_column(overflow="fold")
    for name, value in pairs.items():
        text = f"{value:.4g}" if isinstance(value, float) else value
        out.add_row(escape(name), escape(text))
    console.print(out)

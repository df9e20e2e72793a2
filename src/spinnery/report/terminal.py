"""A report on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table

from .cells import between
from .methods import network_words
from .model_section import certificate_words
from .wording import clean, listed, share, short

MOST = 40  # rows of a table on a terminal; the file has them all

Report = dict[str, Any]


def print_report(console: Console, report: Report, end: Mapping[str, str]) -> None:
    """The verdict, the features, the answers and the measures; `end` has further pairs."""
    console.print(escape(report["verdict"]), style="bold")
    _print_features(console, report)
    asked = {one["question"]: one["answer"] for one in report["answers"]}
    del asked["Which features?"], asked["How well does it predict?"]  # said above
    print_pairs(console, asked)
    console.print()
    found, model = report["performance"], report["model"]
    folds = f" in {found['n_folds']} folds" if found["n_folds"] else ""
    measures = {
        row["measure"]: between(row["value"], row["low"], row["high"]).text
        for row in found["measures"]
    }
    facts = {"network": network_words(model["hidden"]), "certificate": certificate_words(model)}
    print_pairs(console, {"measured on": found["mark"] + folds, **measures, **facts, **end})


def _print_features(console: Console, report: Report) -> None:
    rows, n_folds = report["features"]["rows"], report["performance"]["n_folds"]
    if not rows:
        return
    out = Table(box=SIMPLE_HEAD, pad_edge=False)
    out.add_column("selected feature", overflow="fold")
    out.add_column("strength", justify="right")
    out.add_column("", width=12)
    out.add_column("effect")
    measured, returned = report["evidence"] is not None, rows[0]["times_selected"] is not None
    if report["cohorts"]:
        out.add_column("cohorts", justify="right")
    if returned:
        out.add_column(f"came back (of {n_folds})", justify="right")
    if measured:
        for title in ("in halves", "loss without it", "could be instead"):
            out.add_column(title, overflow="fold")
    longest = max(row["strength"] for row in rows)
    for row in rows[:MOST]:
        bar = ProgressBar(longest, row["strength"], width=12, complete_style="cyan",
                          finished_style="cyan", style="default on default")  # fmt: skip
        cells: list[Any] = [
            escape(clean(row["feature"])),
            short(row["strength"]) if row["selected"] else "not in it",
            bar,
            row["effect"] or "",
        ]
        if report["cohorts"]:
            cells.append(str(sum(bool(v) for v in row["strengths"].values())))
        if returned:
            cells.append(str(row["times_selected"]))
        if measured:
            cells += _evidence(row)
        out.add_row(*cells)
    console.print(out)
    if len(rows) > MOST:
        console.print(f"and {len(rows) - MOST} more")


def _evidence(row: dict[str, Any]) -> list[str]:
    if "frequency" not in row:
        return ["", "", ""]
    firm = " firm" if row["stable"] else ""
    loss = between(row["importance"], row["importance_low"], row["importance_high"]).text
    return [f"{share(row['frequency'])}{firm}", loss, escape(listed(row["stand_ins"], 3))]


def print_pairs(console: Console, pairs: Mapping[str, str]) -> None:
    """Names and values in two columns."""
    out = Table(box=None, show_header=False, pad_edge=False)
    out.add_column(style="dim", no_wrap=True)
    out.add_column(overflow="fold")
    for name, text in pairs.items():
        out.add_row(escape(name), escape(text))
    console.print(out)

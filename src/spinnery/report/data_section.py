"""The section on the data that were fitted."""

from __future__ import annotations

from typing import Any

from .blocks import Block, Section, Table, Text
from .cells import name, number, words
from .wording import listed

Report = dict[str, Any]


def data_section(report: Report) -> Section | None:
    """None where the data are not known."""
    data = report["data"]
    if data is None:
        return None
    facts = {
        "samples": number(data["n_samples"]),
        "features": number(data["n_features"]),
        "of these with categories": number(data["n_factors"]),
        "empty cells": number(data["n_gaps"]),
        "features with empty cells": number(
            data["n_with_gaps"], more=_first(data["gaps"], data["n_with_gaps"])
        ),
        "features that never vary": number(
            data["n_constant"], more=_first(data["constant"], data["n_constant"])
        ),
    }
    rows = [[words(what), cell] for what, cell in facts.items()]
    blocks: list[Block] = [Table("The features.", ["What", "How many"], rows)]
    blocks.append(_outcome(report["target"]))
    if data["numbering"]:
        text = (
            f"Another whole number in every row: {listed(data['numbering'])}. An id, or "
            "the order of measurement, is no property of a sample: leave it out."
        )
        blocks.append(Text(text, "caution"))
    return Section("data", "The data", blocks)


def _first(names: list[str], n: int) -> str:
    """The names that a report has of n."""
    more = f" and {n - len(names):,} more" if n > len(names) else ""
    return listed(names, len(names)) + more


def _outcome(target: dict[str, Any]) -> Table:
    caption = "The outcome."
    if target["task"] == "survival":
        facts = {
            "samples with the event": target["events"],
            "samples censored before it": target["censored"],
            "longest time followed": target["longest"],
            "time by which half would have it (Kaplan-Meier)": target["median"],
        }
        rows = [[words(what), number(value)] for what, value in facts.items()]
        return Table(caption, ["What", "Value"], rows)
    if target["task"] == "classification":
        total = sum(target["classes"].values())
        rows = [[name(label), number(n, n / total)] for label, n in target["classes"].items()]
        return Table(caption, ["Class", "Samples"], rows, sortable=True)
    kinds = ("mean", "standard_deviation", "lowest", "highest", "zeros")
    rows = [
        [name(one["output"]), *(number(one[kind]) for kind in kinds)] for one in target["columns"]
    ]
    titles = ["Outcome", "Mean", "Standard deviation", "Lowest", "Highest", "Share of zeros"]
    return Table(caption, titles, rows, cards=True)

"""The section on whether there is anything at all."""

from __future__ import annotations

from typing import Any

from .blocks import Block, Cell, Section, Table, Text
from .cells import number, words
from .wording import count, share, short

Report = dict[str, Any]
TITLES = ["Test", "p-value", "Copies with swapped outcomes", "Result"]


def signal_section(report: Report) -> Section | None:
    """None where neither test was made."""
    signal, again = report["signal"], report["signal"]["procedure"]
    rows, notes = [], ["A p-value is the share of all copies that do as well as the true outcomes, "
                       "these counted among them."]  # fmt: skip
    if signal["p_value"] is not None:
        own = "of the fit: do single features, or products of two, go with the outcome?"
        found = signal["p_value"] <= signal["level"]
        result = "more than in the copies" if found else "not clearly more than in the copies"
        known = [number(signal[key]) for key in ("p_value", "permutations")]
        rows.append([words(own), *known, words(result)])
        notes.append(
            "The first test looks at single features and, if these do not decide, at products of "
            "two. Because it may look twice, its p-value is raised: by a quarter, or five times "
            f"where products decide. Above {short(signal['level'])} the model stays empty."
        )
    if again is not None:
        whole = "of the procedure: does it predict unseen halves better than with swapped outcomes?"
        known = [number(again[key]) for key in ("p_value", "permutations")]
        rows.append([words(whole), *known, _result(again, report["task"] == "survival")])
    if not rows:
        return None
    notes.append(
        "A small p-value does not say that the selected features are the right ones, nor that the "
        "signal is strong; a large one does not say that there is nothing."
    )
    blocks: list[Block] = [
        Table("Tests of “nothing is there”.", TITLES, rows, cards=True),
        Text(" ".join(notes), "note", (signal["level"],)),
    ]
    return Section("signal", "The tests of whether there is anything", blocks)


def _result(again: dict[str, Any], survival: bool) -> Cell:
    """How many copies did as well; and what is gained, where its size says something."""
    good, many = again["as_good"], again["permutations"]
    text = f"{good or 'none'} of {count(many, 'copy', 'copies')} did as well"
    if not survival:  # a partial likelihood is far from 0 for the best of models
        text += f"; on unseen halves the loss falls by {share(again['gain'])}"
    return Cell(text, good, (again["gain"],))

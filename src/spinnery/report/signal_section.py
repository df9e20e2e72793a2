"""The section on whether there is anything at all."""

from __future__ import annotations

from typing import Any

from .blocks import Block, Section, Table, Text
from .cells import NONE, number, words
from .wording import short

Report = dict[str, Any]


def signal_section(report: Report) -> Section | None:
    """None where neither test was made."""
    signal, again, rows = report["signal"], report["signal"]["procedure"], []
    if signal["p_value"] is not None:
        own = "of the fit: do single features, or products of two, go with the outcome?"
        known = [number(signal[key]) for key in ("p_value", "permutations")]
        rows.append([words(own), *known, words(NONE), words(NONE)])
    if again is not None:
        whole = "of the procedure: does it predict unseen halves better than with swapped outcomes?"
        known = [number(again[key]) for key in ("p_value", "permutations", "as_good", "gain")]
        rows.append([words(whole), *known])
    if not rows:
        return None
    titles = ["Test", "p-value", "Copies with swapped outcomes", "Of these as good",
              "Part of the loss gained"]  # fmt: skip
    note = (
        f"Above {short(signal['level'])} in the first test the model stays empty. A small p-value "
        "does not say that the selected features are the right ones, nor that the signal is "
        "strong; a large one does not say that there is nothing."
    )
    blocks: list[Block] = [
        Table("Tests of “nothing is there”.", titles, rows, cards=True),
        Text(note, "note", (signal["level"],)),
    ]
    return Section("signal", "The tests of whether there is anything", blocks)

"""The section on whether there is anything at all."""

from __future__ import annotations

from typing import Any

from .blocks import Block, Section, Table, Text
from .cells import number, percent, words
from .wording import short

Report = dict[str, Any]
TITLES = ["Test", "p-value", "Copies with swapped outcomes", "Of these as good", "Loss saved"]


def signal_section(report: Report) -> Section | None:
    """None where neither test was made."""
    signal, again = report["signal"], report["signal"]["procedure"]
    rows, notes = [], ["A p-value is the part of the copies, the true outcomes among them, that do "
                       "as well as the true ones."]  # fmt: skip
    if signal["p_value"] is not None:
        own = "of the fit: do single features, or products of two, go with the outcome?"
        known = [number(signal[key]) for key in ("p_value", "permutations")]
        rows.append([words(own), *known, words("not counted"), words("not measured")])
        notes.append(
            "The fit's looks at single features and then, where they do not decide, at products of "
            "two; for looking twice, it multiplies the one's p-value by 5/4 and the other's by 5. "
            f"Where it is above {short(signal['level'])} the model stays empty."
        )
    if again is not None:
        whole = "of the procedure: does it predict unseen halves better than with swapped outcomes?"
        known = [number(again[key]) for key in ("p_value", "permutations", "as_good")]
        rows.append([words(whole), *known, percent(again["gain"])])
        notes.append(
            "Saved is the part of the loss without features that the procedure takes off on unseen "
            "halves: 0% is nothing, below 0% is harm."
        )
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

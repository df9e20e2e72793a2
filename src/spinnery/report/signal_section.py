"""The section on whether there is anything at all."""

from __future__ import annotations

from typing import Any

from .blocks import Block, Section, Table, Text
from .cells import number, words

Report = dict[str, Any]


def signal_section(report: Report) -> Section | None:
    """None where neither test was made."""
    signal, again = report["signal"], report["signal"]["procedure"]
    titles, blocks = ["What", "Value"], []
    if signal["p_value"] is not None:
        rows = [
            [words("p-value"), number(signal["p_value"])],
            [words("permutations"), number(signal["permutations"])],
            [words("level above which the model stays empty"), number(signal["level"])],
        ]
        blocks += [
            Table("The fit's own check: do single features, or products of two, go with the outcome?",
                  titles, rows),
            Text("It does not say that the selected features are the right ones, nor that the signal "
                 "is strong; and a large p-value does not say that there is nothing.", "note"),
        ]  # fmt: skip
    if again is not None:
        rows = [
            [words("p-value"), number(again["p_value"])],
            [words("copies with swapped outcomes"), number(again["permutations"])],
            [words("of these predicted as well"), number(again["as_good"])],
            [words("part of the loss that is gained on unseen halves"), number(again["gain"])],
        ]
        blocks += [
            Table("The procedure as a whole: does it predict unseen halves better than with swapped "
                  "outcomes?", titles, rows),
            Text("So few copies admit no smaller p-value than one over their number plus one.", "note"),
        ]  # fmt: skip
    return Section("signal", "Is there a signal?", blocks) if blocks else None

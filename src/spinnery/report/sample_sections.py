"""The sections on cohorts and on single samples."""

from __future__ import annotations

from typing import Any

from .blocks import Block, Cell, Section, Table, Text
from .cells import anything, name, number, relative
from .wording import clean

Report = dict[str, Any]
COUNTED = {
    0: "rows are counted from 0, as arrays and data frames are",
    2: "rows have the numbers that a spreadsheet gives them, where the names are row 1",
}
LOG_RISK = (
    " Censored: followed so long without the event. Log risk: the higher, the sooner the event is "
    "predicted; 0.7 more is about twice the rate of events at any time. A deviance residual beyond "
    "2 or 3 is a surprise."
)
PREDICTED = {"classification": "Named", "survival": "Log risk"}


def cohort_section(report: Report) -> Section | None:
    """Each cohort's measures, and what it uses of each feature; None without cohorts."""
    cohorts = report["cohorts"]
    if not cohorts:
        return None
    mark = report["performance"]["mark"]
    measured = list(dict.fromkeys(key for one in cohorts for key in one["measures"]))
    titles = ["Cohort", "Samples", "Features used", "Features not in its table"]
    titles += [f"{key} ({mark})" for key in measured]
    counts = ("n_samples", "n_features", "n_absent")
    rows = [
        [name(one["cohort"]), *(number(one[key]) for key in counts),
         *(number(one["measures"].get(key)) for key in measured)]
        for one in cohorts
    ]  # fmt: skip
    caption = "Each cohort's samples and measures."
    blocks: list[Block] = [Table(caption, titles, rows, sortable=True, cards=True)]
    used = [row for row in report["features"]["rows"] if row["selected"]]
    if used:
        most = max(v for row in used for v in row["strengths"].values() if v is not None)
        blocks.append(Table(
            "Strength of each feature in each cohort; empty where it is not used. Over all, "
            "strengths add up as squares.",
            ["Feature", *(clean(one["cohort"]) for one in cohorts)],
            [
                [name(row["feature"]), *(_strength(v, most) for v in row["strengths"].values())]
                for row in used
            ],
        ))  # fmt: skip
    return Section("cohorts", "The cohorts", blocks)


def _strength(value: float | None, most: float) -> Cell:
    if value is None:
        return Cell("lacks it")
    return number(value, relative(value, most)) if value else Cell("")


def worst_section(report: Report) -> Section | None:
    """None where nothing was judged, or too little."""
    worst = report["worst"]
    if worst is None or not worst["samples"]:
        return None
    samples, mark = worst["samples"], report["performance"]["mark"]
    known = [key for key in ("name", "cohort") if any(one[key] is not None for one in samples)]
    predicted = PREDICTED.get(report["task"], "Predicted")
    titles = ["Row", *map(str.capitalize, known), "Observed", predicted]
    rows = [
        [number(one["row"]), *(name(one[key]) for key in known), anything(one["observed"]),
         anything(one["predicted"]), number(one["miss"])]
        for one in samples
    ]  # fmt: skip
    counted = COUNTED.get(worst.get("first_row", 1), "rows are counted from 1")
    lead = (
        f"Of the {mark}; {counted}. Look for what they have in common, "
        "and for slips in their values: a miss alone is no reason to leave a sample out."
        f"{LOG_RISK if report['task'] == 'survival' else ''}"
    )
    table = Table(
        f"The worst first ({mark}).", [*titles, worst["what"].capitalize()], rows, sortable=True
    )
    return Section("worst", "The samples predicted worst", [Text(lead), table])

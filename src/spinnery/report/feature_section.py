"""The section on the selected features: one row each, and how to read it."""

from __future__ import annotations

from typing import Any

from . import drawings
from .blocks import Block, Cell, Folded, Key, Section, Table, Text
from .cells import NONE, between, name, number, percent, relative, words
from .wording import clean, count, false_ones, listed, share, short

Report = dict[str, Any]
Row = dict[str, Any]

EFFECT = (
    "Effect",
    "how the mean prediction moves with this feature, the others as they are; all rows have one "
    "scale, and a band is two standard errors; “none by itself” where flat is within the band",
    "what would happen if the feature were changed in the world",
)
STRENGTH = (
    "Strength",
    "size of the feature's weights, for standardised inputs",
    "how sure it is, or how much would be lost without it",
)
FREQUENCY = (
    "In halves",
    "the part of the fits to random halves of the samples that picked it",
    "that it is false where the part is small: twins share their votes",
)
FALSE = (
    "False expected",
    "how many false features at most would be picked as often, in the whole list down to this row; "
    "in brackets for the worst distribution there could be",
    "that this very feature is true",
)
LOSS = (
    "Loss without it",
    "how much the loss on unseen samples rises if it cannot be measured, the others trained anew, "
    "with a 95% interval ({loss})",
    "that it is false where the rise is near 0: another feature may take over",
)
INSTEAD = (
    "Could be instead",
    "features outside the model that would do about as well in its place",
    "that they are as firm: these samples do not decide",
)
RETURNED = (
    "Came back in",
    "how many refits without a part of the samples selected it again",
    "a rate of error: the refits share most of their samples",
)


def feature_section(report: Report) -> Section:
    """Of every report."""
    features, rows = report["features"], report["features"]["rows"]
    blocks: list[Block] = []
    if not rows:
        blocks.append(Text(f"None of {count(features['n_features'], 'feature')} was selected."))
        return Section("features", "The selected features", blocks)
    measured = report["evidence"] is not None
    columns = [EFFECT] if any(row["effect"] for row in rows) else []
    columns += [STRENGTH, *((FREQUENCY, FALSE, LOSS, INSTEAD) if measured else ())]
    if any(row["times_selected"] is not None for row in rows):
        columns.append(RETURNED)
    tallest = max((height(row["curve"]) for row in rows if row["curve"]), default=1.0)
    strongest = max(row["strength"] for row in rows)
    cells = {
        "Effect": lambda row: effect_cell(row, tallest),
        "Strength": lambda row: number(
            row["strength"] or None, relative(row["strength"], strongest)
        ),
        "In halves": lambda row: _frequency(row),
        "False expected": lambda row: _false(row),
        "Loss without it": lambda row: _loss(row),
        "Could be instead": lambda row: _instead(row),
        "Came back in": lambda row: _returned(row, report),
    }
    table = [
        [
            name(row["feature"], report["link"], _kind(row)),
            *(cells[title](row) for title, _, _ in columns),
        ]
        for row in rows
    ]
    caption = "The firmest first." if measured else "The strongest first."
    titles = ["Feature", *(title for title, _, _ in columns)]
    blocks.append(Table(caption, titles, table, sortable=True))
    cohorts = [one["cohort"] for one in report["cohorts"] or ()]
    if any(row["curve"] for row in rows) and len(cohorts) > 1:
        blocks.append(Key(cohorts))
    if features["n_left_out"]:
        blocks.append(
            Text(f"{count(features['n_left_out'], 'more feature')} are in the model.", "note")
        )
    if measured:
        blocks.append(_halves(report["evidence"]))
    loss = report["model"].get("held_out_loss", "")
    meaning = [
        [words(title), words(says.format(loss=loss)), words(says_not)]
        for title, says, says_not in columns
    ]
    how = Table("The columns", ["Column", "Says", "Does not say"], meaning)
    blocks.append(Folded("How to read this table", [how]))
    return Section("features", "The selected features", blocks)


def _halves(found: dict[str, Any]) -> Text:
    """By what the firm ones are told."""
    firm = "No part of the halves is enough to call a feature firm."
    if found["threshold"] is not None:
        groups = count(found["n_stable_clusters"], "group")
        firm = (
            f"Firm (✓): picked by at least {share(found['threshold'])} of the halves, where at "
            f"most {false_ones(found['expected_false'])} to be expected; "
            f"{count(found['n_stable'], 'feature')} and {groups} of twins are."
        )
    picked = count(found["size"], "feature")
    text = f"{firm} {count(found['n_pairs'], 'pair')} of halves; each half picked at most {picked}."
    return Text(text, "note", tuple(found.values()))


def height(curve: dict[str, Any]) -> float:
    """Largest distance of a feature's curves from 0."""
    return max((abs(v) for one in curve["cohorts"] for v in one["curve"]), default=0.0) or 1.0


def effect_cell(row: Row, tallest: float) -> Cell:
    """The curve and its word."""
    word = row["effect"] or NONE
    if row["curve"] is None:
        return words(word)
    drawing = drawings.effect(row["curve"], clean(row["feature"]), word, tallest)
    more = clean(row["curve"]["output"]) if row["curve"]["one_of_several"] else ""
    return Cell(word, drawing=drawing, more=more)


def _kind(row: Row) -> str:
    told = []
    if row["levels"]:
        told.append(f"factor of {count(row['levels'], 'level')}")
    if row["always"]:
        told.append("kept in by request")
    if not row["selected"]:
        told.append("firm, but not in the model")
    return ", ".join(told)


def _frequency(row: Row) -> Cell:
    if "frequency" not in row:
        return Cell(NONE)
    cluster = row["cluster"]
    more = "✓ firm" if row["stable"] else ""
    if cluster["n_features"] > 1:
        with_twins = (
            f"with {count(cluster['n_features'] - 1, 'twin')} {share(cluster['frequency'])}"
        )
        more += f"{'; ' if more else ''}{with_twins}{' ✓' if cluster['stable'] else ''}"
    cell = percent(row["frequency"], bar=True, more=more)
    return Cell(
        cell.text,
        cell.value,
        (cluster["frequency"], cluster["n_features"]),
        bar=cell.bar,
        more=more,
    )


def _false(row: Row) -> Cell:
    if "expected_false" not in row:
        return Cell(NONE)
    text = f"{short(row['expected_false'])} ({short(row['worst_case'])})"
    return Cell(text, row["expected_false"], (row["worst_case"],))


def _loss(row: Row) -> Cell:
    if row.get("importance") is None:
        return Cell(NONE)
    return between(row["importance"], row["importance_low"], row["importance_high"])


def _instead(row: Row) -> Cell:
    others, twins = row.get("stand_ins", []), row.get("cluster", {}).get("twins", [])
    if not others:
        return Cell(NONE if not twins else f"twins: {listed(twins, 4)}")
    return Cell(listed(others, 4), row["n_stand_ins"])


def _returned(row: Row, report: Report) -> Cell:
    n, times = report["performance"]["n_folds"], row["times_selected"]
    if times is None or n is None:
        return Cell(NONE)
    return Cell(f"{times} of {n}", times, bar=times / n)

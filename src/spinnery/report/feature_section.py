"""The section on the selected features: one row each, and how to read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from . import drawings
from .blocks import Block, Cell, Folded, Key, Section, Table, Text
from .cells import NONE, between, name, number, percent, relative, words
from .wording import clean, count, false_ones, listed, share, short

Report = dict[str, Any]
Row = dict[str, Any]


class Most(NamedTuple):
    """The largest of all rows, to which pictures and bars are drawn."""

    effect: float
    strength: float
    folds: int | None


class Column(NamedTuple):
    """What a column says, does not say, and has in each row."""

    title: str
    says: str
    says_not: str
    cell: Callable[[Row, Most], Cell]


def feature_section(report: Report) -> Section:
    """Of every report."""
    features, rows = report["features"], report["features"]["rows"]
    title, measured = "The selected features", report["evidence"] is not None
    if not rows:
        none = f"None of {count(features['n_features'], 'feature')} was selected."
        return Section("features", title, [Text(none)])
    most = Most(
        max((_height(row["curve"]) for row in rows if row["curve"]), default=1.0),
        max(row["strength"] for row in rows),
        None if report["performance"] is None else report["performance"]["n_folds"],
    )
    columns = [
        *([EFFECT] if any(row["effect"] for row in rows) else []),
        STRENGTH,
        *(OF_EVIDENCE if measured else []),
        *([RETURNED] if any(row["times_selected"] is not None for row in rows) else []),
    ]
    cells = [
        [name(row["feature"], report["link"], _kind(row)), *(c.cell(row, most) for c in columns)]
        for row in rows
    ]
    caption = "The firmest first." if measured else "The strongest first."
    titles = ["Feature", *(column.title for column in columns)]
    blocks: list[Block] = [Table(caption, titles, cells, sortable=True, cards=True)]
    cohorts = [one["cohort"] for one in report["cohorts"] or ()]
    if any(row["curve"] for row in rows) and len(cohorts) > 1:
        blocks.append(Key(cohorts))
    if features["n_left_out"]:
        more = count(features["n_left_out"], "more feature")
        blocks.append(Text(f"The model has {more}.", "note", (features["n_left_out"],)))
    if measured:
        blocks.append(_halves(report["evidence"]))
    loss = report["model"].get("held_out_loss", "")
    meaning = [
        [words(c.title), words(c.says.format(loss=loss)), words(c.says_not)] for c in columns
    ]
    how = Table("The columns", ["Column", "Says", "Does not say"], meaning, cards=True)
    blocks.append(Folded("How to read this table", [how]))
    return Section("features", title, blocks)


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


def _height(curve: dict[str, Any]) -> float:
    """Largest distance of a feature's curves from 0."""
    return max((abs(v) for one in curve["cohorts"] for v in one["curve"]), default=0.0) or 1.0


def _effect(row: Row, most: Most) -> Cell:
    """The curves and their word."""
    word = row["effect"] or NONE
    if row["curve"] is None:
        return words(word)
    drawing = drawings.effect(row["curve"], clean(row["feature"]), word, most.effect)
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


def _strength(row: Row, most: Most) -> Cell:
    return number(row["strength"] or None, relative(row["strength"], most.strength))


def _frequency(row: Row, most: Most) -> Cell:
    if "frequency" not in row:
        return Cell(NONE)
    cluster, more = row["cluster"], ["✓ firm"] if row["stable"] else []
    if cluster["n_features"] > 1:
        twins = count(cluster["n_features"] - 1, "twin")
        firm = " ✓" if cluster["stable"] else ""
        more.append(f"with {twins} {share(cluster['frequency'])}{firm}")
    cell = percent(row["frequency"], bar=True, more="; ".join(more))
    return replace(cell, others=(cluster["frequency"], cluster["n_features"]))


def _false(row: Row, most: Most) -> Cell:
    if "expected_false" not in row:
        return Cell(NONE)
    text = f"{short(row['expected_false'])} ({short(row['worst_case'])})"
    return Cell(text, row["expected_false"], (row["worst_case"],))


def _loss(row: Row, most: Most) -> Cell:
    if row.get("importance") is None:
        return Cell(NONE)
    return between(row["importance"], row["importance_low"], row["importance_high"])


def _instead(row: Row, most: Most) -> Cell:
    others, twins = row.get("stand_ins", []), row.get("cluster", {}).get("twins", [])
    if others:
        return Cell(listed(others, 4), row["n_stand_ins"])
    return Cell(f"twins: {listed(twins, 4)}" if twins else NONE)


def _returned(row: Row, most: Most) -> Cell:
    times = row["times_selected"]
    if times is None or most.folds is None:
        return Cell(NONE)
    return Cell(f"{times} of {most.folds}", times, bar=times / most.folds)


EFFECT = Column(
    "Effect",
    "how the mean prediction moves with this feature, the others as they are; all rows have one "
    "scale, and a band is two standard errors; “none by itself” where flat is within the band",
    "what would happen if the feature were changed in the world",
    _effect,
)
STRENGTH = Column(
    "Strength",
    "size of the feature's weights, for standardised inputs",
    "how sure it is, or how much would be lost without it",
    _strength,
)
OF_EVIDENCE = [
    Column(
        "In halves",
        "the part of the fits to random halves of the samples that picked it",
        "that it is false where the part is small: twins share their votes",
        _frequency,
    ),
    Column(
        "False expected",
        "how many false features at most would be picked as often, in the whole list down to this "
        "row; in brackets for the worst distribution there could be",
        "that this very feature is true",
        _false,
    ),
    Column(
        "Loss without it",
        "how much the loss on unseen samples rises if it cannot be measured, the others trained "
        "anew, with a 95% interval ({loss})",
        "that it is false where the rise is near 0: another feature may take over",
        _loss,
    ),
    Column(
        "Could be instead",
        "features outside the model that would do about as well in its place",
        "that they are as firm: these samples do not decide",
        _instead,
    ),
]
RETURNED = Column(
    "Came back in",
    "how many refits without a part of the samples selected it again",
    "a rate of error: the refits share most of their samples",
    _returned,
)

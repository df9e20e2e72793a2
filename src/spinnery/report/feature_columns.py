"""The columns of the table of features: what each has in a row, says and does not say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from ..evidence.bounds import LOWEST
from . import drawings
from .blocks import Cell
from .cells import between, number, percent, relative, words
from .wording import clean, count, listed, share, short

Row = dict[str, Any]
ABSENT, KEPT = "not in the model", "not judged"


class Most(NamedTuple):
    """What the rows' numbers are drawn to, or stand beside."""

    effect: float
    strength: float
    folds: int | None
    gain: float | None  # by how much all features together lower the held-out loss
    cohorts: tuple[str, ...]


class Column(NamedTuple):
    """What a column says, does not say, and has in each row."""

    title: str
    says: str
    says_not: str
    cell: Callable[[Row, Most], Cell]


def _effect(row: Row, most: Most) -> Cell:
    """The curves and their word."""
    if row["curve"] is None:
        return words(row["effect"] or ABSENT)
    word = row["effect"]
    drawing = drawings.effect(row["curve"], clean(row["feature"]), word, most.effect, most.cohorts)
    more = clean(row["curve"]["output"]) if row["curve"]["one_of_several"] else ""
    return Cell(word, drawing=drawing, more=more)


def _strength(row: Row, most: Most) -> Cell:
    if not row["selected"]:
        return words(ABSENT)
    drawn = "frequency" not in row  # with evidence, bars are of what matters
    return number(row["strength"], relative(row["strength"], most.strength) if drawn else None)


def _frequency(row: Row, most: Most) -> Cell:
    if "frequency" not in row:
        return words(KEPT)
    cluster, more = row["cluster"], ["✓ firm"] if row["stable"] else []
    if cluster["n_features"] > 1:
        twins = count(cluster["n_features"] - 1, "twin")
        firm = " ✓" if cluster["stable"] else ""
        more.append(f"with {twins} {share(cluster['frequency'])}{firm}")
    cell = percent(row["frequency"], bar=True, more="; ".join(more))
    return replace(cell, others=(cluster["frequency"], cluster["n_features"]))


def _false(row: Row, most: Most) -> Cell:
    if "expected_false" not in row:
        return words(KEPT)
    more = f"at worst {short(row['worst_case'])}"
    text = short(row["expected_false"])
    if row["frequency"] < LOWEST - 1e-9:
        text = f"unknown (under {share(LOWEST)})"
        more = ""
    return Cell(text, row["expected_false"], (row["worst_case"],), more=more)


def _loss(row: Row, most: Most) -> Cell:
    if not row["selected"]:
        return words(ABSENT)
    if row.get("importance") is None:
        return words("not measured")
    cell = between(row["importance"], row["importance_low"], row["importance_high"])
    if most.gain is None:
        return cell
    part = row["importance"] / most.gain
    return replace(cell, bar=min(max(part, 0), 1), more=f"{share(part)} of what all gain")


def _instead(row: Row, most: Most) -> Cell:
    if "cluster" not in row:
        return words(KEPT)
    cluster, found = row["cluster"], "none found" if row["selected"] else ABSENT
    more = ""
    if cluster["twins"]:
        more = f"twins: {listed(cluster['twins'], 4, cluster['n_features'] - 1)}"
    if not row["stand_ins"]:
        return words(more or found)
    return Cell(listed(row["stand_ins"], 4, row["n_stand_ins"]), row["n_stand_ins"], more=more)


def _returned(row: Row, most: Most) -> Cell:
    times = row["times_selected"]
    if times is None or most.folds is None:
        return words("not counted")
    return Cell(f"{times} of {most.folds}", times)


EFFECT = Column(
    "Effect",
    "how the mean prediction moves with this feature, the others as they are, over the middle 95% "
    "of its values; all rows have one scale, the grey line is the mean, and a band is two standard "
    "errors; “none by itself” where flat is within the band",
    "what would happen if the feature were changed in the world",
    _effect,
)


def effect_on(report: dict[str, Any]) -> Column:
    """The first column; of two classes it says which one goes up."""
    labels = list((report["target"] or {}).get("classes", ()))
    return EFFECT._replace(title=f"Effect on “{clean(labels[1])}”") if len(labels) == 2 else EFFECT


STRENGTH = Column(
    "Strength",
    "size of the feature's weights, for standardised inputs: large or small only beside other rows",
    "how sure it is, or how much would be lost without it",
    _strength,
)
OF_EVIDENCE = [
    Column(
        "In halves",
        "the part of the fits to random halves of the samples that picked it; twins are features "
        "that rise and fall together (correlation 0.8 or more, either way)",
        "that it is false where the part is small: twins share their votes",
        _frequency,
    ),
    Column(
        "False expected, down to here",
        "how many features would be picked as often by mistake, in the whole list down to this "
        "row: at most so many where the halves' picks are spread as they commonly are, which held "
        "in our simulations; “at worst” is for any spread there could be. Under 60% of the halves "
        "chance may bring more",
        "that this very feature is true",
        _false,
    ),
    Column(
        "Loss without it",
        "how much the loss on unseen samples rises if it cannot be measured, the others trained "
        "anew, with a 95% interval; beside it, what part that is of what all features together "
        "gain (the parts need not add up to all). The loss is what training makes small: {loss}",
        "that it is false where the rise is near 0: another feature may take over",
        _loss,
    ),
    Column(
        "Could be instead",
        "features outside the model that would do about as well in its place; and its twins, "
        "whether that was found of them or not",
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

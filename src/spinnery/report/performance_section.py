"""The section on how well the model predicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import drawings
from .blocks import Block, Cell, Figure, Section, Table, Text
from .cells import between, name, number, percent, relative, words
from .given import CHOSEN, TRAINING, UNSEEN
from .wording import clean, count, p_words, short

Report = dict[str, Any]
Picture = dict[str, Any]


OF_PARTS = (
    "The model has no features and predicts the same for everybody. The fits without a part of the "
    "samples, which predict here, each have a constant of their own, or even a few features: so "
    "their predictions differ."
)


def performance_section(report: Report) -> Section | None:
    """None where nothing was judged."""
    found = report["performance"]
    if found is None:
        return None
    training = found["kind"] == TRAINING
    title = "The training samples, predicted" if training else "How well it predicts"
    blocks: list[Block] = [Text(found["how"])]
    if found["caution"]:
        blocks.append(Text(found["caution"], "caution"))
    if not report["features"]["n_selected"] and found["kind"] in (UNSEEN, CHOSEN):
        blocks.append(Text(OF_PARTS, "note"))
    intervals = any(row["low"] is not None for row in found["measures"])
    rows = [
        [words(row["measure"]), between(row["value"], row["low"], row["high"]), words(row["says"]),
         words(row["says_not"])]
        for row in found["measures"]
    ]  # fmt: skip
    what = f"Value ({found['mark']})"
    caption = f"Measures on {count(found['n_samples'], 'sample')}" + (
        f": means over {count(found['n_folds'], 'part')}, with 95% intervals." if intervals else "."
    )
    titles = ["Measure", what, "Says", "Does not say"]
    blocks.append(Table(caption, titles, rows, cards=True))
    for picture in found["pictures"]:
        blocks += PICTURES[picture["kind"]](picture, found["mark"])
    return Section("performance", title, blocks)


def _scatter(picture: Picture, mark: str) -> list[Block]:
    of = f" of {picture['of']}" if picture["of"] else ""
    shown = ""
    if picture["shown"] < picture["n_samples"]:
        shown = f" {picture['shown']:,} of {picture['n_samples']:,} samples are drawn."
    rows = [
        [number(g["n"]), number(g["predicted"]), number(g["observed"])] for g in picture["groups"]
    ]
    table = Table(
        "Means of samples of like prediction.", ["Samples", "Mean predicted", "Mean observed"], rows
    )
    caption = (
        f"Observed against predicted values{of} ({mark}), with means of samples of like "
        f"prediction: on the dashed line both agree.{shown}"
    )
    return [Figure(caption, drawings.scatter(picture), table)]


def _roc(picture: Picture, mark: str) -> list[Block]:
    caption = (
        f"ROC curve of “{clean(picture['of'])}” ({mark}): the more it bulges to the upper left, "
        "the better the order of the probabilities. A coin is on the dashed line."
    )
    return [Figure(caption, drawings.roc(picture))]


def _calibration(picture: Picture, mark: str) -> list[Block]:
    what = "of the class that is named" if picture["of"] is None else f"of “{clean(picture['of'])}”"
    caption = (
        f"Calibration ({mark}): samples of like predicted probability {what}, and the share in "
        "which it was so, with 95% intervals. On the dashed line, probabilities are what they say."
    )
    rows = [
        [number(g["n"]), number(g["predicted"]), between(g["observed"], g["low"], g["high"])]
        for g in picture["groups"]
    ]
    table = Table("Groups of samples.", ["Samples", "Mean probability", "Share observed"], rows)
    return [Figure(caption, drawings.calibration(picture), table)]


def _by_class(picture: Picture, mark: str) -> list[Block]:
    labels = picture["labels"]
    rows = [
        [name(label), number(one["n"]), number(one["named"]), number(one["right"]),
         percent(one["recall"], bar=True), percent(one["precision"], bar=True)]
        for label, one in zip(labels, picture["classes"], strict=True)
    ]  # fmt: skip
    titles = ["Class", "Samples", "Named so", "Rightly", "Found", "Right where named"]
    each = Table(f"Class by class ({mark}).", titles, rows, sortable=True)
    blocks: list[Block] = [each]
    if picture["counts"] is not None:
        cells = [
            [name(label), *(number(n, relative(n, sum(row))) for n in row)]
            for label, row in zip(labels, picture["counts"], strict=True)
        ]
        caption = f"Samples by observed class (rows) and class named (columns) ({mark})."
        blocks.append(Table(caption, ["Observed", *(clean(label) for label in labels)], cells))
    elif picture["mistaken"]:
        cells = [
            [name(one["observed"]), name(one["predicted"]), number(one["n"])]
            for one in picture["mistaken"]
        ]
        caption = f"Taken for another most often ({mark})."
        blocks.append(Table(caption, ["Observed", "Named", "Samples"], cells))
    return blocks


def _survival(picture: Picture, mark: str) -> list[Block]:
    p, cohorts = picture["p_value"], " within each cohort" if picture["within_cohorts"] else ""
    apart = "how likely curves so far apart would be if all survived alike"
    test = "" if p is None else f" Log-rank test: {p_words(p)}, {apart}."
    caption = (
        f"Kaplan-Meier curves by thirds of predicted risk{cohorts} ({mark}), with 95% bands.{test} "
        "The groups are cut from these samples: they are no thresholds for use."
    )
    groups = picture["groups"]
    rows = [
        [words("samples"), *(number(one["n"]) for one in groups)],
        [words("with the event"), *(number(one["events"]) for one in groups)],
        *(
            [
                Cell(f"followed to {short(t)} or longer", t),
                *(number(one["at_risk"][k]) for one in groups),
            ]
            for k, t in enumerate(picture["times"])
            if t > 0
        ),
    ]
    titles = ["Risk", *(one["name"] for one in groups)]
    table = Table(
        f"The groups, and how many of each are followed until a time ({mark}).", titles, rows
    )
    return [Figure(caption, drawings.survival(picture), values=(p,)), table]


PICTURES: dict[str, Callable[[Picture, str], list[Block]]] = {
    "scatter": _scatter,
    "roc": _roc,
    "calibration": _calibration,
    "classes": _by_class,
    "survival": _survival,
}

"""The section on the selected features: one row each, and how to read it."""

from __future__ import annotations

from typing import Any

from .blocks import Block, Folded, Key, Section, Table, Text
from .cells import name, words
from .feature_columns import OF_EVIDENCE, RETURNED, STRENGTH, Most, effect_on
from .methods import SCORE
from .wording import count, false_ones, named, share

Report = dict[str, Any]
Row = dict[str, Any]

LEFT_OUT = (
    "A feature that is firm and not in the model is as much a finding as one that is. The model "
    "stops where one feature more lowers the loss on held-out samples too little; what it would "
    "add, others may say together."
)


def feature_section(report: Report) -> Section:
    """Of every report."""
    features, rows = report["features"], report["features"]["rows"]
    if not rows:
        none = f"None of {count(features['n_features'], 'feature')} was selected."
        return Section("features", "The selected features", [Text(none)])
    measured = report["evidence"] is not None
    left_out = any(not row["selected"] for row in rows)
    most = Most(
        max((_height(row["curve"]) for row in rows if row["curve"]), default=1.0),
        max(row["strength"] for row in rows),
        None if report["performance"] is None else report["performance"]["n_folds"],
        _gain(report["model"]),
        tuple(one["cohort"] for one in report["cohorts"] or ()),
    )
    columns = [
        *([effect_on(report)] if any(row["effect"] for row in rows) else []),
        STRENGTH,
        *(OF_EVIDENCE if measured else []),
        *([RETURNED] if any(row["times_selected"] is not None for row in rows) else []),
    ]
    cells = [
        [name(row["feature"], report["link"], _kind(row)), *(c.cell(row, most) for c in columns)]
        for row in rows
    ]
    caption = "The strongest first, which need not be the surest."
    if measured:
        caption = (
            "Those picked most often first. How sure: “In halves”; how much each matters: “Loss "
            "without it”."
        )
    titles = ["Feature", *(column.title for column in columns)]
    blocks: list[Block] = [Table(caption, titles, cells, sortable=True, cards=True)]
    if any(row["curve"] for row in rows) and len(most.cohorts) > 1:
        blocks.insert(0, Key(list(most.cohorts)))
    if features["n_left_out"]:
        more = count(features["n_left_out"], "more feature")
        blocks.append(Text(f"The model has {more}.", "note", (features["n_left_out"],)))
    if measured:
        blocks.append(_halves(report["evidence"]))
    if left_out:
        blocks.append(Text(LEFT_OUT, "note"))
    loss = report["model"].get("held_out_loss", "")
    meaning = [
        [words(c.title), words(c.says.format(loss=loss)), words(c.says_not)] for c in columns
    ]
    how = Table("The columns", ["Column", "Says", "Does not say"], meaning, cards=True)
    blocks.append(Folded("How to read this table", [how]))
    title = "The selected features" + (", and firm ones beside them" if left_out else "")
    return Section("features", title, blocks)


def _halves(found: dict[str, Any]) -> Text:
    """By what the firm ones are told."""
    firm = "No part of the halves is enough to call a feature firm."
    if found["threshold"] is not None:
        n, groups = found["n_stable"], found["n_stable_clusters"]
        told = count(n, "feature")
        if groups != n:
            told += (
                f", {count(groups, 'group')} counting twins (which rise and fall together) as one"
            )
        firm = (
            f"Firm (✓): picked by at least {share(found['threshold'])} of the halves, a limit that "
            f"at most {false_ones(found['expected_false'])} should reach by mistake. Firm: {told}. "
            "The limit depends on how many features a half may pick, and of how many."
        )
    picked = count(found["size"], "feature")
    text = f"{firm} {count(found['n_pairs'], 'pair')} of halves; each half picked at most {picked}."
    return Text(text, "note", tuple(found.values()))


def _height(curve: dict[str, Any]) -> float:
    """Largest distance of a feature's curves from 0."""
    return max((abs(v) for one in curve["cohorts"] for v in one["curve"]), default=0.0) or 1.0


def _gain(model: dict[str, Any]) -> float | None:
    """How far all features together lower the loss in cross-validation, where that is known."""
    first = next(iter(model.get("sizes", ())), None)
    if first is None or first["n_features"] or model["held_out_loss"] == SCORE:
        return None
    gain = first["cv_mean"] - model["cv_loss"]
    return gain if gain > 0 else None


def _kind(row: Row) -> str:
    told = []
    if row["levels"]:
        told.append(count(row["levels"], "category", "categories"))
    if row["always"]:
        told.append("kept in by request")
    used = [strength for strength in row.get("strengths", {}).values() if strength]
    if 0 < len(used) < len(row.get("strengths", {})):
        told.append(f"used in {len(used)} of {len(row['strengths'])} cohorts")
    if not row["selected"]:
        twin = row["cluster"]["selected_twin"]
        told.append("firm, but not in the model" + (f": its twin {named(twin)} is" if twin else ""))
    return ", ".join(told)

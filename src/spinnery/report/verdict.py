"""Everything that a report says in one sentence."""

from __future__ import annotations

from typing import Any

from .given import CHOSEN, TEST, TRAINING, UNSEEN
from .measures import headline
from .wording import count, named, p_words

Report = dict[str, Any]
ON = {
    UNSEEN: "on unseen samples",
    TEST: "on the test samples",
    CHOSEN: "in cross-validation",
}


def outcome_words(report: Report) -> str:
    """The outcome within a sentence."""
    target = report["target"]
    survival = report["task"] == "survival"
    if target is None or not target["name"] or (survival and target["name"] == "event"):
        return "the time until the event" if survival else "the outcome"
    return f"the time until {named(target['name'])}" if survival else named(target["name"])


def verdict(report: Report) -> str:
    """Everything in one sentence, with its p-value."""
    signal, features = report["signal"], report["features"]
    outcome, p, n = outcome_words(report), signal["p_value"], features["n_selected"]
    tested = f" ({p_words(p)})" if p is not None else ""
    if not signal["found"]:
        return _nothing(report, outcome, tested)
    begin = f"{n:,} of {count(features['n_features'], 'feature')}{_none_firm(report)}"
    known, it = "", "it"
    if p is not None:
        known = f"There is a signal for {outcome}{tested}: "
    else:
        it, tested = outcome, " (untested whether by more than chance)"
    end = tested if p is None else ""
    found = report["performance"]
    if found is None or found["kind"] == TRAINING or not found["measures"]:
        goes = "goes" if n == 1 else "go"
        unknown = "how well it would be predicted in new samples was not measured"
        return f"{known}{begin} {goes} with {it}{end}; {unknown}."
    text, better = headline(found["measures"])
    on = ON[found["kind"]]
    if better:
        predict = "predicts" if n == 1 else "together predict"
        unsure = ""
        if report["evidence"] is None and n > 1:
            unsure = "; how sure each feature is was not measured"
        return f"{known}{begin} {predict} {it}{end}; {on}, {text}{unsure}."
    were, for_it = "was" if n == 1 else "were", f" for {outcome}" if p is None else ""
    return f"{known}{begin} {were} selected{for_it}{end}, but {on}, {text}."


def _nothing(report: Report, outcome: str, tested: str) -> str:
    signal = report["signal"]
    alone = "the model predicts the same for everybody"
    if report["features"]["n_selected"]:
        alone = "the model has only what was to be kept in"
    if signal["p_value"] is not None and signal["p_value"] <= signal["level"]:
        return (
            f"Something goes with {outcome}{tested}, but no feature helps to predict samples "
            f"that were not seen: {alone}."
        )
    return f"No signal was found for {outcome}{tested}: {alone}."


def _none_firm(report: Report) -> str:
    """That a p-value is no proof of single features, where evidence says so."""
    rows = [row for row in report["features"]["rows"] if row["selected"] and not row["always"]]
    if report["evidence"] is None or not rows or any(row.get("stable") for row in rows):
        return ""
    return ", which is not firm," if len(rows) == 1 else ", none of which is firm by itself,"

"""What measures of predictions say, and what they do not, in words for everybody."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..evidence.held_out import COUNTS, performance
from ..outcomes.base import Outcome
from .given import CHOSEN, TEST, TRAINING, UNSEEN, Judged
from .wording import count, share, short


class Meaning(NamedTuple):
    """Of one measure: what it is, and what it is not."""

    says: str
    says_not: str


MEANINGS = {
    "R²": Meaning(
        "the part of the outcome's variance that is predicted; 1 is all, 0 is what the mean of "
        "all samples would do, below 0 is worse than that",
        "that single predictions are close: see the root mean squared error",
    ),
    "root mean squared error": Meaning(
        "how far off predictions are, in the outcome's units, large misses counting more",
        "how large the largest miss is",
    ),
    "mean absolute error": Meaning(
        "how far off predictions are on average, in the outcome's units",
        "how large the largest miss is",
    ),
    "deviance explained": Meaning(
        "the part of the counts' deviance that is predicted; 1 is all, 0 is what the mean would "
        "do, below 0 is worse than that",
        "that counts can be foretold: counts of the same rate scatter",
    ),
    "mean Poisson deviance": Meaning(
        "how far counts are from their predicted rates; about 1 where they scatter as Poisson's do",
        "anything by itself: compare models of the same counts",
    ),
    "accuracy": Meaning(
        "the part of the samples whose class is named rightly",
        "that all classes are: a model may neglect a rare one",
    ),
    "accuracy of naming the commonest": Meaning(
        "what naming the commonest class for everybody would reach",
        "anything of the model: it is the mark to beat",
    ),
    "log-loss": Meaning(
        "how surprised the predicted probabilities are by the classes; lower is better",
        "anything by itself: compare models of the same samples",
    ),
    "area under the ROC curve": Meaning(
        "in how many pairs of one sample of each class the right one has the higher "
        "probability; 0.5 is a coin, 1 is perfect order",
        "that probabilities are right: see the calibration",
    ),
    "concordance (Harrell)": Meaning(
        "in how many pairs the sample with the higher risk has the event first; 0.5 is a coin, 1 "
        "is perfect order",
        "that predicted times or shares are right",
    ),
    "concordance (Uno)": Meaning(
        "the same, corrected for who was followed for how long",
        "that predicted times or shares are right",
    ),
}
NOTHING = Meaning("a measure of the outcome's own", "what it is not is not known here")

KINDS = {
    UNSEEN: "The whole procedure, its choice of features included, was repeated without each of "
    "{folds}, which was then predicted.",
    TEST: "The fitted model predicted {samples} that had no part in the fit.",
    CHOSEN: "Each sample was predicted by a model fitted without it in cross-validation.",
    TRAINING: "These are the samples that the model was fitted to.",
}
CAUTIONS = {
    CHOSEN: "The features' number, the ridge and the architecture were chosen with these samples, "
    "so the numbers are somewhat too good.",
    TRAINING: "So the numbers say how closely the model follows samples it knows; of new samples "
    "they say nothing.",
}
MARKS = {
    UNSEEN: "unseen samples",
    TEST: "test samples",
    CHOSEN: "cross-validated samples",
    TRAINING: "training samples",
}


def measures_of(outcome: Outcome, judged: Judged) -> list[dict[str, Any]]:
    """Each measure with its value, its interval where folds give one, and its meaning.

    None of them where the samples admit none.
    """
    try:
        pooled = outcome.judge(judged.y, judged.soft)
    except ValueError:  # no two samples that can be compared
        return []
    found = {name: (value, None, None) for name, value in pooled.items() if name not in COUNTS}
    if judged.folds is not None:
        by_fold = performance(outcome, judged.samples.y, judged.soft, judged.folds)
        for row in by_fold.to_dict("records"):
            if np.isfinite(row["value"]):
                found[row["measure"]] = row["value"], row["low"], row["high"]
    return [
        {"measure": name, "value": value, "low": low, "high": high}
        | MEANINGS.get(name, NOTHING)._asdict()
        for name, (value, low, high) in found.items()
    ]


def how(judged: Judged) -> dict[str, Any]:
    """In words: what was predicted by what, and how far to believe it."""
    folds = "" if judged.folds is None else count(len(judged.folds), "part")
    samples = count(len(judged.y), "sample")
    return {
        "kind": judged.kind,
        "mark": MARKS[judged.kind],
        "how": KINDS[judged.kind].format(folds=f"{folds} of the samples", samples=samples),
        "caution": CAUTIONS.get(judged.kind),
        "n_samples": len(judged.y),
        "n_folds": None if judged.folds is None else len(judged.folds),
    }


def headline(measures: list[dict[str, Any]]) -> tuple[str, bool]:
    """The first measure as a sentence about samples, and whether it beats knowing nothing."""
    known = {row["measure"]: row["value"] for row in measures}
    first = measures[0]
    value, name = first["value"], first["measure"]
    if value is None:
        return f"the {name} cannot be computed", False
    between = ""
    if first["low"] is not None:
        low = "below 0%" if first["low"] < 0 else share(first["low"])
        between = f" (95% interval {low} to {share(first['high'])})"
    if name == "accuracy":
        mark = known["accuracy of naming the commonest"]
        text = (
            f"the class is named rightly in {share(value)} of the cases{between}; always naming "
            f"the commonest would be right in {share(mark)}{_unless(first, mark)}"
        )
        return text, value > mark
    if name in ("R²", "deviance explained"):
        if value <= 0:
            how = "worse" if value < 0 else "no better"
            mean = f"the model does {how} than the mean of all would"
            return f"{mean} ({name} {short(value)})", False
        what = "variance" if name == "R²" else "deviance"
        text = f"{share(value)} of the outcome's {what} is predicted{between}"
        return f"{text}; the mean of all would predict none of it{_unless(first, 0)}", True
    if name.startswith("concordance"):
        text = (
            f"in {share(value)} of the pairs{between} the one of higher predicted risk had the "
            f"event first; a coin would be right in 50%{_unless(first, 0.5)}"
        )
        return text, value > 0.5
    return f"the {name} is {short(value)}", True


def _unless(first: dict[str, Any], nothing: float) -> str:
    """That an interval holds what knowing nothing reaches."""
    excluded = first["low"] is None or first["low"] > nothing
    return "" if excluded else ", and the interval does not exclude that"

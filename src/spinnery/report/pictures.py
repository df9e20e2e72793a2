"""What pictures of predictions show, as numbers: by kind of outcome, of samples as judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy import stats
from sklearn.metrics import confusion_matrix, roc_curve

from ..errors import row_number
from ..metrics.curves import KaplanMeier, kaplan_meier, log_rank_test
from ..metrics.risk_groups import risk_groups, risk_names
from ..outcomes.base import Outcome
from .given import Judged

POINTS = 600  # dots of a scatter; curves have a third
BINS, FEWEST = 10, 10  # of a calibration, and samples in each
PARTS = 3  # groups of predicted risk
TICKS = 5  # times at which those at risk are counted
CLASSES = 12  # up to which every pair of classes has its cell
LEVEL = 0.95

Picture = dict[str, Any]


def pictures_of(outcome: Outcome, judged: Judged) -> list[Picture]:
    """The pictures for the kind of outcome; there may be none."""
    draw = KINDS.get(outcome.task)
    return list(draw(outcome, judged)) if draw and len(judged.y) else []


# -- numbers and counts ------------------------------------------------------------------------


def _numbers(outcome: Outcome, judged: Judged) -> Iterator[Picture]:
    n = len(judged.y)
    y, predicted = (np.reshape(a, (n, -1)) for a in (judged.y, judged.soft))
    shown = _some(n, POINTS)
    for k, name in enumerate(outcome.output_names):
        yield {
            "kind": "scatter",
            "of": name if y.shape[1] > 1 else None,
            "shown": len(shown),
            "n_samples": n,
            "row": judged.place[shown] + row_number(),
            "observed": y[shown, k],
            "predicted": predicted[shown, k],
            "groups": _means(y[:, k], predicted[:, k]),
        }


def _means(y: np.ndarray, predicted: np.ndarray) -> list[dict[str, Any]]:
    """Means of equally many samples in the order of their predictions."""
    return [
        {"predicted": predicted[rows].mean(), "observed": y[rows].mean(), "n": len(rows)}
        for rows in _bins(predicted)
    ]


def _bins(predicted: np.ndarray) -> list[np.ndarray]:
    """Samples in groups of equal size by prediction; equal predictions stay together."""
    if len(np.unique(predicted)) < 2:
        return [np.arange(len(predicted))]
    groups = risk_groups(predicted, int(np.clip(len(predicted) // FEWEST, 1, BINS)))
    return [np.flatnonzero(groups == g) for g in range(groups.max() + 1)]


# -- classes -----------------------------------------------------------------------------------


def _classes(outcome: Any, judged: Judged) -> Iterator[Picture]:
    codes, proba = outcome.strata(judged.y), judged.soft
    labels = [str(label) for label in outcome.classes]
    if len(labels) == 2:
        if len(np.unique(codes)) == 2:
            yield _roc(codes == 1, proba[:, 1], labels[1])
        yield _calibration(codes == 1, proba[:, 1], labels[1])
    else:
        yield _calibration(proba.argmax(axis=1) == codes, proba.max(axis=1), None)
    yield _confusion(codes, proba.argmax(axis=1), labels)


def _roc(positive: np.ndarray, score: np.ndarray, label: str) -> Picture:
    false, true, _ = roc_curve(positive, score)
    shown = _some(len(false), POINTS // 3)
    return {"kind": "roc", "of": label, "false": false[shown], "true": true[shown]}


def _calibration(happened: np.ndarray, probability: np.ndarray, label: str | None) -> Picture:
    """Shares by predicted probability, with intervals by Wilson's formula.

    Without a label, of the class that is thought the likeliest.
    """
    groups = []
    for rows in _bins(probability):
        found = stats.binomtest(int(happened[rows].sum()), len(rows))
        ends = found.proportion_ci(LEVEL, method="wilson")
        groups.append({
            "predicted": probability[rows].mean(), "observed": found.statistic,
            "low": ends.low, "high": ends.high, "n": len(rows),
        })  # fmt: skip
    return {"kind": "calibration", "of": label, "groups": groups}


def _confusion(codes: np.ndarray, named: np.ndarray, labels: list[str]) -> Picture:
    counts = confusion_matrix(codes, named, labels=range(len(labels)))
    of, taken = counts.sum(axis=1), counts.sum(axis=0)
    right = np.diag(counts)
    wrong = counts - np.diag(right)
    order = np.argsort(-wrong, axis=None, kind="stable")[:CLASSES]
    return {
        "kind": "classes",
        "labels": labels,
        "counts": counts if len(labels) <= CLASSES else None,
        "classes": [
            {
                "n": of[k],
                "named": taken[k],
                "right": right[k],
                "recall": right[k] / of[k] if of[k] else None,
                "precision": right[k] / taken[k] if taken[k] else None,
            }
            for k in range(len(labels))
        ],
        "mistaken": [
            {"observed": labels[i], "predicted": labels[j], "n": wrong[i, j]}
            for i, j in zip(*np.unravel_index(order, wrong.shape), strict=True)
            if wrong[i, j]
        ],
    }


# -- survival ----------------------------------------------------------------------------------


def _survival(outcome: Outcome, judged: Judged) -> Iterator[Picture]:
    y, groups = judged.y, np.zeros(len(judged.y), int)
    for code in np.unique(judged.codes):  # risks of different cohorts cannot be compared
        rows = judged.codes == code
        groups[rows] = risk_groups(judged.soft[rows], PARTS)
    names = risk_names(int(groups.max()) + 1)
    end = float(y["time"].max())
    at = np.linspace(0, end, TICKS)
    try:
        p_value = log_rank_test(y, groups).p_value
    except ValueError:  # one group, or nobody to compare with
        p_value = None
    yield {
        "kind": "survival",
        "p_value": p_value,
        "within_cohorts": len(np.unique(judged.codes)) > 1,
        "times": at,
        "groups": [
            {
                "name": names[g],
                "n": int((groups == g).sum()),
                "events": int(y["event"][groups == g].sum()),
                "at_risk": [int((y["time"][groups == g] >= t).sum()) for t in at],
                **_curve(kaplan_meier(y[groups == g])),
            }
            for g in np.unique(groups)
        ],
    }


def _curve(curve: KaplanMeier) -> dict[str, Any]:
    """Where it falls, and its end; every so many steps of a long one."""
    falls = np.flatnonzero(curve.n_events > 0)
    places = falls[_some(len(falls), POINTS // 3)]
    if not len(places) or places[-1] != len(curve.times) - 1:
        places = np.append(places, len(curve.times) - 1)
    return {
        "time": curve.times[places],
        "share": curve.survival[places],
        "low": curve.lower[places],
        "high": curve.upper[places],
    }


def _some(n: int, most: int) -> np.ndarray:
    """At most so many of n places, evenly, the first and the last among them."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(int)) if n else np.arange(0)


KINDS: dict[str, Callable[[Any, Judged], Iterator[Picture]]] = {
    "regression": _numbers,
    "classification": _classes,
    "survival": _survival,
}

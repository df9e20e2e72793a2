"""`spinnery fit`: a user's table."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from sklearn.base import clone
from sklearn.model_selection import KFold, StratifiedKFold

from .. import report
from .errors import InputError
from .folder import ResultFolder
from .results import fit, make_estimator, write_fit, write_predictions
from .tables import numeric, read
from .targets import decide, split


@dataclass(frozen=True)
class Request:
    """What was asked on the command line."""

    data: Path
    out: Path
    target: str | None
    task: str
    drop: list[str]
    rule: str
    seed: int
    max_features: int | None
    hidden: list[str] | None
    test_folds: int


@dataclass(frozen=True)
class HeldOut:
    """Predictions of every sample by a fit that has not seen it."""

    scores: np.ndarray  # probabilities (n, n_classes), or predictions (n,)
    times_selected: np.ndarray  # (n_features,)
    n_folds: int


def run_fit(request: Request) -> None:
    """Fit, measure on unseen samples, report, write the results to `request.out`."""
    if request.test_folds == 1:
        raise InputError("--test-folds must be 0 (none) or at least 2; got 1.")
    console = Console()
    with ResultFolder(request.out) as folder:
        source, target = split(read(request.data), request.target, request.drop)
        task, y, why = decide(target, request.task)
        X = numeric(source, may_drop=True).features()
        estimator = make_estimator(
            task, request.seed, request.rule, request.max_features, request.hidden
        )
        print(f"{why} {X.shape[0]} samples, {X.shape[1]} columns.", flush=True)
        start = time.perf_counter()
        fit(estimator, X, y)
        held_out = None
        if request.test_folds:
            held_out = refit_on_folds(estimator, X, y, request)
        seconds = time.perf_counter() - start

        metrics, predicted, samples = judge(estimator, X, y, held_out)
        table = report.selected_table(estimator, held_out.times_selected if held_out else None)
        write_fit(folder, estimator, table, metrics)
        write_predictions(folder, y, predicted, getattr(estimator, "classes_", None), samples)

    report.print_selected(console, table, held_out.n_folds if held_out else 0)
    end = {"time": f"{seconds:.1f} s", "written to": str(request.out)}
    on = {"measured on": samples}
    report.print_pairs(console, {**report.facts(estimator), **on, **metrics, **end})


def refit_on_folds(estimator, X, y, request: Request) -> HeldOut:
    """Repeat the whole procedure, selection included, without each fold in turn."""
    classifier = hasattr(estimator, "classes_")
    smallest = min(np.unique(y, return_counts=True)[1]) if classifier else len(y)
    n_folds = min(request.test_folds, int(smallest))
    kind = StratifiedKFold if classifier else KFold
    folds = kind(n_folds, shuffle=True, random_state=request.seed)
    print(
        f"Measuring on unseen samples: {n_folds} more fits, each without a fold "
        "(--test-folds 0 skips them).",
        flush=True,
    )
    scores = np.zeros((len(y), len(estimator.classes_)) if classifier else len(y))
    times = np.zeros(X.shape[1], int)
    for train, test in folds.split(X, y):
        part = fit(clone(estimator), take(X, train), y[train], quiet=True)
        rows = take(X, test)
        scores[test] = part.predict_proba(rows) if classifier else part.predict(rows)
        times += part.selected_
    return HeldOut(scores, times, n_folds)


def take(X, rows: np.ndarray):
    """Rows of a table or an array."""
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]


def judge(estimator, X, y, held_out: HeldOut | None):
    """Metrics, predictions, and on which samples they are."""
    classifier = hasattr(estimator, "classes_")
    if held_out is not None:
        scores, samples = held_out.scores, f"held out in {held_out.n_folds} folds"
    else:
        scores = estimator.predict_proba(X) if classifier else estimator.predict(X)
        samples = "training samples"
    if classifier:
        metrics = report.classification_metrics(y, scores, estimator.classes_)
        return metrics, estimator.classes_[scores.argmax(axis=1)], samples
    return report.regression_metrics(y, scores), scores, samples

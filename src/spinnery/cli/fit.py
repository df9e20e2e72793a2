"""`spinnery fit`: a user's table."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from sklearn.base import clone

from .. import report
from ..cohorts import deal_folds
from .errors import InputError
from .folder import ResultFolder
from .results import fit, make_estimator, write_cohorts, write_fit, write_predictions
from .tables import numeric, read
from .targets import decide, split, split_cohort


@dataclass(frozen=True)
class Request:
    """What was asked on the command line."""

    data: Path
    out: Path
    target: str | None
    task: str
    drop: list[str]
    cohort: str | None
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
        if request.cohort is not None and request.cohort in (request.target, *request.drop):
            raise InputError(f"--cohort {request.cohort!r} is the --target or a --drop column too.")
        whole, cohorts = split_cohort(read(request.data), request.cohort)
        source, target = split(whole, request.target, request.drop)
        task, y, why = decide(target, request.task)
        X = numeric(source, may_drop=True, may_lack=cohorts is not None).features()
        estimator = make_estimator(
            task, request.seed, request.rule, request.max_features, request.hidden,
            cohorts is not None,
        )  # fmt: skip
        print(f"{why} {X.shape[0]} samples, {X.shape[1]} columns.", flush=True)
        start = time.perf_counter()
        fit(estimator, X, y, cohorts)
        held_out = None
        if request.test_folds:
            held_out = refit_on_folds(estimator, X, y, cohorts, request)
        seconds = time.perf_counter() - start

        metrics, predicted, samples = judge(estimator, X, y, cohorts, held_out)
        table = report.selected_table(estimator, held_out.times_selected if held_out else None)
        write_fit(folder, estimator, table, metrics)
        if cohorts is not None:
            write_cohorts(folder, estimator, y, predicted, cohorts, samples)
        write_predictions(folder, y, predicted, getattr(estimator, "classes_", None), samples)

    report.print_selected(console, table, held_out.n_folds if held_out else 0)
    end = {"time": f"{seconds:.1f} s", "written to": str(request.out)}
    on = {"measured on": samples}
    report.print_pairs(console, {**report.facts(estimator), **on, **metrics, **end})


def refit_on_folds(estimator, X, y, cohorts, request: Request) -> HeldOut:
    """Repeat the whole procedure, selection included, without each fold in turn."""
    classifier = hasattr(estimator, "classes_")
    strata = np.unique(y, return_inverse=True)[1] if classifier else np.zeros(len(y), int)
    n_folds = min(request.test_folds, int(np.bincount(strata).min()))
    if cohorts is not None:
        codes = np.unique(cohorts, return_inverse=True)[1]
        n_folds = min(n_folds, int(np.bincount(codes).min()))
        strata = codes * (strata.max() + 1) + strata
    folds = deal_folds(strata, n_folds, request.seed)
    print(
        f"Measuring on unseen samples: {n_folds} more fits, each without a fold "
        "(--test-folds 0 skips them).",
        flush=True,
    )
    scores = np.zeros((len(y), len(estimator.classes_)) if classifier else len(y))
    times = np.zeros(X.shape[1], int)
    for test in folds:
        train = np.setdiff1d(np.arange(len(y)), test)
        groups = None if cohorts is None else cohorts[train]
        part = fit(clone(estimator), take(X, train), y[train], groups, quiet=True)
        scores[test] = predict(part, take(X, test), None if cohorts is None else cohorts[test])
        times += part.get_support()
    return HeldOut(scores, times, n_folds)


def take(X, rows: np.ndarray):
    """Rows of a table or an array."""
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]


def predict(estimator, X, cohorts) -> np.ndarray:
    """Probabilities of the classes, or predicted values."""
    what = "predict_proba" if hasattr(estimator, "classes_") else "predict"
    given = {} if cohorts is None else {"cohorts": cohorts}
    return getattr(estimator, what)(X, **given)


def judge(estimator, X, y, cohorts, held_out: HeldOut | None):
    """Metrics, predictions, and on which samples they are."""
    classifier = hasattr(estimator, "classes_")
    if held_out is not None:
        scores, samples = held_out.scores, f"held out in {held_out.n_folds} folds"
    else:
        scores = predict(estimator, X, cohorts)
        samples = "training samples"
    if classifier:
        metrics = report.classification_metrics(y, scores, estimator.classes_)
        return metrics, estimator.classes_[scores.argmax(axis=1)], samples
    return report.regression_metrics(y, scores), scores, samples

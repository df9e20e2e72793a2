"""Fitting for the command line, and the files a run leaves."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from .. import plotting
from ..errors import InputError
from ..estimators.integrative_classifier_cv import IntegrativeSPINNClassifierCV
from ..estimators.integrative_cv import IntegrativeSPINNRegressorCV
from ..estimators.integrative_survival_cv import IntegrativeSPINNSurvivalCV
from ..estimators.spinn_cv import SPINNClassifierCV, SPINNRegressorCV
from ..estimators.spinn_survival_cv import SPINNSurvivalCV
from ..outcomes import Outcome
from ..plotting.predictions import draw_predictions
from ..storage import models as io
from .errors import user_warnings
from .folder import MODEL

DPI = 150
ESTIMATORS = {
    "regression": (SPINNRegressorCV, IntegrativeSPINNRegressorCV),
    "classification": (SPINNClassifierCV, IntegrativeSPINNClassifierCV),
    "survival": (SPINNSurvivalCV, IntegrativeSPINNSurvivalCV),
}


def make_estimator(
    task: str, seed: int, rule: str, max_features: int | None, hidden, cohorts: bool = False,
    null_check: bool = True,
):  # fmt: skip
    """The cross-validated estimator for the task, over cohorts or for one table."""
    kind = ESTIMATORS[task][cohorts]
    given: dict[str, Any] = {
        "max_features": max_features,
        "hidden": [parse_widths(text) for text in hidden] if hidden else None,
    }
    given = {name: value for name, value in given.items() if value is not None}
    return kind(random_state=seed, rule=rule, null_check=null_check, **given)


def parse_widths(text: str) -> tuple[int, ...]:
    """Hidden layer widths from `20`, `10,5` or `linear`."""
    if text.strip() == "linear":
        return ()
    try:
        widths = tuple(int(part) for part in text.split(","))
    except ValueError:
        widths = ()
    if not widths or min(widths) < 1:
        raise InputError(
            f"--hidden takes layer widths such as 20 or 10,5, or the word linear; got {text!r}."
        )
    return widths


def labelled(cohorts=None, groups=None, rows=slice(None)) -> dict[str, np.ndarray]:
    """What `fit` and `predict` are told of these rows beside their features."""
    given = {"cohorts": cohorts, "groups": groups}
    return {name: labels[rows] for name, labels in given.items() if labels is not None}


def fit(estimator, X, y, cohorts=None, groups=None, quiet: bool = False):
    """Fit with errors that the user can put right as such, and warnings as notes."""
    with user_warnings() if quiet else nullcontext():
        try:
            estimator.fit(X, y, **labelled(cohorts, groups))
        except ValueError as error:
            raise InputError(f"The fit is not possible: {error}") from error
    return estimator


def write_fit(folder: Path, estimator, table: pd.DataFrame, metrics: Mapping[str, float]) -> None:
    """Model, selected features, metrics, and the pictures of how they were chosen."""
    io.save(estimator, folder / MODEL)
    table.to_csv(folder / "selected.csv", index=False)
    pairs = pd.DataFrame({"metric": list(metrics), "value": list(metrics.values())})
    pairs.to_csv(folder / "metrics.csv", index=False)
    save_figure(folder / "path.png", (8, 4.8), lambda ax: plotting.plot_path(estimator, ax))
    save_figure(folder / "cv.png", (7, 4.2), lambda ax: plotting.plot_cv(estimator, ax))


def write_cohorts(folder: Path, estimator, y, outputs, cohorts, samples: str) -> None:
    """Which cohorts use which features, and the error in each."""
    estimator.cohort_table().to_csv(folder / "cohorts.csv", index=False)
    rows = max(int(estimator.get_support().sum()), 3)
    size = (3.5 + 0.7 * len(estimator.cohorts_), 1.4 + 0.28 * rows)
    save_figure(folder / "cohorts.png", size, lambda ax: plotting.plot_cohorts(estimator, ax))
    outcome = estimator.outcome_
    errors = {
        str(name): outcome.error(y[cohorts == name], outputs[cohorts == name])
        for name in np.unique(cohorts)
    }

    def draw(ax):
        plotting.plot_cohort_errors({"integrative": errors}, outcome.error_words, ax)
        ax.set_title(f"{ax.get_title('left')}\n{samples}", loc="left", fontsize=11)

    save_figure(folder / "cohort_errors.png", (6, 3.6), draw)


def write_predictions(folder: Path, outcome: Outcome, y, outputs, samples: str) -> None:
    """The picture of predictions, with a title that says on which samples."""

    def draw(ax):
        draw_predictions(outcome, y, outputs, ax)
        ax.set_title(f"{ax.get_title('left')}\n{samples}", loc="left", fontsize=11)

    save_figure(folder / "predictions.png", (5.8, 4.8), draw)


def save_figure(
    file: Path | BinaryIO, size: tuple[float, float], draw, kind: str | None = None
) -> None:
    """A figure of its own, apart from pyplot: no display, no state left behind."""
    figure = Figure(figsize=size, layout="constrained")
    draw(figure.add_subplot())
    figure.savefig(file, dpi=DPI, format=kind)

"""Fitting for the command line, and the files a run leaves."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from .. import io, plotting
from ..estimators.integrative_cv import (
    IntegrativeSPINNClassifierCV,
    IntegrativeSPINNRegressorCV,
)
from ..estimators.spinn_cv import SPINNClassifierCV, SPINNRegressorCV
from ..plotting.predictions import draw_confusion, draw_scatter
from .errors import InputError, note
from .folder import MODEL

DPI = 150


def make_estimator(
    task: str, seed: int, rule: str, max_features: int | None, hidden, cohorts: bool = False
):
    """The cross-validated estimator for the task, over cohorts or for one table."""
    classifiers = SPINNClassifierCV, IntegrativeSPINNClassifierCV
    regressors = SPINNRegressorCV, IntegrativeSPINNRegressorCV
    kind = (classifiers if task == "classification" else regressors)[cohorts]
    given = {
        "max_features": max_features,
        "hidden": [parse_widths(text) for text in hidden] if hidden else None,
    }
    given = {name: value for name, value in given.items() if value is not None}
    return kind(random_state=seed, rule=rule, **given)


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


def fit(estimator, X, y, cohorts=None, quiet: bool = False):
    """Fit with errors that the user can put right as such, and warnings as notes."""
    with notes(quiet):
        try:
            estimator.fit(X, y, **({} if cohorts is None else {"cohorts": cohorts}))
        except ValueError as error:
            raise InputError(f"The fit is not possible: {error}") from error
    return estimator


@contextmanager
def notes(quiet: bool = False) -> Iterator[None]:
    """The library's warnings as notes, each once, or none."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)  # ConvergenceWarning is one
        yield
    if not quiet:
        for message in dict.fromkeys(str(warning.message) for warning in caught):
            note(message)


def write_fit(folder: Path, estimator, table: pd.DataFrame, metrics: Mapping[str, float]) -> None:
    """Model, selected features, metrics, and the pictures of how they were chosen."""
    io.save(estimator, folder / MODEL)
    table.to_csv(folder / "selected.csv", index=False)
    pairs = pd.DataFrame({"metric": list(metrics), "value": list(metrics.values())})
    pairs.to_csv(folder / "metrics.csv", index=False)
    save_figure(folder / "path.png", (8, 4.8), lambda ax: plotting.plot_path(estimator, ax))
    save_figure(folder / "cv.png", (7, 4.2), lambda ax: plotting.plot_cv(estimator, ax))


def write_cohorts(folder: Path, estimator, y, predicted, cohorts, samples: str) -> None:
    """Which cohorts use which features, and the error in each."""
    estimator.cohort_table().to_csv(folder / "cohorts.csv", index=False)
    rows = max(int(estimator.get_support().sum()), 3)
    size = (3.5 + 0.7 * len(estimator.cohorts_), 1.4 + 0.28 * rows)
    save_figure(folder / "cohorts.png", size, lambda ax: plotting.plot_cohorts(estimator, ax))
    classes = hasattr(estimator, "classes_")
    wrong = y != predicted if classes else (y - predicted) ** 2
    errors = {str(name): float(np.mean(wrong[cohorts == name])) for name in np.unique(cohorts)}
    measure = "share misclassified" if classes else "mean squared error"

    def draw(ax):
        plotting.plot_cohort_errors({"integrative": errors}, measure, ax)
        ax.set_title(f"{ax.get_title('left')} ({samples})", loc="left", fontsize=11)

    save_figure(folder / "cohort_errors.png", (6, 3.6), draw)


def write_predictions(folder: Path, y, predicted: np.ndarray, classes, samples: str) -> None:
    """The picture of predictions, with a title that says on which samples."""

    def draw(ax):
        if classes is None:
            draw_scatter(np.asarray(y, float), predicted, ax)
        else:
            draw_confusion(y, predicted, classes, ax)
        ax.set_title(f"{ax.get_title('left')} ({samples})", loc="left", fontsize=11)

    save_figure(folder / "predictions.png", (5.8, 4.8), draw)


def save_figure(
    file: Path | BinaryIO, size: tuple[float, float], draw, kind: str | None = None
) -> None:
    """A figure of its own, apart from pyplot: no display, no state left behind."""
    figure = Figure(figsize=size, layout="constrained")
    draw(figure.add_subplot())
    figure.savefig(file, dpi=DPI, format=kind)

"""Fitting for the command line, and the files a run leaves."""

from __future__ import annotations

import json
import shlex
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from .. import plotting
from ..errors import InputError, row_number
from ..estimators.by_task import BY_TASK
from ..evidence.held_out import HeldOut
from ..evidence.reading import selected_table
from ..evidence.result import Evidence
from ..outcomes import Outcome
from ..plotting.effects import effects_size
from ..plotting.predictions import draw_predictions
from ..report.files import Report, write
from ..storage import models as io
from .errors import user_warnings
from .folder import EVIDENCE, MODEL, PAGE, REPORT

DPI = 150
MOST_ROWS, MOST_PANELS = 30, 12  # of plot_stability, plot_effects


def make_estimator(
    task: str, seed: int, rule: str, max_features: int | None, hidden, cohorts: bool = False,
    null_check: bool = True,
):  # fmt: skip
    """The cross-validated estimator for the task, over cohorts or for one table."""
    kind = BY_TASK[task][cohorts]
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


def write_fit(folder: Path, estimator, told: Report, folds: np.ndarray | None = None) -> None:
    """Model, report, selected features, metrics, and the pictures of how they were chosen."""
    io.save(estimator, folder / MODEL)
    write_reports(folder, told)
    selected_table(estimator, folds).to_csv(folder / "selected.csv", index=False)
    metrics = told["performance"]["measures"]
    pairs = pd.DataFrame({"metric": [row["measure"] for row in metrics]})
    pairs["value"] = [row["value"] for row in metrics]
    pairs.to_csv(folder / "metrics.csv", index=False)
    save_figure(folder / "path.png", (8, 4.8), lambda ax: plotting.plot_path(estimator, ax))
    save_figure(folder / "cv.png", (7, 4.2), lambda ax: plotting.plot_cv(estimator, ax))


def write_reports(folder: Path, told: Report) -> None:
    """A report's dictionary, and the page made of it."""
    for name in (REPORT, PAGE):
        write(told, folder / name)


def written(out: Path) -> dict[str, str]:
    """Where a run's results are, as the last lines say it."""
    return {"written to": str(out), "read first": str(out / PAGE)}


def command_line() -> str | None:
    """The command as it was given, if it was one of spinnery's."""
    program = Path(sys.argv[0])
    ours = program.stem == "spinnery" or program.parent.name == "spinnery"
    return shlex.join(["spinnery", *sys.argv[1:]]) if ours else None


def with_ids(X: pd.DataFrame | np.ndarray, ids: np.ndarray | None) -> pd.DataFrame | np.ndarray:
    """The table with ids, where there are any, for a report to name samples by."""
    if ids is None or not isinstance(X, pd.DataFrame):
        return X
    return X.set_axis(pd.Index(["" if one is None else one for one in ids], dtype=object))


def write_held_out(
    folder: Path, outcome: Outcome, y, held_out: HeldOut, cohorts=None, ids=None
) -> None:
    """Every row's prediction by a fit that has not seen it, beside what was observed."""
    observed = pd.DataFrame(y if y.dtype.names else {"observed": y})
    where = {} if ids is None else {"id": ids}
    where |= {"row": row_number() + np.arange(len(y)), "fold": held_out.fold_of}
    if cohorts is not None:
        where["cohort"] = cohorts
    table = pd.concat(
        [pd.DataFrame(where), observed, outcome.prediction_table(held_out.outputs)], axis=1
    )
    table.to_csv(folder / "heldout.csv", index=False)


def write_evidence(folder: Path, evidence: Evidence) -> None:
    """Tables, pictures, and everything in one file for other programs."""
    text = json.dumps(evidence.to_dict(), indent=1, allow_nan=False, ensure_ascii=False)
    (folder / EVIDENCE).write_text(text + "\n", encoding="utf-8")
    for name in ("features", "clusters"):
        table = getattr(evidence, name)
        lists = {c: table[c].str.join("; ") for c in ("members", "stand_ins") if c in table}
        table.assign(**lists).to_csv(folder / f"{name}.csv", index=False)
    evidence.performance.to_csv(folder / "performance.csv", index=False)
    rows = min(len(evidence.features), MOST_ROWS)
    tall = (7, 2.2 + 0.24 * rows)
    save_figure(folder / "stability.png", tall, lambda ax: plotting.plot_stability(evidence, ax))
    save_figure(folder / "clusters.png", (7, 5), lambda ax: plotting.plot_clusters(evidence, ax))
    selected = int(evidence.features["selected"].sum())
    size = (7, 1.8 + 0.3 * max(selected, 2))
    save_figure(folder / "importance.png", size, lambda ax: plotting.plot_importance(evidence, ax))
    if len(evidence.null_gains):
        save_figure(folder / "null.png", (6.4, 3.6), lambda ax: plotting.plot_null(evidence, ax))
    figure = Figure(effects_size(min(selected, MOST_PANELS)), layout="constrained")
    plotting.plot_effects(evidence, figure, MOST_PANELS).savefig(folder / "effects.png", dpi=DPI)


def write_cohorts(folder: Path, estimator, y, soft, cohorts, samples: str) -> None:
    """Which cohorts use which features, and the error in each."""
    estimator.cohort_table().to_csv(folder / "cohorts.csv", index=False)
    rows = max(int(estimator.get_support().sum()), 3)
    size = (3.5 + 0.7 * len(estimator.cohorts_), 1.4 + 0.28 * rows)
    save_figure(folder / "cohorts.png", size, lambda ax: plotting.plot_cohorts(estimator, ax))
    outcome = estimator.outcome_
    errors = {
        str(name): outcome.error(y[cohorts == name], soft[cohorts == name])
        for name in np.unique(cohorts)
    }

    def draw(ax):
        plotting.plot_cohort_errors({"integrative": errors}, outcome.error_words, ax)
        ax.set_title(f"{ax.get_title('left')}\n{samples}", loc="left", fontsize=11)

    save_figure(folder / "cohort_errors.png", (6, 3.6), draw)


def write_predictions(folder: Path, outcome: Outcome, y, soft, samples: str) -> None:
    """The picture of predictions, with a title that says on which samples."""

    def draw(ax):
        draw_predictions(outcome, y, soft, ax)
        ax.set_title(f"{ax.get_title('left')}\n{samples}", loc="left", fontsize=11)

    save_figure(folder / "predictions.png", (5.8, 4.8), draw)


def save_figure(
    file: Path | BinaryIO, size: tuple[float, float], draw, kind: str | None = None
) -> None:
    """A figure of its own, apart from pyplot: no display, no state left behind."""
    figure = Figure(figsize=size, layout="constrained")
    draw(figure.add_subplot())
    figure.savefig(file, dpi=DPI, format=kind)

"""What was fitted to what: the samples, the outcome, the cohorts, the model and its certificate."""

from __future__ import annotations

import platform
import re
from importlib.metadata import version
from typing import Any

import numpy as np

from ..errors import one_line, row_number
from ..evidence.null import LEVEL, PERMUTATIONS
from ..evidence.reading import feature_names
from ..inputs.gaps import gap_counts
from ..inputs.ids import numbered
from ..inputs.raw import ends
from ..metrics.baseline import median_survival
from ..metrics.curves import kaplan_meier
from .given import Given, Judged
from .measures import measures_of
from .methods import SCORE

MOST = 10  # of samples predicted worst, and of columns named
ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")  # of an object: another in every process
LIBRARIES = ("jax", "numpy", "scikit-learn")


def data_of(model: Any, given: Given) -> dict[str, Any]:
    """Types of columns, gaps, and columns that say nothing or name their row."""
    names, form = feature_names(model), model._form
    values = form.firsts(given.numbers)
    gaps = gap_counts(values, np.zeros(values.shape[0], int))[0]
    in_part = gaps > 0
    lowest, highest = ends(values)
    numbers = np.ones(len(names), bool)
    numbers[list(form.factors)] = False
    constant = numbers & ~(highest > lowest)
    return {
        "n_samples": values.shape[0],
        "n_features": len(names),
        "n_factors": len(form.factors),
        "n_gaps": int(gaps.sum()),
        "gaps": _listed(names, np.argsort(-gaps, kind="stable")[: in_part.sum()]),
        "n_with_gaps": int(in_part.sum()),
        "missing": model.missing,
        "n_constant": int(constant.sum()),
        "constant": _listed(names, np.flatnonzero(constant)),
        "numbering": _listed(names, numbered(values)),
    }


def _listed(names: np.ndarray, columns: np.ndarray) -> list[str]:
    return [str(names[j]) for j in columns[:MOST]]


def target_of(model: Any, given: Given, name: str | None) -> dict[str, Any]:
    """The outcome as it was observed."""
    outcome, y = model.outcome_, given.y
    facts: dict[str, Any] = {"name": name, "task": outcome.task}
    if outcome.task == "survival":
        curve = kaplan_meier(y)
        return facts | {
            "events": int(y["event"].sum()),
            "censored": int((~y["event"]).sum()),
            "longest": y["time"].max(),
            "median": median_survival(curve.times, curve.survival[None])[0],
        }
    if outcome.task == "classification":
        codes = np.bincount(outcome.strata(y), minlength=len(outcome.classes))
        return facts | {"classes": {str(c): n for c, n in zip(outcome.classes, codes, strict=True)}}
    columns = np.reshape(y, (len(y), -1))
    names = outcome.output_names if columns.shape[1] > 1 else [name or "outcome"]
    return facts | {
        "columns": [
            {
                "output": name,
                "mean": column.mean(),
                "standard_deviation": column.std(),
                "lowest": column.min(),
                "highest": column.max(),
                "zeros": float(np.mean(column == 0)),
            }
            for name, column in zip(names, columns.T, strict=True)
        ]
    }


def cohorts_of(model: Any, given: Given, judged: Judged) -> list[dict[str, Any]] | None:
    """Each cohort's samples, features and measures; None without cohorts."""
    if not hasattr(model, "cohorts_"):
        return None
    out = []
    for m, name in enumerate(model.cohorts_):
        place = judged.place[judged.codes == m]
        part = Judged(judged.kind, judged.samples, judged.soft[judged.codes == m], place)
        measures = measures_of(model.outcome_, part) if len(place) else []
        out.append({
            "cohort": str(name),
            "n_samples": int((given.codes == m).sum()),
            "n_features": int(model.selected_[m].sum()),
            "n_absent": int(model.absent_[m].sum()),
            "measures": {row["measure"]: row["value"] for row in measures},
        })  # fmt: skip
    return out


def worst_of(model: Any, judged: Judged) -> dict[str, Any]:
    """The samples that are predicted worst."""
    outcome = model.outcome_
    misses = outcome.misses(judged.y, judged.soft)
    order = np.argsort(-np.nan_to_num(misses), kind="stable")[: min(MOST, len(misses) // 3)]
    rows = judged.samples.rows
    return {
        "what": outcome.miss_words,
        "first_row": row_number(),
        "samples": [
            {
                "row": row_number(judged.place[i]),
                "name": None if rows is None else rows[judged.place[i]],
                "cohort": str(model.cohorts_[judged.codes[i]])
                if hasattr(model, "cohorts_") and judged.codes[i] >= 0 else None,
                "observed": _observed(outcome, judged.y[i]),
                "predicted": _predicted(outcome, judged.soft[i]),
                "miss": misses[i],
            }
            for i in order
        ],
    }  # fmt: skip


def _observed(outcome: Any, y: Any) -> Any:
    if outcome.task == "survival":
        return {"event": bool(y["event"]), "time": y["time"]}
    return str(y) if outcome.task == "classification" else y


def _predicted(outcome: Any, soft: Any) -> Any:
    return str(outcome.classes[soft.argmax()]) if outcome.task == "classification" else soft


def model_of(model: Any) -> dict[str, Any]:
    """What was chosen, from what, and how well it is fitted."""
    hidden = getattr(model, "hidden_", getattr(model, "hidden", ()))
    path = getattr(model, "path_", None)
    cv = getattr(model, "cv", None)
    asked = "cv" in model.get_params(deep=False)
    out = {
        "estimator": type(model).__name__,
        "hidden": list(hidden),
        "ridge": model.ridge_,
        "stationarity": model.stationarity_,
        "tol": model.tol,
        "converged": bool(model.stationarity_ <= model.tol),
        "iterations": model.n_iter_,
        "penalty": model.penalty
        if isinstance(model.penalty, str)
        else type(model.penalty).__name__,
        "loss": type(model.outcome_.loss).__name__,
        "relaxed": bool(getattr(model, "relax", True)),
        "chosen_by_cross_validation": asked,
        "folds": cv if isinstance(cv, int) else None,
        "seed": model.random_state if isinstance(model.random_state, int) else None,
        "parameters": ADDRESS.sub("", one_line(repr(model))),
        "versions": {"spinnery": version("spinnery"), "python": platform.python_version()}
        | {name: version(name) for name in LIBRARIES},
    }
    if asked and path is not None:
        own = model.outcome_.loss_words
        out["held_out_loss"] = own if model.scoring is None else SCORE
        out["cv_loss"], out["cv_error"] = model.cv_loss_, model.cv_error_
        out["sizes"] = path[["n_features", "cv_mean", "cv_error"]].to_dict("records")
    return out


def signal_of(model: Any, evidence: Any) -> dict[str, Any]:
    """What the tests of "nothing is there" say."""
    p_value = getattr(model, "null_p_value_", None)
    known = p_value is not None and p_value == p_value
    out: dict[str, Any] = {
        "found": bool(getattr(model, "found_signal_", model.get_support().any())),
        "p_value": p_value if known else None,
        "permutations": PERMUTATIONS if known else None,
        "level": LEVEL,
        "procedure": None,
    }
    if evidence is not None and len(evidence.null_gains):
        out["procedure"] = {
            "p_value": evidence.null_p_value,
            "permutations": len(evidence.null_gains),
            "as_good": int((evidence.null_gains >= evidence.gain).sum()),
            "gain": evidence.gain,
        }
    return out

"""A fitted model from a file, and a new table in its columns."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError, listing
from ..inputs.columns import with_named
from ..inputs.files import Source, read, refuse_infinite
from ..inputs.form import Form
from ..inputs.ids import split_ids
from ..inputs.kinds import ColumnsError
from ..inputs.raw import dense_rows
from .errors import note
from .target import Asked


def load_model(model: Path) -> Any:
    """The estimator in `model`."""
    try:
        with open(model, "rb"):
            pass
        from ..storage import models as io  # takes a second to import

        return io.load(model)
    except OSError as error:
        raise InputError(f"Cannot read {model} ({error.strerror}); check the path.") from None
    except ValueError as error:
        raise InputError(str(error)) from None


def check_cohort(model: Path, estimator, cohort: str | None, instead: str = "") -> None:
    """A model over cohorts needs them named (or what `instead` offers), another has none."""
    if cohort is not None and not hasattr(estimator, "cohorts_"):
        raise InputError(f"{model} was not fitted with --cohort; leave out --cohort {cohort!r}.")
    if cohort is None and len(getattr(estimator, "cohorts_", "1")) > 1:
        known = listing([str(name) for name in estimator.cohorts_])
        raise InputError(
            f"{model} was fitted to several cohorts ({known}): name the column that holds each "
            f"row's with --cohort{instead}."
        )


def of_layer(source: Source, estimator, layer: str | None) -> Source:
    """An `.h5ad` file in the matrix that is asked for, by default the fit's."""
    of_fit = getattr(estimator, "parts_", {}).get("layer")
    if source.cells is None or layer is not None or of_fit in (None, source.cells.layer):
        return source
    return read(source.file, of_fit)


def samples(source: Source, estimator, all_columns: bool = False) -> pd.DataFrame | np.ndarray:
    """The table in the model's columns, checked, with names if the model knows names.

    Of named ones only those that the model uses, unless `all_columns` are wanted.
    """
    used = np.ones(estimator.n_features_in_, bool)
    if not all_columns and named(estimator) and source.named:
        used = estimator.get_support()
    source = with_named(source, estimator.feature_names_in_[used] if named(estimator) else None)
    matched = match(source, estimator, used)
    _check_contents(matched, estimator, used)
    return matched.frame if named(estimator) else matched.frame.to_numpy()


def ids_of(source: Source, estimator, column: str | None) -> tuple[Source, np.ndarray | None]:
    """The table without its column of ids, and the ids; the column is the one named, or the fit's.

    Else the table says, as in a fit.
    """
    of_fit = getattr(estimator, "parts_", {}).get("id")
    if column is None and of_fit in source.frame:
        column = of_fit
    known = [*getattr(estimator, "feature_names_in_", ()), *other_columns(estimator)]
    return split_ids(source, column, known)[:2]


def asked_of(estimator) -> Asked:
    """The target of the fit, as the command line was told."""
    told = getattr(estimator, "parts_", {})
    return Asked(told.get("target"), "auto", told.get("time"), told.get("event"))


def other_columns(estimator) -> set[str]:
    """Columns of the fit's table that were no features."""
    told = getattr(estimator, "parts_", {})
    others = {told[part] for part in ("cohort", "id") if part in told}
    return others | {*asked_of(estimator).columns.values()}


def _check_contents(source: Source, estimator, used: np.ndarray) -> None:
    """Numbers where training had numbers, and gaps only where the model takes them."""
    form = getattr(estimator, "_form", None) or Form(estimator.n_features_in_)
    form = form.only(np.flatnonzero(used))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the prediction itself will speak of unknown levels
            values = np.asarray(dense_rows(form.read(source.frame), slice(None)), float)
    except ColumnsError as error:
        raise InputError(
            f"{source.file} has columns that are not as in training: {error.found}; put numbers in "
            "their place."
        ) from None
    firsts = form.firsts(values)
    gaps = np.isnan(firsts)
    may_lack = getattr(estimator, "missing", "error") != "error" or hasattr(estimator, "cohorts_")
    if gaps.any() and not may_lack:
        columns = listing(source.frame.columns[gaps.any(axis=0)])
        raise InputError(
            f"{source.file} has {int(gaps.sum())} missing values, in {columns}, and the model was "
            "fitted to a table without any; fill them in, or remove those rows or columns."
        )
    refuse_infinite(source, firsts.T)


def match(source: Source, estimator, used: np.ndarray) -> Source:
    """Of the columns that the model was fitted on those that are used, in its order."""
    frame, expected = source.frame, estimator.n_features_in_
    if named(estimator) and source.named:
        names = list(estimator.feature_names_in_[used])
        there = set(frame.columns)
        missing = [name for name in names if name not in there]
        if missing:
            raise InputError(
                f"{source.file} lacks {len(missing)} of the {len(names)} columns that the model "
                f"{'was fitted on' if used.all() else 'uses'}: {listing(missing, 20)}; add them."
            )
        known = {*estimator.feature_names_in_, *other_columns(estimator)}
        extra = [name for name in frame if name not in known]
        if extra:
            note(f"ignored columns that the model was not fitted on: {listing(extra)}.")
        return Source(source.file, frame[names])
    if frame.shape[1] != expected:
        whose = "the model has no column names" if source.named else "the file has no column names"
        raise InputError(
            f"{source.file} has {frame.shape[1]} columns, and the model needs {expected}; {whose}, "
            "so give exactly its columns, in its order."
        )
    if named(estimator):
        frame = frame.set_axis(list(estimator.feature_names_in_), axis=1)
    return Source(source.file, frame, named(estimator))


def named(estimator) -> bool:
    """Whether it was fitted on named columns."""
    return hasattr(estimator, "feature_names_in_")

"""What a fitted model chose, trained anew without folds, and the curves of its effects."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.design import split_blocks
from ..inputs.form import Form
from ..inputs.raw import dense_columns
from ..inputs.table import Table
from ..nn import Upper, upper_of_cohort
from ..selection.lanes import slots_for
from ..selection.starts import Settings
from .effects import SAMPLES, Effect, centred, grid, partial_curve
from .refits import Refits, Support
from .resampled import jackknife_error


def refits_of(
    model: Any, table: Table, settings: Settings, folds: list[np.ndarray], dtype: str
) -> Refits:
    """The refits of a fitted model's features, cohort by cohort, in its architecture and ridge."""
    place = np.argsort(table.columns)  # of each column of numbers in the table
    used = [np.sort(place[fitted.features]) for fitted in model._models]
    columns = np.unique(np.concatenate(used)).astype(int)
    width = max(slots_for(settings), len(columns))
    index = np.full((table.n_cohorts, width), table.X.shape[1])
    for m, own in enumerate(used):
        index[m, : len(columns)] = np.where(np.isin(columns, own), columns, table.X.shape[1])
    unit = np.full(width, -1)  # what is always in is never left out
    optional = np.flatnonzero(~settings.groups.always[columns])
    unit[optional] = np.unique(settings.groups.ids[columns[optional]], return_inverse=True)[1]
    support = Support(index, unit)
    return Refits(table, settings, tuple(model.hidden_), model.ridge_, support, folds, dtype)


def effects_of(model: Any, refits: Refits, repeats: int) -> dict[int, dict[str, Effect]]:
    """Each feature's curve in every cohort that uses it, by the user's number of the feature.

    Curves are the model's own; their errors come from the refits without each fold, of which there
    are `repeats` sets.
    """
    table, index, owner = refits.table, refits.support.index, model._form.owner
    names = [str(name) for name in getattr(model, "cohorts_", ["all"])]
    out: dict[int, dict[str, Effect]] = {}
    for m, name in enumerate(names):
        rows = table.order[table.codes[table.order] == m][:SAMPLES]
        slots = np.flatnonzero(index[m] < table.X.shape[1])
        X = np.zeros((len(rows), index.shape[1]))
        X[:, slots] = table.X[np.ix_(rows, index[m, slots])]
        scale = model.outcome_.scale[m]
        lanes = [fit.params for fit in refits.whole]
        fits = [
            (split_blocks(lane.W, table.n_cohorts)[:, m], upper_of_cohort(lane.upper, m))
            for lane in lanes
        ]
        own = _own_rows(model, m, table, index[m])
        owners = owner[table.columns[index[m, slots]]]
        for feature in np.unique(owners).tolist():
            of = slots[owners == feature]
            center, spread = (part[m, index[m, of]] for part in (table.center, table.scale))
            every = table.X[np.ix_(table.codes == m, index[m, of])] * spread + center
            values, levels, asked = settings_of(
                model._form, feature, table.columns[index[m, of]], every
            )
            asked = (asked - center) / spread
            curve, *of_fits = (
                centred(partial_curve(X, *part, slots, of, asked)) * scale for part in (own, *fits)
            )
            sets = np.split(np.array(of_fits), repeats)
            error = np.sqrt(np.mean([jackknife_error(one) ** 2 for one in sets], axis=0))
            out.setdefault(feature, {})[name] = Effect(values, curve, error, levels)
    return out


def own_effects(model: Any, X: np.ndarray, codes: np.ndarray) -> dict[int, dict[str, Effect]]:
    """A fitted model's curves as `effects_of` has them, of its own samples; errors are not known.

    Parameters
    ----------
    model : fitted estimator
    X : (n, q) array
        Columns of numbers, NaN in gaps.
    codes : (n,) int array
        Cohorts.
    """
    names = [str(name) for name in getattr(model, "cohorts_", ["all"])]
    out: dict[int, dict[str, Effect]] = {}
    for m, (name, fitted) in enumerate(zip(names, model._models, strict=True)):
        rows = np.flatnonzero(codes == m)
        filled = dense_columns(X, fitted.features)[rows]
        filled = np.where(np.isnan(filled), fitted.center, filled)
        some = np.linspace(0, len(rows) - 1, min(len(rows), SAMPLES)).astype(int)
        standard = (filled[some] - fitted.center) / fitted.scale
        every, owners = np.arange(len(fitted.features)), model._form.owner[fitted.features]
        for feature in np.unique(owners).tolist():
            of = np.flatnonzero(owners == feature)
            values, levels, asked = settings_of(
                model._form, feature, fitted.features[of], filled[:, of]
            )
            asked = (asked - fitted.center[of]) / fitted.scale[of]
            curve = partial_curve(standard, fitted.W, fitted.upper, every, of, asked)
            curve = centred(curve) * model.outcome_.scale[m]
            unknown = np.full_like(curve, np.nan)
            out.setdefault(feature, {})[name] = Effect(values, curve, unknown, levels)
    return out


def settings_of(
    form: Form, feature: int, columns: np.ndarray, every: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
    """What a feature may be: values `(g,)`, names of levels, and its columns then `(g, r)`.

    Parameters
    ----------
    form : Form
    feature : int
        The user's number.
    columns : (r,) int array
        Its columns of numbers that are in use.
    every : (n, r) array
        All samples' values of these.
    """
    first = int(form.widths[:feature].sum())
    place = columns - first  # within the feature's own; its gap column is beyond them
    own = place < form.widths[feature]
    if feature in form.factors:
        levels = form.factors[feature].all_names
        skipped = len(levels) - form.widths[feature]  # of two levels the first has no column
        asked = np.where(own, place + skipped == np.arange(len(levels))[:, None], 0.0)
        return np.arange(len(levels)), tuple(levels), asked
    if not own.any():
        return np.arange(2), ("known", "missing"), np.array([[0.0], [1.0]])
    values = grid(every[:, np.argmax(own)].astype(float))
    return values, (), np.where(own, values[:, None], 0.0)


def _own_rows(model: Any, m: int, table: Table, index: np.ndarray) -> tuple[np.ndarray, Upper]:
    """The fitted model's rows `(k, T)` in the slots, and its upper network."""
    fitted = model._models[m]
    place = {int(feature): k for k, feature in enumerate(fitted.features)}
    W = np.zeros((len(index), fitted.W.shape[1]))
    for slot, feature in enumerate(index):
        if feature < table.X.shape[1]:
            W[slot] = fitted.W[place[int(table.columns[feature])]]
    return W, fitted.upper

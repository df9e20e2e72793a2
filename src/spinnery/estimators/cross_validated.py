"""Fitting with size, ridge and architecture chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from sklearn.utils._param_validation import Interval, StrOptions

from ..evidence.null import LEVEL, null_p_value
from ..inputs.table import Table
from ..progress import Steps
from ..selection.crossval import Chosen, cross_validate
from ..selection.curve import Curve
from ..selection.fewer import fewer_samples
from ..selection.folds import draw_folds
from ..selection.starts import FEATURES, MOST_FEATURES, Settings
from .base import BaseSPINN
from .model import build_models, path_norms
from .parameters import COMMON, architectures
from .scoring import fold_scorer


@dataclass(frozen=True)
class Prepared:
    """What a search begins with: data as checked, the table made of them, folds, settings."""

    X: np.ndarray
    y: np.ndarray
    weights: np.ndarray
    table: Table
    searched: Table  # the same with targets and loss by which features are found
    folds: list[np.ndarray]
    settings: Settings
    architectures: list[tuple[int, ...]]


@dataclass(kw_only=True, eq=False, repr=False)
class CrossValidated(BaseSPINN):
    """Cross-validated estimators: parameters, fit, fitted attributes."""

    hidden: Any = field(default=((20,), ()), kw_only=False)
    activation: str = "tanh"
    penalty: Any = "group_mcp"
    ridges: Any = None
    cv: Any = None
    scoring: str | Callable | None = None
    null_check: bool = True
    rule: str = "min"
    max_features: Any = "auto"
    feature_groups: Any = None
    penalty_weights: Any = None
    missing: str = "error"
    n_restarts: int = 1
    tol: float = 1e-3
    max_iter: int = 2000
    dtype: str = "float32"
    random_state: Any = None
    verbose: bool | None = None

    _parameter_constraints: ClassVar[dict] = {
        **COMMON,
        "ridges": ["array-like", None],
        "cv": ["cv_object"],
        "scoring": [str, callable, None],
        "null_check": ["boolean"],
        "rule": [StrOptions({"min", "1se"})],
        "max_features": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    }

    def _fit(self, X, y, sample_weight, codes=None, strata=None, together=None):
        self._validate_params()
        given = self._prepared(X, y, sample_weight, codes, strata, together)
        table, settings = given.table, given.settings
        with self._precision(), Steps(self.verbose) as steps:
            self.null_p_value_ = float("nan")
            optional = ~settings.groups.always
            if self.null_check and optional.any():
                steps.say("is there anything?")
                asked = given.searched if optional.all() else given.searched.only(optional)
                self.null_p_value_ = null_p_value(fewer_samples(asked, [])[0], settings.seed)
            nothing = self.null_p_value_ > LEVEL
            chosen = cross_validate(
                table,
                given.searched,
                given.folds,
                given.architectures,
                self.rule,
                settings,
                steps,
                nothing,
            )
        self._report(chosen, table, given.folds)
        self._complete(given.X, given.y, given.weights, table.codes)
        self._warn_unless_converged()
        return self

    def _prepared(self, X, y, sample_weight, codes, strata, together) -> Prepared:
        """Everything that a search begins with; sets `outcome_`."""
        hidden = architectures(self.hidden)
        X, y, weights, codes = self._read(X, y, sample_weight, codes, strata)
        names = getattr(self, "cohorts_", np.array(["all"]))
        table = self._table(X, y, weights, codes)
        seed = self._seed()
        folds = draw_folds(
            self.cv, X, y, self.outcome_, weights, codes, names, seed, table.order, together
        )
        groups = self._groups(self.n_features_in_).take(table.columns)
        scorer = fold_scorer(self, self.scoring, X, y, codes)
        every = groups.n_optional
        asked = [self.max_features] * 2
        first, most = (FEATURES, MOST_FEATURES) if self.max_features == "auto" else asked
        settings = Settings(
            self._penalty(len(names)), groups, self.activation, min(first, every),
            self.n_restarts, seed,
            None if self.ridges is None else tuple(float(r) for r in self.ridges),
            self.tol, self.max_iter, self._sharing(), scorer, min(most, every),
        )  # fmt: skip
        searched, surrogate = table, self.outcome_.surrogate(y, weights, codes)
        if surrogate is not None and scorer is None:
            targets, loss = surrogate
            searched = replace(table, targets=targets.astype(table.X.dtype), loss=loss)
        return Prepared(X, y, weights, table, searched, folds, settings, hidden)

    def _why_empty(self) -> str:
        if self.null_p_value_ > LEVEL:
            return (
                "The features go with the targets no better than with permuted ones "
                f"(p = {self.null_p_value_:.2g}), as in pure noise; a weak signal may be there "
                "all the same. More samples decide; null_check=False (--no-null-check) gives the "
                "best guess."
            )
        return (
            "Cross-validation found no model that predicts held-out samples better. If a signal is "
            "expected, add samples, try another hidden, or check the target."
        )

    def _report(self, chosen: Chosen, table: Table, folds: list[np.ndarray]) -> None:
        curve, place = chosen.curve, chosen.position
        self.hidden_, self.ridge_ = chosen.hidden, curve.ridge
        self.lambda_ = float(chosen.lambdas[place])
        self.stationarity_, self.n_iter_ = chosen.stationarity, max(chosen.n_iter, 1)
        self.cv_loss_, self.cv_error_ = float(curve.mean[place]), float(curve.error[place])
        models = [(model.index, model.params.W) for model in chosen.models]
        self.path_coef_norm_ = path_norms(table, models, self._form)
        self.path_ = pd.DataFrame(
            {
                "lambda": chosen.lambdas,
                "n_features": np.diff(self.path_coef_norm_.indptr),
                "cv_mean": curve.mean,
                "cv_error": curve.error,
            }
        )
        if chosen.blocks is not None:
            blocks = chosen.blocks
            self.block_path_ = pd.DataFrame(
                {"n_blocks": blocks.sizes, "cv_mean": blocks.mean, "cv_error": blocks.error}
            )
        raw = held_out_outputs(curve, int(curve.sizes[place]), table, folds)
        self.cv_predictions_ = self.outcome_.soft(self.outcome_.in_units(raw, table.codes))
        fit = chosen.fit
        self.found_signal_ = len(fit.groups) > 0
        self._set_models(build_models(table, fit.index, fit.params.W, fit.params.upper))


def held_out_outputs(curve: Curve, size: int, table: Table, folds: list[np.ndarray]) -> np.ndarray:
    """Every sample's raw outputs `(n, K)` by the models of `size` that were fitted without it.

    Averaged where several folds hold it out, NaN where none does.
    """
    place = table.layout[0]
    found = [lane.outputs for lane in curve.at(size)[1:]]
    total, times = np.zeros((len(place), found[0].shape[1])), np.zeros((len(place), 1))
    for rows, outputs in zip(folds, found, strict=True):
        total[rows] += outputs[place[rows]]
        times[rows] += 1
    return np.where(times > 0, total / np.maximum(times, 1), np.nan)

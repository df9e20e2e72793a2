"""Fitting at one lambda."""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Real
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from sklearn.utils._param_validation import Interval

from ..progress import Steps
from ..selection.at_lambda import fit_at
from ..selection.starts import Settings
from .base import BaseSPINN
from .model import build_models, path_norms
from .parameters import COMMON, check_hidden


@dataclass(kw_only=True, eq=False, repr=False)
class FixedLambda(BaseSPINN):
    """Estimators at one lambda: parameters, fit, fitted attributes."""

    hidden: Any = field(default=(20,), kw_only=False)
    activation: str = "tanh"
    penalty: Any = "group_mcp"
    lam: float = 0.2
    ridge: float = 1e-2
    relax: bool = True
    feature_groups: Any = None
    penalty_weights: Any = None
    missing: str = "error"
    n_restarts: int = 2
    tol: float = 1e-3
    max_iter: int = 2000
    dtype: str = "float32"
    random_state: Any = None
    verbose: bool | None = None

    _parameter_constraints: ClassVar[dict] = {
        **COMMON,
        "lam": [Interval(Real, 0, None, closed="left")],
        "ridge": [Interval(Real, 0, None, closed="left")],
        "relax": ["boolean"],
    }

    def _fit(self, X, y, sample_weight, codes=None, strata=None):
        self._validate_params()
        hidden = check_hidden(self.hidden)
        X, y, weights, codes = self._read(X, y, sample_weight, codes, strata)
        table = self._table(X, y, weights, codes)
        groups = self._groups(self.n_features_in_).take(table.columns)
        settings = Settings(
            self._penalty(table.n_cohorts), groups, self.activation, self.n_features_in_,
            self.n_restarts, self._seed(), None, self.tol, self.max_iter, self._sharing(),
        )  # fmt: skip
        with self._precision(), Steps(self.verbose) as steps:
            fitted = fit_at(table, hidden, self.lam, self.ridge, self.relax, settings, steps)
        self.stationarity_, self.n_iter_ = fitted.stationarity, fitted.n_iter
        if fitted.selection_stationarity is not None:
            self.selection_stationarity_ = fitted.selection_stationarity
        self.lambda_, self.ridge_ = float(self.lam), float(self.ridge)
        self.path_coef_norm_ = path_norms(table, fitted.stages, self._form)
        self.path_ = pd.DataFrame(
            {"lambda": fitted.lams, "n_features": np.diff(self.path_coef_norm_.indptr)}
        )
        self._set_models(build_models(table, fitted.slots, fitted.W, fitted.upper))
        self._complete(X, y, weights, codes)
        self._warn_unless_converged()
        return self

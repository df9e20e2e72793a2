"""Sparse-input networks with size, ridge and architecture chosen by cross-validation."""

from __future__ import annotations

import warnings
from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin, RegressorMixin, is_classifier
from sklearn.model_selection import KFold, StratifiedKFold, check_cv
from sklearn.utils._param_validation import Interval, StrOptions

from ..losses import Loss
from ..progress import Steps
from ..selection.crossval import best_curve
from ..selection.curve import Curve, choose
from ..selection.exchange import Candidate
from ..selection.search import Search, Settings
from ..table import Table
from . import docs
from .base import BaseSPINN, ClassificationTargets, OneTable, RegressionTargets
from .model import build_models, path_norms
from .spinn import check_hidden


class _SPINNCV(BaseSPINN):
    _parameter_constraints: dict = {
        **BaseSPINN._parameter_constraints,
        "hidden": [tuple, list],
        "ridges": ["array-like", None],
        "cv": ["cv_object"],
        "rule": [StrOptions({"min", "1se"})],
        "max_features": [Interval(Integral, 1, None, closed="left")],
    }

    def _fit(self, X, y, sample_weight, codes=None):
        self._validate_params()
        table = self._table(X, y, sample_weight, codes)
        folds = self._folds(table, X, y)
        groups = self._groups(self.n_features_in_)
        settings = Settings(
            self._penalty(table.n_cohorts), groups, self.activation,
            min(self.max_features, int(groups.ids.max()) + 1), self.n_restarts, self._seed(),
            None if self.ridges is None else tuple(float(r) for r in self.ridges),
            self.tol, self.max_iter, self._sharing(),
        )  # fmt: skip
        with self._precision(), Steps(self.verbose) as steps:
            searches = [
                Search(table, folds, hidden, settings, steps)
                for hidden in architectures(self.hidden)
            ]
            found = []
            for search in searches:
                found.append((search, best_curve(search)))
                if search.interrupted:
                    warnings.warn(
                        "Interrupted: the model is chosen from what had been searched so far.",
                        UserWarning,
                        stacklevel=2,
                    )
                    break
            self._choose(table, found)
        self._warn_unless_converged()
        return self

    def _folds(self, table: Table, X, y) -> list[np.ndarray]:
        n = len(table.weights)
        classifier = is_classifier(self)
        cv = self.cv
        if isinstance(cv, (int, np.integer)):
            self._check_folds(int(cv), n)
            kind = StratifiedKFold if classifier else KFold
            cv = kind(int(cv), shuffle=True, random_state=self._seed())
        cv = check_cv(cv, y, classifier=classifier)
        return [test for _, test in cv.split(X, y)]

    def _check_folds(self, n_folds: int, n_samples: int) -> None:
        if not 2 <= n_folds <= n_samples:
            raise ValueError(
                f"cv={n_folds} folds need at least {n_folds} samples; got {n_samples}. "
                "Lower cv or add samples."
            )

    def _refine(self, search: Search, curve: Curve, size: int) -> Candidate:
        """The model to finish, given the chosen curve and size."""
        return curve.candidates[size]

    def _choose(self, table: Table, found: list[tuple[Search, Curve]]) -> None:
        search, curve = found[choose([curve for _, curve in found])]
        position = curve.position(self.rule)
        size = int(curve.sizes[position])
        curve = search.consult(curve, size)
        chosen = self._refine(search, curve, size)
        fit, certificate, n_iter = search.finish(chosen, curve.ridge)
        self.stationarity_, self.n_iter_ = certificate, max(n_iter, 1)  # 0: already there
        models = [fit if k == size else curve.candidates[k] for k in curve.sizes]
        lambdas = search.lambdas(models, curve.ridge)
        self.hidden_, self.ridge_, self.lambda_ = (
            search.hidden,
            curve.ridge,
            float(lambdas[position]),
        )
        self.cv_loss_, self.cv_error_ = float(curve.mean[position]), float(curve.error[position])
        norms = path_norms([(m.index, m.params.W) for m in models], self.n_features_in_)
        self.path_ = pd.DataFrame(
            {
                "lambda": lambdas,
                "n_features": np.diff(norms.indptr),
                "cv_mean": curve.mean,
                "cv_error": curve.error,
            }
        )
        self.path_coef_norm_ = norms
        self._set_models(build_models(table, fit.index, fit.params.W, fit.params.upper))


@docs.chosen(kind=docs.REGRESSION)
class SPINNRegressorCV(OneTable, RegressionTargets, RegressorMixin, _SPINNCV):
    """Sparse-input network for regression, chosen by cross-validation.

    For each architecture, a penalised path from a dense network proposes features; groups of
    features then enter and leave by what they do to the relaxed refit's objective, which gives a
    model of every size up to `max_features`, in every fold alike. The size, ridge and
    architecture with the lowest held-out loss are taken, and the model of that size fitted to
    all samples is returned. Inputs and targets are standardised inside.

    Parameters
    ----------
    <<model>>
    <<common>>
    <<chosen>>
    <<groups>>
    <<kind>>
    <<training>>

    Attributes
    ----------
    <<attributes>>

    References
    ----------
    Feng & Simon (2017), Sparse-input neural networks for high-dimensional nonparametric
    regression and classification.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import SPINNRegressorCV
    >>> X = np.random.default_rng(0).uniform(-1, 1, size=(300, 50))
    >>> y = np.sin(3 * X[:, 0]) * X[:, 1]
    >>> model = SPINNRegressorCV(max_features=5, random_state=0).fit(X, y)
    >>> model.get_support(indices=True)
    array([0, 1])
    """

    _parameter_constraints: dict = {
        **_SPINNCV._parameter_constraints,
        "loss": [StrOptions({"squared", "huber"}), Loss],
    }

    def __init__(
        self, hidden=((20,), ()), activation="tanh", penalty="group_mcp", ridges=None, cv=5,
        rule="min", max_features=24, groups=None, penalty_weights=None, loss="squared",
        n_restarts=1, tol=1e-3, max_iter=2000, dtype="float32", random_state=None, verbose=None,
    ):  # fmt: skip
        self.hidden = hidden
        self.activation = activation
        self.penalty = penalty
        self.ridges = ridges
        self.cv = cv
        self.rule = rule
        self.max_features = max_features
        self.groups = groups
        self.penalty_weights = penalty_weights
        self.loss = loss
        self.n_restarts = n_restarts
        self.tol = tol
        self.max_iter = max_iter
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose


@docs.chosen(kind=docs.CLASSIFICATION)
class SPINNClassifierCV(OneTable, ClassificationTargets, ClassifierMixin, _SPINNCV):
    """Sparse-input network for classification, chosen by cross-validation.

    For each architecture, a penalised path from a dense network proposes features; groups of
    features then enter and leave by what they do to the relaxed refit's objective, which gives a
    model of every size up to `max_features`, in every fold alike. The size, ridge and
    architecture with the lowest held-out loss are taken, and the model of that size fitted to
    all samples is returned. Inputs are standardised inside.

    Parameters
    ----------
    <<model>>
    <<common>>
    <<chosen>>
    <<groups>>
    <<kind>>
    <<training>>

    Attributes
    ----------
    <<attributes>>
    classes_ : (n_classes,) array
        Class labels.

    References
    ----------
    Feng & Simon (2017), Sparse-input neural networks for high-dimensional nonparametric
    regression and classification.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import SPINNClassifierCV
    >>> X = np.random.default_rng(0).uniform(-1, 1, size=(300, 50))
    >>> y = np.where(X[:, 0] ** 2 + X[:, 1] > 0.3, "yes", "no")
    >>> model = SPINNClassifierCV(max_features=5, random_state=0).fit(X, y)
    >>> model.get_support(indices=True)
    array([0, 1])
    """

    _parameter_constraints: dict = {
        **_SPINNCV._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self, hidden=((20,), ()), activation="tanh", penalty="group_mcp", ridges=None, cv=5,
        rule="min", max_features=24, groups=None, penalty_weights=None, class_weight=None,
        n_restarts=1, tol=1e-3, max_iter=2000, dtype="float32", random_state=None, verbose=None,
    ):  # fmt: skip
        self.hidden = hidden
        self.activation = activation
        self.penalty = penalty
        self.ridges = ridges
        self.cv = cv
        self.rule = rule
        self.max_features = max_features
        self.groups = groups
        self.penalty_weights = penalty_weights
        self.class_weight = class_weight
        self.n_restarts = n_restarts
        self.tol = tol
        self.max_iter = max_iter
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose


def architectures(hidden) -> list[tuple[int, ...]]:
    """One architecture `(20,)` or several `[(20,), ()]`, as a list of tuples."""
    hidden = list(hidden)
    if hidden and all(isinstance(h, (tuple, list)) for h in hidden):
        return [check_hidden(h) for h in hidden]
    return [check_hidden(hidden)]

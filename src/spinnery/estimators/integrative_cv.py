"""Integrative sparse-input networks, chosen by cross-validation: one model over several cohorts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin, RegressorMixin, is_classifier
from sklearn.model_selection import check_cv
from sklearn.utils._param_validation import StrOptions

from ..cohorts import deal_folds
from ..losses import Loss
from ..selection.curve import Curve
from ..selection.exchange import Candidate
from ..selection.search import Search
from ..table import Table
from . import docs
from .base import ClassificationTargets, RegressionTargets
from .over_cohorts import COHORT_CONSTRAINTS, ClassifierCohorts, RegressorCohorts
from .spinn_cv import _SPINNCV


class _CohortsCV(_SPINNCV):
    """Folds that keep every cohort's share, and a choice of cohorts for every feature."""

    def _refine(self, search: Search, curve: Curve, size: int) -> Candidate:
        if len(self.cohorts_) == 1 or size == 0:
            return super()._refine(search, curve, size)
        blocks = search.block_curve(curve, size)
        self.block_path_ = pd.DataFrame(
            {"n_blocks": blocks.sizes, "cv_mean": blocks.mean, "cv_error": blocks.error}
        )
        return blocks.candidates[int(blocks.sizes[blocks.position(self.rule)])]

    def _folds(self, table: Table, X, y) -> list[np.ndarray]:
        if isinstance(self.cv, (int, np.integer)):
            self._check_folds(int(self.cv), len(table.codes))
            strata = table.codes
            if table.classes is not None:
                K = table.n_outputs
                labels = table.targets.argmax(axis=1) if K > 1 else table.targets[:, 0].astype(int)
                strata = strata * len(table.classes) + labels
            return deal_folds(strata, int(self.cv), self._seed())
        cv = check_cv(self.cv, y, classifier=is_classifier(self))
        folds = [test for _, test in cv.split(X, y, groups=table.codes)]
        sizes = np.bincount(table.codes)
        for fold in folds:
            whole = np.flatnonzero(np.bincount(table.codes[fold], minlength=len(sizes)) == sizes)
            if len(whole):
                raise ValueError(
                    f"A fold of cv holds out all of cohort {str(self.cohorts_[whole[0]])!r}, whose "
                    "first layer would then be fitted to nothing. Use folds within cohorts (an "
                    "integer cv), and leave_one_cohort_out to judge transfer to new cohorts."
                )
        return folds


@docs.chosen(kind=docs.REGRESSION, cohorts=docs.COHORTS, integrated=docs.INTEGRATED + docs.BLOCKS)
class IntegrativeSPINNRegressorCV(
    _CohortsCV, RegressorCohorts, RegressionTargets, RegressorMixin, _SPINNCV
):
    """Integrative sparse-input network for regression, chosen by cross-validation.

    For each architecture, a penalised path from dense networks proposes features; features then
    enter and leave in all cohorts together by what they do to the relaxed refit's objective, and
    the number of features, the ridge and the architecture are chosen by cross-validation. From
    that model, single cohorts' blocks leave in the same way as long as cross-validation agrees,
    which tells shared from cohort-specific features. Inputs and targets are standardised within
    cohorts; folds are stratified by cohort.

    Parameters
    ----------
    <<model>>
    <<common>>
    <<chosen>>
    <<cohorts>>
    <<groups>>
    <<kind>>
    <<training>>

    Attributes
    ----------
    <<integrated>>
    <<attributes>>

    References
    ----------
    Feng & Simon (2017), Sparse-input neural networks for high-dimensional nonparametric
    regression and classification. Liu, Huang & Ma (2013), Integrative analysis of multiple cancer
    genomic datasets under the heterogeneity model.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import IntegrativeSPINNRegressorCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(-1, 1, size=(400, 30))
    >>> cohorts = np.repeat(["north", "south"], 200)
    >>> sign = np.where(cohorts == "north", 1, -1)
    >>> y = sign * np.sin(3 * X[:, 0]) + X[:, 1] ** 2
    >>> model = IntegrativeSPINNRegressorCV(max_features=5, random_state=0)
    >>> model.fit(X, y, cohorts=cohorts).get_support(indices=True)
    array([0, 1])
    """

    _parameter_constraints: dict = {
        **_SPINNCV._parameter_constraints,
        **COHORT_CONSTRAINTS,
        "loss": [StrOptions({"squared", "huber"}), Loss],
    }

    def __init__(
        self, hidden=((20,), ()), activation="tanh", penalty="integrative_mcp", ridges=None, cv=5,
        rule="min", max_features=24, share="upper", own_intercept=False, balance="sample",
        new_cohorts="error", groups=None, penalty_weights=None, loss="squared", n_restarts=1,
        tol=1e-3, max_iter=2000, dtype="float32", random_state=None, verbose=None,
    ):  # fmt: skip
        self.hidden = hidden
        self.activation = activation
        self.penalty = penalty
        self.ridges = ridges
        self.cv = cv
        self.rule = rule
        self.max_features = max_features
        self.share = share
        self.own_intercept = own_intercept
        self.balance = balance
        self.new_cohorts = new_cohorts
        self.groups = groups
        self.penalty_weights = penalty_weights
        self.loss = loss
        self.n_restarts = n_restarts
        self.tol = tol
        self.max_iter = max_iter
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose


@docs.chosen(
    kind=docs.CLASSIFICATION, cohorts=docs.COHORTS, integrated=docs.INTEGRATED + docs.BLOCKS
)
class IntegrativeSPINNClassifierCV(
    _CohortsCV, ClassifierCohorts, ClassificationTargets, ClassifierMixin, _SPINNCV
):
    """Integrative sparse-input network for classification, chosen by cross-validation.

    For each architecture, a penalised path from dense networks proposes features; features then
    enter and leave in all cohorts together by what they do to the relaxed refit's objective, and
    the number of features, the ridge and the architecture are chosen by cross-validation. From
    that model, single cohorts' blocks leave in the same way as long as cross-validation agrees,
    which tells shared from cohort-specific features. Inputs are standardised within
    cohorts; folds are stratified by cohort and class.

    Parameters
    ----------
    <<model>>
    <<common>>
    <<chosen>>
    <<cohorts>>
    <<groups>>
    <<kind>>
    <<training>>

    Attributes
    ----------
    <<integrated>>
    <<attributes>>
    classes_ : (n_classes,) array
    Class labels.

    References
    ----------
    Feng & Simon (2017), Sparse-input neural networks for high-dimensional nonparametric
    regression and classification. Liu, Huang & Ma (2013), Integrative analysis of multiple cancer
    genomic datasets under the heterogeneity model.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import IntegrativeSPINNClassifierCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(-1, 1, size=(400, 30))
    >>> cohorts = np.repeat(["north", "south"], 200)
    >>> sign = np.where(cohorts == "north", 1, -1)
    >>> y = np.where(sign * X[:, 0] + X[:, 1] ** 2 > 0.3, "yes", "no")
    >>> model = IntegrativeSPINNClassifierCV(max_features=5, random_state=0)
    >>> model.fit(X, y, cohorts=cohorts).get_support(indices=True)
    array([0, 1])
    """

    _parameter_constraints: dict = {
        **_SPINNCV._parameter_constraints,
        **COHORT_CONSTRAINTS,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self, hidden=((20,), ()), activation="tanh", penalty="integrative_mcp", ridges=None, cv=5,
        rule="min", max_features=24, share="upper", own_intercept=False, balance="sample",
        new_cohorts="error", groups=None, penalty_weights=None, class_weight=None, n_restarts=1,
        tol=1e-3, max_iter=2000, dtype="float32", random_state=None, verbose=None,
    ):  # fmt: skip
        self.hidden = hidden
        self.activation = activation
        self.penalty = penalty
        self.ridges = ridges
        self.cv = cv
        self.rule = rule
        self.max_features = max_features
        self.share = share
        self.own_intercept = own_intercept
        self.balance = balance
        self.new_cohorts = new_cohorts
        self.groups = groups
        self.penalty_weights = penalty_weights
        self.class_weight = class_weight
        self.n_restarts = n_restarts
        self.tol = tol
        self.max_iter = max_iter
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

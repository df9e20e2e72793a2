"""Integrative sparse-input networks at one lambda: one model over several cohorts."""

from __future__ import annotations

from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import StrOptions

from ..losses import Loss
from . import docs
from .base import ClassificationTargets, RegressionTargets
from .over_cohorts import COHORT_CONSTRAINTS, ClassifierCohorts, RegressorCohorts
from .spinn import _SPINN


@docs.fixed(kind=docs.REGRESSION, cohorts=docs.COHORTS, integrated=docs.INTEGRATED)
class IntegrativeSPINNRegressor(RegressorCohorts, RegressionTargets, RegressorMixin, _SPINN):
    """Integrative sparse-input network for regression.

    With `w` the sample weights (summing to one) and `m(i)` the cohort of sample i, it minimises
    over the cohorts' first layers `W_m` and upper networks `u_m` (shared or own)

        sum_i w_i loss(u_m(i)(x_i W_m(i)), y_i) + ridge/2 ||weights||^2 + sum_j Pen(W_j)

    where row `W_j` holds the feature's blocks of all cohorts, from dense ridge networks by raising
    lambda to `lam`. Inputs and targets are standardised within cohorts.

    Parameters
    ----------
    <<model>>
    <<common>>
    <<fixed>>
    <<cohorts>>
    <<groups>>
    <<kind>>
    <<training>>

    Attributes
    ----------
    <<integrated>>
    <<attributes>>

    See Also
    --------
    IntegrativeSPINNRegressorCV : chooses all of it by cross-validation; start there.

    References
    ----------
    Feng & Simon (2017), Sparse-input neural networks for high-dimensional nonparametric
    regression and classification. Liu, Huang & Ma (2013), Integrative analysis of multiple cancer
    genomic datasets under the heterogeneity model.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import IntegrativeSPINNRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(-1, 1, size=(400, 30))
    >>> cohorts = np.repeat(["north", "south"], 200)
    >>> sign = np.where(cohorts == "north", 1, -1)
    >>> y = sign * np.sin(3 * X[:, 0]) + X[:, 1] ** 2
    >>> model = IntegrativeSPINNRegressor(lam=0.3, random_state=0)
    >>> model.fit(X, y, cohorts=cohorts).get_support(indices=True)
    array([0, 1])
    """

    _parameter_constraints: dict = {
        **_SPINN._parameter_constraints,
        **COHORT_CONSTRAINTS,
        "loss": [StrOptions({"squared", "huber"}), Loss],
    }

    def __init__(
        self, hidden=(20,), activation="tanh", penalty="integrative_mcp", lam=0.2, ridge=1e-2,
        relax=True, share="upper", own_intercept=False, balance="sample", new_cohorts="error",
        groups=None, penalty_weights=None, loss="squared", n_restarts=2, tol=1e-3, max_iter=2000,
        dtype="float32", random_state=None, verbose=None,
    ):  # fmt: skip
        self.hidden = hidden
        self.activation = activation
        self.penalty = penalty
        self.lam = lam
        self.ridge = ridge
        self.relax = relax
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


@docs.fixed(kind=docs.CLASSIFICATION, cohorts=docs.COHORTS, integrated=docs.INTEGRATED)
class IntegrativeSPINNClassifier(ClassifierCohorts, ClassificationTargets, ClassifierMixin, _SPINN):
    """Integrative sparse-input network for classification.

    With `w` the sample weights (summing to one) and `m(i)` the cohort of sample i, it minimises
    over the cohorts' first layers `W_m` and upper networks `u_m` (shared or own)

        sum_i w_i loss(u_m(i)(x_i W_m(i)), y_i) + ridge/2 ||weights||^2 + sum_j Pen(W_j)

    where row `W_j` holds the feature's blocks of all cohorts, from dense ridge networks by raising
    lambda to `lam`. Inputs are standardised within cohorts.

    Parameters
    ----------
    <<model>>
    <<common>>
    <<fixed>>
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

    See Also
    --------
    IntegrativeSPINNClassifierCV : chooses all of it by cross-validation; start there.

    References
    ----------
    Feng & Simon (2017), Sparse-input neural networks for high-dimensional nonparametric
    regression and classification. Liu, Huang & Ma (2013), Integrative analysis of multiple cancer
    genomic datasets under the heterogeneity model.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import IntegrativeSPINNClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(-1, 1, size=(400, 30))
    >>> cohorts = np.repeat(["north", "south"], 200)
    >>> sign = np.where(cohorts == "north", 1, -1)
    >>> y = np.where(sign * X[:, 0] + X[:, 1] ** 2 > 0.3, "yes", "no")
    >>> model = IntegrativeSPINNClassifier(lam=0.3, random_state=0)
    >>> model.fit(X, y, cohorts=cohorts).get_support(indices=True)
    array([0, 1])
    """

    _parameter_constraints: dict = {
        **_SPINN._parameter_constraints,
        **COHORT_CONSTRAINTS,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self, hidden=(20,), activation="tanh", penalty="integrative_mcp", lam=0.2, ridge=1e-2,
        relax=True, share="upper", own_intercept=False, balance="sample", new_cohorts="error",
        groups=None, penalty_weights=None, class_weight=None, n_restarts=2, tol=1e-3, max_iter=2000,
        dtype="float32", random_state=None, verbose=None,
    ):  # fmt: skip
        self.hidden = hidden
        self.activation = activation
        self.penalty = penalty
        self.lam = lam
        self.ridge = ridge
        self.relax = relax
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

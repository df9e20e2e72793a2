"""Integrative sparse-input networks at one lambda: one model over several cohorts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..losses import AnyLoss
from ..storage.registry import storable_estimator
from .cohort_faces import CohortClassifier, CohortRegressor
from .fixed import FixedLambda
from .parameters import CLASS_WEIGHT, COHORTS, LOSS


@storable_estimator
@dataclass(kw_only=True, eq=False, repr=False)
class IntegrativeSPINNRegressor(CohortRegressor, FixedLambda):
    """Integrative sparse-input network for regression.

    With `w` the sample weights (summing to one) and `m(i)` the cohort of sample i, it minimises
    over the cohorts' first layers `W_m` and upper networks `u_m` (shared or own)

        sum_i w_i loss(u_m(i)(x_i W_m(i)), y_i) + ridge/2 ||weights||^2 + sum_j Pen(W_j)

    where row `W_j` holds the feature's blocks of all cohorts, from dense ridge networks by raising
    lambda to `lam`. Inputs and targets are standardised within cohorts.

    Parameters
    ----------
    hidden : tuple of int, default=(20,)
        Widths of the hidden layers; `()` is a linear (logistic, softmax) model.
    activation : str, default="tanh"
        One of "identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "gelu".
    penalty : str or Penalty, default="group_mcp"
        Penalty on the first layer's rows: "lasso", "group_lasso", "sparse_group_lasso",
        "group_mcp", "group_scad", "composite_mcp", "integrative_mcp" (the default over cohorts),
        "sparse_group_mcp", or an object from `spinnery.penalties` when
        its shape parameters matter (its `lam` is replaced).
    lam : float, default=0.2
        Weight of the penalty, for standardised inputs and targets. Larger is sparser.
    ridge : float, default=0.01
        Weight of `1/2 ||.||^2` on all weight matrices.
    relax : bool, default=True
        Refit the selected features with ridge alone, which undoes the penalty's shrinkage.
    share : {"upper", "none"}, default="upper"
        "upper": cohorts have first layers (and first biases) of their own and share all that
        follows. "none": own networks, coupled by the penalty and the choice of features alone.
    own_intercept : bool, default=False
        Whether the output's bias is each cohort's own even with `share="upper"`.
    balance : {"sample", "cohort"}, default="sample"
        Whether the loss counts all samples alike or all cohorts alike.
    new_cohorts : {"error", "average"}, default="error"
        What `predict` does with samples of cohorts not seen in `fit`: an error, or the raw
        outputs (log-odds for classes) averaged over the known cohorts' models.
    feature_groups : array-like of shape (n_features,), optional
        Labels of feature groups that enter or leave together (one-hot columns, pathways). A
        group's threshold carries the square root of its size.
    penalty_weights : array-like of shape (n_features,), optional
        Factors of `lam` per feature (adaptive penalties), averaged within groups. A feature of
        weight 0 is always in, with its group, and counts in no size.
    missing : {"error", "mean", "indicator"}, default="error"
        What becomes of gaps in `X`: refused; taken for the mean of their column (and cohort); or
        that, with an indicator of the gap as a further column in the feature's group.
    loss : {"squared", "huber", "poisson"} or Loss, default="squared"
        Loss of the target, which the loss says whether to standardise. "poisson" is for counts
        and rates: log link, exposure by `sample_weight` (targets being counts over exposure).
    n_restarts : int, default=2
        Random starts trained side by side; the lowest objective wins.
    tol : float, default=1e-3
        Relative stationarity to reach (see `stationarity_`).
    max_iter : int, default=2000
        Iterations of the last solve and of the last refit, each.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the computation. JAX's global settings are not touched.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights.
    verbose : bool or None, default=None
        Progress bar; None shows it when standard error is a terminal.

    Attributes
    ----------
    cohorts_ : (n_cohorts,) array
        Cohort labels, sorted; the rows of what follows.
    absent_ : (n_cohorts, n_features) bool array
        Features that a cohort lacks.
    selected_ : (n_cohorts, n_features) bool array
        Features with a nonzero first-layer row, cohort by cohort.
    coef_norm_ : (n_cohorts, n_features) array
        Norms of the first-layer rows, cohort by cohort, for standardised inputs: a
        feature's strength.
    lambda_ : float
        `lam`.
    ridge_ : float
        Ridge of the returned model.
    stationarity_ : float
        Certificate: norm of the gradient mapping at the returned parameters, computed afresh,
        relative to lambda on the first layer and to the square root of twice the objective
        elsewhere. After a relaxed refit, that of the refit.
    n_iter_ : int
        Iterations of the last solve.
    path_ : DataFrame
        Columns `lambda` and `n_features`.
    path_coef_norm_ : sparse array
        Row norms of every model on the path, one row per row of `path_`.

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

    penalty: Any = "integrative_mcp"
    share: str = "upper"
    own_intercept: bool = False
    balance: str = "sample"
    new_cohorts: str = "error"
    loss: str | AnyLoss = "squared"

    _parameter_constraints: ClassVar[dict] = FixedLambda._parameter_constraints | COHORTS | LOSS


@storable_estimator
@dataclass(kw_only=True, eq=False, repr=False)
class IntegrativeSPINNClassifier(CohortClassifier, FixedLambda):
    """Integrative sparse-input network for classification.

    With `w` the sample weights (summing to one) and `m(i)` the cohort of sample i, it minimises
    over the cohorts' first layers `W_m` and upper networks `u_m` (shared or own)

        sum_i w_i loss(u_m(i)(x_i W_m(i)), y_i) + ridge/2 ||weights||^2 + sum_j Pen(W_j)

    where row `W_j` holds the feature's blocks of all cohorts, from dense ridge networks by raising
    lambda to `lam`. Inputs are standardised within cohorts.

    Parameters
    ----------
    hidden : tuple of int, default=(20,)
        Widths of the hidden layers; `()` is a linear (logistic, softmax) model.
    activation : str, default="tanh"
        One of "identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "gelu".
    penalty : str or Penalty, default="group_mcp"
        Penalty on the first layer's rows: "lasso", "group_lasso", "sparse_group_lasso",
        "group_mcp", "group_scad", "composite_mcp", "integrative_mcp" (the default over cohorts),
        "sparse_group_mcp", or an object from `spinnery.penalties` when
        its shape parameters matter (its `lam` is replaced).
    lam : float, default=0.2
        Weight of the penalty, for standardised inputs and targets. Larger is sparser.
    ridge : float, default=0.01
        Weight of `1/2 ||.||^2` on all weight matrices.
    relax : bool, default=True
        Refit the selected features with ridge alone, which undoes the penalty's shrinkage.
    share : {"upper", "none"}, default="upper"
        "upper": cohorts have first layers (and first biases) of their own and share all that
        follows. "none": own networks, coupled by the penalty and the choice of features alone.
    own_intercept : bool, default=False
        Whether the output's bias is each cohort's own even with `share="upper"`.
    balance : {"sample", "cohort"}, default="sample"
        Whether the loss counts all samples alike or all cohorts alike.
    new_cohorts : {"error", "average"}, default="error"
        What `predict` does with samples of cohorts not seen in `fit`: an error, or the raw
        outputs (log-odds for classes) averaged over the known cohorts' models.
    feature_groups : array-like of shape (n_features,), optional
        Labels of feature groups that enter or leave together (one-hot columns, pathways). A
        group's threshold carries the square root of its size.
    penalty_weights : array-like of shape (n_features,), optional
        Factors of `lam` per feature (adaptive penalties), averaged within groups. A feature of
        weight 0 is always in, with its group, and counts in no size.
    missing : {"error", "mean", "indicator"}, default="error"
        What becomes of gaps in `X`: refused; taken for the mean of their column (and cohort); or
        that, with an indicator of the gap as a further column in the feature's group.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, multiplied into the sample weights.
    n_restarts : int, default=2
        Random starts trained side by side; the lowest objective wins.
    tol : float, default=1e-3
        Relative stationarity to reach (see `stationarity_`).
    max_iter : int, default=2000
        Iterations of the last solve and of the last refit, each.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the computation. JAX's global settings are not touched.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights.
    verbose : bool or None, default=None
        Progress bar; None shows it when standard error is a terminal.

    Attributes
    ----------
    cohorts_ : (n_cohorts,) array
        Cohort labels, sorted; the rows of what follows.
    absent_ : (n_cohorts, n_features) bool array
        Features that a cohort lacks.
    selected_ : (n_cohorts, n_features) bool array
        Features with a nonzero first-layer row, cohort by cohort.
    coef_norm_ : (n_cohorts, n_features) array
        Norms of the first-layer rows, cohort by cohort, for standardised inputs: a
        feature's strength.
    lambda_ : float
        `lam`.
    ridge_ : float
        Ridge of the returned model.
    stationarity_ : float
        Certificate: norm of the gradient mapping at the returned parameters, computed afresh,
        relative to lambda on the first layer and to the square root of twice the objective
        elsewhere. After a relaxed refit, that of the refit.
    n_iter_ : int
        Iterations of the last solve.
    path_ : DataFrame
        Columns `lambda` and `n_features`.
    path_coef_norm_ : sparse array
        Row norms of every model on the path, one row per row of `path_`.
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

    penalty: Any = "integrative_mcp"
    share: str = "upper"
    own_intercept: bool = False
    balance: str = "sample"
    new_cohorts: str = "error"
    class_weight: Any = None

    _parameter_constraints: ClassVar[dict] = (
        FixedLambda._parameter_constraints | COHORTS | CLASS_WEIGHT
    )

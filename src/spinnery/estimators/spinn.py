"""Sparse-input networks at one lambda."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..losses import AnyLoss
from ..storage.registry import storable_estimator
from .faces import Classifier, Regressor
from .fixed import FixedLambda
from .one_table import OneTable
from .parameters import CLASS_WEIGHT, LOSS


@storable_estimator
@dataclass(kw_only=True, eq=False, repr=False)
class SPINNRegressor(OneTable, Regressor, FixedLambda):
    """Sparse-input network for regression at one lambda.

    With `w` the sample weights (summing to one), it minimises over first layer `W` and upper
    network `u`

        sum_i w_i loss(u(x_i W), y_i) + ridge/2 (||W||^2 + ||weights of u||^2) + sum_j Pen(W_j; lam)

    from a dense ridge network by raising lambda to `lam`, inputs and targets standardised.

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
    selected_ : (n_features,) bool array
        Features with a nonzero first-layer row.
    coef_norm_ : (n_features,) array
        Norms of the first-layer rows, for standardised inputs: a feature's strength.
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
    SPINNRegressorCV : chooses features, ridge and architecture by cross-validation; start
        there.

    References
    ----------
    Feng & Simon (2017), Sparse-input neural networks for high-dimensional nonparametric
    regression and classification.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import SPINNRegressor
    >>> X = np.random.default_rng(0).uniform(-1, 1, size=(300, 50))
    >>> y = np.sin(3 * X[:, 0]) * X[:, 1]
    >>> model = SPINNRegressor(lam=0.2, random_state=0).fit(X, y)
    >>> model.get_support(indices=True)
    array([0, 1])
    """

    loss: str | AnyLoss = "squared"

    _parameter_constraints: ClassVar[dict] = FixedLambda._parameter_constraints | LOSS


@storable_estimator
@dataclass(kw_only=True, eq=False, repr=False)
class SPINNClassifier(OneTable, Classifier, FixedLambda):
    """Sparse-input network for classification at one lambda.

    Two classes share one logit (logistic loss); more have one each (softmax cross-entropy).

    With `w` the sample weights (summing to one), it minimises over first layer `W` and upper
    network `u`

        sum_i w_i loss(u(x_i W), y_i) + ridge/2 (||W||^2 + ||weights of u||^2) + sum_j Pen(W_j; lam)

    from a dense ridge network by raising lambda to `lam`, inputs standardised.

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
    selected_ : (n_features,) bool array
        Features with a nonzero first-layer row.
    coef_norm_ : (n_features,) array
        Norms of the first-layer rows, for standardised inputs: a feature's strength.
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
    SPINNClassifierCV : chooses features, ridge and architecture by cross-validation; start
        there.

    References
    ----------
    Feng & Simon (2017), Sparse-input neural networks for high-dimensional nonparametric
    regression and classification.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import SPINNClassifier
    >>> X = np.random.default_rng(0).uniform(-1, 1, size=(300, 50))
    >>> y = np.where(X[:, 0] ** 2 + X[:, 1] > 0.3, "yes", "no")
    >>> model = SPINNClassifier(lam=0.2, random_state=0).fit(X, y)
    >>> model.get_support(indices=True)
    array([0, 1])
    """

    class_weight: Any = None

    _parameter_constraints: ClassVar[dict] = FixedLambda._parameter_constraints | CLASS_WEIGHT

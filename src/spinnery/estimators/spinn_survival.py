"""Survival times by sparse-input networks at one lambda."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from ..storage.registry import storable_estimator
from .faces import Survivor
from .fixed import FixedLambda
from .parameters import TIES


@storable_estimator
@dataclass(kw_only=True, eq=False, repr=False)
class SPINNSurvival(Survivor, FixedLambda):
    """Sparse-input network for survival times at one lambda.

    The output is the logarithm of the risk, the loss minus Cox's partial likelihood per event.

    It minimises over first layer `W` and upper network `u`

        loss(u(X W), event, time; w) + ridge/2 (||W||^2 + ||weights of u||^2) + sum_j Pen(W_j; lam)

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
    ridge : float, default=0.1
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
    ties : {"efron", "breslow"}, default="efron"
        How events at the same time count.
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
    event_times_ : (n_times,) array
        Distinct times of events: where the survival curves fall.

    See Also
    --------
    SPINNSurvivalCV : chooses features, ridge and architecture by cross-validation; start
        there.

    References
    ----------
    Feng & Simon (2017), Sparse-input neural networks for high-dimensional nonparametric
    regression and classification. Cox (1972),
    Regression models and life-tables. Efron (1977), The efficiency of Cox's likelihood function
    for censored data.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import SPINNSurvival, survival_target
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(-1, 1, size=(300, 50))
    >>> time = rng.exponential(np.exp(-3 * np.sin(3 * X[:, 0]) - 3 * X[:, 1]))
    >>> y = survival_target(time < 2, np.minimum(time, 2))
    >>> model = SPINNSurvival(lam=0.4, random_state=0).fit(X, y)
    >>> model.get_support(indices=True)
    array([0, 1])
    """

    ridge: float = 0.1
    ties: str = "efron"

    _parameter_constraints: ClassVar[dict] = FixedLambda._parameter_constraints | TIES

    def fit(self, X, y, sample_weight=None, strata=None) -> Self:
        """Fit to the data.

        Parameters
        ----------
        X : array-like or table of shape (n_samples, n_features)
            A pandas or Polars table may hold factors.
        y : structured array of shape (n_samples,), or DataFrame
            Event and time, as `spinnery.survival_target` makes it.
        sample_weight : array-like of shape (n_samples,), optional
        strata : array-like of shape (n_samples,), optional
            Samples are compared with those of their own stratum only, which has a baseline of its
            own.

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight, strata=strata)

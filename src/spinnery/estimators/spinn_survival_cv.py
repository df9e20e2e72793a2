"""Survival times by cross-validated sparse-input networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from ..storage.registry import storable_estimator
from .cross_validated import CrossValidated
from .faces import Survivor
from .parameters import TIES


@storable_estimator
@dataclass(kw_only=True, eq=False, repr=False)
class SPINNSurvivalCV(Survivor, CrossValidated):
    """Sparse-input network for survival times, chosen by cross-validation.

    The output is the logarithm of the risk, the loss minus Cox's partial likelihood per event.

    For each architecture, a penalised path from a dense network proposes features; groups of
    features then enter and leave by what they do to the relaxed refit's objective, which gives a
    model of every size up to `max_features`, in every fold alike. The size, ridge and
    architecture with the lowest held-out loss are taken, and the model of that size fitted to
    all samples is returned. Inputs are standardised inside; folds share events evenly.

    Parameters
    ----------
    hidden : tuple of int, or sequence of such tuples, default=((20,), ())
        One architecture, or several among which cross-validation chooses; `()` is linear. The
        simplest wins that no other beats by more than one standard error.
    activation : str, default="tanh"
        One of "identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "gelu".
    penalty : str or Penalty, default="group_mcp"
        Penalty on the first layer's rows: "lasso", "group_lasso", "sparse_group_lasso",
        "group_mcp", "group_scad", "composite_mcp", "integrative_mcp" (the default over cohorts),
        "sparse_group_mcp", or an object from `spinnery.penalties` when
        its shape parameters matter (its `lam` is replaced).
    ridges : array-like of float, optional
        Ridge values to choose from. Default: a search by factors of two.
    cv : int, splitter, iterable or None
        Folds, drawn once; an int shuffles, keeping shares of classes and events; None: up to ten.
    scoring : str or callable, optional
        A scikit-learn scorer that judges held-out predictions, in place of the loss, where size,
        ridge and architecture are chosen.
    null_check : bool, default=True
        Whether the model stays empty unless `null_p_value_` is at most 0.05.
    rule : {"min", "1se"}, default="min"
        "min" takes the size with the lowest mean held-out loss (a smaller one on a near tie),
        "1se" the smallest within one standard error of it.
    max_features : int or "auto", default="auto"
        Most features (or groups) to consider; "auto": 24, or 48 where held-out loss still falls.
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
    n_restarts : int, default=1
        Random starts trained side by side; the lowest objective wins.
    tol : float, default=1e-3
        Relative stationarity to reach (see `stationarity_`).
    max_iter : int, default=2000
        Iterations of the last solve and of the last refit, each.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the computation. JAX's global settings are not touched.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights and of the folds.
    verbose : bool or None, default=None
        Progress bar; None shows it when standard error is a terminal.

    Attributes
    ----------
    selected_ : (n_features,) bool array
        Features with a nonzero first-layer row.
    coef_norm_ : (n_features,) array
        Norms of the first-layer rows, for standardised inputs: a feature's strength.
    lambda_ : float
        Largest gradient norm of an excluded feature: the smallest lambda that keeps all out.
    ridge_ : float
        Ridge of the returned model.
    stationarity_ : float
        Certificate: norm of the gradient mapping at the returned parameters, computed afresh,
        relative to lambda on the first layer and to the square root of twice the objective
        elsewhere. After a relaxed refit, that of the refit.
    n_iter_ : int
        Iterations of the last solve.
    path_ : DataFrame
        Columns `lambda`, `n_features`, `cv_mean` and `cv_error` (mean and standard error over
        folds of the held-out loss, or of minus the score), one row per size for the chosen
        architecture and ridge.
    path_coef_norm_ : sparse array
        Row norms of every model on the path, one row per row of `path_`.
    hidden_ : tuple of int
        The chosen architecture.
    null_p_value_ : float
        How often permuted targets go with features as the observed do; NaN without `null_check`.
    found_signal_ : bool
        Whether anything was selected: False means that this is no better than chance can do.
    cv_loss_, cv_error_ : float
        Mean held-out loss of the chosen model's size, and its standard error over folds.
    cv_predictions_ : (n,) array, log risks
        Predictions of every sample by the models of the chosen size, ridge and architecture that
        were fitted without it (NaN if no fold holds it out). These choices have seen the sample:
        measures of it are somewhat optimistic.
    event_times_ : (n_times,) array
        Distinct times of events: where the survival curves fall.

    References
    ----------
    Feng & Simon (2017), Sparse-input neural networks for high-dimensional nonparametric
    regression and classification. Cox (1972),
    Regression models and life-tables. Efron (1977), The efficiency of Cox's likelihood function
    for censored data.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import SPINNSurvivalCV, survival_target
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(-1, 1, size=(300, 50))
    >>> time = rng.exponential(np.exp(-3 * np.sin(3 * X[:, 0]) - 3 * X[:, 1]))
    >>> y = survival_target(time < 2, np.minimum(time, 2))
    >>> model = SPINNSurvivalCV(max_features=5, rule="1se", random_state=0).fit(X, y)
    >>> model.get_support(indices=True)
    array([0, 1])
    """

    ties: str = "efron"

    _parameter_constraints: ClassVar[dict] = CrossValidated._parameter_constraints | TIES

    def fit(self, X, y, sample_weight=None, strata=None, groups=None) -> Self:
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
        groups : array-like of shape (n_samples,), optional
            Labels of samples that stay together in the folds of `cv`, such as patients.

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight, strata=strata, together=groups)

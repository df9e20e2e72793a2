"""Classes over several cohorts by integrative sparse-input networks, chosen by cross-validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..storage.registry import storable_estimator
from .cohort_faces import CohortClassifier
from .cross_validated import CrossValidated
from .in_folds import OverCohortsInFolds
from .parameters import CLASS_WEIGHT, COHORTS


@storable_estimator
@dataclass(kw_only=True, eq=False, repr=False)
class IntegrativeSPINNClassifierCV(OverCohortsInFolds, CohortClassifier, CrossValidated):
    """Integrative sparse-input network for classification, chosen by cross-validation.

    For each architecture, a penalised path from dense networks proposes features; features then
    enter and leave in all cohorts together by what they do to the relaxed refit's objective, and
    the number of features, the ridge and the architecture are chosen by cross-validation. From
    that model, single cohorts' blocks leave in the same way as long as cross-validation agrees,
    which tells shared from cohort-specific features. Inputs are standardised within
    cohorts; folds are stratified by cohort and class.

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
    cohorts_ : (n_cohorts,) array
        Cohort labels, sorted; the rows of what follows.
    absent_ : (n_cohorts, n_features) bool array
        Features that a cohort lacks.
    block_path_ : DataFrame
        Columns `n_blocks`, `cv_mean`, `cv_error`: how many blocks (a feature in a cohort) of the
        chosen features are kept; with one cohort it is not set.
    selected_ : (n_cohorts, n_features) bool array
        Features with a nonzero first-layer row, cohort by cohort.
    coef_norm_ : (n_cohorts, n_features) array
        Norms of the first-layer rows, cohort by cohort, for standardised inputs: a
        feature's strength.
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
    cv_predictions_ : (n, n_classes) array, probabilities
        Predictions of every sample by the models of the chosen size, ridge and architecture that
        were fitted without it (NaN if no fold holds it out). These choices have seen the sample:
        measures of it are somewhat optimistic.
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
    >>> model = IntegrativeSPINNClassifierCV(
    ...     hidden=(20,), max_features=4, rule="1se", random_state=0
    ... )
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
        CrossValidated._parameter_constraints | COHORTS | CLASS_WEIGHT
    )

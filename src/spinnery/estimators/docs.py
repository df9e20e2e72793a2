"""Docstring parts shared by the estimators, filled into their class docstrings."""

from __future__ import annotations

from collections.abc import Callable

MODEL = """hidden : tuple of int, default=(20,)
        Widths of the hidden layers; `()` is a linear (logistic, softmax) model."""

ARCHITECTURES = """hidden : tuple of int, or sequence of such tuples, default=((20,), ())
        One architecture, or several among which cross-validation chooses; `()` is linear. The
        simplest wins that no other beats by more than one standard error."""

COMMON = """activation : str, default="tanh"
        One of "identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "gelu".
    penalty : str or Penalty, default="group_mcp"
        Penalty on the first layer's rows: "lasso", "group_lasso", "sparse_group_lasso",
        "group_mcp", "group_scad", "composite_mcp", "integrative_mcp" (the default over cohorts),
        "sparse_group_mcp", or an object from `spinnery.penalties` when
        its shape parameters matter (its `lam` is replaced)."""

FIXED = """lam : float, default=0.2
        Weight of the penalty, for standardised inputs and targets. Larger is sparser.
    ridge : float, default=0.01
        Weight of `1/2 ||.||^2` on all weight matrices.
    relax : bool, default=True
        Refit the selected features with ridge alone, which undoes the penalty's shrinkage."""

CHOSEN = """ridges : array-like of float, optional
        Ridge values to choose from. Default: a search by factors of two.
    cv : int, splitter or iterable, default=5
        Folds, drawn once; an int shuffles, and keeps class shares for classifiers.
    rule : {"min", "1se"}, default="min"
        "min" takes the size with the lowest mean held-out loss (a smaller one on a near tie),
        "1se" the smallest within one standard error of it.
    max_features : int, default=24
        Largest number of features (or groups) to consider."""

GROUPS = """groups : array-like of shape (n_features,), optional
        Labels of feature groups that enter or leave together (one-hot columns, pathways). A
        group's threshold carries the square root of its size.
    penalty_weights : array-like of shape (n_features,), optional
        Positive factors of `lam` per feature (adaptive penalties), averaged within groups."""

COHORTS = """share : {"upper", "none"}, default="upper"
        "upper": cohorts have first layers (and first biases) of their own and share all that
        follows. "none": own networks, coupled by the penalty and the choice of features alone.
    own_intercept : bool, default=False
        Whether the output's bias is each cohort's own even with `share="upper"`.
    balance : {"sample", "cohort"}, default="sample"
        Whether the loss counts all samples alike or all cohorts alike.
    new_cohorts : {"error", "average"}, default="error"
        What `predict` does with samples of cohorts not seen in `fit`: an error, or the raw
        outputs (log-odds for classes) averaged over the known cohorts' models."""

INTEGRATED = """cohorts_ : (n_cohorts,) array
        Cohort labels, sorted; the rows of what follows.
    absent_ : (n_cohorts, n_features) bool array
        Features that a cohort lacks."""
BLOCKS = """
    block_path_ : DataFrame
        Columns `n_blocks`, `cv_mean`, `cv_error`: how many blocks (a feature in a cohort) of the
        chosen features are kept; with one cohort it is not set."""

TRAINING = """n_restarts : int, default={restarts}
        Random starts trained side by side; the lowest objective wins.
    tol : float, default=1e-3
        Relative stationarity to reach (see `stationarity_`).
    max_iter : int, default=2000
        Iterations of the last solve and of the last refit, each.
    dtype : {{"float32", "float64"}}, default="float32"
        Precision of the computation. JAX's global settings are not touched.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights{folds}.
    verbose : bool or None, default=None
        Progress bar; None shows it when standard error is a terminal."""

REGRESSION = """loss : {"squared", "huber"} or Loss, default="squared"
        Loss on the standardised target."""

CLASSIFICATION = """class_weight : dict, "balanced" or None, default=None
        Weights of the classes, multiplied into the sample weights."""

ATTRIBUTES = """selected_ : {shape} bool array
        Features with a nonzero first-layer row{by_cohort}.
    coef_norm_ : {shape} array
        Norms of the first-layer rows{by_cohort}, for standardised inputs: a feature's strength.
    lambda_ : float
        {lambda_}
    ridge_ : float
        Ridge of the returned model.
    stationarity_ : float
        Certificate: norm of the gradient mapping at the returned parameters, computed afresh,
        relative to lambda on the first layer and to the square root of twice the objective
        elsewhere. After a relaxed refit, that of the refit.
    n_iter_ : int
        Iterations of the last solve.
    path_ : DataFrame
        {path_}
    path_coef_norm_ : sparse array
        Row norms of every model on the path, one row per row of `path_`."""

LAMBDA_FIXED, LAMBDA_CV = (
    "`lam`.",
    "Largest gradient norm of an excluded feature: the smallest lambda that keeps all out.",
)
PATH_FIXED, PATH_CV = (
    "Columns `lambda` and `n_features`.",
    "Columns `lambda`, `n_features`, `cv_mean` and `cv_error` (mean and standard error over\n"
    "        folds of the held-out loss: log-loss, or half the squared error of the standardised\n"
    "        target), one row per size for the chosen architecture and ridge.",
)


def filled(**parts: str) -> Callable[[type], type]:
    """Class decorator: put `parts` where the docstring names them in double angle brackets."""

    def fill(cls: type) -> type:
        text = cls.__doc__ or ""
        for name, part in parts.items():
            text = text.replace(f"<<{name}>>", part)
        cls.__doc__ = text
        return cls

    return fill


def _attributes(lambda_: str, path_: str, integrated: str | None) -> str:
    shape, by_cohort = "(n_features,)", ""
    if integrated is not None:
        shape, by_cohort = "(n_cohorts, n_features)", ", cohort by cohort"
    return ATTRIBUTES.format(lambda_=lambda_, path_=path_, shape=shape, by_cohort=by_cohort)


def fixed(**extra: str) -> Callable[[type], type]:
    """Docstring parts of an estimator at one lambda."""
    return filled(
        model=MODEL, common=COMMON, fixed=FIXED, groups=GROUPS,
        training=TRAINING.format(restarts=2, folds=""),
        attributes=_attributes(LAMBDA_FIXED, PATH_FIXED, extra.get("integrated")), **extra,
    )  # fmt: skip


def chosen(**extra: str) -> Callable[[type], type]:
    """Docstring parts of a cross-validated estimator."""
    return filled(
        model=ARCHITECTURES, common=COMMON, chosen=CHOSEN, groups=GROUPS,
        training=TRAINING.format(restarts=1, folds=" and of the folds"),
        attributes=_attributes(LAMBDA_CV, PATH_CV, extra.get("integrated"))
        + """
    hidden_ : tuple of int
        The chosen architecture.
    cv_loss_, cv_error_ : float
        Mean held-out loss of the chosen model's size, and its standard error over folds.""",
        **extra,
    )  # fmt: skip

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

NETWORK = """hidden : tuple of int, default={hidden}
        Widths of the hidden layers; `()` is a linear (logistic, softmax) model.
    network : Equinox module, optional
        Any network that maps one sample to raw outputs, instead of `hidden`; a call that takes a
        `key` (dropout, random pooling) gets one per sample in training. It is not changed.
    input_shape : tuple of int, optional
        Shape in which the network sees a row of `X`, such as `(1, 28, 28)`, channels first."""

AUTOENCODER = """hidden : tuple of int, default=(50,)
        Widths of the encoder's layers, the last the code's; the decoder mirrors them.
    tied : bool, default=False
        Whether the decoder's weights are the encoder's, transposed."""

MINIBATCH = """activation : str, default="{activation}"
        One of "identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "gelu".
    optimizer : str or optax.GradientTransformation, default="{optimizer}"
        "sgd", "momentum" (0.9), "nesterov" (0.9), "adagrad", "adadelta", "rmsprop", "adam",
        "adamw" (decay 0.01), or a transformation *without* its learning rate, such as
        `optax.trace(0.5)`.
    learning_rate : float, optional
        Default: 0.1 (sgd), 0.01 (momentum, nesterov), 0.05 (adagrad), 1 (adadelta), 0.001.
    schedule : str or callable, default="constant"
        "constant"; "step", a tenth after each third of the epochs; "cosine"; "1/t", divided by
        `1 + t` with `t` the epochs done; or a function of `t` (array) and `epochs` that gives
        factors.
    batch_size : int or "full", default=32
    epochs : int, default=50
    sampling : {{"shuffle", "replacement", "order"}}, default="shuffle"
        Each sample once an epoch in random order, independent uniform draws, or as they stand.
    clip : float, optional
        Largest norm of a gradient; a longer one is scaled down.
    ridge : float, default=1e-4
        Weight of `1/2 ||.||^2` on all weights, biases left out."""

MINIBATCH_COMMON = """penalty : str or Penalty, optional
        Penalty on the weights of each input (feature, or channel of a convolution), applied as a
        prox after every step with that step's learning rate; an object from
        `spinnery.penalties` when its shape parameters matter (its `lam` is replaced).
    lam : float, default=0.01
        Weight of the penalty.
    max_features : int, optional
        Largest number of inputs left. Over the first half of the epochs the weakest leave, then
        those left are trained without penalty. Default penalty then: "group_lasso".
    standardize : bool, default=False
        Whether inputs are scaled to mean 0 and variance 1; wanted with a penalty on features of
        different units, unwanted for images.
    early_stopping : bool, default=False
        Hold out `validation_fraction` of the samples, stop when their loss has not fallen for
        `patience` epochs, and return the network at its lowest.
    validation_fraction : float, default=0.1
    patience : int, default=10
    warm_start : bool, default=False
        Whether `fit` goes on from the last fit.
    checkpoint : path, optional
        File in which training is kept after every epoch, and from which `fit` goes on after a
        kill, to the same result; removed when training ends. Needs an integer `random_state`.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the computation. JAX's global settings are not touched.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, of the order of samples, and of random layers.
    verbose : bool or None, default=None
        Progress bar; None shows it when standard error is a terminal."""

NETWORK_REGRESSION = """loss : {"squared", "huber", "absolute"} or Loss, default="squared"
        Loss on the standardised target."""

MINIBATCH_ATTRIBUTES = """network_ : Equinox module
        The trained network.
    history_ : DataFrame
        One row per epoch: `epoch`, `loss` (mean over the epoch's batches, each before its step)
        and {metric} likewise, `learning_rate` of the last step, `val_loss` and `val_{plain}` at
        the end of the epoch where there are validation data, `seconds`. Losses are those of the
        data, without ridge and penalty.
    n_iter_ : int
        Epochs trained.
    n_parameters_ : int
        Number of weights and biases.
    selected_ : (n_features,) bool array
        Features with a nonzero weight in the first layer.
    coef_norm_ : (n_features,) array
        Norms of their weights; every value of a channel has its channel's, and all are NaN if the
        first layer does not meet the features themselves."""

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


def minibatch(**extra: str) -> Callable[[type], type]:
    """Docstring parts of an estimator trained by mini-batches."""
    autoencoder = "kind" not in extra
    metric = "accuracy" if extra.get("kind") == CLASSIFICATION else "mse"
    given = {"activation": "sigmoid", "optimizer": "momentum"} if autoencoder else {
        "activation": "relu", "optimizer": "adam"
    }  # fmt: skip
    return filled(
        network=AUTOENCODER if autoencoder else NETWORK.format(hidden="(100,)"),
        training=MINIBATCH.format(**given), common=MINIBATCH_COMMON,
        attributes=MINIBATCH_ATTRIBUTES.format(metric=f"`{metric}`", plain=metric), **extra,
    )  # fmt: skip

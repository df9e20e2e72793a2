"""Networks of any shape trained by mini-batches."""

from __future__ import annotations

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_is_fitted

from ..losses import Logistic, Loss, SoftmaxCrossEntropy
from ..losses import resolve as resolve_loss
from ..table import standard_scale
from . import docs
from .base import ClassificationTargets, RegressionTargets
from .minibatch import Minibatch
from .supervised import Supervised


@docs.minibatch(kind=docs.CLASSIFICATION)
class NetworkClassifier(ClassificationTargets, ClassifierMixin, Supervised):
    """Network for classification, trained by mini-batches.

    Minimises, over all weights and biases,

        1/n sum_i w_i loss(net(x_i), y_i) + ridge/2 ||weights||^2 + sum_j Pen(W_j; lam)

    with `w` the sample weights (mean one), `W_j` the first-layer weights of input j, and the
    logistic loss of one raw output (two classes) or the softmax cross-entropy of one per class.
    Two classes may have two outputs in a `network=` of your own.

    Parameters
    ----------
    <<network>>
    <<training>>
    <<kind>>
    <<common>>

    Attributes
    ----------
    <<attributes>>
    classes_ : (n_classes,) array
        Class labels.

    See Also
    --------
    SPINNClassifierCV : few samples, many features, and the features that matter.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from spinnery import NetworkClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> model = NetworkClassifier(hidden=(32,), learning_rate=0.01, epochs=20, random_state=0)
    >>> model.fit(X / 16, y).score(X / 16, y) > 0.98
    True
    >>> model.n_parameters_
    2410
    """

    _METRIC = "accuracy"
    _parameter_constraints: dict = {
        **Minibatch._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self, hidden=(100,), network=None, input_shape=None, activation="relu", optimizer="adam",
        learning_rate=None, schedule="constant", batch_size=32, epochs=50, sampling="shuffle",
        clip=None, ridge=1e-4, penalty=None, lam=0.01, max_features=None, standardize=False,
        early_stopping=False, validation_fraction=0.1, patience=10, class_weight=None,
        warm_start=False, checkpoint=None, dtype="float32", random_state=None, verbose=None,
    ):  # fmt: skip
        self.hidden = hidden
        self.network = network
        self.input_shape = input_shape
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.epochs = epochs
        self.sampling = sampling
        self.clip = clip
        self.ridge = ridge
        self.penalty = penalty
        self.lam = lam
        self.max_features = max_features
        self.standardize = standardize
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.checkpoint = checkpoint
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """One more epoch over these samples; the first call begins anew.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        classes : array-like of shape (n_classes,)
            All labels that will come; needed in the first call.
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self
        """
        return self._one_more_epoch(X, y, sample_weight, classes=classes)

    def _begin_with(self, again: bool, classes=None) -> None:
        if self.class_weight == "balanced":
            raise ValueError(
                'class_weight="balanced" needs all samples at once; give a dict of weights when '
                "the data come in parts."
            )
        if classes is None and not again:
            raise ValueError(
                "classes must list all labels in the first call, because a part of the data need "
                "not hold them all: pass classes=numpy.unique(y)."
            )
        if classes is not None:
            found = unique_labels(classes)
            if len(found) < 2:
                raise ValueError(
                    f"classes must hold at least 2 labels; got {found.tolist()}. Name all that "
                    "will come, also those that are not in this part."
                )
            if again and not np.array_equal(found, self.classes_):
                raise ValueError(
                    f"classes {found.tolist()} differ from those of the first call, "
                    f"{self.classes_.tolist()}. Begin anew with a clone of the estimator."
                )
            self.classes_ = found

    def _learn(self, X, y, sample_weight, first, score=False):
        X, y = self._checked(X, y, reset=first)
        weights = self._weights(sample_weight, X, None)
        if self._in_parts or score:  # not every part holds all labels
            check_classification_targets(y)
            if self.class_weight is not None and not score:
                weights = weights * compute_sample_weight(self.class_weight, y)
        else:
            weights = self._class_weights(y, weights)
        if first and not self._in_parts:
            self.classes_ = np.unique(y)
        codes = np.searchsorted(self.classes_, y)
        known = self.classes_[np.minimum(codes, len(self.classes_) - 1)] == y
        if not np.all(known):
            raise ValueError(
                f"y holds labels that training did not begin with: "
                f"{np.unique(np.asarray(y)[~known]).tolist()}; known are "
                f"{self.classes_.tolist()}. Begin anew with all labels."
            )
        if first:
            self._set_scale(X, weights)
        return X, codes, weights

    def _targets(self, y):
        if self._n_raw == 1:
            return y[:, None].astype(self.dtype)
        return np.eye(self._n_raw, dtype=self.dtype)[y]

    def _n_outputs(self):
        return (1, 2) if len(self.classes_) == 2 else (len(self.classes_),)

    def _loss(self, n_outputs) -> Loss:
        return Logistic() if n_outputs == 1 else SoftmaxCrossEntropy()

    def _outputs(self, X) -> np.ndarray:
        raw = super()._outputs(X)
        if len(self.classes_) == 2 and raw.shape[1] == 2:
            return raw[:, 1:] - raw[:, :1]
        return raw


@docs.minibatch(kind=docs.NETWORK_REGRESSION)
class NetworkRegressor(RegressionTargets, RegressorMixin, Supervised):
    """Network for regression, trained by mini-batches.

    Minimises, over all weights and biases,

        1/n sum_i w_i loss(net(x_i), t_i) + ridge/2 ||weights||^2 + sum_j Pen(W_j; lam)

    with `w` the sample weights (mean one), `t` the targets standardised to mean 0 and variance 1
    (undone in predictions), and `W_j` the first-layer weights of input j.

    Parameters
    ----------
    <<network>>
    <<training>>
    <<kind>>
    <<common>>

    Attributes
    ----------
    <<attributes>>

    See Also
    --------
    SPINNRegressorCV : few samples, many features, and the features that matter.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import NetworkRegressor
    >>> X = np.random.default_rng(0).uniform(-1, 1, size=(2000, 3))
    >>> y = 100 * np.sin(3 * X[:, 0]) * X[:, 1]
    >>> model = NetworkRegressor(learning_rate=0.005, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.95
    True
    """

    _parameter_constraints: dict = {
        **Minibatch._parameter_constraints,
        "loss": [StrOptions({"squared", "huber", "absolute"}), Loss],
    }

    def __init__(
        self, hidden=(100,), network=None, input_shape=None, activation="relu", optimizer="adam",
        learning_rate=None, schedule="constant", batch_size=32, epochs=50, sampling="shuffle",
        clip=None, ridge=1e-4, penalty=None, lam=0.01, max_features=None, standardize=False,
        early_stopping=False, validation_fraction=0.1, patience=10, loss="squared",
        warm_start=False, checkpoint=None, dtype="float32", random_state=None, verbose=None,
    ):  # fmt: skip
        self.hidden = hidden
        self.network = network
        self.input_shape = input_shape
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.epochs = epochs
        self.sampling = sampling
        self.clip = clip
        self.ridge = ridge
        self.penalty = penalty
        self.lam = lam
        self.max_features = max_features
        self.standardize = standardize
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.loss = loss
        self.warm_start = warm_start
        self.checkpoint = checkpoint
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    def partial_fit(self, X, y, sample_weight=None):
        """One more epoch over these samples; the first call begins anew.

        Scales of targets (and of inputs, with `standardize`) are those of the first call.
        """
        return self._one_more_epoch(X, y, sample_weight)

    def _learn(self, X, y, sample_weight, first, score=False):
        X, y = self._checked(X, y, reset=first, multi_output=True, y_numeric=True)
        y = np.asarray(y, float)
        weights = self._weights(sample_weight, X, None)
        columns = y.reshape(len(y), -1)
        if first:
            self._y_ndim = y.ndim
            center, scale = standard_scale(columns, weights / weights.sum())
            self._target_center = center
            self._target_scale = np.where(np.isinf(scale), 1, scale)
            self._set_scale(X, weights)
        elif columns.shape[1] != len(self._target_center):
            raise ValueError(
                f"y has {columns.shape[1]} columns, and training began with "
                f"{len(self._target_center)}. Begin anew with a clone of the estimator."
            )
        return X, columns, weights

    def _targets(self, y):
        return ((y - self._target_center) / self._target_scale).astype(self.dtype)

    def _n_outputs(self):
        return (len(self._target_center),)

    def _loss(self, n_outputs) -> Loss:
        return resolve_loss(self.loss)

    def _outputs(self, X) -> np.ndarray:
        check_is_fitted(self)
        return super()._outputs(X) * self._target_scale + self._target_center

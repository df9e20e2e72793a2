"""Networks of any shape for classification, trained by mini-batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.utils.multiclass import unique_labels

from ..outcomes import Classes
from ..storage.registry import storable_estimator
from .faces import Classifier
from .parameters import CLASS_WEIGHT
from .supervised import Supervised


@storable_estimator
@dataclass(kw_only=True, eq=False, repr=False)
class NetworkClassifier(Supervised, Classifier):
    """Network for classification, trained by mini-batches.

    Minimises, over all weights and biases,

        1/n sum_i w_i loss(net(x_i), y_i) + ridge/2 ||weights||^2 + sum_j Pen(W_j; lam)

    with `w` the sample weights (mean one), `W_j` the first-layer weights of input j, and the
    logistic loss of one raw output (two classes) or the softmax cross-entropy of one per class.
    Two classes may have two outputs in a `network=` of your own.

    Parameters
    ----------
    hidden : tuple of int, default=(100,)
        Widths of the hidden layers; `()` is a linear (logistic, softmax) model.
    network : Equinox module, optional
        Any network that maps one sample to raw outputs, instead of `hidden`; a call that takes a
        `key` (dropout, random pooling) gets one per sample in training. It is not changed.
    input_shape : tuple of int, optional
        Shape in which the network sees a row of `X`, such as `(1, 28, 28)`, channels first.
    activation : str, default="relu"
        One of "identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "gelu".
    optimizer : str or optax.GradientTransformation, default="adam"
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
    sampling : {"shuffle", "replacement", "order"}, default="shuffle"
        Each sample once an epoch in random order, independent uniform draws, or as they stand.
    clip : float, optional
        Largest norm of a gradient; a longer one is scaled down.
    ridge : float, default=1e-4
        Weight of `1/2 ||.||^2` on all weights, biases left out.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, multiplied into the sample weights.
    penalty : str or Penalty, optional
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
        Progress bar; None shows it when standard error is a terminal.

    Attributes
    ----------
    network_ : Equinox module
        The trained network.
    history_ : DataFrame
        One row per epoch: `epoch`, `loss` (mean over the epoch's batches, each before its step)
        and `accuracy` likewise, `learning_rate` of the last step, `val_loss` and `val_accuracy` at
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
        first layer does not meet the features themselves.
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

    class_weight: Any = None

    _begun: ClassVar[bool] = True  # with data in parts, the labels are named beforehand
    _parameter_constraints: ClassVar[dict] = Supervised._parameter_constraints | CLASS_WEIGHT

    def partial_fit(self, X, y, classes=None, sample_weight=None) -> Self:
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
            if not again:
                self.outcome_ = Classes.of(found)

    def _reweighed(self, y, weights: np.ndarray) -> np.ndarray:
        return Classes.weigh(y, self.class_weight, weights)

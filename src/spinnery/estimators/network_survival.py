"""Networks of any shape for survival times, trained by mini-batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from ..storage.registry import storable_estimator
from .faces import Survivor
from .parameters import TIES
from .supervised import Supervised


@storable_estimator
@dataclass(kw_only=True, eq=False, repr=False)
class NetworkSurvival(Supervised, Survivor):
    """Network for survival times, trained by mini-batches.

    Minimises, over all weights and biases, minus Cox's partial likelihood per event,

        loss(net(X), event, time; w) + ridge/2 ||weights||^2 + sum_j Pen(W_j; lam)

    with the risk sets taken within each batch, `w` the sample weights and `W_j` the first-layer
    weights of input j. The one output is the logarithm of the risk.

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
    batch_size : int or "full", default=256
    epochs : int, default=50
    sampling : {"shuffle", "replacement", "order"}, default="shuffle"
        Each sample once an epoch in random order, independent uniform draws, or as they stand.
    clip : float, optional
        Largest norm of a gradient; a longer one is scaled down.
    ridge : float, default=1e-4
        Weight of `1/2 ||.||^2` on all weights, biases left out.
    ties : {"efron", "breslow"}, default="efron"
        How events at the same time count.
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
        One row per epoch: `epoch`, `loss` (mean over the epoch's batches, each before its step),
        `learning_rate` of the last step, `val_loss` at the end of the epoch where there are
        validation data, `seconds`. Losses are those of the
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
    event_times_ : (n_times,) array
        Distinct times of events: where the survival curves fall.

    See Also
    --------
    SPINNSurvivalCV : few samples, many features, and the features that matter.

    Notes
    -----
    Survival curves need a baseline, which `fit` takes from its samples; after `partial_fit` and
    `fit_batches`, which see parts, there are log risks only.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import NetworkSurvival, survival_target
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(-1, 1, size=(2000, 3))
    >>> time = rng.exponential(np.exp(-3 * np.sin(3 * X[:, 0]) * X[:, 1]))
    >>> y = survival_target(time < 2, np.minimum(time, 2))
    >>> model = NetworkSurvival(learning_rate=0.005, epochs=30, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.7
    True
    """

    batch_size: Any = 256
    ties: str = "efron"

    _parameter_constraints: ClassVar[dict] = Supervised._parameter_constraints | TIES

    def partial_fit(self, X, y, sample_weight=None) -> Self:
        """One more epoch over these samples; the first call begins anew."""
        return self._one_more_epoch(X, y, sample_weight)

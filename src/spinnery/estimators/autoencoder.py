"""Autoencoders that code, reconstruct, and choose inputs without labels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin
from sklearn.utils.validation import check_array, check_is_fitted

from ..export.parts import Network
from ..inputs.raw import dense_rows
from ..losses import Squared
from ..nn.mlp import init_mlp, init_tied
from ..outcomes import Numbers
from ..storage.registry import storable_estimator
from .fitted_network import in_blocks
from .minibatch import Minibatch
from .parameters import check_hidden


@storable_estimator
@dataclass(kw_only=True, eq=False, repr=False)
class SparseAutoencoder(ClassNamePrefixFeaturesOutMixin, Minibatch):
    """Autoencoder, with a penalised first layer a selector of inputs without labels.

    Minimises, over all weights and biases,

        1/(2 n) sum_i w_i ||decode(encode(x_i)) - x_i||^2 + ridge/2 ||weights||^2
            + sum_j Pen(W_j; lam)

    with `w` the sample weights (mean one) and `W_j` the encoder's first-layer weights of feature
    j: an input whose row is zero is not looked at, and reconstructed from the others.

    Parameters
    ----------
    hidden : tuple of int, default=(50,)
        Widths of the encoder's layers, the last the code's; the decoder mirrors them.
    tied : bool, default=False
        Whether the decoder's weights are the encoder's, transposed.
    activation : str, default="sigmoid"
        One of "identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "gelu".
    optimizer : str or optax.GradientTransformation, default="momentum"
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
        and `mse` likewise, `learning_rate` of the last step, `val_loss` and `val_mse` at
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

    Notes
    -----
    Targets are the inputs as the network sees them: with `standardize=True` the standardised ones.

    References
    ----------
    Vincent et al. (2010), Stacked denoising autoencoders (tied and free decoders); Balin, Abid &
    Zou (2019), Concrete autoencoders (selection of inputs by reconstruction).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from spinnery import SparseAutoencoder
    >>> X = load_digits().data / 16
    >>> model = SparseAutoencoder(hidden=(16,), max_features=20, random_state=0).fit(X)
    >>> int(model.get_support().sum()), model.transform(X).shape
    (20, (1797, 16))
    """

    hidden: Any = field(default=(50,), kw_only=False)
    tied: bool = False
    activation: str = "sigmoid"
    optimizer: Any = "momentum"

    _parameter_constraints: ClassVar[dict] = {
        **Minibatch._parameter_constraints,
        "tied": ["boolean"],
    }

    def fit(self, X, y=None, sample_weight=None, validation_data=None) -> Self:
        """Train for `epochs` epochs.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,), optional
        validation_data : array-like of shape (n, n_features), optional
            Scored after every epoch, and used by `early_stopping` instead of a share of `X`.

        Returns
        -------
        self
        """
        self._check()
        again = self._set_out(self.warm_start)
        X = self._begin(X, again)
        weights = self._weights(sample_weight, X, None)
        if not again:
            self._set_scale(X, weights)
        rows, validation = None, None
        if validation_data is not None:
            judged = self._checked(validation_data, reset=False)
            validation = self._samples(judged, judged, np.ones(judged.shape[0]))
        elif self.early_stopping:
            rows, held = self._split(X.shape[0], None)
            validation = self._samples(X, X, weights, held)
        self._fit_arrays(self._samples(X, X, weights, rows), validation, again, self.epochs)
        return self

    def partial_fit(self, X, y=None, sample_weight=None) -> Self:
        """One more epoch over these samples; the first call begins anew."""
        self._check()
        again = self._set_out(True, in_parts=True)
        X = self._begin(X, again)
        weights = self._weights(sample_weight, X, None)
        if not again:
            self._set_scale(X, weights)
        self._fit_arrays(self._samples(X, X, weights), None, again, 1)
        return self

    def _begin(self, X, again: bool) -> np.ndarray:
        """`X` validated; the outcome are the inputs themselves."""
        X = self._checked(X, reset=not again)
        if not again:
            p = self.n_features_in_
            self.outcome_ = Numbers(Squared(), np.zeros((1, p)), np.ones((1, p)), p)
        return X

    def _check(self) -> None:
        self._validate_params()
        if self.tied and (self.penalty is not None or self.max_features is not None):
            raise ValueError(
                "tied=True cannot select inputs: a zero row of the encoder is a zero row of the "
                "decoder, which could not reconstruct that input. Use tied=False."
            )

    def loss_arrays(self, X, y=None):
        """Inputs and targets as the fitted network's loss takes them: twice the same."""
        check_is_fitted(self)
        inputs = self._inputs(self._checked(X, reset=False))
        return inputs, inputs

    def transform(self, X) -> np.ndarray:
        """Codes, `(n, hidden[-1])`."""
        check_is_fitted(self)

        def codes(x):
            return self.network_.layers(self._inputs(x), np)[len(self.hidden) - 1]

        return in_blocks(codes, self._checked(X, reset=False))

    def inverse_transform(self, X) -> np.ndarray:
        """Reconstructions from codes `X` `(n, hidden[-1])`, `(n, n_features)`."""
        check_is_fitted(self)
        codes = check_array(X, dtype=np.dtype(self.dtype))
        if codes.shape[1] != self._n_features_out:
            raise ValueError(
                f"inverse_transform takes codes of width {self._n_features_out}, as transform "
                f"gives them; got {codes.shape[1]} columns."
            )
        return self._in_units(self.network_.decode(codes, len(self.hidden), np))

    def reconstruct(self, X) -> np.ndarray:
        """`decode(encode(X))` in the units of `X`, `(n, n_features)`."""
        return self._in_units(self._outputs(X))

    def _in_units(self, raw: np.ndarray) -> np.ndarray:
        if self._center is None or self._scale is None:
            return raw
        # a constant column has an infinite scale, and is its mean
        return raw * np.where(np.isinf(self._scale), 0, self._scale) + self._center

    def _networks(self) -> list[Network]:
        [network] = super()._networks()
        if self._center is None or self._scale is None:
            return [network]
        scale = np.where(np.isinf(self._scale), 0, self._scale)
        return [replace(network, out_center=self._center, out_scale=scale)]

    def reconstruction_error(self, X) -> float:
        """Mean over samples of `||x - decode(encode(x))||^2`, in the units of `X`."""

        def squares(x):
            return np.sum((dense_rows(x, slice(None)) - self.reconstruct(x)) ** 2, axis=1)

        return float(np.mean(in_blocks(squares, self._checked(X, reset=False))))

    def score(self, X, y=None) -> float:
        """Minus the reconstruction error, so that larger is better."""
        return -self.reconstruction_error(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # codes come in `dtype`
        return tags

    @property
    def _goes_by_names(self) -> bool:
        return False

    def _over(self, features):
        raise TypeError(
            "A SparseAutoencoder reconstructs all features and has no panel of some. The inputs "
            "that it selected are X[:, model.get_support()]."
        )

    @property
    def _n_features_out(self) -> int:
        return int(tuple(self.hidden)[-1])

    def _new_network(self, rng):
        hidden = check_hidden(self.hidden)
        if not hidden:
            raise ValueError("hidden must have the width of the code at least, such as (50,).")
        p = self.n_features_in_
        if self.tied:
            return init_tied(rng, p, hidden, self.activation, self.dtype)
        return init_mlp(rng, p, (*hidden, *hidden[-2::-1]), p, self.activation, self.dtype)

    def _targets(self, y):
        return self._inputs(y)

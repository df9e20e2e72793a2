"""Autoencoders that code, reconstruct, and choose inputs without labels."""

from __future__ import annotations

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin
from sklearn.utils.validation import check_array, check_is_fitted

from ..losses import Loss, Squared
from ..nn.mlp import init_mlp, init_tied
from . import docs
from .minibatch import Minibatch


@docs.minibatch()
class SparseAutoencoder(ClassNamePrefixFeaturesOutMixin, Minibatch):
    """Autoencoder, with a penalised first layer a selector of inputs without labels.

    Minimises, over all weights and biases,

        1/(2 n) sum_i w_i ||decode(encode(x_i)) - x_i||^2 + ridge/2 ||weights||^2
            + sum_j Pen(W_j; lam)

    with `w` the sample weights (mean one) and `W_j` the encoder's first-layer weights of feature
    j: an input whose row is zero is not looked at, and reconstructed from the others.

    Parameters
    ----------
    <<network>>
    <<training>>
    <<common>>

    Attributes
    ----------
    <<attributes>>

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

    network = None
    input_shape = None

    def __init__(
        self, hidden=(50,), tied=False, activation="sigmoid", optimizer="momentum",
        learning_rate=None, schedule="constant", batch_size=32, epochs=50, sampling="shuffle",
        clip=None, ridge=1e-4, penalty=None, lam=0.01, max_features=None, standardize=False,
        early_stopping=False, validation_fraction=0.1, patience=10, warm_start=False,
        checkpoint=None, dtype="float32", random_state=None, verbose=None,
    ):  # fmt: skip
        self.hidden = hidden
        self.tied = tied
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
        self.warm_start = warm_start
        self.checkpoint = checkpoint
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    _parameter_constraints: dict = {**Minibatch._parameter_constraints, "tied": ["boolean"]}

    def fit(self, X, y=None, sample_weight=None, validation_data=None):
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
        X = self._checked(X, reset=not again)
        weights = self._weights(sample_weight, X, None)
        if not again:
            self._set_scale(X, weights)
        rows, validation = None, None
        if validation_data is not None:
            judged = self._checked(validation_data, reset=False)
            validation = self._samples(judged, judged, np.ones(len(judged)))
        elif self.early_stopping:
            rows, held = self._split(len(X), None)
            validation = self._samples(X, X, weights, held)
        self._fit_arrays(self._samples(X, X, weights, rows), validation, again, self.epochs)
        return self

    def partial_fit(self, X, y=None, sample_weight=None):
        """One more epoch over these samples; the first call begins anew."""
        self._check()
        again = self._set_out(True, in_parts=True)
        X = self._checked(X, reset=not again)
        weights = self._weights(sample_weight, X, None)
        if not again:
            self._set_scale(X, weights)
        self._fit_arrays(self._samples(X, X, weights), None, again, 1)
        return self

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
        layers = self.network_.layers(self._inputs(self._checked(X, reset=False)), np)
        return layers[len(self.hidden) - 1]

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

    def reconstruction_error(self, X) -> float:
        """Mean over samples of `||x - decode(encode(x))||^2`, in the units of `X`."""
        X = self._checked(X, reset=False)
        return float(np.mean(np.sum((X - self.reconstruct(X)) ** 2, axis=1)))

    def score(self, X, y=None) -> float:
        """Minus the reconstruction error, so that larger is better."""
        return -self.reconstruction_error(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # codes come in `dtype`
        return tags

    @property
    def _n_features_out(self) -> int:
        return int(tuple(self.hidden)[-1])

    def _own_network(self, rng, hidden):
        if not hidden:
            raise ValueError("hidden must have the width of the code at least, such as (50,).")
        p = self.n_features_in_
        if self.tied:
            return init_tied(rng, p, hidden, self.activation, self.dtype)
        return init_mlp(rng, p, (*hidden, *hidden[-2::-1]), p, self.activation, self.dtype)

    def _targets(self, y):
        return self._inputs(y)

    def _n_outputs(self):
        return (self.n_features_in_,)

    def _loss(self, n_outputs) -> Loss:
        return Squared()

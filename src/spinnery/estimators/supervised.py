"""Training on targets: whole tables, further passes, data that come in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..inputs.form import only_numbers
from ..nn.mlp import init_mlp
from ..training.batches import Stream
from .minibatch import Minibatch, sketch
from .parameters import check_hidden


@dataclass(kw_only=True, eq=False, repr=False)
class Supervised(Minibatch):
    """Fitting to targets: whole tables, further passes, streams of batches."""

    network: Any = None
    input_shape: Any = None

    _parameter_constraints: ClassVar[dict] = {
        **Minibatch._parameter_constraints,
        "input_shape": [tuple, list, None],
    }

    @property
    def _sample_shape(self) -> tuple[int, ...]:
        return tuple(self.input_shape or (self.n_features_in_,))

    def _new_network(self, rng: np.random.Generator) -> Any:
        if self.network is not None:
            return self.network
        hidden, n_outputs = check_hidden(self.hidden), self.outcome_.n_outputs
        return init_mlp(rng, self.n_features_in_, hidden, n_outputs, self.activation, self.dtype)

    def _take(self, X, y, sample_weight, first: bool, score: bool = False):
        """A table validated: `X, y, weights`.

        `first` sets the outcome and the inputs' scales; `score` is for samples that only judge.
        """
        X = only_numbers(X, type(self).__name__)
        X, y = self._kind.validate(
            self, X, y, reset=first, dtype=self._x_dtype(X), accept_sparse="csr"
        )
        weights = self._weights(sample_weight, X, None)
        if first and not (self._in_parts and self._begun):
            self.outcome_, y, weights = self._learn(y, weights, np.zeros(X.shape[0], int), None)
        else:
            weights = weights if score else self._reweighed(y, weights)
            y = self.outcome_.read(y)
        if first:
            self._set_scale(X, weights)
        return X, y, weights

    def _reweighed(self, y, weights: np.ndarray) -> np.ndarray:
        """Weights of samples that come when the outcome is known already."""
        return weights

    def fit(self, X, y, sample_weight=None, validation_data=None) -> Self:
        """Train for `epochs` epochs.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            A memory-mapped array is read batch by batch, a sparse one made dense batch by batch.
        y : array-like of shape (n_samples,), or (n_samples, n_outputs) for regression
        sample_weight : array-like of shape (n_samples,), optional
        validation_data : (X, y), optional
            Scored after every epoch, and used by `early_stopping` instead of a share of `X`.

        Returns
        -------
        self
        """
        self._validate_params()
        again = self._set_out(self.warm_start)
        X, y, weights = self._take(X, y, sample_weight, first=not again)
        rows, validation = None, None
        if validation_data is not None:
            X_val, y_val = _pair(validation_data)
            X_val, y_val, ones = self._take(X_val, y_val, None, first=False, score=True)
            validation = self._samples(X_val, y_val, ones)
        elif self.early_stopping:
            strata = self.outcome_.strata(y) if self.outcome_.stratified else None
            rows, held = self._split(X.shape[0], strata)
            validation = self._samples(X, y, weights, held)
        self._fit_arrays(self._samples(X, y, weights, rows), validation, again, self.epochs)
        raw, codes = self._raw(X), np.zeros(X.shape[0], int)
        self.outcome_ = self.outcome_.completed(y, raw, weights, codes)
        return self

    def _one_more_epoch(self, X, y, sample_weight, **first):
        self._validate_params()
        again = self._set_out(True, in_parts=True)
        self._begin_with(again, **first)
        X, y, weights = self._take(X, y, sample_weight, first=not again)
        self._fit_arrays(self._samples(X, y, weights), None, again, 1)
        return self

    def fit_batches(self, batches: Iterable | Callable[[], Iterable], **first) -> Self:
        """Train on data that come in parts, from a generator or a file larger than memory.

        Parameters
        ----------
        batches : iterable of (X, y) or (X, y, sample_weight), or a function that returns one
            One pass is an epoch, so with `epochs > 1` it must be a function or a list. Parts may
            be of any size; each is shuffled by itself and cut into batches of `batch_size`. Scales
            are those of the first part, and a penalty keeps inputs out that are constant there. A
            checkpoint is refused if the first part has changed.
        classes : array-like, classifiers only
            All labels that will come.

        Returns
        -------
        self
        """
        self._validate_params()
        again = self._set_out(False, in_parts=True)
        self._begin_with(again, **first)
        fresh = True

        def parts(epoch: int):
            nonlocal fresh
            for part in batches() if callable(batches) else batches:
                X, y, *rest = part
                X, y, weights = self._take(X, y, rest[0] if rest else None, first=fresh)
                fresh = False
                yield self._samples(X, y, weights)

        size = 2**31 if self.batch_size == "full" else int(self.batch_size)
        peeked = _Peeked(parts)
        if peeked.head is None:
            raise ValueError(
                "batches is empty: there is nothing to train on. It must yield (X, y) or "
                "(X, y, sample_weight)."
            )
        source = Stream(peeked, size, self.sampling, self._run_seed, self._rate(0, self.epochs))
        self._train(source, None, False, self.epochs, sketch(peeked.head))
        return self

    def loss_arrays(self, X, y=None):
        """Inputs and targets as the fitted network's loss takes them, `(n, ...)` and `(n, K)`."""
        check_is_fitted(self)
        X, y, _ = self._take(X, y, None, first=False, score=True)
        return self._inputs(X), self._targets(y)

    _begun: ClassVar[bool] = False  # whether the outcome was known before the first part came

    def _begin_with(self, again: bool) -> None:
        """What the first call of `partial_fit` or `fit_batches` must know beforehand."""


class _Peeked:
    """Parts of epochs, the very first one drawn early: it says how many features there are."""

    def __init__(self, parts):
        self._parts, self._first = parts, parts(0)
        self.head = next(self._first, None)

    def __call__(self, epoch: int):
        if self.head is not None:
            yield self.head
            self.head = None
            yield from self._first
        else:
            yield from self._parts(epoch)


def _pair(validation_data):
    """`(X, y)`, or one clear error."""
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
        raise ValueError(
            "validation_data must be a pair (X, y); got "
            f"{type(validation_data).__name__}. Pass validation_data=(X_val, y_val)."
        )
    return validation_data

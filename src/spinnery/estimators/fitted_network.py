"""A network that mini-batches have trained: what is reported, predicted, warned of."""

from __future__ import annotations

import abc
import warnings
from typing import Any

import equinox as eqx
import jax
import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from ..engine.design import round_up
from ..export.parts import Network, layers_of
from ..inputs.form import only_numbers
from ..inputs.raw import dense_columns
from ..nn.inputs import input_norms
from ..nn.mlp import MLP, TiedAutoencoder, layer_shapes
from ..training.epochs import Training
from ..training.stochastic import default_rate, predict
from .base import FLOATS, BaseSPINN
from .panel import over_columns

BLOCK = 1024  # samples predicted at a time


class FittedNetwork(BaseSPINN):
    """Fitted state and prediction of one network."""

    network_: Any
    history_: pd.DataFrame
    standardize: bool
    _center: np.ndarray | None
    _scale: np.ndarray | None
    _memory: tuple  # of the optimiser: its settings, steps so far, its arrays
    _in_parts: bool  # whether the data come in parts
    _weight_unit: float | None  # what the sample weights are divided by

    @property
    def _sample_shape(self) -> tuple[int, ...]:
        return (self.n_features_in_,)

    def _checked(self, X, reset: bool = True):
        X = only_numbers(X, type(self).__name__)
        dtype = self._x_dtype(X)
        return validate_data(self, X, reset=reset, dtype=dtype, accept_sparse="csr")

    def _x_dtype(self, X):
        """A memory-mapped array stays one; what is to be centred is not rounded before."""
        if isinstance(X, np.memmap):
            return "numeric"
        return FLOATS if self.standardize else np.dtype(self.dtype)

    def _inputs(self, X) -> np.ndarray:
        X = X.toarray() if sparse.issparse(X) else X
        if self._center is not None:
            X = (X - self._center) / self._scale
        return X.astype(self.dtype, copy=False).reshape(X.shape[0], *self._sample_shape)

    def _keep(self, training: Training, before: pd.DataFrame) -> None:
        self.network_ = jax.tree.map(
            lambda a: np.asarray(a) if isinstance(a, jax.Array) else a, training.network
        )
        rows = [{k: v for k, v in row.items() if k != "first_loss"} for row in training.history]
        for row in rows:
            row["epoch"] += len(before)
        if rows or not len(before):
            metric = [] if self.outcome_.metric is None else [self.outcome_.metric]
            columns = None if rows else ["epoch", "loss", *metric, "learning_rate", "seconds"]
            new = pd.DataFrame(rows, columns=columns)
            before = pd.concat([before, new], ignore_index=True) if len(before) else new
        self.history_ = before
        self.n_iter_ = len(self.history_)
        self.n_parameters_ = n_parameters(self.network_)
        norms = input_norms(self.network_, self._sample_shape)
        if norms is None:  # it cannot be said which inputs matter
            self.coef_norm_ = np.full(self.n_features_in_, np.nan)
            self.selected_ = np.ones(self.n_features_in_, bool)
        else:
            self._set_norms(np.repeat(norms, self.n_features_in_ // len(norms))[None])
            self._warn_if_empty()
        self._warn_how_it_ended(training)

    def _warn_how_it_ended(self, training: Training) -> None:
        history, rate = training.history, self.learning_rate or default_rate(self.optimizer)
        remedy = f"Lower learning_rate (it was {rate:g}), set clip, or standardise the inputs."
        if training.diverged:
            kept = f"that of the end of epoch {len(history)}" if history else "the untrained one"
            if training.best is not None:
                kept = "the best one before"
            text = (
                f"Training diverged: after epoch {len(history) + 1} the loss or the weights are "
                f"not finite. The network is {kept}. {remedy}"
            )
        elif history and history[-1]["loss"] > 2 * history[0].get("first_loss", np.inf):
            text = (
                f"Training ended with a loss of {history[-1]['loss']:.4g}, above the "
                f"{history[0]['first_loss']:.4g} of the untrained network. {remedy}"
            )
        else:
            return
        warnings.warn(text, ConvergenceWarning, stacklevel=6)

    def _outputs(self, X) -> np.ndarray:
        model, X = self._by_names(X)
        return self.outcome_.in_units(model._raw(model._checked(X, reset=False)))

    def _raw(self, X: np.ndarray) -> np.ndarray:
        """Raw outputs `(n, K)` of checked samples."""
        if isinstance(self.network_, (MLP, TiedAutoencoder)):
            # in double precision: single would round otherwise for another number of rows
            network = self._live_network()
            return in_blocks(lambda x: network(self._live_inputs(x).astype(np.float64), np), X)
        with self._precision():
            network = eqx.nn.inference_mode(self.network_)
            return in_blocks(lambda x: _padded_outputs(network, self._inputs(x)), X)

    def _networks(self) -> list[Network]:
        columns, outcome = np.arange(self.n_features_in_), self.outcome_
        center = np.zeros(len(columns)) if self._center is None else self._center
        scale = np.ones(len(columns)) if self._scale is None else self._scale
        layers = layers_of(self.network_)
        return [Network(columns, center, scale, layers, outcome.center[0], outcome.scale[0])]

    def hidden_features(self, X) -> np.ndarray:
        """First hidden layer's activations of every sample, `(n, T)`.

        Raises
        ------
        ValueError
            If the estimator was given a `network=` of its own, whose layers have no names.
        """
        check_is_fitted(self)
        if not isinstance(self.network_, (MLP, TiedAutoencoder)):
            raise ValueError(
                "hidden_features needs an estimator built with hidden=...; this one was given "
                f"network={type(self.network_).__name__}(...). Call network_ itself instead."
            )
        model, X = self._by_names(X)
        network = model._live_network()

        def first(x):
            return network.layers(model._live_inputs(x), np)[0]

        return in_blocks(first, model._checked(X, reset=False))

    def _numbers_of_selected(self, X) -> tuple[np.ndarray, list]:
        model, X = self._by_names(X)
        used, names = model._get_support_mask(), model._names()
        X = model._checked(X, reset=False)
        return dense_columns(X, used), [names[j] for j in np.flatnonzero(used)]

    # sums over the selected inputs alone end in the same digit with and without the others

    def _live_network(self) -> Any:
        """The network of the inputs whose weights are not all zero."""
        if self.selected_.all():
            return self.network_
        return MLP(self.network_.weight[self.selected_], self.network_.upper)

    def _live_inputs(self, X: np.ndarray) -> np.ndarray:
        """Checked samples as it takes them, `(n, n_selected)`."""
        inputs = self._inputs(X)
        return np.ascontiguousarray(inputs if self.selected_.all() else inputs[:, self.selected_])

    @property
    def _goes_by_names(self) -> bool:
        return isinstance(self.network_, MLP)

    def _over(self, features: np.ndarray):
        if not isinstance(self.network_, MLP):
            raise ValueError(
                "to_panel needs an estimator built with hidden=...; this one was given "
                f"network={type(self.network_).__name__}(...), whose inputs cannot be left out."
            )
        panel = over_columns(self, features)
        panel.network_ = MLP(self.network_.weight[features], self.network_.upper)
        panel.n_parameters_ = n_parameters(panel.network_)
        for name in ("_center", "_scale", "_varies"):
            values = getattr(self, name)
            setattr(panel, name, None if values is None else values[features])
        panel._memory = (None, self._memory[1], [])  # the optimiser remembers other inputs, too
        return panel

    @abc.abstractmethod
    def loss_arrays(self, X, y=None) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets as the fitted network's loss takes them, `(n, ...)` and `(n, K)`."""

    def summary(self) -> pd.DataFrame:
        """Every parameter array with its shape and number of values, and their total."""
        check_is_fitted(self)
        shapes = layer_shapes(self.network_)
        rows = [[name, "x".join(map(str, s)), int(np.prod(s))] for name, s in shapes]
        rows.append(["total", "", self.n_parameters_])
        return pd.DataFrame(rows, columns=["array", "shape", "parameters"])


def n_parameters(network: Any) -> int:
    """Number of weights and biases."""
    return sum(int(np.prod(shape)) for _, shape in layer_shapes(network))


def in_blocks(outputs, X: np.ndarray) -> np.ndarray:
    """`outputs` of a bounded number of samples at a time."""
    parts = [outputs(X[start : start + BLOCK]) for start in range(0, X.shape[0], BLOCK)]
    return np.concatenate(parts)


def _padded_outputs(network, inputs: np.ndarray) -> np.ndarray:
    """Compiled outputs; padding lets other numbers of samples share the program."""
    padded = np.zeros((round_up(len(inputs), 16), *inputs.shape[1:]), inputs.dtype)
    padded[: len(inputs)] = inputs
    return np.asarray(predict(network, padded))[: len(inputs)]

"""What all estimators trained by mini-batches share: parameters, training, fitted state."""

from __future__ import annotations

import abc
import hashlib
import os
import warnings
from numbers import Integral, Real
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from ..design import round_up
from ..losses import Loss
from ..nn.checks import cast, check_network
from ..nn.inputs import first_rows, input_norms
from ..nn.mlp import MLP, TiedAutoencoder, layer_shapes
from ..penalties import BY_NAME, Penalty, resolve
from ..progress import Steps
from ..solvers.stochastic import OPTIMIZERS, begin, default_rate, direction, predict
from ..table import standard_scale
from ..training.batches import SAMPLING, Arrays, Samples
from ..training.epochs import Recipe, Source, Training, train_epochs
from ..training.schedules import SCHEDULES, rates
from .base import BaseSPINN
from .spinn import check_hidden

BLOCK = 1024  # samples predicted at a time


class Minibatch(BaseSPINN):
    """Training of one network by mini-batches, and what is left of it."""

    network: Any
    history_: pd.DataFrame
    _training: Training
    _METRIC = "mse"

    _parameter_constraints: dict = {
        **BaseSPINN._parameter_constraints,
        "hidden": [tuple, list],
        "input_shape": [tuple, list, None],
        "optimizer": [StrOptions(set(OPTIMIZERS)), optax.GradientTransformation],
        "learning_rate": [Interval(Real, 0, None, closed="neither"), None],
        "schedule": [StrOptions(set(SCHEDULES)), callable],
        "batch_size": [Interval(Integral, 1, None, closed="left"), StrOptions({"full"})],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "sampling": [StrOptions(set(SAMPLING))],
        "clip": [Interval(Real, 0, None, closed="neither"), None],
        "ridge": [Interval(Real, 0, None, closed="left")],
        "penalty": [StrOptions(set(BY_NAME)), Penalty, None],
        "lam": [Interval(Real, 0, None, closed="left")],
        "max_features": [Interval(Integral, 1, None, closed="left"), None],
        "standardize": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "patience": [Interval(Integral, 1, None, closed="left")],
        "warm_start": ["boolean"],
        "checkpoint": [str, os.PathLike, None],
    }

    # -- what an estimator says about its targets --------------------------------------------

    @abc.abstractmethod
    def _targets(self, y: np.ndarray) -> np.ndarray:
        """Rows of the kept targets as the loss takes them, `(rows, K)`."""

    @abc.abstractmethod
    def _n_outputs(self) -> tuple[int, ...]:
        """Admissible numbers of raw outputs."""

    @abc.abstractmethod
    def _loss(self, n_outputs: int) -> Loss:
        """The loss on so many raw outputs."""

    def _new_network(self, rng: np.random.Generator) -> Any:
        """A network that has learnt nothing yet."""
        if self.network is not None:
            return self.network
        return self._own_network(rng, check_hidden(self.hidden))

    @abc.abstractmethod
    def _own_network(self, rng: np.random.Generator, hidden: tuple[int, ...]) -> Any:
        """The network that `hidden` describes."""

    # -- data --------------------------------------------------------------------------------

    def _checked(self, X, y="no_validation", reset: bool = True, **checks):
        """`X` (and `y`) validated; a memory-mapped array stays one, whatever its type."""
        dtype = "numeric" if isinstance(X, np.memmap) else np.dtype(self.dtype)
        return validate_data(self, X, y, reset=reset, dtype=dtype, **checks)

    def _set_scale(self, X: np.ndarray, weights: np.ndarray) -> None:
        """Center and scale of the inputs; a constant column becomes zero."""
        self._center, self._scale = None, None
        if self.standardize:
            center, scale = standard_scale(np.asarray(X, float), weights / weights.sum())
            self._center, self._scale = center, scale

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        if self._center is not None:
            X = (X - self._center) / self._scale
        shape = self.input_shape or (X.shape[1],)
        return X.astype(self.dtype, copy=False).reshape(len(X), *shape)

    def _samples(self, X, y, weights) -> Samples:
        weights = None if np.all(weights == weights[0]) else weights / weights.mean()
        return Samples(X, y, weights, self._inputs, self._targets)

    def _split(self, n: int, labels: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Rows to train on and rows that decide when to stop."""
        if labels is not None and np.unique(labels, return_counts=True)[1].min() < 2:
            labels = None
        held = max(round(self.validation_fraction * n), 1)
        if labels is not None and held < len(np.unique(labels)):
            labels = None
        if n - held < 1:
            raise ValueError(
                f"early_stopping needs samples to hold out; got {n} sample(s). Give more, or set "
                "early_stopping=False."
            )
        return train_test_split(
            np.arange(n), test_size=held, stratify=labels, random_state=self._run_seed
        )

    # -- training ----------------------------------------------------------------------------

    def _set_out(self, go_on: bool) -> bool:
        """Whether training goes on from an earlier call; if not, draw its seed."""
        again = go_on and hasattr(self, "_training")
        self._in_parts = False
        if not again:
            if self.checkpoint is not None and not isinstance(self.random_state, Integral):
                raise ValueError(
                    "checkpoint needs an integer random_state, so that a fit that is gone on with "
                    f"ends where a whole one would; got random_state={self.random_state!r}."
                )
            self._run_seed = self._seed()
        return again

    def _fit_arrays(self, samples: Samples, validation: Samples | None, again: bool, epochs: int):
        """Train on arrays. `again`: go on from the fitted network."""
        n = len(samples)
        size = n if self.batch_size == "full" else int(self.batch_size)
        if size > n:
            warnings.warn(
                f"batch_size={size} exceeds the {n} samples; every batch holds all {n} "
                '(batch_size="full").',
                UserWarning,
                stacklevel=3,
            )
            size = n
        before = len(self.history_) if again else 0
        source = Arrays(samples, size, self.sampling, self._run_seed, self._rate(before, epochs),
                        before)  # fmt: skip
        data = [samples.y, samples.weights, samples.X[:: max(n // 100, 1)], n]
        self._train(source, validation, again, epochs, data)

    def _rate(self, before: int, epochs: int):
        rate = self.learning_rate or default_rate(self.optimizer)
        return lambda t: rates(self.schedule, rate, t - before, epochs)

    def _train(self, source: Source, validation, again: bool, epochs: int, data: list) -> None:
        with self._precision(), Steps(self.verbose) as steps:
            training = self._training if again else self._begin()
            before = self.history_ if again else pd.DataFrame()
            network, penalty = training.network, training.penalty
            training = Training(training.state._replace(network=network), penalty, None)
            recipe = Recipe(
                loss=self._loss(self._n_raw),
                metric=self._METRIC,
                optimizer=direction(self.optimizer, self.clip),
                ridge=float(self.ridge),
                epochs=epochs,
                penalty=penalty,
                most=self.max_features,
                patience=self.patience if self.early_stopping else None,
                seed=self._run_seed,
                checkpoint=self.checkpoint,
                fingerprint="" if self.checkpoint is None else self._fingerprint(data),
            )
            training = train_epochs(training, recipe, source, validation, steps)
        self._training = training
        self._keep(training, before, epochs)

    def _begin(self) -> Training:
        shape = tuple(self.input_shape or (self.n_features_in_,))
        if np.prod(shape) != self.n_features_in_:
            raise ValueError(
                f"input_shape {shape} holds {int(np.prod(shape))} values, and X has "
                f"{self.n_features_in_} columns. Give the shape of one sample, channels first."
            )
        network = self._new_network(np.random.default_rng(self._run_seed))
        self._n_raw = check_network(network, shape, self._n_outputs())
        network = cast(network, self.dtype)
        penalty = self.penalty
        if penalty is None and self.max_features is not None:
            penalty = "group_lasso"
        if penalty is not None:
            penalty = resolve(penalty).with_lam(jnp.asarray(self.lam, self.dtype))
            self._check_rows(network)
            if self.max_features is not None:
                groups = penalty.groups.reduce(first_rows(network))
                penalty = penalty.with_groups(penalty.groups, jnp.ones_like(groups))
        state = begin(network, direction(self.optimizer, self.clip))
        return Training(state, penalty, None)

    def _check_rows(self, network) -> None:
        shape = tuple(self.input_shape or (self.n_features_in_,))
        if input_norms(network, shape) is None:
            raise ValueError(
                "a penalty needs a network whose first layer meets the inputs themselves: dense "
                f"on {self.n_features_in_} features, or a convolution (groups=1) on the channels "
                f"of input_shape={self.input_shape}. Change the network, or set penalty=None and "
                "max_features=None."
            )

    def _fingerprint(self, data: list) -> str:
        params = {k: repr(v) for k, v in sorted(self.get_params(deep=False).items())
                  if k not in ("verbose", "checkpoint", "random_state")}  # fmt: skip
        digest = hashlib.sha256(repr((params, self._run_seed)).encode())
        for part in data:
            digest.update(np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()

    # -- after training ----------------------------------------------------------------------

    def _keep(self, training: Training, before: pd.DataFrame, epochs: int) -> None:
        self.network_ = jax.tree.map(
            lambda a: np.asarray(a) if isinstance(a, jax.Array) else a, training.network
        )
        rows = [{k: v for k, v in row.items() if k != "first_loss"} for row in training.history]
        for row in rows:
            row["epoch"] += len(before)
        self.history_ = pd.concat([before, pd.DataFrame(rows)], ignore_index=True)
        self.n_iter_ = len(self.history_)
        self.n_parameters_ = sum(int(np.prod(s)) for _, s in layer_shapes(self.network_))
        norms = input_norms(self.network_, tuple(self.input_shape or (self.n_features_in_,)))
        if norms is None:  # it cannot be said which inputs matter
            self.coef_norm_ = np.full(self.n_features_in_, np.nan)
            self.selected_ = np.ones(self.n_features_in_, bool)
        else:
            self._set_norms(np.repeat(norms, self.n_features_in_ // len(norms))[None])
            self._warn_if_empty()
        self._warn_how_it_ended(training, epochs)

    def _warn_how_it_ended(self, training: Training, epochs: int) -> None:
        history, rate = training.history, self.learning_rate or default_rate(self.optimizer)
        remedy = f"Lower learning_rate (it was {rate:g}), set clip, or standardise the inputs."
        if training.diverged:
            text = (
                f"Training diverged: the loss of epoch {len(history) + 1} is not finite. The "
                f"network is that of the end of epoch {len(history)}. {remedy}"
            )
        elif training.interrupted:
            text = (
                f"Training was interrupted after {len(history)} of {epochs} epochs; the network "
                "is that of the last whole one."
            )
        elif history and history[-1]["loss"] > 2 * history[0].get("first_loss", np.inf):
            text = (
                f"Training ended with a loss of {history[-1]['loss']:.4g}, above the "
                f"{history[0]['first_loss']:.4g} of the untrained network. {remedy}"
            )
        else:
            return
        warnings.warn(text, ConvergenceWarning, stacklevel=5)

    def _outputs(self, X) -> np.ndarray:
        check_is_fitted(self)
        return self._raw(self._checked(X, reset=False))

    def _raw(self, X: np.ndarray) -> np.ndarray:
        """Raw outputs `(n, K)` of checked samples."""
        inputs = self._inputs(X)
        if isinstance(self.network_, (MLP, TiedAutoencoder)):
            # in double precision: single would round otherwise for another number of rows
            return _in_blocks(lambda x: self.network_(x.astype(np.float64), np), inputs)
        with self._precision():
            network = eqx.nn.inference_mode(self.network_)
            return _in_blocks(lambda x: _padded_outputs(network, x), inputs)

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
        return self.network_.layers(self._inputs(self._checked(X, reset=False)), np)[0]

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


def _in_blocks(outputs, inputs: np.ndarray) -> np.ndarray:
    """`outputs` of a bounded number of samples at a time."""
    parts = [outputs(inputs[start : start + BLOCK]) for start in range(0, len(inputs), BLOCK)]
    return np.concatenate(parts)


def _padded_outputs(network, inputs: np.ndarray) -> np.ndarray:
    """Compiled outputs; padding lets other numbers of samples share the program."""
    padded = np.zeros((round_up(len(inputs), 16), *inputs.shape[1:]), inputs.dtype)
    padded[: len(inputs)] = inputs
    return np.asarray(predict(network, padded))[: len(inputs)]

"""What all estimators trained by mini-batches share: parameters, data, training."""

from __future__ import annotations

import abc
import hashlib
import os
import re
import warnings
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pandas as pd
from scipy import sparse
from sklearn.model_selection import train_test_split
from sklearn.utils._param_validation import Interval, StrOptions

from ..inputs.raw import dense_rows, tidy
from ..inputs.sparse import sparse_scale
from ..inputs.table import standard_scale
from ..nn.checks import cast, check_network
from ..nn.inputs import first_rows, input_norms
from ..penalties import BY_NAME, Penalty, resolve
from ..progress import Steps
from ..training.batches import SAMPLING, Arrays, Samples
from ..training.epochs import Recipe, Source, Training, train_epochs
from ..training.schedules import SCHEDULES, rates
from ..training.selection import BARRED
from ..training.stochastic import OPTIMIZERS, begin, default_rate, direction
from .fitted_network import FittedNetwork
from .parameters import COMMON


@dataclass(kw_only=True, eq=False, repr=False)
class Minibatch(FittedNetwork):
    """Training of one network by mini-batches: parameters, and what is left of it."""

    hidden: Any = field(default=(100,), kw_only=False)
    activation: str = "relu"
    optimizer: Any = "adam"
    learning_rate: float | None = None
    schedule: Any = "constant"
    batch_size: Any = 32
    epochs: int = 50
    sampling: str = "shuffle"
    clip: float | None = None
    ridge: float = 1e-4
    penalty: Any = None
    lam: float = 0.01
    max_features: int | None = None
    standardize: bool = False
    early_stopping: bool = False
    validation_fraction: float = 0.1
    patience: int = 10
    warm_start: bool = False
    checkpoint: Any = None
    dtype: str = "float32"
    random_state: Any = None
    verbose: bool | None = None

    _parameter_constraints: ClassVar[dict] = {
        **COMMON,
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

    # -- the network -------------------------------------------------------------------------

    def _targets(self, y: np.ndarray) -> np.ndarray:
        """Rows of the kept targets as the loss takes them, `(rows, q)`."""
        return self.outcome_.encode(y, np.zeros(len(y), int)).astype(self.dtype)

    @abc.abstractmethod
    def _new_network(self, rng: np.random.Generator) -> Any:
        """A network that has learnt nothing yet."""

    # -- data --------------------------------------------------------------------------------

    def _set_scale(self, X: np.ndarray, weights: np.ndarray) -> None:
        """Center and scale of the inputs, and which of them vary; a constant becomes zero."""
        self._center, self._scale, self._varies = None, None, None
        if self.standardize or self.penalty is not None or self.max_features is not None:
            weights = weights / weights.sum()
            thin = sparse.issparse(X)
            center, scale = sparse_scale(tidy(X), weights) if thin else standard_scale(X, weights)
            self._varies = np.isfinite(scale)
            if self.standardize:
                self._center, self._scale = center, scale

    def _samples(self, X, y, weights, rows=None) -> Samples:
        used = weights if rows is None else weights[rows]
        if not used.sum() > 0:
            raise ValueError("sample_weight must be positive for some samples; all are zero.")
        # Weights have mean one; parts are measured by the first, or theirs would not compare.
        if not self._in_parts or self._weight_unit is None:
            self._weight_unit = float(used[0] if np.all(used == used[0]) else used.mean())
        unit = self._weight_unit
        scaled = None if np.all(weights == unit) else weights / unit
        return Samples(X, y, scaled, rows, self._inputs, self._targets)

    def _split(self, n: int, labels: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Rows to train on and rows that decide when to stop."""
        if labels is not None and np.unique(labels, return_counts=True)[1].min() < 2:
            labels = None
        held = max(round(self.validation_fraction * n), 1)
        if labels is not None and min(held, n - held) < len(np.unique(labels)):
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

    def _set_out(self, go_on: bool, in_parts: bool = False) -> bool:
        """Whether training goes on from an earlier call; if not, draw its seed."""
        if in_parts and self.early_stopping:
            raise ValueError(
                "early_stopping holds out samples of a whole table, and partial_fit and "
                "fit_batches see parts. Set early_stopping=False, or use fit."
            )
        again = go_on and hasattr(self, "network_")
        self._in_parts = in_parts
        if not again:
            self._weight_unit = None
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
        # calls of partial_fit are epochs of one course
        rate = self._rate(0, self.epochs) if self._in_parts else self._rate(before, epochs)
        source = Arrays(samples, size, self.sampling, self._run_seed, rate, before)
        data = sketch(samples) + ([] if validation is None else sketch(validation))
        self._train(source, validation, again, epochs, data)

    def _rate(self, before: int, epochs: int):
        rate = self.learning_rate or default_rate(self.optimizer)
        return lambda t: rates(self.schedule, rate, t - before, epochs)

    def _train(self, source: Source, validation, again: bool, epochs: int, data: list) -> None:
        if self.max_features is not None and epochs < 2:
            raise ValueError(
                "max_features needs at least 2 epochs, some while inputs leave and some to train "
                "those left; got 1. Raise epochs, or use fit or fit_batches instead of partial_fit."
            )
        optimizer = direction(self.optimizer, self.clip)
        with self._precision(), Steps(self.verbose) as steps:
            if again:
                before, network = self.history_, self.network_
                state = begin(network, optimizer)
                settings, step, leaves = self._memory
                if settings == self._memory_settings():  # another optimiser has another memory
                    leaves = jax.tree.unflatten(jax.tree.structure(state.optimizer), leaves)
                    state = state._replace(optimizer=jax.tree.map(jnp.asarray, leaves))
                state = state._replace(step=jnp.asarray(step))
            else:
                before, network = pd.DataFrame(), self._checked_network()
                state = begin(network, optimizer)
            penalty = self._row_penalty(network)
            recipe = Recipe(
                loss=self.outcome_.loss,
                metric=self.outcome_.metric,
                optimizer=optimizer,
                ridge=float(self.ridge),
                epochs=epochs,
                most=self.max_features,
                lam=float(self.lam),
                patience=self.patience if self.early_stopping else None,
                seed=self._run_seed,
                checkpoint=self.checkpoint,
                fingerprint="" if self.checkpoint is None else self._fingerprint(network, data),
            )
            start = Training(state, penalty, None)
            training = train_epochs(start, recipe, source, validation, steps)
        memory = [np.asarray(leaf) for leaf in jax.tree.leaves(training.state.optimizer)]
        self._memory = self._memory_settings(), np.asarray(training.state.step), memory
        self._keep(training, before)

    def _memory_settings(self) -> tuple:
        """What the optimiser's memory must agree with; code has another name in each process."""
        named = isinstance(self.optimizer, str)
        return (self.optimizer if named else repr(self.optimizer)), self.clip

    def _checked_network(self) -> Any:
        """A network to begin with, found to fit the data."""
        shape = self._sample_shape
        if np.prod(shape) != self.n_features_in_:
            raise ValueError(
                f"input_shape {shape} holds {int(np.prod(shape))} values, and X has "
                f"{self.n_features_in_} columns. Give the shape of one sample, channels first."
            )
        network = self._new_network(np.random.default_rng(self._run_seed))
        n_raw = check_network(network, shape, self.outcome_.admitted)
        self.outcome_ = self.outcome_.over(n_raw)
        return cast(network, self.dtype)

    def _row_penalty(self, network: Any) -> Penalty | None:
        """The penalty on the rows of the first layer, which keeps out what is constant.

        With `max_features`, `lam` is in the groups' weights.
        """
        penalty = self.penalty
        if penalty is None and self.max_features is not None:
            penalty = "group_lasso"
        if penalty is None:
            return None
        if input_norms(network, self._sample_shape) is None:
            raise ValueError(
                "a penalty needs a network whose first layer meets the inputs themselves: dense "
                f"on {self.n_features_in_} features, or a convolution (groups=1) on the channels "
                f"of input_shape={self._sample_shape}. Change the network, or set penalty=None and "
                "max_features=None."
            )
        rows = first_rows(network)
        penalty = resolve(penalty).with_cohorts(1)
        lam, weights = self.lam, 1.0 if penalty.weights is None else penalty.weights
        if self.max_features is not None:
            lam, weights = 1.0, self.lam
        # of a channel, and of a group, any input
        varies = np.ones(self.n_features_in_) if self._varies is None else self._varies
        varies = np.asarray(varies, self.dtype).reshape(len(rows), -1)
        weights = jnp.where(penalty.groups.reduce(varies) > 0, weights, BARRED)
        penalty = penalty.with_lam(jnp.asarray(lam, self.dtype))
        return penalty.with_groups(penalty.groups, weights.astype(self.dtype))

    def _fingerprint(self, network: Any, data: list) -> str:
        """What a checkpoint must agree with: parameters, first network, and some of the data."""
        params = {k: re.sub(" at 0x[0-9a-f]+", "", repr(v))  # functions move between processes
                  for k, v in sorted(self.get_params(deep=False).items())
                  if k not in ("verbose", "checkpoint", "random_state")}  # fmt: skip
        digest = hashlib.sha256(repr((params, self._run_seed)).encode())
        arrays = jax.tree.leaves(eqx.filter(network, eqx.is_array))
        for part in (*arrays, *(part for part in data if part is not None)):
            digest.update(np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()


def sketch(samples: Samples) -> list:
    """What tells one data set from another, without reading all of it."""
    n = samples.X.shape[0]
    y = None if samples.y is samples.X else samples.y
    return [
        y,
        samples.weights,
        samples.rows,
        dense_rows(samples.X, slice(None, None, max(n // 100, 1))),
        n,
    ]

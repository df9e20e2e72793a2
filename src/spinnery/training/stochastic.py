"""Mini-batch training: an optimiser's step, then the penalty's prox, many batches in one program.

With `d` the optimiser's direction for the gradient of

    loss of the batch, with weights w_i / B, + ridge/2 ||weights||^2,

a step is `theta <- theta - rate d`, and on the rows of the first layer `W <- prox_{rate Pen}(W)`,
which leaves exact zeros.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax

from ..arrays import Array
from ..losses import AnyLoss
from ..nn.inputs import first_rows, with_first_rows
from ..nn.mlp import is_weight
from ..penalties import Penalty

DECAY = 0.9  # of the momentum
TINY = 1e-30

# Directions without their learning rate, which is data of the compiled loop; and default rates.
OPTIMIZERS = {
    "sgd": (optax.identity, 0.1),
    "momentum": (lambda: optax.trace(DECAY), 0.01),
    "nesterov": (lambda: optax.trace(DECAY, nesterov=True), 0.01),
    "adagrad": (lambda: optax.scale_by_rss(initial_accumulator_value=0.0, eps=1e-8), 0.05),
    "adadelta": (lambda: optax.scale_by_adadelta(rho=0.9, eps=1e-6), 1.0),
    "rmsprop": (lambda: optax.scale_by_rms(decay=0.9, eps=1e-8), 1e-3),
    "adam": (optax.scale_by_adam, 1e-3),
    "adamw": (
        lambda: optax.chain(optax.scale_by_adam(), optax.add_decayed_weights(1e-2)), 1e-3,
    ),
}  # fmt: skip


class Batches(NamedTuple):
    """N samples, and S batches of B of them, of which the first `n_steps` are filled."""

    X: Array  # (N, *sample shape)
    targets: Array  # (N, K)
    index: Array  # (S, B) which samples
    weights: Array  # (S, B) their weights, 0 for padding
    sizes: Array  # (S,) samples of each batch
    rates: Array  # (S,) learning rates
    n_steps: Array | int

    def at(self, s: Array) -> tuple[Array, Array, Array, Array]:
        """Inputs, targets, weights and size of batch `s`."""
        index, weights, size = (
            jax.lax.dynamic_index_in_dim(a, s, keepdims=False)
            for a in (self.index, self.weights, self.sizes)
        )
        X, targets = (a.at[index].get(mode="promise_in_bounds") for a in (self.X, self.targets))
        return X, targets, weights, size


class State(NamedTuple):
    """What training goes on from."""

    network: Any
    optimizer: Any
    step: Array  # steps so far, of all epochs


class Sums(NamedTuple):
    """Sums over samples of the loss and the metric, each under the network its batch met."""

    loss: Array
    metric: Array
    first: Array  # the first batch's mean loss; at the very first step no less than of outputs 0
    finite: Array  # whether all weights are, after the last step


@cache
def direction(optimizer: str | optax.GradientTransformation, clip: float | None):
    """The optimiser without its learning rate; one object per setting, or JAX compiles anew."""
    part = OPTIMIZERS[optimizer][0]() if isinstance(optimizer, str) else optimizer
    return part if clip is None else optax.chain(optax.clip_by_global_norm(clip), part)


def default_rate(optimizer: str | optax.GradientTransformation) -> float:
    """Learning rate where the user gives none."""
    return OPTIMIZERS[optimizer][1] if isinstance(optimizer, str) else 0.01


def draws(network: Any) -> bool:
    """Whether calling the network takes a random `key`."""
    return "key" in inspect.signature(type(network).__call__).parameters


def begin(network: Any, optimizer: optax.GradientTransformation) -> State:
    """The state before the first step."""
    arrays = eqx.filter(network, eqx.is_inexact_array)
    return State(network, optimizer.init(arrays), jnp.zeros((), jnp.int32))


def outputs(network: Any, X: Array, keys: Array | None = None) -> Array:
    """Raw outputs `(B, K)` of a batch."""
    if keys is None:
        return jax.vmap(network)(X)
    return jax.vmap(lambda x, key: network(x, key=key))(X, keys)


def batch_loss(loss: AnyLoss, raw: Array, targets: Array, weights: Array) -> Array:
    """The loss of one network's outputs `(B, K)`, with `weights` `(B,)`."""
    return loss.total(raw[:, None], targets[:, None], weights[:, None])[0]


def metric_sum(metric: str | None, raw: Array, targets: Array, weights: Array) -> Array:
    """Weighted number of samples predicted rightly, or sum of squared errors over outputs."""
    if metric is None:
        return jnp.zeros((), raw.dtype)
    if metric == "accuracy":
        if raw.shape[-1] == 1:
            right = (raw[:, 0] > 0) == (targets[:, 0] > 0.5)
        else:
            right = jnp.argmax(raw, axis=-1) == jnp.argmax(targets, axis=-1)
        return jnp.sum(weights * right)
    return jnp.sum(weights * jnp.mean((raw - targets) ** 2, axis=-1))


@eqx.filter_jit
def train(
    state: State, batches: Batches, optimizer: optax.GradientTransformation, loss: AnyLoss,
    penalty: Penalty | None, ridge: Array, key: Array | None, metric: str | None,
) -> tuple[State, Sums]:  # fmt: skip
    """One step per filled batch. `key` seeds networks that draw, None for those that do not."""
    arrays, static = eqx.partition(state.network, eqx.is_inexact_array)
    zero = jnp.zeros((), batches.X.dtype)

    def objective(arrays, batch, step):
        network = eqx.combine(arrays, static)
        X, targets, weights, size = batch
        keys = None if key is None else jax.random.split(jax.random.fold_in(key, step), len(X))
        raw = outputs(network, X, keys)
        data = batch_loss(loss, raw, targets, weights / size)
        # The ridge's gradient is added below: its value costs as much as a small network's step.
        return data, metric_sum(metric, raw, targets, weights)

    def body(s, carry):
        arrays, memory, step, sums = carry
        batch = batches.at(s)
        (value, score), gradient = jax.value_and_grad(objective, has_aux=True)(arrays, batch, step)
        gradient = jax.tree_util.tree_map_with_path(
            lambda path, g, a: g + ridge * a if is_weight(path, a) else g, gradient, arrays
        )
        move, memory = optimizer.update(gradient, memory, arrays)
        rate = batches.rates[s]
        arrays = jax.tree.map(lambda a, m: a - rate * m, arrays, move)
        if penalty is not None:
            network = eqx.combine(arrays, static)
            pace = jnp.minimum(rate, 0.95 * penalty.max_step)
            rows = penalty.prox(first_rows(network), pace)
            arrays = eqx.filter(with_first_rows(network, rows), eqx.is_inexact_array)
        sums = Sums(
            sums.loss + batches.sizes[s] * value,
            sums.metric + score,
            jnp.where(s == 0, value, sums.first),
            sums.finite,
        )
        return arrays, memory, step + 1, sums

    carry = (arrays, state.optimizer, state.step, Sums(zero, zero, zero, jnp.array(True)))
    arrays, memory, step, sums = jax.lax.fori_loop(0, batches.n_steps, body, carry)
    finite = jnp.array([jnp.all(jnp.isfinite(a)) for a in jax.tree.leaves(arrays)])

    def of_zero():  # over all batches: a single one may happen to cost next to nothing
        def batch(index, weights, size):
            targets = batches.targets[index]
            zero = 0 * targets[:, : loss.n_outputs(targets.shape[1])]  # no constant to fold
            return size * batch_loss(loss, zero, targets, weights / jnp.maximum(size, 1))

        values = jax.vmap(batch)(batches.index, batches.weights, batches.sizes)
        return jnp.sum(values) / jnp.sum(batches.sizes)

    first = jnp.maximum(sums.first, jax.lax.cond(state.step == 0, of_zero, lambda: zero))
    sums = sums._replace(finite=jnp.all(finite), first=first)
    return State(eqx.combine(arrays, static), memory, step), sums


@eqx.filter_jit
def evaluate(
    network: Any, batches: Batches, loss: AnyLoss, metric: str | None
) -> tuple[Array, Array]:
    """Sums over the filled batches of weighted losses and metrics."""

    def body(s, carry):
        X, targets, weights, _ = batches.at(s)
        raw = outputs(network, X)
        mass = jnp.sum(weights)
        value = mass * batch_loss(loss, raw, targets, weights / jnp.maximum(mass, TINY))
        return carry[0] + value, carry[1] + metric_sum(metric, raw, targets, weights)

    zero = jnp.zeros((), batches.X.dtype)
    return jax.lax.fori_loop(0, batches.n_steps, body, (zero, zero))


@eqx.filter_jit
def predict(network: Any, X: Array) -> Array:
    """Raw outputs `(n, K)` of samples `(n, *sample shape)`."""
    return outputs(network, X)

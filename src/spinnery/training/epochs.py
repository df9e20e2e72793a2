"""Epoch after epoch: history, validation, early stopping, narrowing, checkpoints."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax

from ..losses import AnyLoss
from ..penalties import Penalty
from ..progress import Steps
from ..storage import checkpoint
from .batches import Arrays, Samples
from .selection import leaving, narrowed
from .stochastic import Batches, State, Sums, draws, evaluate, train

CHUNK = 1024  # samples evaluated together


class Source(Protocol):
    """Where an epoch's batches come from."""

    def epoch(self, epoch: int) -> Iterator[Batches]: ...


@dataclass(frozen=True)
class Recipe:
    """How to train."""

    loss: AnyLoss
    metric: str | None  # "accuracy", "mse" or none beside the loss
    optimizer: optax.GradientTransformation
    ridge: float
    epochs: int
    most: int | None  # largest number of inputs (groups of them) in the end
    lam: float  # weight of the penalty while inputs leave
    patience: int | None  # epochs without a lower validation loss; None: no early stopping
    seed: int
    checkpoint: str | os.PathLike | None
    fingerprint: str


@dataclass
class Training:
    """Where training stands; everything that a checkpoint must hold."""

    state: State
    penalty: Penalty | None
    best: Any  # network with the lowest validation loss
    history: list[dict] = field(default_factory=list)
    diverged: bool = False

    @property
    def network(self) -> Any:
        """The trained network."""
        return self.best if self.best is not None else self.state.network


def train_epochs(
    training: Training, recipe: Recipe, source: Source, validation: Samples | None, steps: Steps
) -> Training:
    """Go on training until `recipe.epochs` epochs are in the history, or a reason to stop.

    If the loss is not finite any more, the network is that of the last whole epoch.
    """
    judged = None
    if validation is not None:
        judged = Arrays(validation, min(CHUNK, len(validation)), "order")
    key = jax.random.key(recipe.seed) if draws(training.state.network) else None
    ridge = jnp.asarray(recipe.ridge)
    training = _resumed(training, recipe)
    steps.expect(recipe.epochs - len(training.history))
    for epoch in range(len(training.history), recipe.epochs):
        if _stale(training, recipe):
            break
        start = time.perf_counter()
        state, row = _epoch(training, recipe, source, epoch, ridge, key, steps)
        if judged is not None:
            row["val_loss"], value = score(state.network, judged, recipe.loss, recipe.metric)
            if recipe.metric is not None:
                row[f"val_{recipe.metric}"] = value
        row["seconds"] = time.perf_counter() - start
        if not np.isfinite([row["loss"], row.get("val_loss", 0.0)]).all():
            training.diverged = True
            break
        training.state = state
        training.history.append(row)
        _after(training, recipe)
        _store(training, recipe)
        steps.advance()
    if recipe.checkpoint is not None:
        Path(recipe.checkpoint).unlink(missing_ok=True)
    return training


def _epoch(training: Training, recipe: Recipe, source: Source, epoch: int, ridge, key, steps):
    state, n, rate = training.state, 0.0, 0.0
    parts: list[Sums] = []
    for batches in source.epoch(epoch):
        state, sums = train(
            state, batches, recipe.optimizer, recipe.loss, training.penalty, ridge, key,
            recipe.metric,
        )  # fmt: skip
        parts.append(sums)
        n += float(batches.sizes.sum())
        rate = float(batches.rates[batches.n_steps - 1])
        if steps.shown:
            done = float(sums.loss) / float(batches.sizes.sum())
            steps.say(f"epoch {epoch + 1}/{recipe.epochs}, loss {done:.4g}")
    if not parts:
        raise ValueError(
            f"There were no batches in epoch {epoch + 1}. An iterator is used up after one pass: "
            "pass a function that returns a new one, or set epochs=1."
        )
    row = {
        "epoch": epoch + 1,
        "loss": sum(float(p.loss) for p in parts) / n if parts[-1].finite else np.nan,
    }
    if recipe.metric is not None:
        row[recipe.metric] = sum(float(p.metric) for p in parts) / n
    row["learning_rate"] = rate
    if training.state.step == 0:
        row["first_loss"] = float(parts[0].first)
    return state, row


def score(network: Any, judged: Source, loss: AnyLoss, metric: str | None) -> tuple[float, float]:
    """Mean loss and metric of the network, as in prediction, over the epoch that `judged` gives."""
    network = eqx.nn.inference_mode(network)
    totals, weight = np.zeros(2), 0.0
    for batches in judged.epoch(0):
        totals += [float(total) for total in evaluate(network, batches, loss, metric)]
        weight += float(batches.weights.sum())
    return float(totals[0] / weight), float(totals[1] / weight)


def _judged(training: Training, recipe: Recipe) -> list[float]:
    """Validation losses of the epochs that may be best: after the inputs to leave have left."""
    first = 0 if recipe.most is None else leaving(recipe.epochs)
    return [row["val_loss"] for row in training.history[first:]]


def _stale(training: Training, recipe: Recipe) -> bool:
    """Whether the validation loss has not fallen for long enough to stop."""
    if recipe.patience is None:
        return False
    losses = _judged(training, recipe)
    return bool(losses) and len(losses) - 1 - int(np.argmin(losses)) >= recipe.patience


def _after(training: Training, recipe: Recipe) -> None:
    """What follows from a whole epoch: the best network so far, a narrower penalty."""
    done, network = len(training.history), training.state.network
    if recipe.patience is not None:
        losses = _judged(training, recipe)
        if losses and int(np.argmin(losses)) == len(losses) - 1:
            training.best = network
    if recipe.most is not None and training.penalty is not None:
        training.penalty = narrowed(
            training.penalty, network, done, recipe.epochs, recipe.most, recipe.lam
        )


def _tree(training: Training):
    """The arrays of a checkpoint; a first best network is the current one."""
    best = training.state.network if training.best is None else training.best
    weights = None if training.penalty is None else training.penalty.weights
    networks = eqx.filter((training.state.network, best), eqx.is_array)
    return (*networks, training.state.optimizer, training.state.step, weights)


def _store(training: Training, recipe: Recipe) -> None:
    if recipe.checkpoint is not None:
        notes = {"history": training.history, "best": training.best is not None}
        checkpoint.store(recipe.checkpoint, _tree(training), notes, recipe.fingerprint)


def _resumed(training: Training, recipe: Recipe) -> Training:
    if recipe.checkpoint is None:
        return training
    found = checkpoint.restore(recipe.checkpoint, _tree(training), recipe.fingerprint)
    if found is None:
        return training
    (network, best, optimizer, step, weights), notes = found
    static = eqx.filter(training.state.network, eqx.is_array, inverse=True)
    state = State(eqx.combine(network, static), optimizer, step)
    penalty = training.penalty
    if penalty is not None and weights is not None:
        penalty = penalty.with_groups(penalty.groups, weights)
    best = eqx.combine(best, static) if notes["best"] else None
    return Training(state, penalty, best, notes["history"])

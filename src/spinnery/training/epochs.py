"""Epoch after epoch: history, validation, early stopping, narrowing, checkpoints."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax

from ..losses import Loss
from ..penalties import Penalty
from ..progress import Steps
from ..solvers.stochastic import Batches, State, draws, evaluate, train
from . import checkpoint
from .batches import Samples, pieces
from .selection import narrowed

CHUNK = 1024  # samples evaluated together


class Source(Protocol):
    """Where an epoch's batches come from."""

    def epoch(self, epoch: int) -> Iterator[Batches]: ...


@dataclass(frozen=True)
class Recipe:
    """How to train."""

    loss: Loss
    metric: str
    optimizer: optax.GradientTransformation
    ridge: float
    epochs: int
    most: int | None  # largest number of inputs (groups of them) in the end
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
    interrupted: bool = False

    @property
    def network(self) -> Any:
        """The trained network."""
        return self.best if self.best is not None else self.state.network


def train_epochs(
    training: Training, recipe: Recipe, source: Source, validation: Samples | None, steps: Steps
) -> Training:
    """Go on training until `recipe.epochs` epochs are in the history, or a reason to stop.

    If the loss is not finite any more, or on an interrupt, the network is that of the last whole
    epoch.
    """
    key = jax.random.key(recipe.seed) if draws(training.state.network) else None
    ridge = jnp.asarray(recipe.ridge)
    training = _resumed(training, recipe)
    steps.expect(recipe.epochs - len(training.history))
    try:
        for epoch in range(len(training.history), recipe.epochs):
            start = time.perf_counter()
            state, row = _epoch(training, recipe, source, epoch, ridge, key, steps)
            if not np.isfinite(row["loss"]):
                training.diverged = True
                break
            training.state = state
            if validation is not None:
                row["val_loss"], row[f"val_{recipe.metric}"] = score(
                    state.network, validation, recipe.loss, recipe.metric
                )
            row["seconds"] = time.perf_counter() - start
            training.history.append(row)
            if recipe.most is not None and training.penalty is not None:
                done = epoch + 1
                training.penalty = narrowed(
                    training.penalty, state.network, done, recipe.epochs, recipe.most
                )
            stop = recipe.patience is not None and _stops(training, recipe.patience)
            _store(training, recipe)
            steps.advance()
            if stop:
                break
    except KeyboardInterrupt:
        if not training.history:
            raise
        training.interrupted = True
    if recipe.checkpoint is not None and not training.interrupted:
        with_checkpoint = os.fspath(recipe.checkpoint)
        if os.path.exists(with_checkpoint):
            os.unlink(with_checkpoint)
    return training


def _epoch(training: Training, recipe: Recipe, source: Source, epoch: int, ridge, key, steps):
    state, parts, n, rate = training.state, [], 0.0, 0.0
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
        "loss": sum(float(p.loss) for p in parts) / n,
        recipe.metric: sum(float(p.metric) for p in parts) / n,
        "learning_rate": rate,
    }
    if epoch == 0:
        row["first_loss"] = float(parts[0].first)
    return state, row


def score(network: Any, samples: Samples, loss: Loss, metric: str) -> tuple[float, float]:
    """Mean loss and metric of the network, as in prediction."""
    network = eqx.nn.inference_mode(network)
    rows, totals = np.arange(len(samples)), np.zeros(2)
    for batches in pieces(samples, rows, min(CHUNK, len(rows)), lambda first, n: np.zeros(n)):
        totals += [float(total) for total in evaluate(network, batches, loss, metric)]
    totals /= samples.total_weight()
    return float(totals[0]), float(totals[1])


def _stops(training: Training, patience: int) -> bool:
    losses = [row["val_loss"] for row in training.history]
    best = int(np.argmin(losses))
    if best == len(losses) - 1:
        training.best = training.state.network
    return len(losses) - 1 - best >= patience


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

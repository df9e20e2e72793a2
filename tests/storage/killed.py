"""Fits that die in the middle, shared by the tests of checkpoints."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from sklearn.base import clone

from spinnery import NetworkRegressor, SparseAutoencoder
from spinnery.training import epochs

EPOCHS = 8


def data(n=64, p=6):
    X = np.random.default_rng(0).normal(size=(n, p))
    return X, np.sin(X[:, 0]) + X[:, 1] ** 2


def dropout():
    keys = jax.random.split(jax.random.key(0))
    return eqx.nn.Sequential(
        [
            eqx.nn.Linear(6, 4, key=keys[0]), eqx.nn.Dropout(0.3), eqx.nn.Lambda(jnp.tanh),
            eqx.nn.Linear(4, 1, key=keys[1]),
        ]
    )  # fmt: skip


ESTIMATORS = {
    "adam": NetworkRegressor((4,), schedule="cosine"),
    "early stopping": NetworkRegressor(
        (4,), early_stopping=True, patience=2, learning_rate=0.3, optimizer="momentum"
    ),
    "max_features": NetworkRegressor((4,), max_features=2, learning_rate=0.02),
    "random layer": NetworkRegressor(network=dropout(), optimizer="rmsprop"),
    "double": NetworkRegressor((4,), dtype="float64", sampling="replacement"),
    "autoencoder": SparseAutoencoder((3,), max_features=3, learning_rate=0.1),
}


def estimator(name, file=None):
    return clone(ESTIMATORS[name]).set_params(
        epochs=EPOCHS, batch_size=16, random_state=0, checkpoint=file
    )


def state_of(model):
    """Everything a fit leaves, as bytes, but for the seconds."""
    arrays = [np.asarray(a) for a in jax.tree.leaves(eqx.filter(model.network_, eqx.is_array))]
    _, step, memory = model._memory
    table = model.history_.drop(columns="seconds").to_numpy()
    return [a.tobytes() for a in (*arrays, step, *memory, table, model.coef_norm_)]


class Killed(BaseException):
    """Nothing catches it, like a signal."""


def killed_after(n, monkeypatch):
    """Let `n` epochs be trained, and the process die in the next."""
    trained = epochs._epoch

    def dying(training, recipe, source, epoch, *rest):
        if epoch == n:
            raise Killed
        return trained(training, recipe, source, epoch, *rest)

    monkeypatch.setattr(epochs, "_epoch", dying)

"""The gradient check: silent on right gradients, loud on wrong ones."""

from __future__ import annotations

import re
from itertools import pairwise

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

import references as ref
from spinnery import NetworkClassifier, NetworkRegressor, SparseAutoencoder, SPINNRegressor
from spinnery.inspection import closed_form, gradient_check
from spinnery.losses import BY_NAME, Loss
from spinnery.nn import ACTIVATIONS, MLP, Dense, Upper

N, P, T, K = 20, 6, 4, 3
COLUMNS = [
    "array", "shape", "norm", "automatic - closed form", "automatic - finite differences",
]  # fmt: skip


def data(seed=0):
    X = np.random.default_rng(seed).normal(size=(N, P))
    return X, X[:, 0] - X[:, 1] ** 2


@pytest.mark.parametrize(
    "depth, loss",
    [*((depth, "softmax") for depth in range(1, 6)), (2, "squared"), (2, "huber"), (2, "logistic")],
)
def test_the_closed_form_is_the_references(depth, loss):
    rng = np.random.default_rng(depth)
    sizes = [P] + [T] * (depth - 1) + [K]
    (W, bias), *layers = [(rng.normal(size=(a, b)), rng.normal(size=b)) for a, b in pairwise(sizes)]
    X, targets = rng.normal(size=(N, P)), np.eye(K)[rng.integers(K, size=N)]
    net = MLP(W, Upper(bias, tuple(Dense(*layer) for layer in layers), "tanh"))
    with jax.enable_x64(True):
        found = closed_form(net, BY_NAME[loss](), X, targets)
    gW, gb, gl = ref.smooth_gradient(
        loss, ACTIVATIONS["tanh"], W, bias, layers, X, targets, np.full(N, 1 / N), 0.0
    )
    expected = [gW, gb, *(g for layer in gl for g in layer)]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("kind", ["classes", "two classes", "values", "outputs", "codes", "tied"])
def test_right_gradients(kind):
    X, f = data()
    quick = {"epochs": 2, "batch_size": 10, "random_state": 0}
    hidden = {"hidden": (T,), "activation": "tanh", **quick}
    model, y = {
        "classes": (NetworkClassifier(**hidden), np.digitize(f, [-1, 0])),
        "two classes": (NetworkClassifier(**hidden), f > 0),
        "values": (NetworkRegressor(loss="huber", standardize=True, **hidden), f),
        "outputs": (NetworkRegressor(**hidden), np.stack([f, X[:, 2]], axis=1)),
        "codes": (SparseAutoencoder((T,), **quick), None),
        "tied": (SparseAutoencoder((T, 2), tied=True, **quick), None),
    }[kind]
    table = gradient_check(model.fit(X, y), X, y)
    assert table.columns.tolist() == COLUMNS
    assert (table["norm"] > 0).all()
    assert table["automatic - finite differences"].max() < 1e-6
    if kind == "tied":
        assert table["automatic - closed form"].isna().all()
    else:
        assert table["automatic - closed form"].max() < 1e-12
    assert not jax.config.jax_enable_x64


@jax.custom_jvp
def _wrong(g):
    return jnp.log1p(g**2)


@_wrong.defjvp
def _wrong_slope(primals, tangents):
    (g,), (t,) = primals, tangents
    return _wrong(g), 1.1 * 2 * g / (1 + g**2) * t  # a factor too large


class Cauchy(Loss):
    """A loss whose hand-written derivative is wrong by a tenth."""

    def value(self, outputs, targets):
        return jnp.sum(_wrong(outputs - targets), axis=-1)

    def link_inverse(self, outputs):
        return outputs


class Crooked(eqx.Module):
    """A network whose activation's derivative is wrong; its last layer lies above it."""

    first: eqx.nn.Linear
    last: eqx.nn.Linear

    def __call__(self, x):
        return self.last(_wrong(self.first(x)))


def test_a_wrong_gradient_of_the_loss_is_seen():
    X, f = data()
    model = NetworkRegressor((T,), activation="tanh", loss=Cauchy(), epochs=1, random_state=0)
    table = gradient_check(model.set_params(batch_size=10).fit(X, f), X, f, n_entries=100)
    assert table["automatic - finite differences"].max() > 0.05
    # the recursion begins with the same wrong derivative: only differences can tell
    assert table["automatic - closed form"].max() < 1e-12


def test_a_wrong_gradient_of_a_layer_is_seen_below_it():
    X, f = data()
    keys = jax.random.split(jax.random.key(0))
    net = Crooked(eqx.nn.Linear(P, T, key=keys[0]), eqx.nn.Linear(T, 1, key=keys[1]))
    model = NetworkRegressor(network=net, epochs=1, batch_size=10, random_state=0).fit(X, f)
    table = gradient_check(model, X, f, n_entries=100).set_index("array")
    off = table["automatic - finite differences"]
    assert off["first.weight"] > 0.02 and off["last.weight"] < 1e-6 and off["last.bias"] < 1e-6


def test_a_wrong_recursion_is_seen(monkeypatch):
    X, f = data()
    model = NetworkRegressor((T,), activation="tanh", epochs=1, batch_size=10, random_state=0)
    model.fit(X, f)
    right = closed_form
    monkeypatch.setattr(
        "spinnery.inspection.closed_form", lambda *args: [1.01 * g for g in right(*args)]
    )
    table = gradient_check(model, X, f)
    assert table["automatic - closed form"].max() > 5e-3
    assert table["automatic - finite differences"].max() < 1e-6


def test_random_layers_are_off_while_checking():
    X, f = data()
    keys = jax.random.split(jax.random.key(0))
    net = eqx.nn.Sequential(
        [
            eqx.nn.Linear(P, T, key=keys[0]), eqx.nn.Dropout(0.5), eqx.nn.Lambda(jnp.tanh),
            eqx.nn.Linear(T, 1, key=keys[1]),
        ]
    )  # fmt: skip
    model = NetworkRegressor(network=net, epochs=1, batch_size=10, random_state=0).fit(X, f)
    assert gradient_check(model, X, f)["automatic - finite differences"].max() < 1e-6


def test_entries_are_drawn_from_the_seed():
    X, f = data()
    model = NetworkRegressor((T,), epochs=1, batch_size=10, random_state=0, loss=Cauchy()).fit(X, f)
    a, b, c = (gradient_check(model, X, f, 2, seed) for seed in (0, 0, 1))
    assert a.equals(b) and not a.equals(c)


def test_other_models():
    X, f = data()
    with pytest.raises(NotFittedError):
        gradient_check(NetworkRegressor(), X, f)
    model = SPINNRegressor(hidden=(), lam=0.1, n_restarts=1, random_state=0).fit(X, f)
    message = (
        "gradient_check needs a fitted NetworkClassifier, NetworkRegressor or SparseAutoencoder; "
        "got SPINNRegressor. Those of sparse-input networks are certified by stationarity_."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        gradient_check(model, X, f)

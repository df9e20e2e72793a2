"""The dense start: what it learns, where it cannot go, and how cohorts begin."""

from __future__ import annotations

import itertools
from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

import references as ref
from spinnery.engine import start as start_module
from spinnery.engine.refit import Data
from spinnery.engine.start import _rotation, dense_start
from spinnery.losses import resolve
from spinnery.nn import ACTIVATIONS, Sharing
from spinnery.nn.activations import init_variance

pytestmark = pytest.mark.usefixtures("x64")

n, B, T = 20, 3, 4
BOUNDS = (0, 8, n)
M = 2
SEEDS = [1, 2, 1]
every_width = pytest.mark.parametrize("columns", [20, 60], ids=["as it is", "rotated"])


def make(columns, bounds=(0, n), seed=0):
    """The last three features matter most."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, columns))
    targets = X[:, -3:] @ rng.normal(size=(3, 1)) + 0.2 * rng.normal(size=(n, 1)) + 1.0
    weights = rng.random((n, B))
    weights /= weights.sum(axis=0)
    arrays = [jnp.asarray(a) for a in (X, targets, weights, np.full(B, 0.01))]
    return Data(*arrays, resolve("squared"), bounds, arrays[2].max(axis=1))


def in_row_space(X, W):
    """`W = X' c` for some `c`."""
    coefficients = np.linalg.lstsq(X.T, W, rcond=None)[0]
    np.testing.assert_allclose(X.T @ coefficients, W, atol=1e-8)


def test_rotation_reproduces_the_data():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(10, 50))
    US, (V,) = _rotation(jnp.asarray(X), (0, 10), 10)
    assert US.shape == (10, 10) and V.shape == (50, 10)
    np.testing.assert_allclose(US @ V.T, X, atol=1e-10)
    np.testing.assert_allclose(V.T @ V, np.eye(10), atol=1e-10)
    centred = X - X.mean(axis=0)  # one direction has nothing in it, as in any centred table
    US, (V,) = _rotation(jnp.asarray(centred), (0, 10), 10)
    np.testing.assert_allclose(US @ V.T, centred, atol=1e-6)
    assert np.isfinite(np.asarray(V)).all()


def test_each_cohort_is_rotated_by_itself():
    """A basis per cohort, the narrower ones padded with empty directions."""
    X = np.random.default_rng(5).normal(size=(n, 50))
    US, bases = _rotation(jnp.asarray(X), BOUNDS, 12)
    assert US.shape == (n, 12) and [V.shape for V in bases] == [(50, 12)] * M
    for V, (a, b) in zip(bases, itertools.pairwise(BOUNDS), strict=True):
        np.testing.assert_allclose(US[a:b] @ V.T, X[a:b], atol=1e-10)
        np.testing.assert_allclose(V.T @ V, np.diag(np.arange(12) < b - a), atol=1e-10)
        assert not np.any(US[a:b, b - a :])


@every_width
def test_dense_start_learns_from_all_features(columns):
    data = make(columns)
    params = dense_start(data, SEEDS, (T,), 1, "tanh")
    assert params.W.shape == (columns, B, T)
    assert np.all(np.any(np.asarray(params.W) != 0, axis=(1, 2)))
    for b in range(B):
        W, bias, layers = ref.lane(params, b)
        arguments = (np.asarray(data.X), np.asarray(data.targets), np.asarray(data.weights[:, b]))
        fitted = ref.smooth("squared", ACTIVATIONS["tanh"], W, bias, layers, *arguments, 0.0)
        mean = np.average(arguments[1], axis=0, weights=arguments[2])
        constant = arguments[2] @ ref.loss_value("squared", np.tile(mean, (n, 1)), arguments[1])
        assert fitted < 0.2 * constant
        if columns > 2 * n:  # ridge training never leaves the row space of X
            in_row_space(arguments[0], W)
    # lanes differ by their seeds and weights alone
    assert not np.allclose(params.W[:, 0], params.W[:, 1])


@every_width
@pytest.mark.parametrize("share", ["none", "upper"])
def test_cohorts_learn_without_what_they_lack(columns, share):
    """Blocks of absent features stay exactly zero; the others fit their own cohort."""
    data = make(columns, BOUNDS)
    X = np.array(data.X)
    absent = np.zeros((M, columns), bool)
    absent[0, :3] = absent[1, 2:7] = True
    for m, (a, b) in enumerate(itertools.pairwise(BOUNDS)):
        X[a:b, absent[m]] = 0
    targets = np.array(data.targets)
    targets[BOUNDS[1] :] *= -1  # another sign in the second cohort
    data = replace(data, X=jnp.asarray(X), targets=jnp.asarray(targets))
    params = dense_start(data, SEEDS, (T,), 1, "tanh", Sharing(share))
    assert params.W.shape == (columns, B, M * T)
    assert params.upper.upper.layers[0].weight.shape == (B, M if share == "none" else 1, T, 1)
    for m, (a, b) in enumerate(itertools.pairwise(BOUNDS)):
        block = np.asarray(params.W[..., m * T : (m + 1) * T])
        assert not block[absent[m]].any()
        assert np.any(block[~absent[m]] != 0, axis=(1, 2)).all()
        if columns > 2 * (BOUNDS[2] - BOUNDS[1]):
            in_row_space(X[a:b], block.reshape(columns, -1))
    problem = data.over(data.X)
    outputs = problem.outputs(params.upper, problem.design.matmul(params.W))
    losses = problem.loss.value(outputs, problem.lane_targets)
    for lane in range(B):
        w, t = np.asarray(data.weights[:, lane]), targets[:, 0]
        constant = 0.5 * w @ (t - w @ t) ** 2
        assert w @ np.asarray(losses[:, lane]) < 0.2 * constant


@every_width
def test_cohorts_begin_with_the_same_weights_at_the_scale_of_all_features(monkeypatch, columns):
    begun = []

    def untrained(problem, params):
        begun.append(params)
        return params

    monkeypatch.setattr(start_module, "train_dense", untrained)
    dense_start(make(columns, BOUNDS), SEEDS, (T,), 1, "tanh")
    ((W, upper),) = begun
    np.testing.assert_array_equal(W[..., :T], W[..., T:])
    np.testing.assert_array_equal(W[:, 0], W[:, 2])  # the same seed
    assert W.shape == (20 if columns == 20 else 12, B, M * T)
    assert float(W.var()) == pytest.approx(init_variance("tanh", columns, T), rel=0.2)
    assert upper.upper.bias.shape == (B, M, T)

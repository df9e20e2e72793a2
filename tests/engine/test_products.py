"""Screening of squares and products: planted ones are found, gains are what the formula says."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import references as ref
from spinnery.engine.design import dense_design
from spinnery.engine.problem import Params, Problem
from spinnery.engine.products import best_products
from spinnery.losses import resolve
from spinnery.nn import Sharing, Upper, init_lanes

pytestmark = pytest.mark.usefixtures("x64")

n, p = 240, 30


def gaussian(seed=0):
    X = np.random.default_rng(seed).normal(size=(n, p))
    return (X - X.mean(axis=0)) / X.std(axis=0)


def products_of(X, y, bounds=(0, n)):
    """Gains and partners for one target around its mean."""
    M = len(bounds) - 1
    problem = Problem(
        dense_design(jnp.asarray(X), bounds), jnp.asarray(y)[:, None], jnp.full((n, 1), 1 / n),
        jnp.zeros(1), resolve("squared"),
    )  # fmt: skip
    upper = Sharing().spread(Upper(np.full((1, 1), y.mean()), (), "tanh"), M)
    params = Params(jnp.zeros((p, 1, M)), jax.tree.map(jnp.asarray, upper))
    found = best_products(problem, params, jnp.asarray(X), np.ones(X.shape[1]))
    return np.asarray(found.gain[:, 0]), np.asarray(found.partner[:, 0])


@pytest.mark.parametrize("seed", range(3))
def test_a_product_and_a_square_are_found(seed):
    """Neither has a first-order effect under Gaussian features."""
    X = gaussian(seed)
    noise = np.random.default_rng(seed + 10).normal(size=n)
    gain, partner = products_of(X, X[:, 3] * X[:, 4] + noise)
    assert set(np.argsort(gain)[-2:]) == {3, 4}
    assert (partner[3], partner[4]) == (4, 3)
    gain, partner = products_of(X, X[:, 2] ** 2 + noise)
    assert np.argmax(gain) == 2 and partner[2] == 2


def test_gain_is_the_best_fall_of_a_squared_loss():
    """Least squares on each product in turn; the mean being out already, nothing else moves."""
    X = gaussian()
    y = X[:, 3] * X[:, 4] + np.random.default_rng(1).normal(size=n)
    gain, partner = products_of(X, y)
    residual = y - y.mean()
    for j in range(p):
        falls = []
        for k in range(p):
            q = X[:, j] * X[:, k]
            c = np.linalg.lstsq(q[:, None], residual, rcond=None)[0][0]
            falls.append(0.5 * np.mean(residual**2) - 0.5 * np.mean((residual - c * q) ** 2))
        assert partner[j] == np.argmax(falls)
        assert gain[j] == pytest.approx(max(falls), rel=1e-9)


def test_cohorts_may_have_effects_of_opposite_signs():
    X = gaussian()
    sign = np.where(np.arange(n) < 100, 1.2, -1.0)
    y = sign * X[:, 5] * X[:, 6] + np.random.default_rng(2).normal(size=n)
    pooled, _ = products_of(X, y)
    assert not {5, 6} <= set(np.argsort(pooled)[-4:].tolist())
    gain, partner = products_of(X, y, (0, 100, n))
    assert set(np.argsort(gain)[-2:]) == {5, 6}
    assert (partner[5], partner[6]) == (6, 5)


@pytest.mark.parametrize("bounds", [(0, 40), (0, 15, 40)], ids=["one", "two"])
def test_gain_by_loops(bounds):
    """Softmax networks, held-out samples, several lanes; a column and a lane's cohort are empty."""
    rng = np.random.default_rng(3)
    m, q, B, T, M = 40, 6, 2, 3, len(bounds) - 1
    X = rng.normal(size=(m, q))
    X[:, 4] = 0
    targets = np.eye(3)[rng.integers(0, 3, m)]
    weights = rng.random((m, B)) * (rng.random((m, B)) < 0.8)
    weights[bounds[-2] :, 1] *= M == 1
    weights /= weights.sum(axis=0)
    _, upper = init_lanes([1, 2], q, (T,), 3, "tanh", np.float64)
    upper = jax.tree.map(jnp.asarray, Sharing("none").spread(upper, M))
    params = Params(jnp.asarray(rng.normal(size=(q, B, M * T))), upper)
    design = dense_design(jnp.asarray(X), bounds)
    problem = Problem(
        design, jnp.asarray(targets), jnp.asarray(weights), jnp.zeros(B), resolve("softmax")
    )
    found = best_products(problem, params, jnp.asarray(X), np.ones(X.shape[1]))
    outputs = np.asarray(problem.outputs(params.upper, design.matmul(params.W)))
    for b in range(B):
        P = ref.softmax(outputs[:, b])
        gain = np.zeros((q, q))
        for j, k, c, o in np.ndindex(q, q, M, 3):
            rows = range(bounds[c], bounds[c + 1])
            w = {i: weights[i, b] for i in rows}
            total = sum(w.values())
            if total == 0:
                continue
            r = {i: w[i] * (P[i, o] - targets[i, o]) for i in rows}
            centre = sum(r.values()) / total
            h = sum(w[i] * P[i, o] * (1 - P[i, o]) for i in rows) / total
            s = sum((r[i] - w[i] * centre) * X[i, j] * X[i, k] for i in rows)
            d = sum(w[i] * (X[i, j] * X[i, k]) ** 2 for i in rows)
            if d > 0:
                gain[j, k] += s**2 / (2 * h * d)
        np.testing.assert_allclose(found.gain[:, b], gain.max(axis=1), rtol=1e-9, atol=1e-12)
        real = [j for j in range(q) if j != 4]
        np.testing.assert_array_equal(np.asarray(found.partner)[real, b], gain.argmax(axis=1)[real])
        assert found.gain[4, b] == 0

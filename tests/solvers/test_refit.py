"""Relaxed refits and first-order scores."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import references as ref
from spinnery.losses import resolve
from spinnery.nn import ACTIVATIONS, Upper, init_lanes
from spinnery.penalties import CompositeMCP, FeatureGroups, GroupMCP, Penalty, SparseGroupLasso
from spinnery.problem import Params
from spinnery.solvers.refit import Data, entry_lambda, refit, score_features

pytestmark = pytest.mark.usefixtures("x64")

n, p, B, k, T = 36, 9, 3, 4, 3
INDEX = np.array([[0, 3, 5, 7], [1, 2, p, p], [8, p, 0, p]])  # p marks an empty slot
RIDGE = np.array([0.05, 0.1, 0.2])


def make(loss="softmax", hidden=(T,), seed=0):
    """Shared data with a few held-out samples per lane, and a random start without empty rows."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    K = 3 if loss == "softmax" else 1
    signal = np.tanh(X[:, :3]) @ rng.normal(size=(3, K)) + 0.3 * rng.normal(size=(n, K))
    targets = np.eye(K)[signal.argmax(axis=1)] if loss == "softmax" else signal
    weights = rng.random((n, B)) * (np.arange(n)[:, None] % 6 != np.arange(B))
    weights /= weights.sum(axis=0)
    arrays = [jnp.asarray(a) for a in (X, targets, weights, RIDGE)]
    data = Data(*arrays, resolve(loss))
    W, upper = init_lanes([1, 2, 3], k, hidden, K, "tanh", np.float64)
    W = W * (p > INDEX).T[:, :, None]
    return data, Params(jnp.asarray(W), jax.tree.map(jnp.asarray, upper))


def columns(data, index):
    """`(n, k)` with zeros where a slot is empty."""
    return np.hstack([np.asarray(data.X), np.zeros((n, 1))])[:, np.minimum(index, p)]


def arguments(data, params, b, index, loss="softmax"):
    return (
        loss, ACTIVATIONS["tanh"], *ref.lane(params, b), columns(data, index),
        np.asarray(data.targets), np.asarray(data.weights[:, b]), RIDGE[b],
    )  # fmt: skip


@pytest.fixture(scope="module")
def fitted(x64):
    data, start = make()
    return data, start, refit(data, jnp.asarray(INDEX), start, 1e-8, 5000)


def test_gradient_vanishes_at_the_refit(fitted):
    data, _, fit = fitted
    for b in range(B):
        args = arguments(data, fit.params, b, INDEX[b])
        gW, gb, gl = ref.smooth_gradient(*args)
        norm = np.sqrt(sum((a**2).sum() for a in (gW, gb, *(g for pair in gl for g in pair))))
        value = ref.smooth(*args)
        assert norm < 1e-7
        assert float(fit.objective[b]) == pytest.approx(value, abs=1e-12)
        assert float(fit.stationarity[b]) <= 1e-8


def test_sample_losses_include_those_held_out(fitted):
    data, _, fit = fitted
    for b in range(B):
        outputs = ref.forward(
            ACTIVATIONS["tanh"], *ref.lane(fit.params, b), columns(data, INDEX[b])
        )[-1]
        expected = ref.loss_value("softmax", outputs, np.asarray(data.targets))
        np.testing.assert_allclose(fit.sample_losses[:, b], expected, atol=1e-10)


def test_stationarity_is_relative_to_the_root_of_twice_the_value():
    data, start = make()
    stopped = refit(data, jnp.asarray(INDEX), start, 1e-8, 3)
    for b in range(B):
        args = arguments(data, stopped.params, b, INDEX[b])
        gW, gb, gl = ref.smooth_gradient(*args)
        norm = np.sqrt(sum((a**2).sum() for a in (gW, gb, *(g for pair in gl for g in pair))))
        relative = norm / np.sqrt(2 * ref.smooth(*args))
        assert float(stopped.stationarity[b]) == pytest.approx(relative, rel=1e-5)


def test_empty_slots_change_nothing(fitted):
    """Rows of empty slots stay zero, and slots in another order give the same models."""
    data, start, fit = fitted
    W = np.asarray(fit.params.W)
    assert not W[2:, 1].any() and not W[[1, 3], 2].any()
    assert W[:2, 1].all() and W[[0, 2], 2].all()

    order = np.array([2, 0, 3, 1])
    moved = refit(data, jnp.asarray(INDEX[:, order]), start._replace(W=start.W[order]), 1e-8, 5000)
    np.testing.assert_allclose(moved.objective, fit.objective, atol=1e-12)
    np.testing.assert_allclose(moved.params.W, W[order], atol=1e-5)

    # the same without the empty slots at all: two lanes that use two features each
    pair = Data(data.X, data.targets, data.weights[:, 1:], data.ridge[1:], data.loss)
    slots = np.array([[0, 1], [0, 2]])
    rows = np.stack([np.asarray(start.W)[slots[b], b + 1] for b in range(2)], axis=1)
    upper = jax.tree.map(lambda a: a[1:], start.upper)
    index = np.stack([INDEX[b + 1, slots[b]] for b in range(2)])
    small = refit(pair, jnp.asarray(index), Params(jnp.asarray(rows), upper), 1e-8, 5000)
    np.testing.assert_allclose(small.objective, fit.objective[1:], atol=1e-12)
    np.testing.assert_allclose(small.sample_losses, fit.sample_losses[:, 1:], atol=1e-5)


def test_linear_refit_is_ridge_regression():
    """Normal equations with an unpenalised intercept, lane by lane."""
    data, start = make("squared", ())
    fit = refit(data, jnp.asarray(INDEX), start, 1e-10, 5000)
    for b in range(B):
        full = INDEX[b] < p
        A = np.hstack([columns(data, INDEX[b])[:, full], np.ones((n, 1))])
        w = np.asarray(data.weights[:, b])[:, None]
        penalty = np.diag([*np.full(full.sum(), RIDGE[b]), 0])
        solution = np.linalg.solve(A.T @ (w * A) + penalty, A.T @ (w * np.asarray(data.targets)))
        np.testing.assert_allclose(fit.params.W[full, b], solution[:-1], atol=1e-7)
        np.testing.assert_allclose(fit.params.upper.bias[b], solution[-1], atol=1e-7)


def test_gain_is_the_exact_fall_for_orthonormal_features_of_a_linear_model():
    """Standardised columns orthogonal to each other: nothing else moves when one enters."""
    rng = np.random.default_rng(3)
    raw = rng.normal(size=(n, p))
    Q = np.linalg.qr(np.hstack([np.ones((n, 1)), raw]))[0][:, 1:] * np.sqrt(n)
    y = Q[:, :4] @ np.array([[1.0], [0.5], [-0.3], [0.1]]) + 0.4 * rng.normal(size=(n, 1)) + 2.0
    ridge = 0.15
    data = Data(*(jnp.asarray(a) for a in (Q, y, np.full((n, p), 1 / n), np.full(p, ridge))),
                resolve("squared"))  # fmt: skip
    start = Params(jnp.zeros((3, p, 1)), Upper(jnp.zeros((p, 1)), (), "tanh"))
    kept = np.tile([0, p, p], (p, 1))  # feature 0 is in, two slots are free
    before = refit(data, jnp.asarray(kept), start, 1e-10, 500)
    slots = np.where(kept < p, np.arange(3), -1)
    scores = score_features(data, jnp.asarray(kept), jnp.asarray(slots), before.params)

    entered = kept.copy()
    entered[:, 1] = np.arange(p)  # lane j lets feature j in
    after = refit(data, jnp.asarray(entered), before.params, 1e-10, 500)
    fall = np.asarray(before.objective - after.objective)
    np.testing.assert_allclose(scores.gain[1:, 0], fall[1:], atol=1e-10)
    correlation = (Q.T @ (y - y.mean()))[:, 0] / n
    np.testing.assert_allclose(fall[1:], 0.5 * correlation[1:] ** 2 / (1 + ridge), atol=1e-10)
    # lanes are alike, so are their scores
    np.testing.assert_allclose(scores.gain, np.tile(scores.gain[:, :1], (1, p)), atol=1e-12)


def new_row_gradients(args, data):
    """Gradient of one lane's objective in a row for every feature, at zero, `(p, T)`."""
    name, phi, W, bias, layers, X, targets, weights, _ = args
    outputs = ref.forward(phi, W, bias, layers, X)[-1]
    delta = weights[:, None] * ref.loss_gradient(name, outputs, targets)
    for (weight, _), z in zip(layers, [X @ W + bias], strict=True):
        delta = (delta @ weight.T) * ref.slope(phi, z)
    return np.asarray(data.X).T @ delta


def test_scores_of_a_network(fitted):
    """The gain's quadratic form and the exact cost of leaving, recomputed lane by lane."""
    data, _, fit = fitted
    # slots with the same number leave together
    slot_group = np.array([[0, 1, 1, 3], [0, 1, -1, -1], [0, -1, 0, -1]])
    scores = score_features(data, jnp.asarray(INDEX), jnp.asarray(slot_group), fit.params)
    problem = data.problem(jnp.asarray(INDEX))
    Z = problem.design.matmul(fit.params.W)
    metric = np.asarray(problem.output_metric(fit.params.upper, Z))
    for b in range(B):
        args = arguments(data, fit.params, b, INDEX[b])
        g = new_row_gradients(args, data)
        gain = 0.5 * np.einsum("pt,ts,ps->p", g, np.linalg.inv(metric[b]), g)
        np.testing.assert_allclose(scores.gain[:, b], gain, atol=1e-8)

        for q in range(k):
            cut = np.where((slot_group[b] == q)[:, None], 0, args[2])
            rise = ref.smooth(*args[:2], cut, *args[3:]) - ref.smooth(*args)
            assert float(scores.cost[q, b]) == pytest.approx(rise, abs=1e-10)


@pytest.mark.parametrize(
    ("penalty", "grouped"),
    [(GroupMCP(1.0), False), (GroupMCP(1.0), True), (SparseGroupLasso(1.0), False),
     (CompositeMCP(1.0), True)],
    ids=lambda v: type(v).__name__ if isinstance(v, Penalty) else str(v),
)  # fmt: skip
def test_entry_lambda_keeps_every_excluded_feature_out(fitted, penalty, grouped):
    """At it no excluded row can leave zero, just below one can; features inside do not count."""
    data, _, fit = fitted
    ids = np.array([0, 1, 1, 2, 3, 4, 5, 6, 7])  # features 1 and 2 are one group, inside lane 1
    weights = np.linspace(0.8, 1.6, 8)
    if grouped:
        penalty = penalty.with_groups(FeatureGroups(jnp.asarray(ids), 8), weights)
    found = entry_lambda(data, penalty, jnp.asarray(INDEX), fit.params)
    for b in range(B):
        g = new_row_gradients(arguments(data, fit.params, b, INDEX[b]), data)
        g[INDEX[b][INDEX[b] < p]] = 0
        zero, lam = np.zeros_like(g), float(found[b])
        assert np.max(penalty.with_lam(lam * (1 + 1e-6)).distance(zero, jnp.asarray(g))) < 1e-9
        assert np.max(penalty.with_lam(lam * (1 - 1e-3)).distance(zero, jnp.asarray(g))) > 0
        if not grouped and isinstance(penalty, GroupMCP):
            assert lam == pytest.approx(ref.l2(g).max(), rel=1e-6)

"""Relaxed refits and first-order scores, of one cohort and of several."""

from __future__ import annotations

import itertools
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import references as ref
from spinnery.engine.problem import Params
from spinnery.engine.refit import Data, entry_lambda, refit, score_features
from spinnery.losses import resolve
from spinnery.nn import ACTIVATIONS, Sharing, Upper, init_lanes
from spinnery.penalties import (
    CompositeMCP,
    FeatureGroups,
    GroupLasso,
    GroupMCP,
    Penalty,
    SparseGroupLasso,
)

pytestmark = pytest.mark.usefixtures("x64")

n, p, B, k, T = 36, 9, 3, 4, 3
INDEX = np.array([[0, 3, 5, 7], [1, 2, p, p], [8, p, 0, p]])  # p marks an empty slot
SLOTS = INDEX[:, None]  # of the only cohort
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
    data = Data(*arrays, resolve(loss), (0, n), arrays[2].max(axis=1))
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
    return data, start, refit(data, jnp.asarray(SLOTS), start, 1e-8, 5000)


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


def test_outputs_and_held_out_losses_are_of_samples_not_trained_on(fitted):
    data, _, fit = fitted
    for b in range(B):
        outputs = ref.forward(
            ACTIVATIONS["tanh"], *ref.lane(fit.params, b), columns(data, INDEX[b])
        )[-1]
        np.testing.assert_allclose(fit.outputs[:, b], outputs, atol=1e-10)
        losses = ref.loss_value("softmax", outputs, np.asarray(data.targets))
        left_out, weights = np.asarray(data.weights[:, b]) == 0, np.asarray(data.everyone)
        expected = weights[left_out] @ losses[left_out] / weights[left_out].sum()
        assert float(fit.held_out[b]) == pytest.approx(expected, abs=1e-10)


def test_stationarity_is_relative_to_the_root_of_twice_the_value():
    data, start = make()
    stopped = refit(data, jnp.asarray(SLOTS), start, 1e-8, 3)
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
    moved = refit(
        data, jnp.asarray(SLOTS[..., order]), start._replace(W=start.W[order]), 1e-8, 5000
    )
    np.testing.assert_allclose(moved.objective, fit.objective, atol=1e-12)
    np.testing.assert_allclose(moved.params.W, W[order], atol=1e-5)

    # the same without the empty slots at all: two lanes that use two features each
    pair = Data(
        data.X, data.targets, data.weights[:, 1:], data.ridge[1:], data.loss, (0, n), data.everyone
    )
    slots = np.array([[0, 1], [0, 2]])
    rows = np.stack([np.asarray(start.W)[slots[b], b + 1] for b in range(2)], axis=1)
    upper = jax.tree.map(lambda a: a[1:], start.upper)
    index = np.stack([SLOTS[b + 1][:, slots[b]] for b in range(2)])
    small = refit(pair, jnp.asarray(index), Params(jnp.asarray(rows), upper), 1e-8, 5000)
    np.testing.assert_allclose(small.objective, fit.objective[1:], atol=1e-12)
    np.testing.assert_allclose(small.outputs, fit.outputs[:, 1:], atol=1e-5)


def test_linear_refit_is_ridge_regression():
    """Normal equations with an unpenalised intercept, lane by lane."""
    data, start = make("squared", ())
    fit = refit(data, jnp.asarray(SLOTS), start, 1e-10, 5000)
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
                resolve("squared"), (0, n), jnp.full(n, 1 / n))  # fmt: skip
    start = Params(jnp.zeros((3, p, 1)), Upper(jnp.zeros((p, 1)), (), "tanh"))
    kept = np.tile([0, p, p], (p, 1, 1))  # feature 0 is in, two slots are free
    before = refit(data, jnp.asarray(kept), start, 1e-10, 500)
    slots = np.where(kept < p, np.arange(3), -1)
    scores = score_features(data, jnp.asarray(kept), slots, np.arange(3), before.params)

    entered = kept.copy()
    entered[:, 0, 1] = np.arange(p)  # lane j lets feature j in
    after = refit(data, jnp.asarray(entered), before.params, 1e-10, 500)
    fall = np.asarray(before.objective - after.objective)
    np.testing.assert_allclose(scores.gain[1:, 0, 0], fall[1:], atol=1e-10)
    correlation = (Q.T @ (y - y.mean()))[:, 0] / n
    np.testing.assert_allclose(fall[1:], 0.5 * correlation[1:] ** 2 / (1 + ridge), atol=1e-10)
    # lanes are alike, so are their scores
    np.testing.assert_allclose(scores.gain, np.tile(scores.gain[:, :1], (1, p, 1)), atol=1e-12)


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
    slot_label = np.array([[0, 1, 1, 3], [0, 1, -1, -1], [0, -1, 0, -1]])
    labels = np.array([3, 0, 1, 2])
    scores = score_features(data, SLOTS, slot_label[:, None], labels, fit.params)
    assert scores.gain.shape == (p, B, 1) and scores.cost.shape == (len(labels), B)
    problem = data.problem(jnp.asarray(SLOTS))
    Z = problem.design.matmul(fit.params.W)
    metric = np.asarray(problem.output_metric(fit.params.upper, Z))
    for b in range(B):
        args = arguments(data, fit.params, b, INDEX[b])
        g = new_row_gradients(args, data)
        gain = 0.5 * np.einsum("pt,ts,ps->p", g, np.linalg.inv(metric[b, 0]), g)
        np.testing.assert_allclose(scores.gain[:, b, 0], gain, atol=1e-8)

        for q, label in enumerate(labels):
            cut = np.where((slot_label[b] == label)[:, None], 0, args[2])
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
    found = entry_lambda(data, penalty, jnp.asarray(SLOTS), fit.params)
    for b in range(B):
        g = new_row_gradients(arguments(data, fit.params, b, INDEX[b]), data)
        g[INDEX[b][INDEX[b] < p]] = 0
        zero, lam = np.zeros_like(g), float(found[b])
        assert np.max(penalty.with_lam(lam * (1 + 1e-6)).distance(zero, jnp.asarray(g))) < 1e-9
        assert np.max(penalty.with_lam(lam * (1 - 1e-3)).distance(zero, jnp.asarray(g))) > 0
        if not grouped and isinstance(penalty, GroupMCP):
            assert lam == pytest.approx(ref.l2(g).max(), rel=1e-6)


# -- cohorts --------------------------------------------------------------------------------------

BOUNDS = (0, 14, n)
M = len(BOUNDS) - 1
# a slot may hold one feature in one cohort and another, or none, in the next
OVER = np.array(
    [[[0, 3, 5, p], [0, 3, p, p]], [[1, p, p, p], [2, 1, 8, p]], [[p] * 4, [4, p, 6, 7]]]
)


def over_cohorts(share, seed=0):
    data, start = make("softmax", seed=seed)
    data = replace(data, bounds=BOUNDS)
    rng = np.random.default_rng(seed + 1)
    occupied = np.repeat(np.transpose(OVER, (2, 0, 1)) < p, T, axis=-1)  # (k, B, M T)
    W = rng.normal(size=(k, B, M * T)) * occupied
    upper = Sharing(share).spread(start.upper, M)
    upper = jax.tree.map(lambda a: jnp.asarray(a + 0.3 * rng.normal(size=a.shape)), upper)
    return data, Params(jnp.asarray(W), upper)


def value_by_hand(data, params, b, new=None):
    """One lane's objective, cohort by cohort; `new` adds a block `(feature, cohort, weights)`."""
    stored = jax.tree.map(lambda a: np.asarray(a[b]), params.upper.upper)
    value = 0.0
    for m in range(M):
        rows = slice(*BOUNDS[m : m + 2])
        W = np.split(np.asarray(params.W[:, b]), M, axis=1)[m]
        X = columns(data, OVER[b, m])[rows]
        if new is not None and new[1] == m:
            X, W = np.column_stack([X, data.X[rows, new[0]]]), np.vstack([W, new[2]])
        upper = jax.tree.map(lambda a, m=m: a[min(m, len(a) - 1)], stored)
        outputs = ref.forward(
            ACTIVATIONS["tanh"], W, upper.bias, [(d.weight, d.bias) for d in upper.layers], X
        )[-1]
        losses = ref.loss_value("softmax", outputs, np.asarray(data.targets[rows]))
        value += np.asarray(data.weights[rows, b]) @ losses + 0.5 * RIDGE[b] * np.sum(W**2)
    squares = sum(np.sum(layer.weight**2) for layer in stored.layers)
    return value + 0.5 * RIDGE[b] * squares


def block_gradient(data, params, b, j, m, h=1e-5):
    steps = h * np.eye(T)
    values = [[value_by_hand(data, params, b, (j, m, d * e)) for d in (1, -1)] for e in steps]
    return np.array([up - down for up, down in values]) / (2 * h)


@pytest.fixture(scope="module", params=["none", "upper"])
def fitted_cohorts(request, x64):
    data, start = over_cohorts(request.param)
    return request.param, data, start, refit(data, jnp.asarray(OVER), start, 1e-8, 5000)


def test_refit_over_cohorts_is_stationary(fitted_cohorts):
    """No block that is in the model can move, and those that are not stay zero."""
    _, data, start, fit = fitted_cohorts
    assert (np.asarray(fit.stationarity) <= 1e-8).all()
    for b in range(B):
        value = value_by_hand(data, fit.params, b)
        assert float(fit.objective[b]) == pytest.approx(value, abs=1e-12)
        assert value < value_by_hand(data, start, b)
        W = np.asarray(fit.params.W[:, b]).reshape(k, M, T)
        for slot, m in np.ndindex(k, M):
            if OVER[b, m, slot] == p:
                assert not W[slot, m].any()
            else:
                slope = block_gradient(data, fit.params, b, OVER[b, m, slot], m)
                np.testing.assert_allclose(slope + RIDGE[b] * W[slot, m], 0, atol=1e-7)


def test_scores_of_blocks(fitted_cohorts):
    """Gains by finite differences in each new block, costs by leaving each labelled block out."""
    _, data, _, fit = fitted_cohorts
    # blocks of a cohort, a feature in both cohorts, and two slots at once
    slot_label = np.array([[[4, 0, 2, -1], [4, 7, -1, -1]], [[3, -1, -1, -1], [4, 4, 6, -1]],
                           [[-1] * 4, [4, -1, 6, 7]]])  # fmt: skip
    labels = np.arange(8)
    scores = score_features(data, OVER, slot_label, labels, fit.params)
    assert scores.gain.shape == (p, B, M) and scores.cost.shape == (8, B)
    problem = data.problem(jnp.asarray(OVER))
    Z = problem.design.matmul(fit.params.W)
    metric = np.asarray(jax.jit(type(problem).output_metric)(problem, fit.params.upper, Z))
    for b, j, m in np.ndindex(B, p, M):
        g = block_gradient(data, fit.params, b, j, m)
        expected = 0.5 * g @ np.linalg.solve(metric[b, m], g)
        assert float(scores.gain[j, b, m]) == pytest.approx(expected, abs=1e-8)
    for b, label in np.ndindex(B, 8):
        keep = np.repeat((slot_label[b] != label).T, T, axis=1)
        cut = fit.params._replace(W=fit.params.W.at[:, b].multiply(keep))
        rise = value_by_hand(data, cut, b) - value_by_hand(data, fit.params, b)
        assert float(scores.cost[label, b]) == pytest.approx(rise, abs=1e-10)


def test_gain_of_a_block_is_the_exact_fall_for_orthonormal_features():
    """Linear models of two cohorts of unlike sizes and weights: only the new block moves."""
    rng = np.random.default_rng(4)
    X, q = np.zeros((n, 3)), 3
    for a, b in itertools.pairwise(BOUNDS):
        raw = np.hstack([np.ones((b - a, 1)), rng.normal(size=(b - a, q))])
        X[a:b] = np.linalg.qr(raw)[0][:, 1:] * np.sqrt(b - a)
    y = (X @ rng.normal(size=(q, 1))) * np.where(np.arange(n) < BOUNDS[1], 1, -2)[:, None]
    weights = np.where(np.arange(n) < BOUNDS[1], 2.0, 1.0)
    lanes = q * M  # lane (j, m) lets feature j into cohort m
    weights = np.tile((weights / weights.sum())[:, None], lanes)
    arrays = [jnp.asarray(a) for a in (X, y, weights, np.full(lanes, 0.15))]
    data = Data(*arrays, resolve("squared"), BOUNDS, arrays[2].max(axis=1))
    upper = Sharing().spread(Upper(np.zeros((lanes, 1)), (), "tanh"), M)
    start = Params(jnp.zeros((2, lanes, M)), jax.tree.map(jnp.asarray, upper))
    kept = np.full((lanes, M, 2), q)
    kept[:, 0, 0] = 0  # feature 0 is in the first cohort's model
    before = refit(data, jnp.asarray(kept), start, 1e-10, 500)
    scores = score_features(data, kept, np.full_like(kept, -1), np.arange(1), before.params)
    entered = kept.copy()
    for lane, (j, m) in enumerate(np.ndindex(q, M)):
        entered[lane, m, 1] = j
    after = refit(data, jnp.asarray(entered), before.params, 1e-10, 500)
    fall = np.asarray(before.objective - after.objective).reshape(q, M)
    gain = np.asarray(scores.gain[:, 0])
    assert (gain[1:] > 1e-3).all()
    np.testing.assert_allclose(gain[1:], fall[1:], atol=1e-10)
    np.testing.assert_allclose(gain[0, 1], fall[0, 1], atol=1e-10)


def test_entry_lambda_sees_the_blocks_of_all_cohorts_as_one_row(fitted_cohorts):
    _, data, _, fit = fitted_cohorts
    found = entry_lambda(data, GroupLasso(1.0), jnp.asarray(OVER), fit.params)
    for b in range(B):
        outside = set(range(p)) - set(OVER[b].ravel().tolist())
        norms = [
            np.linalg.norm([block_gradient(data, fit.params, b, j, m) for m in range(M)])
            for j in outside
        ]
        assert float(found[b]) == pytest.approx(max(norms), rel=1e-6)

"""The smooth part of the objective: values, gradients, Gauss-Newton metric, lanes."""

from __future__ import annotations

from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import references as ref
from spinnery.design import DenseDesign
from spinnery.losses import resolve
from spinnery.nn import ACTIVATIONS, Dense, Upper
from spinnery.problem import Params, Problem, select_params

pytestmark = pytest.mark.usefixtures("x64")

n, p, B, T, K = 12, 5, 3, 4, 3
RIDGE = np.array([0.0, 0.1, 0.7])
every_loss = pytest.mark.parametrize("loss", ["squared", "huber", "logistic", "softmax"])
every_hidden = pytest.mark.parametrize("hidden", [(), (T,), (T, T)], ids=str)


def setup(loss, hidden, seed=0, X=None):
    """A problem of B lanes, random parameters, and the product `Z = X W`."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) if X is None else X
    if loss == "softmax":
        targets = np.eye(K)[rng.integers(0, K, n)]
    elif loss == "logistic":
        targets = rng.integers(0, 2, (n, K)).astype(float)
    else:
        targets = rng.normal(size=(n, K))
    weights = rng.random((n, B)) * (rng.random((n, B)) < 0.8)  # some samples held out
    weights /= weights.sum(axis=0)
    sizes = (*hidden, K)
    layers = tuple(
        Dense(rng.normal(size=(B, a, b)), rng.normal(size=(B, b))) for a, b in pairwise(sizes)
    )
    upper = Upper(rng.normal(size=(B, sizes[0])), layers, "tanh")
    params = jax.tree.map(jnp.asarray, Params(rng.normal(size=(p, B, sizes[0])), upper))
    arrays = [jnp.asarray(a) for a in (targets, weights, RIDGE)]
    problem = Problem(DenseDesign(jnp.asarray(X)), *arrays, resolve(loss))
    return problem, params, problem.design.matmul(params.W)


def arguments(problem, params, b, loss):
    """What the references need of lane `b`."""
    return (
        loss, ACTIVATIONS["tanh"], *ref.lane(params, b), np.asarray(problem.design.X),
        np.asarray(problem.targets), np.asarray(problem.weights[:, b]), RIDGE[b],
    )  # fmt: skip


@every_loss
@every_hidden
def test_value_and_gradient(loss, hidden):
    problem, params, Z = setup(loss, hidden)
    grad = problem.gradient(params, Z)
    np.testing.assert_allclose(grad.value, problem.value(params, Z), atol=1e-12)
    for b in range(B):
        assert float(grad.value[b]) == pytest.approx(
            ref.smooth(*arguments(problem, params, b, loss))
        )
        rW, rb, rl = ref.smooth_gradient(*arguments(problem, params, b, loss))
        gW, gb, gl = ref.lane(Params(grad.W, grad.upper), b)
        np.testing.assert_allclose(gW, rW, atol=1e-8)
        np.testing.assert_allclose(gb, rb, atol=1e-8)
        for ours, theirs in zip(gl, rl, strict=True):
            np.testing.assert_allclose(ours[0], theirs[0], atol=1e-8)
            np.testing.assert_allclose(ours[1], theirs[1], atol=1e-8)


@every_loss
def test_gradient_by_finite_differences(loss):
    """Every single parameter, in all lanes at once: lanes do not touch each other."""
    problem, params, Z = setup(loss, (T,))
    grad = problem.gradient(params, Z)
    value = jax.jit(lambda params: problem.value(params, problem.design.matmul(params.W)))
    h = 1e-6
    upper, shapes = jax.tree.flatten(params.upper)
    for j, t in np.ndindex(p, T):
        up, down = (value(params._replace(W=params.W.at[j, :, t].add(d))) for d in (h, -h))
        np.testing.assert_allclose(grad.W[j, :, t], (up - down) / (2 * h), atol=1e-7)
    for i, (leaf, slope) in enumerate(zip(upper, jax.tree.leaves(grad.upper), strict=True)):
        for place in np.ndindex(leaf.shape[1:]):
            at = (slice(None), *place)
            up, down = (
                value(params._replace(upper=jax.tree.unflatten(
                    shapes, [*upper[:i], leaf.at[at].add(d), *upper[i + 1 :]])))
                for d in (h, -h)
            )  # fmt: skip
            np.testing.assert_allclose(slope[at], (up - down) / (2 * h), atol=1e-7)


def test_biases_are_free_of_ridge():
    problem, params, Z = setup("squared", (T,))
    shifted = params._replace(upper=jax.tree.map(lambda a: a, params.upper))
    heavy = Problem(
        problem.design, problem.targets, problem.weights, problem.ridge + 1.0, problem.loss
    )
    more = heavy.value(shifted, Z) - problem.value(params, Z)
    squares = [(W**2).sum() + sum((w**2).sum() for w, _ in layers)
               for W, _, layers in (ref.lane(params, b) for b in range(B))]  # fmt: skip
    np.testing.assert_allclose(more, 0.5 * np.array(squares), atol=1e-10)
    delta = heavy.gradient(params, Z).upper.bias - problem.gradient(params, Z).upper.bias
    np.testing.assert_allclose(delta, 0, atol=1e-14)


@jax.jit
def everything(problem, params):
    """All that a problem computes, with the lane axis first."""
    Z = problem.design.matmul(params.W)
    grad = problem.gradient(params, Z)
    lanes_second = (grad.W, problem.sample_losses(params.upper, Z))
    first = jax.tree.map(lambda a: jnp.swapaxes(a, 0, 1), lanes_second)
    return first, grad.value, grad.upper, problem.output_metric(params.upper, Z)


@pytest.mark.parametrize(("loss", "hidden"), [("huber", (T,)), ("softmax", (T,)), ("softmax", ())])
def test_each_lane_alone_gives_its_share_of_the_batch(loss, hidden):
    problem, params, _ = setup(loss, hidden)
    batch = everything(problem, params)
    for b in range(B):
        lane = slice(b, b + 1)
        one = Problem(
            problem.design, problem.targets, problem.weights[:, lane], problem.ridge[lane],
            problem.loss,
        )  # fmt: skip
        upper = jax.tree.map(lambda a, lane=lane: a[lane], params.upper)
        alone = everything(one, Params(params.W[:, lane], upper))
        for ours, single in zip(jax.tree.leaves(batch), jax.tree.leaves(alone), strict=True):
            np.testing.assert_allclose(ours[lane], single, atol=1e-12)


@every_loss
@pytest.mark.parametrize("hidden", [(), (T,)], ids=str)
def test_output_metric_is_the_gauss_newton_hessian_of_a_new_row(loss, hidden):
    """Jacobians and curvatures by differences, summed sample by sample."""
    problem, params, Z = setup(loss, hidden)
    metric = problem.output_metric(params.upper, Z)
    targets, h = np.asarray(problem.targets), 1e-6
    for b in range(B):
        _, bias, layers = ref.lane(params, b)
        width = len(bias)

        def outputs(z, bias=bias, layers=layers):
            return ref.forward(ACTIVATIONS["tanh"], np.eye(len(bias)), bias, layers, z)[-1]

        z = np.asarray(Z[:, b])
        J = np.stack([(outputs(z + e) - outputs(z - e)) / (2 * h) for e in h * np.eye(width)], -1)
        g = outputs(z)
        C = np.stack(
            [(ref.loss_gradient(loss, g + e, targets) - ref.loss_gradient(loss, g - e, targets))
             / (2 * h) for e in h * np.eye(K)], -1,
        )  # fmt: skip
        expected = RIDGE[b] * np.eye(width)
        for i in range(n):
            expected = expected + float(problem.weights[i, b]) * J[i].T @ C[i] @ J[i]
        np.testing.assert_allclose(metric[b], expected, atol=1e-7)


@pytest.mark.parametrize("loss", ["squared", "logistic", "softmax"])
def test_output_metric_is_exact_for_a_standardised_feature_of_a_linear_model(loss):
    """The objective's own Hessian in the row of a feature of ones and minus ones."""
    X = np.random.default_rng(5).normal(size=(n, p))
    X[:, 0] = np.where(np.arange(n) % 2, 1.0, -1.0)
    problem, params, Z = setup(loss, (), X=X)
    metric = problem.output_metric(params.upper, Z)
    h = 1e-6
    for s in range(K):
        slopes = []
        for d in (h, -h):
            moved = params._replace(W=params.W.at[0, :, s].add(d))
            slopes.append(problem.gradient(moved, problem.design.matmul(moved.W)).W[0])
        np.testing.assert_allclose(metric[:, :, s], (slopes[0] - slopes[1]) / (2 * h), atol=1e-7)


def test_select_params_chooses_lane_by_lane():
    _, new, _ = setup("squared", (T,), seed=1)
    _, old, _ = setup("squared", (T,), seed=2)
    chosen = select_params(jnp.array([True, False, True]), new, old)
    for b, source in enumerate((new, old, new)):
        for ours, theirs in zip(
            jax.tree.leaves(ref.lane(chosen, b)), jax.tree.leaves(ref.lane(source, b)), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)

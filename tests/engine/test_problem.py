"""The smooth part of the objective: values, gradients, Gauss-Newton metric, lanes, cohorts."""

from __future__ import annotations

from itertools import pairwise

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import references as ref
from spinnery.engine.design import CohortDesign, DenseDesign, dense_design, split_blocks
from spinnery.engine.problem import Params, Problem, select_params
from spinnery.losses import resolve
from spinnery.nn import ACTIVATIONS, CohortUpper, Dense, Sharing, Upper

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
    lanes_second = (grad.W, problem.outputs(params.upper, Z))
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
    assert metric.shape == (B, 1, params.W.shape[-1], params.W.shape[-1])
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
        np.testing.assert_allclose(metric[b, 0], expected, atol=1e-7)


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
        np.testing.assert_allclose(metric[:, 0, :, s], (slopes[0] - slopes[1]) / (2 * h), atol=1e-7)


def test_select_params_chooses_lane_by_lane():
    _, new, _ = setup("squared", (T,), seed=1)
    _, old, _ = setup("squared", (T,), seed=2)
    chosen = select_params(jnp.array([True, False, True]), new, old)
    for b, source in enumerate((new, old, new)):
        for ours, theirs in zip(
            jax.tree.leaves(ref.lane(chosen, b)), jax.tree.leaves(ref.lane(source, b)), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)


# -- cohorts --------------------------------------------------------------------------------------

BOUNDS = (0, 3, 8, n)
M = len(BOUNDS) - 1
NONE, UPPER = Sharing("none"), Sharing("upper")
OWN = Sharing("upper", own_intercept=True)
every_sharing = pytest.mark.parametrize("sharing", [NONE, UPPER, OWN], ids=["none", "upper", "own"])


def over_cohorts(loss, hidden, sharing, seed=0):
    """A problem over M cohorts, every stored weight random, each cohort's copies unlike."""
    plain, params, _ = setup(loss, hidden, seed)
    rng = np.random.default_rng(seed + 1)
    upper = jax.tree.map(lambda a: rng.normal(size=a.shape), sharing.spread(params.upper, M))
    W = rng.normal(size=(p, B, M * params.W.shape[-1]))
    problem = eqx.tree_at(lambda q: q.design, plain, dense_design(plain.design.X, BOUNDS))
    return problem, jax.tree.map(jnp.asarray, Params(W, upper))


def without_others(problem, m):
    """Cohort m as a problem without cohorts: the others' samples weigh nothing."""
    X = jnp.concatenate([cohort.X for cohort in problem.design.cohorts])
    inside = (np.arange(n) >= BOUNDS[m]) & (np.arange(n) < BOUNDS[m + 1])
    weights = problem.weights * inside[:, None]
    return Problem(DenseDesign(X), problem.targets, weights, problem.ridge, problem.loss)


def own_parts(sharing, depth):
    """Which of first bias, weights and biases of the layers each cohort has for itself."""
    nothing = sharing.share == "none"
    parts = [True, *[nothing] * (2 * depth)]
    if depth and sharing.own_intercept:
        parts[-1] = True
    return parts


def cohort_lane(params, b, m, sharing):
    """Lane `b` of cohort m as NumPy `(W, bias, layers)`, by what should be shared."""
    upper = params.upper.upper
    arrays = [upper.bias, *(a for layer in upper.layers for a in (layer.weight, layer.bias))]
    own = own_parts(sharing, len(upper.layers))
    for a, mine in zip(arrays, own, strict=True):
        assert a.shape[:2] == (B, M if mine else 1)
    bias, *rest = (np.asarray(a[b, m if mine else 0]) for a, mine in zip(arrays, own, strict=True))
    block = np.split(np.asarray(params.W[:, b]), M, axis=1)[m]
    return block, bias, list(zip(rest[::2], rest[1::2], strict=True))


@pytest.mark.parametrize(
    ("loss", "hidden"), [("huber", (T, T)), ("softmax", (T,)), ("softmax", ())]
)
def test_sharing_nothing_is_a_problem_per_cohort(loss, hidden):
    """Values add up; gradients, outputs and metrics are each cohort's own."""
    problem, params = over_cohorts(loss, hidden, NONE)
    outputs, value, g_upper, metric = everything(problem, params)
    total = 0
    for m in range(M):
        block = split_blocks(params.W, M)[:, :, m]
        upper = jax.tree.map(lambda a, m=m: a[:, m], params.upper.upper)
        rows = slice(*BOUNDS[m : m + 2])
        alone = everything(without_others(problem, m), Params(block, upper))
        total = total + alone[1]
        g_W = jnp.swapaxes(outputs[0], 0, 1)
        np.testing.assert_allclose(
            split_blocks(g_W, M)[:, :, m], jnp.swapaxes(alone[0][0], 0, 1), atol=1e-12
        )
        np.testing.assert_allclose(outputs[1][:, rows], alone[0][1][:, rows], atol=1e-12)
        mine = jax.tree.map(lambda a, m=m: a[:, m], g_upper.upper)
        for ours, single in zip(jax.tree.leaves(mine), jax.tree.leaves(alone[2]), strict=True):
            np.testing.assert_allclose(ours, single, atol=1e-12)
        np.testing.assert_allclose(metric[:, m], alone[3][:, 0], atol=1e-12)
    np.testing.assert_allclose(value, total, atol=1e-12)


@pytest.mark.parametrize("hidden", [(), (T, T)], ids=str)
@every_sharing
def test_cohorts_by_hand(sharing, hidden):
    """A NumPy pass up and down per cohort; what is shared adds up its gradients."""
    problem, params = over_cohorts("softmax", hidden, sharing)
    Z = problem.design.matmul(params.W)
    grad = problem.gradient(params, Z)
    np.testing.assert_allclose(problem.value(params, Z), grad.value, atol=1e-12)
    outputs = np.asarray(problem.outputs(params.upper, Z))
    for b in range(B):
        value, sums = 0.0, None
        for m, rows in enumerate(slice(*BOUNDS[i : i + 2]) for i in range(M)):
            W, bias, layers = cohort_lane(params, b, m, sharing)
            X = np.asarray(problem.design.cohorts[m].X)
            phi, targets = ACTIVATIONS["tanh"], np.asarray(problem.targets[rows])
            weights = np.asarray(problem.weights[rows, b])
            own = ref.forward(phi, W, bias, layers, X)[-1]
            np.testing.assert_allclose(outputs[rows, b], own, atol=1e-12)
            value += weights @ ref.loss_value("softmax", own, targets) + RIDGE[b] / 2 * np.sum(W**2)
            # without ridge, which a shared weight must meet once
            arrays = (X, targets, weights, 0.0)
            gW, gb, gl = ref.smooth_gradient("softmax", phi, W, bias, layers, *arrays)
            block = np.split(np.asarray(grad.W[:, b]), M, axis=1)[m]
            np.testing.assert_allclose(block, gW + RIDGE[b] * W, atol=1e-8)
            flat = [gb, *(a for pair in gl for a in pair)]
            sums = [np.zeros((M, *a.shape)) for a in flat] if sums is None else sums
            for place, a in zip(sums, flat, strict=True):
                place[m] = a
        upper, slope = params.upper.upper, grad.upper.upper
        weights = [layer.weight[b] for layer in upper.layers]
        value += RIDGE[b] / 2 * sum(float(jnp.sum(w**2)) for w in weights)
        assert float(grad.value[b]) == pytest.approx(value)
        found = [slope.bias, *(a for layer in slope.layers for a in (layer.weight, layer.bias))]
        penalised = [None, *(a for w in weights for a in (w, None))]
        for a, mine, w, by_cohort in zip(
            found, own_parts(sharing, len(hidden)), penalised, sums, strict=True
        ):
            expected = by_cohort if mine else by_cohort.sum(axis=0, keepdims=True)
            expected = expected + (0 if w is None else RIDGE[b] * np.asarray(w))
            np.testing.assert_allclose(a[b], expected, atol=1e-8)


@every_sharing
def test_ridge_counts_each_stored_weight_once(sharing):
    problem, params = over_cohorts("squared", (T, T), sharing)
    heavy = eqx.tree_at(lambda q: q.ridge, problem, problem.ridge + 1.0)
    Z = problem.design.matmul(params.W)
    more = heavy.value(params, Z) - problem.value(params, Z)
    weights = [params.W.swapaxes(0, 1), *(layer.weight for layer in params.upper.upper.layers)]
    squares = [sum(float(jnp.sum(w[b] ** 2)) for w in weights) for b in range(B)]
    np.testing.assert_allclose(more, 0.5 * np.array(squares), atol=1e-10)
    assert weights[1].size == B * T * T * (M if sharing is NONE else 1)


@jax.jit
def hessian_in_shifts(problem, params, Z):
    """Hessian of the objective, outputs linearised, in a shift `(B, M, T)` of each cohort's `Z`."""
    base, push = jax.linearize(lambda Z: problem.outputs(params.upper, Z), Z)
    J = jax.vmap(push)(jnp.broadcast_to(jnp.eye(T)[:, None, None], (T, *Z.shape)))  # (T, n, B, K)

    def value(shifts):
        per_sample = jnp.repeat(shifts, np.diff(BOUNDS), axis=1, total_repeat_length=n)
        outputs = base + jnp.einsum("tnbk,bnt->nbk", J, per_sample)
        losses = problem.loss.value(outputs, problem.targets[:, None])
        squares = 0.5 * problem.ridge[:, None, None] * shifts**2
        return jnp.sum(problem.weights * losses) + jnp.sum(squares)

    return jax.hessian(value)(jnp.zeros((B, M, T)))


@pytest.mark.parametrize(
    ("loss", "sharing"), [("softmax", NONE), ("huber", OWN)], ids=["none", "own"]
)
def test_output_metric_of_a_cohort_by_differentiating_twice(loss, sharing):
    problem, params = over_cohorts(loss, (T,), sharing)
    metric = everything(problem, params)[-1]
    assert metric.shape == (B, M, T, T)
    full = hessian_in_shifts(problem, params, problem.design.matmul(params.W))
    for b, m in np.ndindex(B, M):
        np.testing.assert_allclose(metric[b, m], full[b, m, :, b, m], atol=1e-10)


def test_one_cohort_is_no_cohorts_to_the_bit():
    problem, params, _ = setup("softmax", (T,))
    plain = everything(problem, params)
    for sharing in (NONE, UPPER, OWN):
        assert sharing.spread(params.upper, 1) is params.upper
    whole = eqx.tree_at(lambda q: q.design, problem, dense_design(problem.design.X, (0, n)))
    for ours, same in zip(*map(jax.tree.leaves, (everything(whole, params), plain)), strict=True):
        np.testing.assert_array_equal(ours, same)

    # and machinery for many does no harm to one
    wrapped = eqx.tree_at(lambda q: q.design, problem, CohortDesign((problem.design,)))
    upper = CohortUpper(jax.tree.map(lambda a: a[:, None], params.upper))
    single = everything(wrapped, params._replace(upper=upper))
    for ours, same in zip(*map(jax.tree.leaves, (single, plain)), strict=True):
        np.testing.assert_allclose(np.reshape(ours, same.shape), same, atol=1e-14)


@every_sharing
def test_cohorts_start_alike(sharing):
    """Spread networks compute, in every cohort, what the one they came from does."""
    problem, params, Z = setup("squared", (T, T))
    spread = sharing.spread(params.upper, M)
    over = eqx.tree_at(lambda q: q.design, problem, dense_design(problem.design.X, BOUNDS))
    np.testing.assert_allclose(
        over.outputs(spread, Z), problem.outputs(params.upper, Z), atol=1e-13
    )

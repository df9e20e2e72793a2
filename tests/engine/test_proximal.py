"""The proximal solver against scikit-learn, a KKT check of its own, and itself run otherwise."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.linear_model import Lasso as SklearnLasso
from sklearn.linear_model import LogisticRegression, MultiTaskLasso

import references as ref
from spinnery.engine.design import DenseDesign
from spinnery.engine.problem import Params, Problem
from spinnery.engine.proximal import certificate, gradient_scale, initial_step, solve
from spinnery.losses import resolve
from spinnery.nn import ACTIVATIONS, Upper, init_lanes
from spinnery.penalties import CompositeMCP, GroupLasso, GroupMCP, Lasso, SparseGroupLasso

pytestmark = pytest.mark.usefixtures("x64")

n, p, B = 40, 12, 20
# a relative 1e-7 is about what differences of rounded objectives can still resolve
TIGHT, LONG = 1e-7, 20_000

CONVEX = {
    "lasso, squared": ("squared", 1, Lasso(1.0)),
    "lasso, logistic": ("logistic", 1, Lasso(1.0)),
    "group lasso, squared": ("squared", 3, GroupLasso(1.0)),
    "sparse group lasso, softmax": ("softmax", 3, SparseGroupLasso(1.0, alpha=0.6)),
}
every_convex = pytest.mark.parametrize("case", list(CONVEX))


def data(loss, K, seed=0):
    """Correlated columns, four of which matter."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1))
    signal = X[:, :4] @ rng.normal(size=(4, K)) + 0.3 * rng.normal(size=(n, K)) + 0.4
    if loss == "logistic":
        return X, (signal > 0).astype(float)
    if loss == "softmax":
        return X, np.eye(K)[signal.argmax(axis=1)]
    return X, signal


def linear(loss, K, lanes=B, ridge=0.0):
    """A linear problem whose lanes are alike, and zeros to start from."""
    X, targets = data(loss, K)
    arrays = (jnp.asarray(targets), jnp.full((n, lanes), 1 / n), jnp.full(lanes, ridge))
    problem = Problem(DenseDesign(jnp.asarray(X)), *arrays, resolve(loss))
    start = Params(jnp.zeros((p, lanes, K)), Upper(jnp.zeros((lanes, K)), (), "identity"))
    return problem, start


def null_gradient(problem, loss):
    """`X'` times the outputs' gradient at `W = 0` and the bias that is best there, `(p, K)`."""
    X, targets = np.asarray(problem.design.X), np.asarray(problem.targets)
    mean = targets.mean(axis=0)
    link = {"squared": mean, "logistic": np.log(mean / (1 - mean + (loss != "logistic")))}
    bias = link.get(loss, np.log(np.maximum(mean, 1e-300)))
    return X.T @ ref.loss_gradient(loss, np.tile(bias, (n, 1)), targets) / n, bias


def lambdas(problem, penalty, loss):
    """From just above the largest useful lambda to a fiftieth of it, one per lane."""
    top = float(penalty.lambda_max(null_gradient(problem, loss)[0]))
    return top * np.concatenate([[1.001, 0.97], np.geomspace(0.9, 0.02, B - 2)])


@pytest.fixture(scope="module")
def solved(x64):
    """Every convex case once, cold, all lanes together."""
    out = {}
    for case, (loss, K, penalty) in CONVEX.items():
        problem, start = linear(loss, K)
        lams = lambdas(problem, penalty, loss)
        solution = solve(
            problem, penalty.with_lam(lams), start, initial_step(B, np.float64), TIGHT, LONG
        )
        out[case] = loss, K, penalty, problem, lams, solution
    return out


@every_convex
def test_kkt_conditions_hold(solved, case):
    loss, _, penalty, problem, lams, solution = solved[case]
    assert np.asarray(solution.converged).all()
    for b in range(B):
        W, bias, layers = ref.lane(solution.params, b)
        arrays = np.asarray(problem.design.X), np.asarray(problem.targets), np.full(n, 1 / n)
        gW, gb, _ = ref.smooth_gradient(
            loss, ACTIVATIONS["identity"], W, bias, layers, *arrays, 0.0
        )
        assert ref.kkt_violation(penalty, W, gW, lams[b]) < 1e-6 * lams[b]
        assert np.abs(gb).max() < 1e-6
        value = ref.smooth(loss, ACTIVATIONS["identity"], W, bias, layers, *arrays, 0.0)
        penalised = value + ref.group_value(penalty, W, lams[b]).sum()
        assert float(solution.objective[b]) == pytest.approx(penalised, abs=1e-12)


@every_convex
def test_zero_at_lambda_max_and_not_just_below(solved, case):
    loss, _, _, problem, _, solution = solved[case]
    rows = np.asarray(jnp.any(solution.params.W != 0, axis=-1)).sum(axis=0)
    assert rows[0] == 0 and rows[1] > 0
    bias = solution.params.upper.bias[0]
    expected = null_gradient(problem, loss)[1]
    # softmax does not see a common shift of its biases
    shift = (bias - expected).mean() if loss == "softmax" else 0
    np.testing.assert_allclose(bias - shift, expected, atol=1e-6)
    assert rows[-1] > 4


@every_convex
def test_objective_is_scikit_learns(solved, case):
    """Same objective after scaling: `alpha` is lambda, and `C = 1 / (n lambda)`."""
    _, K, _, problem, lams, solution = solved[case]
    X, targets = np.asarray(problem.design.X), np.asarray(problem.targets)
    for b in (1, 8, 19):
        W = np.asarray(solution.params.W[:, b])
        if case == "lasso, squared":
            peer = SklearnLasso(alpha=lams[b], tol=1e-12, max_iter=100_000).fit(X, targets[:, 0])
            coef = peer.coef_[:, None]
        elif case == "lasso, logistic":
            peer = LogisticRegression(
                l1_ratio=1.0, C=1 / (n * lams[b]), solver="saga", tol=1e-9, max_iter=200_000,
                random_state=0,
            ).fit(X, targets[:, 0])  # fmt: skip
            coef = peer.coef_.T
        elif case == "group lasso, squared":
            peer = MultiTaskLasso(alpha=lams[b], tol=1e-12, max_iter=100_000).fit(X, targets)
            coef = peer.coef_.T
        else:
            pytest.skip("scikit-learn has no sparse group lasso")
        assert coef.shape == (p, K)
        np.testing.assert_allclose(W, coef, atol=1e-5)
        np.testing.assert_allclose(
            solution.params.upper.bias[b], np.atleast_1d(peer.intercept_), atol=1e-5
        )


@pytest.mark.parametrize("case", ["group lasso, squared", "sparse group lasso, softmax"])
def test_one_lane_or_twenty_warm_or_cold(solved, case):
    loss, K, penalty, problem, lams, together = solved[case]
    one, start = linear(loss, K, lanes=1)
    for b in (0, 7, 19):
        alone = solve(
            one, penalty.with_lam(lams[b : b + 1]), start, initial_step(1, np.float64), TIGHT, LONG
        )
        np.testing.assert_allclose(alone.params.W[:, 0], together.params.W[:, b], atol=1e-5)
        assert int(alone.n_iter[0]) == pytest.approx(int(together.n_iter[b]), rel=0.2)

    rng = np.random.default_rng(1)
    elsewhere = Params(jnp.asarray(rng.normal(size=(p, B, K))), start.upper)
    elsewhere = elsewhere._replace(upper=jax.tree.map(
        lambda a: jnp.asarray(rng.normal(size=(B, K))), start.upper))  # fmt: skip
    far = solve(
        problem, penalty.with_lam(lams), elsewhere, initial_step(B, np.float64), TIGHT, LONG
    )
    np.testing.assert_allclose(far.objective, together.objective, atol=1e-10)
    np.testing.assert_allclose(far.params.W, together.params.W, atol=1e-5)

    shifted = jax.tree.map(lambda a: a, together.params)
    shifted = shifted._replace(W=jnp.roll(shifted.W, 1, axis=1))  # each lane starts at another's
    warm = solve(problem, penalty.with_lam(lams), shifted, together.step, TIGHT, LONG)
    np.testing.assert_allclose(warm.params.W, together.params.W, atol=1e-5)

    again = solve(problem, penalty.with_lam(lams), together.params, together.step, 1e-6, LONG)
    assert np.asarray(again.n_iter).max() <= 2


# -- networks -------------------------------------------------------------------------------------

NONCONVEX = [GroupMCP(1.0, gamma=1.5), CompositeMCP(1.0, gamma=2.0), SparseGroupLasso(1.0)]
every_nonconvex = pytest.mark.parametrize("penalty", NONCONVEX, ids=lambda q: type(q).__name__)
LAMS = np.array([0.02, 0.08, 0.3])


def network(penalty, ridge=0.02, seed=0):
    X, targets = data("squared", 1, seed)
    W, upper = init_lanes([1, 2, 3], p, (4,), 1, "tanh", np.float64)
    arrays = (jnp.asarray(targets), jnp.full((n, 3), 1 / n), jnp.full(3, ridge))
    problem = Problem(DenseDesign(jnp.asarray(X)), *arrays, resolve("squared"))
    return problem, penalty.with_lam(LAMS), Params(W, upper)


@every_nonconvex
def test_objective_never_rises(penalty):
    """Stop after k steps: the longer the run the lower the objective, from a bold first step."""
    problem, penalty, start = network(penalty)
    Z = problem.design.matmul(start.W)
    before = np.asarray(problem.value(start, Z) + penalty.value(start.W))
    step = np.full(3, min(1.0, 0.9 * penalty.max_step))
    for k in [*range(1, 12), 20, 40, 80, 160, 320]:
        after = np.asarray(solve(problem, penalty, start, step, 0.0, k).objective)
        assert (after <= before + 1e-12).all(), k
        before = after
    assert (after < 0.9 * np.asarray(problem.value(start, Z) + penalty.value(start.W))).all()


@every_nonconvex
def test_certificate_by_hand(penalty):
    """`max_g ||W - prox_1(W - grad)|| / slope` and `||grad|| / sqrt(2 f)`, the larger of the two.

    The slope is the penalty's at zero: lam, for composite MCP its square.
    """
    problem, penalty, start = network(penalty)
    solution = solve(problem, penalty, start, initial_step(3, np.float64), 1e-6, LONG)
    assert np.asarray(solution.converged).all()
    halfway = solve(problem, penalty, start, initial_step(3, np.float64), 0.0, 5)
    reported = np.asarray(certificate(problem, penalty, solution.params))
    assert (reported < 1e-4).all()
    for params in (solution.params, halfway.params, start):
        found = np.asarray(certificate(problem, penalty, params))
        for b in range(3):
            W, bias, layers = ref.lane(params, b)
            arguments = (
                "squared", ACTIVATIONS["tanh"], W, bias, layers, np.asarray(problem.design.X),
                np.asarray(problem.targets), np.full(n, 1 / n), 0.02,
            )  # fmt: skip
            gW, gb, gl = ref.smooth_gradient(*arguments)
            new = numpy_prox(penalty, W - gW, W, LAMS[b])
            slope = LAMS[b] ** (2 if isinstance(penalty, CompositeMCP) else 1)
            rows = ref.l2(W - new).max() / slope
            upper = np.sqrt(sum((a**2).sum() for a in (gb, *(g for pair in gl for g in pair))))
            scale = np.sqrt(2 * ref.smooth(*arguments))
            assert found[b] == pytest.approx(max(rows, upper / scale), rel=1e-5, abs=1e-8)


def numpy_prox(penalty, u, at, lam):
    """Step-1 prox of the three penalties above, written apart from the library."""
    norm = np.maximum(ref.l2(u), 1e-300)[:, None]
    if isinstance(penalty, GroupMCP):
        gamma = float(penalty.gamma)
        return np.where(
            norm <= gamma * lam, np.maximum(1 - lam / norm, 0) / (1 - 1 / gamma), 1.0
        ) * u  # fmt: skip
    if isinstance(penalty, CompositeMCP):
        slopes = ref.tangent_slopes(at, np.full(len(u), lam), float(penalty.gamma))
        return np.sign(u) * np.maximum(np.abs(u) - slopes, 0)
    alpha = float(penalty.alpha)
    inner = np.sign(u) * np.maximum(np.abs(u) - lam * (1 - alpha), 0)
    norm = np.maximum(ref.l2(inner), 1e-300)[:, None]
    return np.maximum(1 - lam * alpha / norm, 0) * inner


def test_steps_stay_admissible_where_the_smooth_part_is_nearly_flat():
    """Backtracking alone would let the step grow past gamma, where the prox is no minimiser."""
    problem, start = linear("squared", 1, lanes=3)
    flat = problem.design.X * 0.1
    problem = eqx.tree_at(lambda q: q.design.X, problem, flat)
    penalty = GroupMCP(1.0, gamma=1.5).with_lam(np.array([1e-3, 0.03, 0.1]))
    solution = solve(problem, penalty, start, initial_step(3, np.float64), 1e-7, LONG)
    assert np.asarray(solution.converged).all()
    assert (np.asarray(solution.step) < 1.5).all()
    for b, lam in enumerate((1e-3, 0.03, 0.1)):
        W, bias, layers = ref.lane(solution.params, b)
        gradient, _, _ = ref.smooth_gradient(
            "squared", ACTIVATIONS["identity"], W, bias, layers, np.asarray(flat),
            np.asarray(problem.targets), np.full(n, 1 / n), 0.0,
        )  # fmt: skip
        slope = np.maximum(lam - np.abs(W) / 1.5, 0)
        off = np.where(W == 0, np.maximum(np.abs(gradient) - lam, 0), gradient + slope * np.sign(W))
        assert np.abs(off).max() < 1e-6


def test_an_exhausted_lane_stops_and_says_so():
    """A tolerance of zero cannot be met; `max_iter` ends it unconverged, finite, and unmoved."""
    problem, penalty, start = network(NONCONVEX[0])
    solution = solve(problem, penalty, start, initial_step(3, np.float64), 0.0, 0)
    assert not np.asarray(solution.converged).any() and not np.asarray(solution.n_iter).any()
    np.testing.assert_array_equal(solution.params.W, start.W)


def test_without_lambda_the_row_part_is_relative_to_the_gradient_scale():
    problem, penalty, start = network(GroupLasso(1.0))
    free = penalty.with_lam(np.zeros(3))
    solution = solve(problem, free, start, initial_step(3, np.float64), 1e-6, LONG)
    grad = problem.gradient(solution.params, problem.design.matmul(solution.params.W))
    scale = np.asarray(gradient_scale(grad.value))
    np.testing.assert_allclose(scale, np.sqrt(2 * np.asarray(grad.value)))
    rows = np.sqrt((np.asarray(grad.W) ** 2).sum(axis=-1)).max(axis=0)
    assert (rows < 1e-5 * scale).all()

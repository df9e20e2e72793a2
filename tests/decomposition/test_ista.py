"""ISTA against scikit-learn, cvxpy, NumPy, and the theory's bounds."""

from __future__ import annotations

import dataclasses
import re
import warnings

import cvxpy as cp
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import nnls
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso as SklearnLasso
from sklearn.linear_model import MultiTaskLasso

import references as ref
from spinnery import ista
from spinnery.penalties import (
    BY_NAME,
    FeatureGroups,
    GroupLasso,
    GroupMCP,
    IntegrativeMCP,
    Lasso,
    NonNegativeLasso,
    SparseGroupLasso,
    resolve,
)

TIGHT = {"dtype": "float64", "tol": 1e-7, "max_iter": 20_000}
SHAPES = {"tall": (90, 30), "wide": (40, 110)}


def data(seed, shape="wide", lanes=None):
    rng = np.random.default_rng(seed)
    n, p = SHAPES[shape]
    A = rng.normal(size=(n, p)) + 0.3 * rng.normal(size=(n, 1))
    x = np.zeros((p, lanes or 1))
    x[:5] = 2 * rng.normal(size=(5, lanes or 1))
    b = A @ x + rng.normal(size=(n, lanes or 1))
    return A, b if lanes else b[:, 0]


def lasso_objective(A, b, x, lam):
    return 0.5 * ((b - A @ x) ** 2).sum() + lam * np.abs(x).sum()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(5))
def test_lasso_is_scikit_learns(seed, shape, dtype):
    """Ten problems: objective to 1e-5, relatively, and the same support."""
    A, b = data(seed, shape)
    lam = 0.1 * np.abs(A.T @ b).max()
    peer = SklearnLasso(lam / len(b), fit_intercept=False, tol=1e-12, max_iter=100_000).fit(A, b)
    found = ista(A, b, Lasso(lam), dtype=dtype)
    best = lasso_objective(A, b, peer.coef_, lam)
    assert lasso_objective(A, b, found.x, lam) == pytest.approx(best, rel=1e-5)
    assert float(found.objective) == pytest.approx(best, rel=1e-5)
    np.testing.assert_array_equal(found.x != 0, peer.coef_ != 0)
    assert found.converged and found.x.dtype == dtype and found.x.shape == (A.shape[1],)


def groups(p, size=5):
    ids = np.arange(p) // size
    return FeatureGroups(jnp.asarray(ids), int(ids[-1]) + 1), ids


@pytest.mark.parametrize("alpha", [1.0, 0.4])
@pytest.mark.parametrize("shape", SHAPES)
def test_group_lassos_are_cvxpys(shape, alpha):
    A, b = data(0, shape)
    lam = 0.2 * np.abs(A.T @ b).max()
    over, ids = groups(A.shape[1])
    sizes = np.sqrt(np.bincount(ids))
    penalty = (
        GroupLasso(lam, groups=over, weights=sizes)
        if alpha == 1
        else SparseGroupLasso(lam, alpha, groups=over, weights=sizes)
    )
    found = ista(A, b, penalty, **TIGHT)
    x = cp.Variable(A.shape[1])
    norms = sum(s * cp.norm(x[ids == g], 2) for g, s in enumerate(sizes))
    inner = sizes[ids] @ cp.abs(x)
    cost = 0.5 * cp.sum_squares(b - A @ x) + lam * (alpha * norms + (1 - alpha) * inner)
    best = cp.Problem(cp.Minimize(cost)).solve(solver=cp.CLARABEL)
    assert float(found.objective) == pytest.approx(best, rel=1e-7)
    np.testing.assert_allclose(found.x, x.value, atol=1e-4)
    by_group = np.abs(found.x).reshape(-1, 5).max(axis=1)
    assert 0 < (by_group == 0).sum() < len(by_group)


def test_rows_of_several_outputs_are_groups():
    A, B = data(1, "wide", lanes=3)
    lam = 0.3 * np.abs(A.T @ B).max()
    peer = MultiTaskLasso(lam / len(A), fit_intercept=False, tol=1e-12, max_iter=100_000).fit(A, B)
    found = ista(A, B[:, None], GroupLasso(lam), **TIGHT)
    assert found.x.shape == (A.shape[1], 1, 3) and found.objective.shape == (1,)
    np.testing.assert_allclose(found.x[:, 0], peer.coef_.T, atol=1e-6)


def test_non_negative_least_squares_is_scipys():
    A, b = data(2, "tall")
    x, norm = nnls(A, b)
    found = ista(A, b, NonNegativeLasso(0.0), **TIGHT)
    assert (found.x >= 0).all() and 0 < (found.x == 0).sum() < len(x)
    np.testing.assert_allclose(found.x, x, atol=1e-6)
    assert float(found.objective) == pytest.approx(norm**2 / 2, rel=1e-9)


@given(seed=st.integers(0, 99), fraction=st.sampled_from([0.02, 0.3, 0.9]))
def test_stationarity_is_the_gradient_mapping_in_numpy(seed, fraction):
    """Also far from the solution, where a wrong scale or a stale gradient would show."""
    A, b = data(seed)
    lam = fraction * np.abs(A.T @ b).max()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        runs = [ista(A, b, Lasso(lam), dtype="float64", max_iter=k) for k in (1, 4, 2000)]
    for found in runs:
        s = float(found.step)
        u = found.x - s * A.T @ (A @ found.x - b)
        mapping = (found.x - np.sign(u) * np.maximum(np.abs(u) - s * lam, 0)) / s
        expected = np.abs(mapping).max() / lam
        assert float(found.stationarity) == pytest.approx(expected, rel=1e-6, abs=1e-9)
        assert found.converged == (expected <= 1e-4)
    assert runs[-1].converged


@pytest.mark.parametrize("name", [*BY_NAME, "nonnegative_lasso"])
def test_every_penalty_ends_stationary(name):
    """With its own distance to the subdifferential as judge, away from the solver's mapping."""
    A, b = data(3)
    A = A / np.linalg.norm(A, 2) * 1.5
    penalty = NonNegativeLasso(1.0) if name == "nonnegative_lasso" else resolve(name)
    penalty = penalty.with_lam(0.3 * np.sqrt(np.abs(A.T @ b).max()))
    found = ista(A, b, penalty, **TIGHT)
    assert found.converged and (found.x != 0).any() and (found.x == 0).any()
    assert found.step < penalty.max_step
    if isinstance(penalty, IntegrativeMCP) or name == "sparse_group_mcp":
        penalty = penalty.with_cohorts(1)
    gradient = A.T @ (A @ found.x - b)
    distance = penalty.distance(found.x[:, None], gradient[:, None])
    assert np.max(distance) < 1e-5 * float(penalty.lam)


def test_gamma_bounds_the_step_where_the_operator_is_small():
    """1 / ||A||^2 alone would be far beyond gamma, where the prox is no minimiser."""
    A, b = data(3)
    A = A / np.linalg.norm(A, 2) * 0.2
    for step in ("backtracking", "power", 30.0):
        found = ista(A, b, GroupMCP(0.2, gamma=1.5), step=step, dtype="float64", max_iter=50_000)
        assert found.step < 1.5 and found.converged


# -- one operator, many forms ---------------------------------------------------------------------


def test_lanes_are_problems_of_their_own():
    """200 right-hand sides, finished ones left behind on the way, each with its lambda."""
    A, B = data(4, lanes=200)
    lams = np.geomspace(0.02, 1.1, 200) * np.abs(A.T @ B).max(axis=0)
    together = ista(A, B, Lasso(lams), **TIGHT)
    assert together.x.shape == (A.shape[1], 200) and together.n_iter.shape == (200,)
    assert together.converged.all() and together.n_iter.max() > 3 * together.n_iter.min()
    for k in (0, 77, 150, 199):
        alone = ista(A, B[:, k], Lasso(lams[k]), **TIGHT)
        np.testing.assert_allclose(together.x[:, k], alone.x, atol=1e-6)
        assert together.objective[k] == pytest.approx(float(alone.objective), rel=1e-10)
    assert not together.x[:, -1].any()  # above lambda_max


@pytest.mark.parametrize("lanes", [None, 3, 12])
def test_sparse_matrices_and_functions_are_their_dense_matrix(lanes):
    A, b = data(5, lanes=lanes)
    A *= np.random.default_rng(0).random(A.shape) < 0.2
    lam = 0.1 * np.abs(A.T @ b).max()
    dense = ista(A, b, Lasso(lam), **TIGHT)
    matrix = jnp.asarray(A)
    for operator in (
        sparse.csr_array(A), sparse.coo_matrix(A), sparse.csc_array(A),
        (lambda x: jnp.asarray(A) @ x, lambda y: jnp.asarray(A).T @ y),
    ):  # fmt: skip
        other = ista(operator, b, Lasso(lam), **TIGHT)
        np.testing.assert_allclose(other.x, dense.x, atol=1e-6)
    assert matrix.dtype == "float32"  # double precision ended with the call


@pytest.mark.parametrize("step", ["backtracking", "power", "number"])
@pytest.mark.parametrize("method", ["ista", "fista", "fista_restart"])
def test_every_method_and_step_finds_the_minimum(method, step):
    A, b = data(6)
    lam = 0.1 * np.abs(A.T @ b).max()
    best = ista(A, b, Lasso(lam), **TIGHT)
    number = 1 / np.linalg.norm(A, 2) ** 2
    found = ista(A, b, Lasso(lam), method=method, step=number if step == "number" else step,
                 **TIGHT)  # fmt: skip
    assert found.converged
    np.testing.assert_allclose(found.x, best.x, atol=1e-6)
    if step == "power":
        assert float(found.step) == pytest.approx(number, rel=0.1)
    if step == "number":
        assert float(found.step) == number


def test_warm_start():
    A, b = data(7)
    lam = 0.1 * np.abs(A.T @ b).max()
    cold = ista(A, b, Lasso(lam), dtype="float64")
    warm = ista(A, b, Lasso(lam), x0=cold.x, dtype="float64")
    assert warm.n_iter <= 3 < cold.n_iter


# -- rates ----------------------------------------------------------------------------------------


def ill_conditioned():
    """Eigenvalues of A'A from 1 down to 1e-6: no linear rate within a thousand iterations."""
    rng = np.random.default_rng(0)
    p = 60
    U, V = (np.linalg.qr(rng.normal(size=(p, p)))[0] for _ in range(2))
    A = U * np.geomspace(1, 1e-3, p) @ V
    return A, A @ rng.normal(size=p), Lasso(1e-6)


def test_histories_show_the_rates():
    """`L d^2 / (2 k)` for ISTA, `2 L d^2 / (k + 1)^2` for FISTA (Beck & Teboulle, 3.1 and 4.4)."""
    A, b, penalty = ill_conditioned()
    settings = {"step": 1.0, "dtype": "float64", "tol": 1e-12}
    best = ista(A, b, penalty, max_iter=100_000, dtype="float64", tol=1e-4)
    distance = (best.x**2).sum()
    k = np.arange(1, 501)
    gaps = {}
    for method in ("ista", "fista", "fista_restart"):
        with pytest.warns(ConvergenceWarning):
            found = ista(A, b, penalty, method=method, history=True, max_iter=500, **settings)
        assert found.history.shape == (500,)
        assert found.history[-1] == pytest.approx(float(found.objective), rel=1e-9)
        gaps[method] = found.history - best.objective
    assert (gaps["ista"] <= distance / (2 * k)).all()
    assert (gaps["fista"] <= 2 * distance / (k + 1) ** 2).all()
    late = k >= 20
    slopes = {m: np.polyfit(np.log(k[late]), np.log(g[late]), 1)[0] for m, g in gaps.items()}
    assert slopes["ista"] > -1.6 and slopes["fista"] < -1.9
    assert gaps["fista"][-1] < 0.1 * gaps["ista"][-1]
    assert (np.diff(gaps["ista"]) <= 1e-12).all() and (
        np.diff(gaps["fista_restart"]) <= 1e-12
    ).all()


def test_history_of_lanes():
    A, B = data(8, lanes=3)
    lam = 0.2 * np.abs(A.T @ B).max()
    found = ista(A, B, Lasso(lam), history=True)
    assert found.history.shape == (found.n_iter.max(), 3)
    np.testing.assert_allclose(found.history[-1], found.objective, rtol=1e-5)
    assert ista(A, B, Lasso(lam)).history is None


def test_single_precision_on_a_long_problem_keeps_its_step():
    """Differences of long sums once drowned the bound in rounding, and steps shrank to nothing."""
    rng = np.random.default_rng(0)
    x = rng.uniform(size=150_000)
    blur = (lambda v: (v + jnp.roll(v, 1)) / 2, lambda v: (v + jnp.roll(v, -1)) / 2)
    b = (x + np.roll(x, 1)) / 2 + 1e-3 * rng.normal(size=len(x))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = ista(blur, b, NonNegativeLasso(1e-3), tol=1e-6, max_iter=300)
    assert found.step > 0.5 and found.stationarity < 0.1


# -- errors ---------------------------------------------------------------------------------------

A1, B1 = np.eye(3, 2), np.ones(3)
TWICE = (lambda x: jnp.append(x, 0.0), lambda y: 2 * y[:-1])
ERRORS = {
    "empty A": (
        (np.ones((3, 0)), B1, Lasso(1.0)), {},
        "A must be a matrix (n, p) with rows and columns, or a pair of functions (forward, "
        "adjoint); got shape (3, 0).",
    ),
    "vector A": (
        (np.ones(3), B1, Lasso(1.0)), {},
        "A must be a matrix (n, p) with rows and columns, or a pair of functions (forward, "
        "adjoint); got shape (3,).",
    ),
    "zero A": (
        (np.zeros((3, 2)), B1, Lasso(1.0)), {},
        "A maps everything to zero, so that b says nothing about x. Check how A was built.",
    ),
    "zero sparse A": (
        (sparse.csr_array((3, 2)), B1, Lasso(1.0)), {},
        "A maps everything to zero, so that b says nothing about x. Check how A was built.",
    ),
    "zero functions": (
        ((lambda x: jnp.zeros(3), lambda y: jnp.zeros(2)), B1, Lasso(1.0)), {},
        "A maps everything to zero, so that b says nothing about x. Check how A was built.",
    ),
    "shapes": (
        (A1.T, B1, Lasso(1.0)), {},
        "A must have as many rows as b has entries; got A (2, 3) and b with 3. Pass the transpose "
        "of A, or the b that belongs to it.",
    ),
    "NaN in A": (
        (A1 * np.nan, B1, Lasso(1.0)), {},
        "A contains NaN or infinity. Remove or impute those entries.",
    ),
    "NaN in sparse A": (
        (sparse.csr_array(np.array([[np.inf, 0], [0, 1], [0, 0]])), B1, Lasso(1.0)), {},
        "A contains NaN or infinity. Remove or impute those entries.",
    ),
    "NaN in b": (
        (A1, B1 * np.nan, Lasso(1.0)), {},
        "b contains NaN or infinity. Remove or impute those entries.",
    ),
    "empty b": (
        (A1, np.ones((3, 0)), Lasso(1.0)), {},
        "b must have shape (n,), (n, B) or (n, B, T), none of them 0: entries, right-hand sides, "
        "outputs; got shape (3, 0). Flatten images.",
    ),
    "NaN from functions": (
        ((lambda x: jnp.append(x, jnp.nan), lambda y: y[:-1]), B1, Lasso(1.0)), {},
        "A's functions return NaN or infinity. Check them on a random vector.",
    ),
    "image functions": (
        ((lambda x: x.ravel(), lambda y: y[:, None]), B1, Lasso(1.0)), {},
        "A's functions must map vectors to vectors, forward (p,) to (n,) and adjoint (n,) to (p,), "
        "with n = 3 the entries of b; adjoint gave shape (3, 1), and forward of that (3, 1). "
        "Flatten images inside the functions.",
    ),
    "negative lam": (
        (A1, B1, Lasso(np.array([-1.0]))), {}, "lam must be finite and >= 0; got [-1.].",
    ),
    "lam per lane": (
        (A1, B1, Lasso(np.ones(2))), {},
        "lam must be a number or have one value per right-hand side, 1; got shape (2,). To "
        "penalise groups unequally, give the penalty weights.",
    ),
    "groups": (
        (A1, B1, GroupLasso(1.0, groups=FeatureGroups(jnp.arange(3), 3))), {},
        "The penalty's groups must number each of the 2 entries of x; got ids of shape (3,).",
    ),
    "x0": (
        (A1, B1, Lasso(1.0)), {"x0": np.ones(3)},
        "x0 must have the shape of x, (2,); got (3,).",
    ),
    "method": (
        (A1, B1, Lasso(1.0)), {"method": "admm"},
        "method must be one of 'ista', 'fista', 'fista_restart'; got 'admm'.",
    ),
    "step name": (
        (A1, B1, Lasso(1.0)), {"step": "wolfe"},
        "step must be one of 'backtracking', 'power'; got 'wolfe'.",
    ),
    "step number": (
        (A1, B1, Lasso(1.0)), {"step": 0.0},
        "step must be 'backtracking', 'power' or a number above 0; got 0.0. 1 / ||A||^2 is safe.",
    ),
    "dtype": (
        (A1, B1, Lasso(1.0)), {"dtype": "float16"},
        "dtype must be one of 'float32', 'float64'; got 'float16'.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_bad_input_says_what_to_do(case):
    arguments, settings, message = ERRORS[case]
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        ista(*arguments, **settings)


def test_negative_lam_is_refused_by_the_penalty():
    with pytest.raises(ValueError, match=r"^Lasso: lam must be >= 0; got -1\.0\.$"):
        ista(A1, B1, Lasso(-1.0))


def test_penalty_must_be_one():
    with pytest.raises(TypeError, match=r"^penalty must be a Penalty with its lam, such as .*'l1'"):
        ista(A1, B1, "l1")


def test_functions_must_be_adjoint():
    with pytest.raises(
        ValueError,
        match=r"^A's second function must be the adjoint of its first: <forward\(x\), y> must "
        r"equal <x, adjoint\(y\)> for all x and y, but for random ones they are \S+ and \S+\. "
        r"For a convolution, the adjoint convolves with the mirrored kernel\.$",
    ):
        ista(TWICE, B1, Lasso(1.0))


def test_stopping_early_warns_with_the_certificate():
    A, b = data(9)
    with pytest.warns(ConvergenceWarning) as caught:
        found = ista(A, b, Lasso(1.0), max_iter=3)
    assert str(caught[0].message) == (
        f"ista stopped after 3 iterations with relative stationarity {found.stationarity:.1e}, "
        "above tol=0.0001, in 1 of 1 right-hand sides. Raise max_iter or tol, or pass "
        "dtype='float64' if rounding is the limit."
    )
    assert not found.converged and np.isfinite(found.x).all()
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.x = 0


def test_limits():
    """No penalty is least squares; above lambda_max nothing is left; zero b is answered by zero."""
    A, b = data(0, "tall")
    free = ista(A, b, Lasso(0.0), **TIGHT)
    np.testing.assert_allclose(free.x, np.linalg.lstsq(A, b, rcond=None)[0], atol=1e-6)
    top = np.abs(A.T @ b).max()
    assert not ista(A, b, Lasso(top * 1.001)).x.any()
    assert ista(A, b, Lasso(top * 0.99)).x.any()
    assert not ista(A, np.zeros(len(A)), Lasso(1.0)).x.any()
    assert (
        ref.kkt_violation(Lasso(1.0), free.x[:, None], (A.T @ (A @ free.x - b))[:, None], 0) < 1e-4
    )

"""L-BFGS on functions whose minimum is known."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize as scipy_minimize

from spinnery.engine.lbfgs import minimise

pytestmark = pytest.mark.usefixtures("x64")

P = 6
rng = np.random.default_rng(0)
BASIS = np.linalg.qr(rng.normal(size=(P, P)))[0]
CENTRE = rng.normal(size=P)
DATA = rng.normal(size=(30, P))
LABELS = (DATA @ CENTRE + rng.normal(size=30) > 0).astype(float)


def quadratic(condition):
    A = BASIS @ np.diag(np.geomspace(1, condition, P)) @ BASIS.T

    def f(x):
        return 0.5 * (x - CENTRE) @ A @ (x - CENTRE)

    return f


def rosenbrock(x):
    return jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def logistic(x):
    g = DATA @ x
    return jnp.mean(jax.nn.softplus(g) - LABELS * g) + 0.005 * jnp.sum(x**2)


def quartic(x):
    """Flat at its minimum: gradients vanish faster than distances."""
    return jnp.sum((x - CENTRE) ** 4) + 0.5


FUNCTIONS = [quadratic(1.0), quadratic(1e4), rosenbrock, logistic, quartic]
# the second so near its stiff minimum that the first trial step lands far beyond
STARTS = np.stack([np.zeros(P), CENTRE + 1e-3, np.tile([-1.2, 1.0], 3), np.zeros(P), CENTRE - 1])
TOL = np.array([1e-8, 1e-7, 1e-7, 1e-8, 1e-9])


def lanes(functions):
    """`value_and_grad` of several different functions, one per lane."""

    def value_and_grad(x):
        pairs = [jax.value_and_grad(f)(x[b]) for b, f in enumerate(functions)]
        return jnp.stack([v for v, _ in pairs]), jnp.stack([g for _, g in pairs])

    return value_and_grad


@pytest.fixture(scope="module")
def together(x64):
    return jax.jit(partial(minimise, lanes(FUNCTIONS)))(STARTS, TOL, 2000)


def test_known_minima(together):
    assert (np.linalg.norm(together.gradient, axis=1) <= TOL).all()
    assert (np.asarray(together.n_iter) < 500).all()
    np.testing.assert_allclose(together.x[0], CENTRE, atol=1e-7)
    np.testing.assert_allclose(together.x[1], CENTRE, atol=1e-6)
    np.testing.assert_allclose(together.x[2], 1, atol=1e-6)
    np.testing.assert_allclose(together.x[4], CENTRE, atol=2e-3)
    np.testing.assert_allclose(together.value, [0, 0, 0, float(logistic(together.x[3])), 0.5],
                               atol=1e-11)  # fmt: skip
    peer = scipy_minimize(
        lambda x: float(logistic(x)), STARTS[3], jac=lambda x: np.asarray(jax.grad(logistic)(x)),
        options={"gtol": 1e-9},
    )  # fmt: skip
    np.testing.assert_allclose(together.x[3], peer.x, atol=1e-6)


def test_reported_value_and_gradient_belong_to_the_point(together):
    value, gradient = lanes(FUNCTIONS)(together.x)
    np.testing.assert_allclose(together.value, value, atol=1e-13)
    np.testing.assert_allclose(together.gradient, gradient, atol=1e-13)


@pytest.mark.parametrize("b", [1, 2])
def test_a_lane_alone_walks_the_same_way(together, b):
    alone = jax.jit(partial(minimise, lanes(FUNCTIONS[b : b + 1])))(
        STARTS[b : b + 1], TOL[b : b + 1], 2000
    )
    assert int(alone.n_iter[0]) == pytest.approx(int(together.n_iter[b]), rel=0.2)
    np.testing.assert_allclose(alone.x[0], together.x[b], atol=1e-9)


def test_objective_falls_and_a_finished_lane_stays():
    run = jax.jit(partial(minimise, lanes(FUNCTIONS)))
    before = np.asarray(lanes(FUNCTIONS)(STARTS)[0])
    for k in (1, 2, 4, 8, 16, 32, 64):
        best = run(STARTS, TOL, k)
        assert (np.asarray(best.value) <= before + 1e-12).all()
        assert (np.asarray(best.n_iter) <= k).all()
        before = np.asarray(best.value)
    at_minimum = np.tile(CENTRE, (5, 1))
    stay = run(at_minimum, np.full(5, 1e9), 50)
    np.testing.assert_array_equal(stay.x, at_minimum)
    assert not np.asarray(stay.n_iter).any()


def test_superlinear_on_a_quadratic():
    """More than steepest descent: condition 1e4 in a few dozen evaluations."""
    best = jax.jit(partial(minimise, lanes(FUNCTIONS[1:2])))(STARTS[1:2], TOL[1:2], 100)
    assert float(jnp.linalg.norm(best.gradient)) <= TOL[1]


def test_ends_when_rounding_has_won():
    """A tolerance no float can meet: the lane stops near its minimum, long before the cap."""
    best = jax.jit(partial(minimise, lanes(FUNCTIONS[3:4])))(STARTS[3:4], 0.0, 5000)
    assert int(best.n_iter[0]) < 1000
    assert float(jnp.linalg.norm(best.gradient)) < 1e-7


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_unit_of_the_objective_does_not_matter(unit):
    """The first step is measured by the gradient."""
    start = jnp.zeros((1, P))
    plain, scaled = (
        minimise(
            lambda x, c=c: jax.vmap(jax.value_and_grad(lambda v: c * logistic(v)))(x),
            start, 1e-6, 100, lambda value, c=c: jnp.full_like(value, c),
        )
        for c in (1.0, unit)
    )  # fmt: skip
    np.testing.assert_allclose(scaled.x, plain.x, atol=1e-6)
    assert scaled.n_iter[0] == plain.n_iter[0]

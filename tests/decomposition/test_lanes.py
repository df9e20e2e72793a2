"""The lanes' driver: finished ones are left behind, and nobody is lost on the way."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from spinnery.decomposition import lanes
from spinnery.decomposition.lanes import minimise
from spinnery.decomposition.least_squares import LeastSquares, squared_norm
from spinnery.engine import proximal
from spinnery.engine.design import DenseDesign
from spinnery.penalties import Lasso

pytestmark = pytest.mark.usefixtures("x64")


def problem(n_lanes=300, n=30, p=40):
    rng = np.random.default_rng(0)
    A = rng.normal(size=(n, p))
    targets = rng.normal(size=(n, n_lanes, 1))
    lam = np.geomspace(0.01, 1.1, n_lanes) * np.abs(A.T @ targets[:, :, 0]).max(axis=0)
    start = np.zeros((p, n_lanes, 1)), np.full(n_lanes, 1 / np.linalg.norm(A, 2) ** 2)
    return LeastSquares(DenseDesign(jnp.asarray(A)), targets), Lasso(lam), *start


def test_leaving_lanes_behind_changes_no_answer(monkeypatch):
    sizes = []
    solve = proximal.solve

    def spy(problem, *arguments):
        sizes.append(problem.targets.shape[1])
        return solve(problem, *arguments)

    monkeypatch.setattr(lanes, "solve", spy)
    few = minimise(*problem(), 1e-6, 20_000)
    assert sizes[0] == 384 and max(sizes[1:]) <= 96  # 300 on the grid, then a quarter
    monkeypatch.setattr(lanes, "FEW", 10_000)
    sizes.clear()
    together = minimise(*problem(), 1e-6, 20_000)
    assert sizes[0] == 300
    np.testing.assert_allclose(few.W, together.W, atol=1e-4)
    np.testing.assert_allclose(few.objective, together.objective, rtol=1e-10)
    assert (few.stationarity <= 1e-6).all()


def test_the_limit_holds_for_every_lane():
    end = minimise(*problem(), 1e-9, 7)
    assert end.n_iter.max() == 7 and (end.stationarity > 1e-9).any()
    short = minimise(*problem(), 1e-9, 3)
    assert (end.objective <= short.objective + 1e-12).all()


def test_the_start_is_left_alone():
    least_squares, penalty, W, step = problem()
    minimise(least_squares, penalty, W, step, 1e-3, 100)
    assert not W.any() and len(set(step)) == 1


@pytest.mark.parametrize("n_products", [1, 5, 200])
def test_squared_norm_is_from_below(n_products):
    A = np.random.default_rng(0).normal(size=(20, 35))
    found = float(squared_norm(DenseDesign(jnp.asarray(A)), 35, n_products))
    true = np.linalg.norm(A, 2) ** 2
    assert found <= true * (1 + 1e-9)
    assert n_products < 200 or found >= 0.95 * true

"""Fitted models from the engine's arrays, cohort by cohort."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import references as ref
from spinnery.estimators.model import build_models, path_norms
from spinnery.inputs.form import Form
from spinnery.losses import Squared
from spinnery.nn import ACTIVATIONS, Sharing, init_lanes
from tables import regression_table

n, p, M, T = 30, 6, 2, 3
EMPTY = 16  # columns on the device
INDEX = np.array([[4, 1, EMPTY, 0], [2, EMPTY, 1, 0]])
CODES = np.arange(n) % M


@pytest.fixture(params=["none", "upper"])
def engine(request):
    """A table, first-layer rows `(k, M T)` and a network with every stored weight random."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p)) * (1 + CODES[:, None]) + CODES[:, None]
    y = rng.normal(size=(n, 2)) + 5 * CODES[:, None]
    table = regression_table(X, y, np.ones(n), Squared(), np.float64, CODES)
    _, upper = init_lanes([0], p, (T,), 2, "tanh", np.float64)
    upper = Sharing(request.param).spread(upper, M)
    upper = jax.tree.map(lambda a: rng.normal(size=a.shape[1:]), upper)
    W = rng.normal(size=(4, M, T)) * (p > INDEX.T)[..., None]
    W[3, 1] = 0  # feature 0 is used in the first cohort alone
    return X, table, W.reshape(4, M * T), upper


def test_each_cohorts_model_predicts_in_its_own_units(engine):
    X, table, W, upper = engine
    models = build_models(table, INDEX, W, upper)
    assert [m.features.tolist() for m in models] == [[0, 1, 4], [1, 2]]
    for m, model in enumerate(models):
        slots = [k for k in range(4) if INDEX[m, k] < p]
        columns = (X[:, INDEX[m, slots]] - table.center[m, INDEX[m, slots]]) / table.scale[
            m, INDEX[m, slots]
        ]
        own = jax.tree.map(lambda a, m=m: a[min(m, len(a) - 1)], upper.upper)
        layers = [(layer.weight, layer.bias) for layer in own.layers]
        block = W[slots, m * T : (m + 1) * T]
        raw = ref.forward(ACTIVATIONS["tanh"], block, own.bias, layers, columns)[-1]
        expected = raw * table.outcome.scale[m] + table.outcome.center[m]
        outputs = table.outcome.in_units(model.outputs(X), m)
        np.testing.assert_allclose(outputs, expected, atol=1e-10)


@pytest.mark.parametrize("engine", ["none"], indirect=True)
def test_path_norms_are_of_whole_rows(engine):
    _, table, W, _ = engine
    norms = path_norms(table, [(INDEX, W), (np.full((M, 4), EMPTY), 0 * W)], Form(p))
    squares = np.zeros(p)
    for m, k in np.ndindex(M, 4):
        if INDEX[m, k] < p:
            squares[INDEX[m, k]] += np.sum(W[k, m * T : (m + 1) * T] ** 2)
    np.testing.assert_allclose(norms.toarray(), [np.sqrt(squares), np.zeros(p)])
    assert np.diff(norms.indptr).tolist() == [4, 0]

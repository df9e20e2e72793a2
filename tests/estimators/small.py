"""Small data and quick estimators, most for the tests of mini-batch training."""

from __future__ import annotations

import equinox as eqx
import jax
import numpy as np
import pytest

from spinnery import NetworkClassifier, NetworkRegressor

QUICK = {"hidden": (4,), "batch_size": 16, "epochs": 4, "random_state": 0}


def quickly(names):
    """Estimators to parametrize by; those whose programs take longest to compile are slow."""
    slow = pytest.mark.slow
    return [pytest.param(x, marks=slow) if x.endswith("SurvivalCV") else x for x in names]


def data(n=64, p=6, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, p))
    f = X[:, 0] - 2 * X[:, 1] + np.sin(X[:, 2])
    return X, f, np.digitize(f, [-1, 1])


def classifier(**params):
    return NetworkClassifier(**{**QUICK, **params})


def regressor(**params):
    return NetworkRegressor(**{**QUICK, **params})


def same(a, b):
    for x, y in zip(jax.tree.leaves(a.network_), jax.tree.leaves(b.network_), strict=True):
        if eqx.is_array(x):
            np.testing.assert_array_equal(x, y)

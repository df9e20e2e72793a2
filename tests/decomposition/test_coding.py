"""Sparse codes against scikit-learn, and however samples are batched."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import sparse_encode
from sklearn.exceptions import ConvergenceWarning

from spinnery import sparse_code
from spinnery.decomposition import coding


def data(n=150, p=20, k=50, seed=0):
    rng = np.random.default_rng(seed)
    D = rng.normal(size=(k, p))
    D /= np.linalg.norm(D, axis=1, keepdims=True)
    return rng.normal(size=(n, p)), D


def objectives(X, codes, D, lam):
    return 0.5 * ((X - codes @ D) ** 2).sum(axis=1) + lam * np.abs(codes).sum(axis=1)


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("lam", [0.2, 1.0])
def test_objective_is_scikit_learns(lam, positive):
    X, D = data()
    peer = sparse_encode(X, D, algorithm="lasso_cd", alpha=lam, positive=positive, max_iter=10_000)
    codes = sparse_code(X, D, lam, positive=positive)
    best, found = (objectives(X, c, D, lam) for c in (peer, codes))
    assert found.sum() == pytest.approx(best.sum(), rel=1e-4)
    assert (found <= best * (1 + 3e-3)).all()
    exact = sparse_code(X, D, lam, positive=positive, tol=1e-6, dtype="float64", max_iter=10_000)
    np.testing.assert_allclose(exact, peer, atol=1e-4)
    assert not positive or (codes >= 0).all()


@given(seed=st.integers(0, 99), lam=st.sampled_from([0.1, 1.0]))
def test_atoms_optimality(seed, lam):
    """`|<residual, d_j>| <= lam`, with equality and the code's sign wherever it is used."""
    X, D = data(8, 6, 10, seed)
    codes = sparse_code(X, D, lam, tol=1e-6, dtype="float64", max_iter=10_000)
    pull = (X - codes @ D) @ D.T
    np.testing.assert_allclose(pull[codes != 0], lam * np.sign(codes[codes != 0]), rtol=1e-4)
    assert (np.abs(pull) <= lam * (1 + 1e-5)).all()


def test_codes_do_not_depend_on_the_company(monkeypatch):
    X, D = data()
    together = sparse_code(X, D, 0.2, tol=1e-6, dtype="float64")
    monkeypatch.setattr(coding, "CHUNK", 64)
    np.testing.assert_allclose(sparse_code(X, D, 0.2, tol=1e-6, dtype="float64"), together,
                               atol=1e-3)  # fmt: skip
    np.testing.assert_allclose(sparse_code(X[7:8], D, 0.2, tol=1e-6, dtype="float64"),
                               together[7:8], atol=1e-3)  # fmt: skip


def test_limits():
    X, D = data(5)
    assert not sparse_code(X, D, 1.01 * np.abs(X @ D.T).max()).any()
    shrunk = np.sign(X) * np.maximum(np.abs(X) - 0.3, 0)
    np.testing.assert_allclose(sparse_code(X, np.eye(20), 0.3, tol=1e-5), shrunk, atol=1e-5)


X1, D1 = np.ones((2, 3)), np.eye(3)
TABLES = (
    "X (n_samples, n_features) and dictionary (n_components, n_features) must be tables with as "
    "many columns and none empty; got shapes {} and {}. Samples and atoms are rows."
)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X1, np.eye(2), 1.0), TABLES.format("(2, 3)", "(2, 2)")),
        ((X1[0], D1, 1.0), TABLES.format("(3,)", "(3, 3)")),
        ((X1, D1[:0], 1.0), TABLES.format("(2, 3)", "(0, 3)")),
        ((X1 * np.nan, D1, 1.0), "X contains NaN or infinity. Remove or impute those entries."),
        ((X1, D1 + np.inf, 1.0),
         "dictionary contains NaN or infinity. Remove or impute those entries."),
        ((X1, 0 * D1, 1.0), "dictionary has only zero atoms. Normalise or learn its rows."),
        ((X1, D1, -1.0), "Lasso: lam must be >= 0; got -1.0."),
    ],
)  # fmt: skip
def test_bad_input_says_what_to_do(arguments, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        sparse_code(*arguments)


def test_stopping_early_warns():
    X, D = data()
    with pytest.warns(ConvergenceWarning, match=r"^sparse_code stopped after 2 iterations with "):
        sparse_code(X, D, 0.05, max_iter=2)

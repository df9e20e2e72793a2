"""Arrays of real numbers, and what is said of others."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_iris

import spinnery as sp
from spinnery import metrics, penalties
from spinnery.arrays import real_array

COMPLEX = np.eye(3) * (1 + 2j)
A = np.eye(3)
Y = sp.survival_target([True, False, True], [1.0, 2.0, 3.0])
TABLE = load_iris().data[:30] * (1 + 0j)

CALLS = {
    "A": lambda: sp.ista(COMPLEX, np.ones(3), penalties.Lasso(0.1)),
    "sparse A": lambda: sp.ista(sparse.csr_array(COMPLEX), np.ones(3), penalties.Lasso(0.1)),
    "A as functions": lambda: sp.ista(
        (lambda x: 1j * x, lambda y: -1j * y), np.ones(3), penalties.Lasso(0.1)
    ),
    "b": lambda: sp.ista(A, np.ones(3) * 1j, penalties.Lasso(0.1)),
    "x0": lambda: sp.ista(A, np.ones(3), penalties.Lasso(0.1), x0=np.ones(3) * 1j),
    "codes": lambda: sp.sparse_code(COMPLEX, A, lam=1.0),
    "dictionary": lambda: sp.sparse_code(A, COMPLEX, lam=1.0),
    "time": lambda: sp.survival_target([True], [1j]),
    "event": lambda: sp.survival_target([1 + 0j], [1.0]),
    "risk": lambda: metrics.concordance_index(Y, np.ones(3) * 1j),
    "scores": lambda: metrics.top_k_error([0, 1, 2], COMPLEX),
    "regressor": lambda: sp.SPINNRegressorCV().fit(TABLE, np.arange(30)),
    "target": lambda: sp.SPINNRegressorCV().fit(TABLE.real, np.arange(30) * 1j),
    "network": lambda: sp.NetworkRegressor().fit(TABLE, np.arange(30)),
    "autoencoder": lambda: sp.SparseAutoencoder().fit(TABLE),
    "cohorts": lambda: sp.IntegrativeSPINNRegressorCV().fit(TABLE, np.arange(30)),
    "tsne": lambda: sp.TSNE().fit(TABLE),
    "atoms": lambda: sp.DictionaryLearning().fit(TABLE),
}


@pytest.mark.parametrize("name", CALLS)
def test_complex_numbers_are_refused(name):
    with pytest.raises(ValueError, match=r"(?i)complex"):
        CALLS[name]()


def test_real_numbers_pass_as_they_are():
    values = np.arange(3.0)
    assert real_array(values, float, "x") is values
    assert real_array([1, 2], None, "x").dtype.kind == "i"

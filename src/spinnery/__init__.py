"""Sparse-input neural networks: the inputs that matter, and a nonlinear model of them.

Every public name is on this page. Importing changes nothing: JAX's settings stay as they are, the
compilation cache opens at the first fit, and a name's module is loaded when the name is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import datasets, decomposition, inspection, losses, metrics, nn, penalties, plotting
    from .decomposition.coding import sparse_code
    from .decomposition.dictionary import DictionaryLearning
    from .decomposition.linear import ista
    from .embedding import SNE, TSNE
    from .estimators.autoencoder import SparseAutoencoder
    from .estimators.integrative import IntegrativeSPINNClassifier, IntegrativeSPINNRegressor
    from .estimators.integrative_cv import (
        IntegrativeSPINNClassifierCV,
        IntegrativeSPINNRegressorCV,
    )
    from .estimators.network import NetworkClassifier, NetworkRegressor
    from .estimators.spinn import SPINNClassifier, SPINNRegressor
    from .estimators.spinn_cv import SPINNClassifierCV, SPINNRegressorCV
    from .io import load
    from .selection.transfer import leave_one_cohort_out

__version__ = "0.1.0"

__all__ = [
    "SNE",
    "TSNE",
    "DictionaryLearning",
    "IntegrativeSPINNClassifier",
    "IntegrativeSPINNClassifierCV",
    "IntegrativeSPINNRegressor",
    "IntegrativeSPINNRegressorCV",
    "NetworkClassifier",
    "NetworkRegressor",
    "SPINNClassifier",
    "SPINNClassifierCV",
    "SPINNRegressor",
    "SPINNRegressorCV",
    "SparseAutoencoder",
    "datasets",
    "decomposition",
    "inspection",
    "ista",
    "leave_one_cohort_out",
    "load",
    "losses",
    "metrics",
    "nn",
    "penalties",
    "plotting",
    "sparse_code",
]

_HOMES = {
    "DictionaryLearning": "decomposition.dictionary",
    "SNE": "embedding",
    "TSNE": "embedding",
    "IntegrativeSPINNClassifier": "estimators.integrative",
    "IntegrativeSPINNClassifierCV": "estimators.integrative_cv",
    "IntegrativeSPINNRegressor": "estimators.integrative",
    "IntegrativeSPINNRegressorCV": "estimators.integrative_cv",
    "NetworkClassifier": "estimators.network",
    "NetworkRegressor": "estimators.network",
    "SparseAutoencoder": "estimators.autoencoder",
    "SPINNClassifier": "estimators.spinn",
    "SPINNRegressor": "estimators.spinn",
    "SPINNClassifierCV": "estimators.spinn_cv",
    "SPINNRegressorCV": "estimators.spinn_cv",
    "ista": "decomposition.linear",
    "leave_one_cohort_out": "selection.transfer",
    "load": "io",
    "sparse_code": "decomposition.coding",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _HOMES:
        value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    else:
        value = import_module(f".{name}", __name__)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

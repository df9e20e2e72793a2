"""Sparse-input neural networks: the inputs that matter, and a nonlinear model of them.

Every public name is on this page. Importing changes nothing: JAX's settings stay as they are, the
compilation cache opens at the first fit, and a name's module is loaded when the name is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import (
        datasets,
        decomposition,
        inspection,
        losses,
        metrics,
        nn,
        penalties,
        plotting,
        testing,
    )
    from .decomposition.coding import sparse_code
    from .decomposition.dictionary import DictionaryLearning
    from .decomposition.linear import ista
    from .devices import on_devices
    from .embedding import SNE, TSNE
    from .estimators.annotate import annotate
    from .estimators.autoencoder import SparseAutoencoder
    from .estimators.integrative import IntegrativeSPINNClassifier, IntegrativeSPINNRegressor
    from .estimators.integrative_classifier_cv import IntegrativeSPINNClassifierCV
    from .estimators.integrative_cv import IntegrativeSPINNRegressorCV
    from .estimators.integrative_survival import IntegrativeSPINNSurvival
    from .estimators.integrative_survival_cv import IntegrativeSPINNSurvivalCV
    from .estimators.network_classifier import NetworkClassifier
    from .estimators.network_regressor import NetworkRegressor
    from .estimators.network_survival import NetworkSurvival
    from .estimators.screen import Screening, screen
    from .estimators.spinn import SPINNClassifier, SPINNRegressor
    from .estimators.spinn_cv import SPINNClassifierCV, SPINNRegressorCV
    from .estimators.spinn_survival import SPINNSurvival
    from .estimators.spinn_survival_cv import SPINNSurvivalCV
    from .evidence.assess import assess
    from .evidence.result import Evidence
    from .inputs.mapped import map_table
    from .outcomes.times import survival_target
    from .report.files import write_report
    from .selection.transfer import leave_one_cohort_out
    from .storage.models import load

__version__ = "0.1.0"

__all__ = [
    "SNE",
    "TSNE",
    "DictionaryLearning",
    "Evidence",
    "IntegrativeSPINNClassifier",
    "IntegrativeSPINNClassifierCV",
    "IntegrativeSPINNRegressor",
    "IntegrativeSPINNRegressorCV",
    "IntegrativeSPINNSurvival",
    "IntegrativeSPINNSurvivalCV",
    "NetworkClassifier",
    "NetworkRegressor",
    "NetworkSurvival",
    "SPINNClassifier",
    "SPINNClassifierCV",
    "SPINNRegressor",
    "SPINNRegressorCV",
    "SPINNSurvival",
    "SPINNSurvivalCV",
    "Screening",
    "SparseAutoencoder",
    "annotate",
    "assess",
    "datasets",
    "decomposition",
    "inspection",
    "ista",
    "leave_one_cohort_out",
    "load",
    "losses",
    "map_table",
    "metrics",
    "nn",
    "on_devices",
    "penalties",
    "plotting",
    "screen",
    "sparse_code",
    "survival_target",
    "testing",
    "write_report",
]

_HOMES = {
    "DictionaryLearning": "decomposition.dictionary",
    "SNE": "embedding",
    "TSNE": "embedding",
    "IntegrativeSPINNClassifier": "estimators.integrative",
    "IntegrativeSPINNClassifierCV": "estimators.integrative_classifier_cv",
    "IntegrativeSPINNRegressor": "estimators.integrative",
    "IntegrativeSPINNRegressorCV": "estimators.integrative_cv",
    "NetworkClassifier": "estimators.network_classifier",
    "NetworkRegressor": "estimators.network_regressor",
    "NetworkSurvival": "estimators.network_survival",
    "IntegrativeSPINNSurvival": "estimators.integrative_survival",
    "IntegrativeSPINNSurvivalCV": "estimators.integrative_survival_cv",
    "SPINNSurvival": "estimators.spinn_survival",
    "SPINNSurvivalCV": "estimators.spinn_survival_cv",
    "survival_target": "outcomes.times",
    "SparseAutoencoder": "estimators.autoencoder",
    "SPINNClassifier": "estimators.spinn",
    "SPINNRegressor": "estimators.spinn",
    "SPINNClassifierCV": "estimators.spinn_cv",
    "SPINNRegressorCV": "estimators.spinn_cv",
    "Evidence": "evidence.result",
    "annotate": "estimators.annotate",
    "assess": "evidence.assess",
    "ista": "decomposition.linear",
    "leave_one_cohort_out": "selection.transfer",
    "Screening": "estimators.screen",
    "load": "storage.models",
    "map_table": "inputs.mapped",
    "screen": "estimators.screen",
    "on_devices": "devices",
    "sparse_code": "decomposition.coding",
    "write_report": "report.files",
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

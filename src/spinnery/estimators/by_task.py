"""Which cross-validated estimator suits a task."""

from __future__ import annotations

from typing import Any

from .integrative_classifier_cv import IntegrativeSPINNClassifierCV
from .integrative_cv import IntegrativeSPINNRegressorCV
from .integrative_survival_cv import IntegrativeSPINNSurvivalCV
from .spinn_cv import SPINNClassifierCV, SPINNRegressorCV
from .spinn_survival_cv import SPINNSurvivalCV

BY_TASK: dict[str, tuple[type[Any], type[Any]]] = {  # for one table, and over cohorts
    "regression": (SPINNRegressorCV, IntegrativeSPINNRegressorCV),
    "classification": (SPINNClassifierCV, IntegrativeSPINNClassifierCV),
    "survival": (SPINNSurvivalCV, IntegrativeSPINNSurvivalCV),
}

"""Sparse-input neural networks: the inputs that matter, and a nonlinear model of them.

Every public name is on this page. Importing changes nothing: JAX's settings stay as they are, and
the compilation cache opens at the first fit.
"""

from __future__ import annotations

from . import losses, nn, penalties
from .estimators.spinn import SPINNClassifier, SPINNRegressor
from .estimators.spinn_cv import SPINNClassifierCV, SPINNRegressorCV

__version__ = "0.1.0"

__all__ = [
    "SPINNClassifier",
    "SPINNClassifierCV",
    "SPINNRegressor",
    "SPINNRegressorCV",
    "losses",
    "nn",
    "penalties",
]

"""Sparse-input neural networks."""
from .estimators.spinn import SPINNClassifier, SPINNRegressor
from .estimators.spinn_cv import SPINNClassifierCV, SPINNRegressorCV

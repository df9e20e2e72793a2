"""Measured cohorts, from the folder SPINNERY_DATA."""

import numpy as np

from ..common import data_folder

SETS = ("stemcells", "colon_msi")
SCHEMES = ("within", "new study")


def load(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Measurements, classes and studies."""
    with np.load(data_folder() / f"{name}.npz") as file:
        return file["X"].astype(np.float64), file["y"], file["study"]


def standardised(X: np.ndarray, study: np.ndarray, by: np.ndarray) -> np.ndarray:
    """`X` z-scored within studies, by the means and deviations of the samples `by`."""
    X = X.copy()
    for label in np.unique(study[by]):
        mine = study == label
        center, scale = X[mine & by].mean(0), X[mine & by].std(0)
        X[mine] = (X[mine] - center) / np.where(scale > 0, scale, 1)
    return X

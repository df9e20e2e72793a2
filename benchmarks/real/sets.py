"""Measured tables, from the folder SPINNERY_DATA."""

import numpy as np

from ..common import data_folder

SETS = ("khan", "su", "alon", "golub", "riboflavin")
REGRESSION = {"riboflavin"}


def load(name: str) -> tuple[np.ndarray, np.ndarray]:
    """A set's inputs and targets, intensities on a log scale."""
    with np.load(data_folder() / f"{name}.npz") as file:
        X, y = file["X"].astype(np.float64), file["y"]
    if name == "alon":
        X = np.log(X)
    if name == "golub":
        X = np.log(np.clip(X, 20, None))
    return X, y

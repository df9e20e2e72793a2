"""Measured survival times, from the folder SPINNERY_DATA, split and encoded alike for all."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from .. import common

SETS = ("chop", "DBCD", "nki70", "GBSG2", "support2")


class Data(NamedTuple):
    """A split; `variables` says which column of the table each of X's columns comes from."""

    X: np.ndarray
    event: np.ndarray
    time: np.ndarray
    X_test: np.ndarray
    event_test: np.ndarray
    time_test: np.ndarray
    variables: np.ndarray


def load(name: str) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Inputs, who had the event, and times."""
    path = common.data_folder() / f"{name}.csv"
    if path.exists():
        table = pd.read_csv(path)
        X = table.drop(columns=["event", "time"])
        return X, table["event"].to_numpy() == 1, table["time"].to_numpy(float)
    with np.load(path.with_suffix(".npz")) as file:
        X = pd.DataFrame(file["X"].astype(np.float64))
        return X, file["event"] == 1, file["time"].astype(float)


def split(name: str, seed: int) -> Data:
    """70 % to train on and 30 % to test on, with the same share of events."""
    table, event, time = load(name)
    rows = np.arange(len(table))
    train, test, _, _ = common.split(rows, event, seed, stratify=True)
    X, X_test, variables = encoded(table.iloc[train], table.iloc[test])
    return Data(X, event[train], time[train], X_test, event[test], time[test], variables)


def encoded(train: pd.DataFrame, test: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers for both, learnt from `train`, and the table's column of each.

    A gap in numbers is filled by the median and has an indicator where training has gaps. Other
    columns have an indicator per value seen in training, a gap being one, or one if there are two.
    """
    both, blocks, variables = pd.concat([train, test]), [], []
    learnt = np.arange(len(both)) < len(train)
    for k, name in enumerate(both):
        values = both[name]
        if is_numeric_dtype(values):
            gap = values.isna()
            block = [values.fillna(values[learnt].median())]
            block += [gap] if gap[learnt].any() else []
        else:
            values = values.astype(object).where(values.notna(), "gap")
            levels = sorted(values[learnt].unique())
            block = [values == level for level in (levels[1:] if len(levels) == 2 else levels)]
        blocks += [np.asarray(b, float) for b in block]
        variables += [k] * len(block)
    X = np.stack(blocks, axis=1)
    return X[learnt], X[~learnt], np.array(variables)

"""Of what kind is a column to be predicted?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import InputError, row_number

MOST = 20  # classes named
FEW = 10  # distinct integers that may be class codes


def guess(y: pd.Series, task: str) -> tuple[str, np.ndarray, str]:
    """Task, target values, and one line saying which task and why.

    Raises
    ------
    InputError
        If values are missing, or cannot be learnt; all classes of one sample are named.
    """
    if y.isna().any():
        first = row_number(np.flatnonzero(y.isna())[0])
        raise InputError(
            f"The target {y.name!r} has {int(y.isna().sum())} missing values, the first in row "
            f"{first}; remove those rows. (In text files, empty cells and NA count as missing.)"
        )
    y = y.infer_objects()
    is_bool = pd.api.types.is_bool_dtype(y)
    is_number = pd.api.types.is_numeric_dtype(y) and not is_bool
    integers = is_number and bool(np.all(np.mod(y.to_numpy(float), 1) == 0))
    n_distinct = y.nunique()
    few = n_distinct <= max(2, min(FEW, len(y) // 5))
    if is_bool:
        why = "is true or false"
    elif not is_number:
        why = f"holds {n_distinct} distinct words"
    elif integers and few:
        why = f"holds {n_distinct} distinct integers"
    else:
        why = f"holds {n_distinct} distinct numbers"
    guess = "classification" if not is_number or (integers and few) else "regression"
    chosen = guess if task == "auto" else task

    if chosen == "regression" and not is_number:
        raise InputError(f"Regression needs a numeric target; {y.name!r} {why}.")
    if chosen == "classification" and is_number and not integers:
        raise InputError(
            f"Classification needs class labels; {y.name!r} {why}, not all integers. "
            "Use --task regression."
        )
    if chosen == "classification":
        counts = y.value_counts()
        if len(counts) < 2:
            raise InputError(
                f"The target {y.name!r} has one class, {str(counts.index[0])!r}; a classifier "
                "needs samples of at least two."
            )
        rare = set(counts.index[counts < 2])
        if rare:
            rows = np.flatnonzero(y.isin(rare))
            each = ", ".join(f"{str(y.iloc[row])!r} (row {row_number(row)})" for row in rows[:MOST])
            more = f" and {len(rows) - MOST} more" if len(rows) > MOST else ""
            raise InputError(
                f"The target {y.name!r} has one sample each of the classes {each}{more}; "
                "cross-validation needs two at least. Remove them or merge them with other classes."
            )
    reason = f"the target {y.name!r} {why}" if task == "auto" else "as asked by --task"
    return chosen, _values(y, chosen, is_bool, integers), f"{chosen.capitalize()}: {reason}."


def _values(y: pd.Series, task: str, is_bool: bool, integers: bool) -> np.ndarray:
    if task == "regression":
        return y.to_numpy(float)
    if is_bool:
        return y.to_numpy(bool)
    return y.to_numpy(np.int64) if integers else np.array([str(v) for v in y])

"""Tables of named columns, from whatever library, as pandas tables."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from scipy import sparse


def as_frame(X: Any) -> pd.DataFrame | None:
    """A table of columns (pandas, Polars, PyArrow, ...) as pandas'; None for an array.

    Raises
    ------
    TypeError
        If the table is lazy, that is, has no values yet.
    """
    if isinstance(X, pd.DataFrame):
        return X
    table = nw.from_native(X, pass_through=True)
    if isinstance(table, nw.LazyFrame):
        raise TypeError(
            f"X is lazy ({type(X).__module__.split('.')[0]}'s {type(X).__name__}) and has no "
            "values yet. Pass X.collect()."
        )
    if not isinstance(table, nw.DataFrame):
        return None
    columns = {name: _column(table[name]) for name in table.columns}
    return pd.DataFrame(columns, columns=list(table.columns))


def is_plain(frame: pd.DataFrame) -> bool:
    """Whether all columns are NumPy numbers: an array with names."""
    return all(isinstance(d, np.dtype) and d.kind in "fiu" for d in frame.dtypes)


def thin_numbers(frame: pd.DataFrame) -> sparse.csc_array | None:
    """A table of numbers of which columns are sparse as one sparse matrix; None for any other."""
    thin = np.array(
        [isinstance(d, pd.SparseDtype) and d.fill_value == 0 for d in frame.dtypes], bool
    )
    kinds = [d.subtype if few else d for d, few in zip(frame.dtypes, thin, strict=True)]
    if not thin.any() or not all(isinstance(d, np.dtype) and d.kind in "fiub" for d in kinds):
        return None
    few = sparse.csc_array(frame.loc[:, thin].sparse.to_coo())  # type: ignore[attr-defined]
    if thin.all():
        return few
    order = np.argsort(np.concatenate([np.flatnonzero(thin), np.flatnonzero(~thin)]))
    rest = sparse.csc_array(frame.loc[:, ~thin].to_numpy(float))
    return sparse.hstack([few, rest], format="csc")[:, order]


def _column(values: nw.Series) -> pd.Series:
    kind = values.dtype
    if kind.is_numeric():
        numbers = values.to_numpy()
        plain = numbers.dtype.kind in "fiu"
        return pd.Series(numbers if plain else np.array(values.to_list(), float))
    if isinstance(kind, (nw.Categorical, nw.Enum)):
        return pd.Series(pd.Categorical(values.cast(nw.String).to_list()))
    if isinstance(kind, (nw.Date, nw.Datetime, nw.Duration)):
        return pd.Series(values.to_numpy())
    return pd.Series(values.to_list(), dtype=object)

"""AnnData: one matrix of many genes, on disk or in memory, and a table of what is known of cells.

anndata is imported where a file is opened: it is an extra, and takes a second.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from ..errors import InputError, listing

BLOCK = 2**23  # numbers of a matrix that are read at once
MAIN = "X"  # the matrix that is no layer


@dataclass(frozen=True)
class Cells:
    """The matrix of an .h5ad file, of which only the columns that are asked for are read."""

    file: Path
    layer: str
    names: pd.Index  # (p,) of its columns, unique

    def read(self, wanted: Iterable[str]) -> pd.DataFrame:
        """These columns, in this order."""
        import h5py
        from anndata.io import sparse_dataset

        with h5py.File(self.file) as stored:
            found = stored[self.layer if self.layer == MAIN else f"layers/{self.layer}"]
            matrix = found if isinstance(found, h5py.Dataset) else sparse_dataset(found)
            return columns_of(matrix, self.names, wanted)


def open_cells(file: Path, layer: str | None) -> tuple[pd.DataFrame, Cells]:
    """What is known of the cells in an .h5ad file (its `obs`), and its matrix, yet to be read.

    Raises
    ------
    InputError
        If there is no such matrix.
    ImportError
        If anndata is not installed.
    """
    import h5py

    with h5py.File(file) as stored:
        has_x = "X" in stored and stored["X"].attrs.get("encoding-type") != "null"
        known = [MAIN] * has_x + list(stored.get("layers", ()))
        if (layer or MAIN) not in known:
            raise InputError(
                f"{file} has no matrix {layer or MAIN!r}; name one of those it has with --layer: "
                f"{listing(known)}."
            )
        from anndata.io import read_elem

        var = stored["var"]
        obs: Any = read_elem(stored["obs"])  # of as many types as a file may hold elements
        genes: Any = read_elem(var[var.attrs["_index"]])
    return obs, Cells(file, layer or MAIN, unique(pd.Index(genes).astype(str)))


def unique(names: pd.Index) -> pd.Index:
    """Names of genes without repetition, as AnnData's `var_names_make_unique` makes them."""
    if names.is_unique:
        return names
    from anndata.utils import make_index_unique

    repeated = names[names.duplicated()].unique()
    warnings.warn(
        f"{len(repeated)} genes share a name with another and are told apart by -1, -2, ...: "
        f"{listing(repeated)}.",
        UserWarning,
        stacklevel=4,
    )
    return make_index_unique(names)


def refuse_same_names(genes: Iterable[str], known: Iterable[str]) -> None:
    """A column beside the genes has a name of its own.

    Raises
    ------
    ValueError
    """
    both = sorted(set(genes).intersection(known))
    if both:
        raise ValueError(
            f"genes and columns of obs have the same name: {listing(both)}; rename the columns."
        )


def columns_of(matrix: Any, names: pd.Index, wanted: Iterable[str]) -> pd.DataFrame:
    """Some columns of a matrix, in memory or on disk, as a table; sparse ones stay sparse.

    Parameters
    ----------
    matrix : (n, p) array, sparse matrix, or AnnData's view of one on disk
    names : p unique names of its columns
    wanted : names of the columns to read, in the order that they shall have
    """
    columns = pd.Index(list(wanted))
    places, (n, p) = names.get_indexer(columns), matrix.shape
    thin = not isinstance(matrix, np.ndarray) and hasattr(matrix, "format")
    if thin and matrix.format == "csc":  # by rows, all of it would be read for every block
        matrix, places = matrix[:, places], np.arange(len(places))
    dtype = np.float64 if matrix.dtype == np.float64 else np.float32
    rows = max(BLOCK // max(p, 1), 1)
    blocks = (matrix[start : start + rows][:, places] for start in range(0, n, rows))
    if thin:
        values = sparse.vstack([block.astype(dtype) for block in blocks], format="csc")
        return pd.DataFrame.sparse.from_spmatrix(values, columns=columns)  # type: ignore[attr-defined]
    dense = np.empty((n, len(places)), dtype)
    for k, block in enumerate(blocks):
        dense[k * rows : (k + 1) * rows] = block
    return pd.DataFrame(dense, columns=columns)

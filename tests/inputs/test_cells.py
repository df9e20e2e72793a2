"""Matrices of cells: the columns that are asked for, however they are stored."""

from __future__ import annotations

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from spinnery.inputs import cells
from spinnery.inputs.cells import columns_of, open_cells, unique

NAMES = pd.Index([f"g{k}" for k in range(7)])
WANTED = ["g5", "g0", "g3"]
VALUES = np.where(np.arange(77).reshape(11, 7) % 3, 0, np.arange(77).reshape(11, 7) / 7)
STORED = {
    "dense": VALUES,
    "single": VALUES.astype(np.float32),
    "whole numbers": (7 * VALUES).astype(np.int64),
    "csr": sparse.csr_matrix(VALUES),
    "csc": sparse.csc_array(VALUES),
}


@pytest.mark.parametrize("stored", STORED)
@pytest.mark.parametrize("block", [8, 2**23])  # a row at a time, all at once
def test_columns_of_any_matrix(tmp_path, monkeypatch, stored, block):
    monkeypatch.setattr(cells, "BLOCK", block)
    matrix = STORED[stored]
    expected = matrix.toarray() if sparse.issparse(matrix) else matrix
    in_memory = columns_of(matrix, NAMES, WANTED)
    anndata.AnnData(matrix, var=pd.DataFrame(index=NAMES)).write_h5ad(tmp_path / "a.h5ad")
    _, found = open_cells(tmp_path / "a.h5ad", None)
    for frame in (in_memory, found.read(WANTED)):
        assert list(frame) == WANTED
        dtype = np.dtype("float32" if stored in ("single", "whole numbers") else "float64")
        np.testing.assert_array_equal(frame, expected[:, [5, 0, 3]].astype(dtype))
        thin = pd.SparseDtype(dtype, 0)
        assert set(frame.dtypes) == {thin if sparse.issparse(matrix) else dtype}


def test_only_what_is_asked_for_is_read(tmp_path):
    """Other matrices, and other rows of a block, may be beyond reading."""
    data = anndata.AnnData(VALUES, layers={"other": VALUES}, obsm={"pca": VALUES})
    data.write_h5ad(tmp_path / "a.h5ad")
    with h5py.File(tmp_path / "a.h5ad", "r+") as stored:
        for unread in ("layers/other", "obsm", "obsp", "uns", "varm"):
            del stored[unread]
    _, found = open_cells(tmp_path / "a.h5ad", None)
    assert found.read(["6", "1"]).shape == (11, 2)


def test_names_of_genes_are_told_apart():
    text = r"^1 genes share a name with another and are told apart by -1, -2, \.\.\.: 'a'\.$"
    with pytest.warns(UserWarning, match=text):
        assert unique(pd.Index(["a", "b", "a", "a"])).tolist() == ["a", "b", "a-1", "a-2"]

"""Tables that do not fit into memory, written block by block into a file that is mapped."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..errors import listing
from ..progress import Steps
from ..storage.files import write_parts

BLOCK = 2**23  # numbers held at once
NEEDS = {".parquet": ("pyarrow", "'spinnery[parquet]'"), ".zarr": ("zarr", "zarr")}  # for pip


class Blocks(NamedTuple):
    """A table's shape, and its rows in order, some at a time."""

    shape: tuple[int, int]
    rows: Iterator[np.ndarray]


def map_table(
    source: Any, file: str | os.PathLike, *, columns: Sequence[str] | None = None,
    dtype: str = "float32", verbose: bool | None = None,
) -> np.memmap:  # fmt: skip
    """Write a large table into a `.npy` file, block by block, and map it for reading.

    Estimators read what is mapped in blocks, too: of a table on disk they hold the standardised
    numbers alone. The file stays where it is; `np.load(file, mmap_mode="r")` maps it again.

    Parameters
    ----------
    source : path or array
        A `.parquet` file of numbers and truths, read by row groups (pyarrow; the extra
        `parquet`); a `.zarr` folder that holds one table (zarr); or an array of two dimensions
        whose rows can be taken in slices, such as a zarr array or an HDF5 dataset.
    file : path
        Written whole or not at all; a file that is there is replaced.
    columns : sequence of str, optional
        Of a Parquet file: these, in this order. Default: all, in the file's.
    dtype : str, default="float32"
        Of the numbers in the file. Gaps become NaN.
    verbose : bool, optional
        Show progress; by default where it would be seen.

    Returns
    -------
    memmap of shape (n_samples, n_features)

    Raises
    ------
    ValueError
        If the source is none of these, has no rows, or columns that are not there or no numbers;
        all of them are named.
    ImportError
        Without the package that reads the source.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from spinnery import map_table
    >>> table = np.arange(6.0).reshape(3, 2)  # or zarr.open("table.zarr"), "table.parquet"
    >>> X = map_table(table, pathlib.Path(tempfile.mkdtemp()) / "table.npy")
    >>> X.shape, X.dtype
    ((3, 2), dtype('float32'))
    """
    file, kind = Path(file), np.dtype(dtype)
    if kind.kind != "f":
        raise ValueError(f"dtype must be a floating-point type, such as 'float32'; got {dtype!r}.")
    blocks = _blocks(source, columns)
    if 0 in blocks.shape:
        raise ValueError(f"The table has shape {blocks.shape}; give one with rows and columns.")
    with Steps(verbose) as steps:
        steps.expect(blocks.shape[0])
        steps.say("writing rows")
        write_parts(file, _content(blocks, kind, steps))
    return np.load(file, mmap_mode="r")


def _content(blocks: Blocks, kind: np.dtype, steps: Steps) -> Iterator[bytes | memoryview]:
    """Of the `.npy` file."""
    header = io.BytesIO()
    told = {"descr": kind.str, "fortran_order": False, "shape": blocks.shape}
    np.lib.format.write_array_header_1_0(header, told)
    yield header.getvalue()
    for rows in blocks.rows:
        yield np.ascontiguousarray(rows, kind).data
        steps.advance(len(rows))


def _blocks(source: Any, columns: Sequence[str] | None) -> Blocks:
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if path.suffix not in NEEDS:
            raise ValueError(
                f"{path} is no table that map_table reads; give {' or '.join(NEEDS)}, or an "
                "array of two dimensions."
            )
        if not path.exists():
            raise ValueError(f"{path} is not there; check the path.")
        package, for_pip = NEEDS[path.suffix]
        if find_spec(package) is None:
            raise ImportError(f"{path} needs {package} to be read: pip install {for_pip}.")
        if path.suffix == ".parquet":
            return _of_parquet(path, columns)
        import zarr

        source = zarr.open(path, mode="r")
    if columns is not None:
        raise ValueError("columns= is for Parquet files, whose columns have names.")
    shape: tuple[int, ...] = getattr(source, "shape", ())
    if len(shape) != 2 or not hasattr(source, "__getitem__"):
        what = f"shape {tuple(shape)}" if shape else type(source).__name__
        raise ValueError(f"map_table needs an array of two dimensions; got {what}.")
    return Blocks((int(shape[0]), int(shape[1])), _rows(source))


def _rows(array: Any) -> Iterator[np.ndarray]:
    """Whole chunks where the array has some."""
    n, p = array.shape
    height = max(BLOCK // max(p, 1), 1)
    chunk = (getattr(array, "chunks", None) or (1,))[0]
    height = max(height // chunk, 1) * chunk
    for k in range(0, n, height):
        yield np.asarray(array[k : k + height])


def _of_parquet(path: Path, columns: Sequence[str] | None) -> Blocks:
    import pyarrow as pa
    from pyarrow import parquet

    stored = parquet.ParquetFile(path)
    schema = stored.schema_arrow
    wanted = list(schema.names if columns is None else columns)
    absent = [name for name in wanted if name not in schema.names]
    if absent:
        raise ValueError(f"{path} has no columns {listing(absent)}; check columns=.")
    numbers = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
    other = [name for name in wanted if not any(of(schema.field(name).type) for of in numbers)]
    if other:
        raise ValueError(
            f"{path} has columns that are no numbers: {listing(other)}; leave them out of columns=."
        )

    def rows() -> Iterator[np.ndarray]:
        height = max(BLOCK // max(len(wanted), 1), 1)
        for batch in stored.iter_batches(batch_size=height, columns=wanted):
            yield np.stack([_numbers(batch.column(name)) for name in wanted], axis=1)

    return Blocks((stored.metadata.num_rows, len(wanted)), rows())


def _numbers(values: Any) -> np.ndarray:
    """A column's numbers, NaN where they are missing."""
    return np.asarray(values.cast("float64").to_numpy(zero_copy_only=False))

"""Values as JSON with the arrays put aside, and back, from a fixed list of types.

Decoding builds nothing but the types listed here, so a file can never run code. Whatever is not
plain JSON is an object `{"$": kind, ...}`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pandas as pd
from scipy import sparse

from .registry import RECORDS

Arrays = dict[str, np.ndarray]


class UnsupportedError(TypeError):
    """A value of a type that is not on the list."""

    def __init__(self, value: object, name: str):
        self.value, self.name = value, name
        super().__init__(f"{name} is a {type(value).__name__}, which a model file cannot hold.")


def encode(value: Any, name: str, arrays: Arrays) -> Any:
    """`value` as JSON; its arrays go into `arrays` under names that start with `name`."""
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {"$": "float", "value": repr(value)}
    if type(value) is list:
        return [encode(item, f"{name}.{i}", arrays) for i, item in enumerate(value)]
    if type(value) is tuple:
        return {"$": "tuple", "items": encode(list(value), name, arrays)}
    if type(value) is dict:
        # As pairs: JSON would turn the keys 0 and 1 of a class_weight into strings.
        pairs = [list(pair) for pair in value.items()]
        return {"$": "dict", "items": encode(pairs, name, arrays)}
    if isinstance(value, np.generic):
        return {"$": "scalar", "value": encode(np.asarray(value), name, arrays)}
    if isinstance(value, (jax.Array, pd.Series, pd.Index)):
        return encode(np.asarray(value), name, arrays)
    if isinstance(value, np.ndarray):
        return _encode_array(value, name, arrays)
    if sparse.issparse(value) and value.format == "csr":
        parts = {k: encode(getattr(value, k), f"{name}.{k}", arrays) for k in _CSR}
        return {"$": "csr", "array": isinstance(value, sparse.sparray), "shape": [*value.shape],
                **parts}  # fmt: skip
    if isinstance(value, pd.DataFrame) and isinstance(value.index, pd.RangeIndex):
        columns = [
            [str(label), encode(value[label].to_numpy(), f"{name}.{label}", arrays)]
            for label in value.columns
        ]
        return {"$": "table", "n_rows": len(value), "columns": columns}
    if RECORDS.get(type(value).__name__) is type(value):
        fields = {
            f.name: encode(getattr(value, f.name), f"{name}.{f.name}", arrays)
            for f in dataclasses.fields(value)
        }
        return {"$": "record", "class": type(value).__name__, "fields": fields}
    raise UnsupportedError(value, name)


_CSR = ("data", "indices", "indptr")


def _encode_array(value: np.ndarray, name: str, arrays: Arrays) -> Any:
    if value.dtype.kind in "UO":
        kind = {"$": "labels", "dtype": value.dtype.str, "shape": list(value.shape)}
        return {**kind, "items": encode(value.ravel().tolist(), name, arrays)}
    if value.dtype.kind == "b" or (value.dtype.kind in "fiu" and value.dtype.itemsize <= 8):
        little = value.dtype.newbyteorder("<")
        arrays[name] = np.array(value, dtype=little, order="C")
        return {"$": "array", "name": name}
    raise UnsupportedError(value, f"{name} (dtype {value.dtype})")


def decode(node: Any, arrays: Arrays) -> Any:
    """The value that `encode` turned into `node`."""
    if isinstance(node, list):
        return [decode(item, arrays) for item in node]
    if isinstance(node, dict):
        return _DECODERS[node["$"]](node, arrays)
    return node


def _decode_labels(node: dict, arrays: Arrays) -> np.ndarray:
    items = decode(node["items"], arrays)
    out = np.empty(len(items), np.dtype(node["dtype"]))
    out[:] = items
    return out.reshape(node["shape"])


def _decode_csr(node: dict, arrays: Arrays) -> Any:
    kind = sparse.csr_array if node["array"] else sparse.csr_matrix
    out = kind(tuple(decode(node[k], arrays) for k in _CSR), shape=tuple(node["shape"]))
    out.check_format(full_check=True)  # indices come from a file: out of range would crash later
    return out


def _decode_table(node: dict, arrays: Arrays) -> pd.DataFrame:
    columns = {label: decode(values, arrays) for label, values in node["columns"]}
    return pd.DataFrame(columns, index=pd.RangeIndex(node["n_rows"]))


def _decode_record(node: dict, arrays: Arrays) -> Any:
    fields = {name: decode(value, arrays) for name, value in node["fields"].items()}
    return RECORDS[node["class"]](**fields)


_DECODERS: dict[str, Callable[[dict, Arrays], Any]] = {
    "float": lambda node, arrays: float(node["value"]),
    "tuple": lambda node, arrays: tuple(decode(node["items"], arrays)),
    "dict": lambda node, arrays: {k: v for k, v in decode(node["items"], arrays)},
    "scalar": lambda node, arrays: decode(node["value"], arrays)[()],
    "array": lambda node, arrays: arrays[node["name"]],
    "labels": _decode_labels,
    "csr": _decode_csr,
    "table": _decode_table,
    "record": _decode_record,
}

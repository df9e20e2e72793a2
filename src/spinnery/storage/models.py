"""Model files that cannot run code.

A model file is a safetensors file: the arrays as such, everything else as JSON in its metadata,
with a checksum over both. Reading one builds only classes from fixed lists.
"""

from __future__ import annotations

import importlib
import json
import os
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes
from sklearn.utils.validation import check_is_fitted

from .encoding import Arrays, UnsupportedError, decode, encode
from .files import checksum as _checksum
from .files import in_order, write_whole
from .registry import ESTIMATORS, RECORDS

FORMAT = "spinnery"
VERSION = 1

ESSENTIAL = ("penalty", "loss")  # parameters that say what the model is

PRIVATE = (
    "_models", "_form", "_center", "_scale", "_varies", "_run_seed", "_weight_unit", "_memory",
)  # fmt: skip  # fitted state that is not public


def save(estimator: Any, file: str | os.PathLike) -> None:
    """Write a fitted estimator to `file`, whole or not at all.

    Parameters
    ----------
    estimator : a fitted Spinnery estimator
    file : path
        An existing file is replaced.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If it has not been fitted.
    TypeError
        If it is not one of Spinnery's estimators, if its penalty or loss is of your own making, or
        a fitted attribute has a type that a model file cannot hold.

    Notes
    -----
    Predictions and fitted attributes come back unchanged. Among the parameters, penalties and
    losses come back as objects and pandas columns as arrays; a parameter that is code or hidden
    state (a fold splitter, a `RandomState`) is only noted by its `repr`, with a warning, and the
    loaded estimator has the class's default there, which matters only if it is fitted again.
    """
    name = type(estimator).__name__
    if ESTIMATORS.get(name) is not type(estimator):
        raise TypeError(
            f"save writes Spinnery's own estimators; got {name}. "
            "Pass the fitted Spinnery estimator itself, taken out of any pipeline or subclass."
        )
    check_is_fitted(estimator)
    network = getattr(estimator, "network_", None)
    if network is not None and type(network).__name__ not in RECORDS:
        raise TypeError(
            f"save writes networks built with hidden=...; this one is a {type(network).__name__} "
            "given as network=, code that a model file cannot hold. Keep the code that builds it, "
            "write its weights with equinox.tree_serialise_leaves(file, model.network_), or "
            "pickle the estimator."
        )
    arrays: Arrays = {}
    params = _encode_params(estimator.get_params(deep=False), arrays)
    fitted = {
        key: encode(value, key, arrays)
        for key, value in vars(estimator).items()
        if (key.endswith("_") and not key.startswith("_")) or key in PRIVATE
    }
    state = json.dumps({"class": name, "params": params, "fitted": fitted}, allow_nan=False)
    metadata = {"format": FORMAT, "format_version": str(VERSION), "state": state}
    metadata["sha256"] = _checksum(state, arrays)
    write_whole(Path(file), in_order(to_bytes(arrays, metadata)))


def load(file: str | os.PathLike) -> Any:
    """The estimator that `save` wrote to `file`.

    Nothing in the file is executed, so files from strangers are safe to load.

    Parameters
    ----------
    file : path

    Returns
    -------
    The fitted estimator.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a Spinnery model, is truncated or damaged, or was written by a newer
        version.
    """
    metadata, arrays = _read(Path(file))
    if metadata.get("format") != FORMAT:
        raise ValueError(
            f"{file} is a safetensors file but not a Spinnery model: its format is "
            f"{metadata.get('format')!r}, not {FORMAT!r}. Pass a file written by save."
        )
    version = metadata.get("format_version")
    if version != str(VERSION):
        raise ValueError(
            f"{file} has format version {version}, and this Spinnery reads version {VERSION}. "
            "Upgrade Spinnery (pip install --upgrade spinnery)."
        )
    text = metadata.get("state", "")
    if metadata.get("sha256") != _checksum(text, arrays):
        raise _damaged(file, "its contents do not match its checksum")
    try:
        state = json.loads(text)
        name = state["class"]
        kind = _estimator(name)
        if kind is not None:
            params = {
                key: decode(value, arrays)
                for key, value in state["params"].items()
                if not (isinstance(value, dict) and value["$"] == "repr")
            }
            estimator = kind(**params)
            vars(estimator).update({k: decode(v, arrays) for k, v in state["fitted"].items()})
            return estimator
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise _damaged(file, f"its state cannot be rebuilt ({error!r})") from error
    raise ValueError(
        f"{file} holds a {name!r}, which this Spinnery does not know. Upgrade Spinnery "
        "(pip install --upgrade spinnery), or check where the file came from."
    )


def _estimator(name: object) -> Any:
    """The estimator of that name; the package's page knows which module puts it in."""
    page = importlib.import_module(__name__.split(".")[0])
    if isinstance(name, str) and name in page.__all__:
        getattr(page, name)
    return ESTIMATORS.get(name) if isinstance(name, str) else None


def _encode_params(params: dict[str, Any], arrays: Arrays) -> dict[str, Any]:
    """Parameters as JSON; of those that a file cannot hold, what `repr` says of them."""
    nodes, noted = {}, []
    for name, value in params.items():
        own: Arrays = {}  # kept apart: a parameter given up halfway leaves no arrays behind
        try:
            nodes[name] = encode(value, f"params.{name}", own)
            arrays.update(own)
        except UnsupportedError:
            if name in ESSENTIAL:
                raise TypeError(
                    f"save cannot write {name}={value!r}: a model file holds numbers and text, and "
                    f"this {name} is code of your own. Keep the code and pickle the estimator "
                    f"(joblib.dump), or refit with one of Spinnery's."
                ) from None
            nodes[name] = {"$": "repr", "value": repr(value)}
            noted.append(f"{name}={value!r}")
    if noted:
        warnings.warn(
            f"A model file cannot hold {', '.join(noted)}. Predictions are not affected, but the "
            "loaded estimator has the defaults there: set_params before fitting it again.",
            UserWarning,
            stacklevel=4,
        )
    return nodes


def _read(file: Path) -> tuple[dict[str, str], Arrays]:
    with open(file, "rb") as stream:
        start, size = stream.read(9), os.fstat(stream.fileno()).st_size
    # A safetensors file starts with its header's length, then the header, which is JSON.
    if len(start) < 9 or start[8:] != b"{":
        raise ValueError(
            f"{file} is not a Spinnery model: it is not a safetensors file. "
            "Pass a file written by save."
        )
    missing = 8 + struct.unpack("<Q", start[:8])[0] - size
    if missing > 0:
        raise _damaged(file, f"its header ends {missing} bytes after the file does")
    try:
        with safe_open(file, framework="np") as content:
            arrays = {name: np.array(content.get_tensor(name)) for name in content.keys()}  # noqa: SIM118
            return content.metadata() or {}, arrays
    except SafetensorError as error:
        raise _damaged(file, str(error)) from error


def _damaged(file: str | os.PathLike, found: str) -> ValueError:
    return ValueError(
        f"{file} is truncated or damaged: {found}. Copy it again from where it came, or save the "
        "model again."
    )

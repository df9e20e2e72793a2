"""Training that survives a kill: the state after an epoch, in a file that cannot run code."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jax
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ..files import write_whole

FORMAT = "spinnery-checkpoint"
VERSION = "1"


def store(file: str | os.PathLike, state: Any, notes: dict, fingerprint: str) -> None:
    """Write a tree of arrays and `notes` (plain JSON), whole or not at all."""
    arrays = {f"{k:05d}": np.asarray(leaf) for k, leaf in enumerate(jax.tree.leaves(state))}
    metadata = {"format": FORMAT, "version": VERSION, "fingerprint": fingerprint,
                "notes": json.dumps(notes)}  # fmt: skip
    arrays = {name: np.array(a, order="C") for name, a in arrays.items()}
    write_whole(Path(file), save(arrays, metadata))


def restore(file: str | os.PathLike, like: Any, fingerprint: str) -> tuple[Any, dict] | None:
    """What `store` wrote, with the structure of `like`; None if there is no such file.

    Raises
    ------
    ValueError
        If the file is damaged, of another version, or of a fit with other data or parameters.
    """
    if not Path(file).exists():
        return None
    try:
        with safe_open(file, framework="np") as content:
            metadata = content.metadata() or {}
            arrays = [content.get_tensor(name) for name in sorted(content.keys())]
    except (SafetensorError, OSError) as error:
        raise ValueError(
            f"The checkpoint {file} cannot be read ({error}). Delete it to start anew."
        ) from error
    if metadata.get("format") != FORMAT or metadata.get("version") != VERSION:
        raise ValueError(
            f"{file} is not a checkpoint that this Spinnery reads (format "
            f"{metadata.get('format')!r}, version {metadata.get('version')!r}). Choose another "
            "name for checkpoint, or delete the file to start anew."
        )
    leaves, structure = jax.tree.flatten(like)
    shapes = [(np.shape(leaf), np.asarray(leaf).dtype) for leaf in leaves]
    if metadata["fingerprint"] != fingerprint or shapes != [(a.shape, a.dtype) for a in arrays]:
        raise ValueError(
            f"The checkpoint {file} is of a fit with other data or parameters. Fit with those to "
            "go on, choose another name for checkpoint, or delete the file to start anew."
        )
    return jax.tree.unflatten(structure, arrays), json.loads(metadata["notes"])

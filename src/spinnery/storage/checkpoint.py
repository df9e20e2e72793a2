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

from .files import check_folder, checksum, in_order, write_whole

FORMAT = "spinnery-checkpoint"
VERSION = "1"


def store(file: str | os.PathLike, state: Any, notes: dict, fingerprint: str) -> None:
    """Write a tree of arrays and `notes` (plain JSON), whole or not at all."""
    leaves = enumerate(jax.tree.leaves(state))
    arrays = {f"{k:05d}": np.array(leaf, order="C") for k, leaf in leaves}
    text = json.dumps(notes)
    metadata = {"format": FORMAT, "version": VERSION, "fingerprint": fingerprint, "notes": text,
                "sha256": checksum(text, arrays)}  # fmt: skip
    write_whole(Path(file), in_order(save(arrays, metadata)))


def restore(file: str | os.PathLike, like: Any, fingerprint: str) -> tuple[Any, dict] | None:
    """What `store` wrote, with the structure of `like`; None if there is no such file.

    Raises
    ------
    ValueError
        If the file is damaged, of another version, or of a fit with other data or parameters.
    """
    check_folder(Path(file))
    if not Path(file).exists():
        return None
    try:
        with safe_open(file, framework="np") as content:
            metadata = content.metadata() or {}
            arrays = {name: content.get_tensor(name) for name in content.keys()}  # noqa: SIM118
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
    text = metadata.get("notes", "")
    if metadata.get("sha256") != checksum(text, arrays):
        raise ValueError(
            f"The checkpoint {file} cannot be read (its contents do not match its checksum). "
            "Delete it to start anew."
        )
    leaves, structure = jax.tree.flatten(like)
    shapes = [(np.shape(leaf), np.asarray(leaf).dtype) for leaf in leaves]
    found = [(arrays[name].shape, arrays[name].dtype) for name in sorted(arrays)]
    if metadata.get("fingerprint") != fingerprint or shapes != found:
        raise ValueError(
            f"The checkpoint {file} is of a fit with other data or parameters. Fit with those to "
            "go on, choose another name for checkpoint, or delete the file to start anew."
        )
    return jax.tree.unflatten(structure, [arrays[n] for n in sorted(arrays)]), json.loads(text)

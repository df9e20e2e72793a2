"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import struct
import uuid
from collections.abc import Iterable
from pathlib import Path

import numpy as np


def check_folder(file: Path) -> None:
    """Raise `FileNotFoundError` if `file` has no folder to be written to."""
    if not file.parent.is_dir():
        raise FileNotFoundError(
            f"{file} cannot be written: there is no folder {file.parent}. Create it first."
        )


def write_whole(file: Path, content: bytes) -> None:
    """All of `content` or nothing: written beside `file`, then moved over it."""
    write_parts(file, [content])


def write_parts(file: Path, parts: Iterable[bytes | memoryview]) -> None:
    """The same of content that comes in parts, one after the other."""
    check_folder(file)
    beside = file.with_name(f".{file.name}.{uuid.uuid4().hex[:8]}")
    try:
        with open(beside, "xb") as stream:
            for part in parts:
                stream.write(part)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, file)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def in_order(content: bytes) -> bytes:
    """A safetensors file with its header sorted: the library writes it in any order."""
    size = struct.unpack("<Q", content[:8])[0]
    header = json.dumps(json.loads(content[8 : 8 + size]), sort_keys=True, separators=(",", ":"))
    header += " " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header.encode() + content[8 + size :]


def checksum(text: str, arrays: dict[str, np.ndarray]) -> str:
    """SHA-256 of a text and of arrays, with their names, types and shapes."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()

"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path


def write_whole(file: Path, content: bytes) -> None:
    """All of `content` or nothing: written beside `file`, then moved over it."""
    beside = file.with_name(f".{file.name}.{uuid.uuid4().hex[:8]}")
    try:
        with open(beside, "xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, file)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise

"""A file of results that appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError
from ..storage.files import write_whole


def check_out(
    out: Path, inputs: tuple[Path, ...], option: str = "--out", force: bool = False
) -> None:
    """`out` can be written, is none of the files that are read, and new, empty or given up."""
    if out.exists() and any(out.samefile(f) for f in inputs if f.exists()):
        raise InputError(f"{option} {out} would overwrite an input; choose another name.")
    if not out.parent.is_dir() or out.is_dir():
        raise InputError(
            f"{option} {out} is not a file in an existing folder; choose another name."
        )
    if not force and out.exists() and out.stat().st_size:
        raise InputError(f"{option} {out} exists; --force replaces it, or choose another name.")


def write(out: Path, content: bytes, option: str = "--out") -> None:
    """The content, whole or not at all."""
    try:
        write_whole(out, content)
    except OSError as error:
        raise InputError(
            f"Cannot write {out} ({error.strerror or error}); choose another {option}."
        ) from None

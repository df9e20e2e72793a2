"""Finished parts of an assessment in a folder, which a later run takes up."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from ..storage.files import write_whole
from .parts import Part, Task

FINGERPRINT = "assessment.json"


def fingerprint(task: Task) -> dict[str, Any]:
    """What the parts' numbers depend on, in words and hashes."""
    return {
        "data": joblib.hash([task.X, task.y, task.sample_weight, task.given]),
        "model": joblib.hash([type(task.model).__name__, task.model.get_params(deep=False)]),
        "n_pairs": task.n_pairs,
        "expected_false": float(task.expected_false),
        "n_permutations": task.n_permutations,
        "n_folds": task.n_folds,
        "random_state": task.seed,
        "halves in a part": task.at_once,
        "version of spinnery": sys.modules["spinnery"].__version__,
    }


class Kept:
    """A folder of parts, a file each; every file appears whole or not at all.

    Parameters
    ----------
    folder : path
        Made if it is not there.
    asked : dict
        The fingerprint of what is asked now.

    Raises
    ------
    ValueError
        If the folder's parts are of something else.
    """

    def __init__(self, folder: str | Path, asked: dict[str, Any]):
        self.folder = Path(folder)
        file = self.folder / FINGERPRINT
        if self.folder.exists() and not self.folder.is_dir():
            raise ValueError(f"checkpoint must be a folder; {folder} is a file.")
        if not file.exists():
            if self.folder.exists() and any(self.folder.iterdir()):
                raise ValueError(
                    f"The folder {folder} holds files that are no checkpoint of an assessment. "
                    "Name an empty folder, or one that is not there yet."
                )
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(file, json.dumps(asked, indent=1).encode())
            return
        kept = json.loads(file.read_text())
        others = [name for name in asked if kept.get(name) != asked[name]]
        if others:
            raise ValueError(
                f"The checkpoint in {folder} is of another assessment: {', '.join(others)} "
                "differ. Repeat what was asked then, name another folder, or delete this one."
            )

    def results(self, parts: list[Part]) -> dict[Part, dict[str, np.ndarray]]:
        """Those of the parts that are finished."""
        return {part: self._read(part) for part in parts if self._file(part).exists()}

    def keep(self, part: Part, result: dict[str, np.ndarray]) -> None:
        """Write a finished part."""
        content = io.BytesIO()
        np.savez(content, **result)  # type: ignore[arg-type]
        write_whole(self._file(part), content.getvalue())

    def _file(self, part: Part) -> Path:
        return self.folder / f"{part.kind}-{part.number}.npz"

    def _read(self, part: Part) -> dict[str, np.ndarray]:
        file = self._file(part)
        try:
            with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as arrays:
                return dict(arrays)
        except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"{file} is damaged ({error}). Delete it: that part is then measured again."
            ) from error

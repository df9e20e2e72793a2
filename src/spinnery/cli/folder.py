"""A folder of results that appears whole or not at all."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from ..errors import InputError, listing

MODEL, EVIDENCE = "model.spinn", "evidence.json"
REPORT, PAGE = "report.json", "report.html"
FILES = {
    MODEL, EVIDENCE, REPORT, PAGE,
    "features.csv", "clusters.csv", "performance.csv", "heldout.csv", "stability.png",
    "importance.png", "effects.png", "null.png", "clusters.png", "selected.csv", "metrics.csv",
    "path.png", "cv.png", "predictions.png", "cohorts.csv", "cohorts.png", "cohort_errors.png",
    "learning.csv", "settings_loss.png", "settings_accuracy.png", "optimizers_loss.png",
    "optimizers_accuracy.png", "weights.png",
}  # fmt: skip


class ResultFolder:
    """Context manager: a new folder beside `out` to write into, moved to `out` at the end.

    An `out` that holds an earlier run's results and nothing else is replaced if `force` says so.
    After an error or an interrupt, `out` is as it was.
    """

    def __init__(self, out: Path, force: bool = False):
        self.out = out.resolve()
        self._shown, self._force = out, force

    def __enter__(self) -> Path:
        self._check()
        # In the nearest folder that exists, so that the move at the end stays on one disk.
        home = next(folder for folder in self.out.parents if folder.is_dir())
        self._beside = home / f".{self.out.name}.{uuid.uuid4().hex[:8]}"
        try:
            self._beside.mkdir()
        except OSError as error:
            raise InputError(
                f"Cannot write in {home} ({error.strerror}); choose another --out."
            ) from None
        return self._beside

    def __exit__(self, kind, *_) -> None:
        try:
            if kind is None:
                self._move()
        except OSError as error:
            raise InputError(
                f"Cannot write {self._shown} ({error.strerror}); choose another --out."
            ) from None
        finally:
            shutil.rmtree(self._beside, ignore_errors=True)

    def _check(self) -> None:
        if not self.out.exists():
            blocked = next((p for p in self.out.parents if p.exists() and not p.is_dir()), None)
            if blocked:
                raise InputError(f"{blocked} is a file, not a folder; choose another --out.")
            return
        if not self.out.is_dir():
            raise InputError(f"{self._shown} is a file, not a folder; choose another --out.")
        found = {entry.name for entry in self.out.iterdir()}
        foreign = sorted(found - FILES)
        if foreign or (found and not found & {MODEL, EVIDENCE}):
            raise InputError(
                f"The folder {self._shown} was not made by spinnery (it holds "
                f"{listing(foreign or sorted(found))}); choose another --out."
            )
        if found and not self._force:
            raise InputError(
                f"The folder {self._shown} holds the results of an earlier run; --force replaces "
                "them, or choose another --out."
            )

    def _move(self) -> None:
        self._check()  # a fit takes a while: somebody may have put a file there
        self.out.parent.mkdir(parents=True, exist_ok=True)
        old = self._beside.with_name(self._beside.name + ".old")
        if not self.out.exists():
            os.replace(self._beside, self.out)
            return
        os.replace(self.out, old)
        try:
            os.replace(self._beside, self.out)
        except BaseException:
            os.replace(old, self.out)
            raise
        shutil.rmtree(old, ignore_errors=True)

"""What `assess` measures, cut into parts that do not know of each other.

The cut depends on what was asked and on the data, never on who works: the same parts give the same
numbers on any number of workers. Every process makes its own table of the samples as they were
given, once.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from .bounds import most_picked
from .halves import Found, Halves, Lane, at_once
from .held_out import HeldOut, without
from .samples import Samples, samples_of
from .ways import Way, ways_of

MOST_PICKED = 24  # features that a half picks at most
NULL_PAIRS, NULL_SIZE = 2, 8  # pairs of halves for each permutation, features at most
N_FOLDS, REPEATS = 10, 3  # by which importance is measured


class Part(NamedTuple):
    """Some halves ("halves"), as many of permuted targets ("null"), or one fit ("fold")."""

    kind: str
    number: int


@dataclass(frozen=True)
class Task:
    """What was asked of `assess`, as every worker gets it; `key` is this call's own."""

    model: Any
    X: Any
    y: Any
    sample_weight: Any
    given: dict[str, Any]  # cohorts, strata and groups, where there are any
    n_pairs: int
    expected_false: float
    n_permutations: int
    seed: int
    n_folds: int
    key: str

    def __getstate__(self) -> dict[str, Any]:
        """What was given, and how it is cut: each process makes its own tables."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return given | {"at_once": self.at_once}

    @cached_property
    def samples(self) -> Samples:
        return samples_of(self.model, self.X, self.y, self.sample_weight, **self.given)

    @cached_property
    def at_once(self) -> int:
        """Halves of a part, as the caller's device takes them."""
        return at_once(self.samples.searched.X.shape[1])

    @cached_property
    def size(self) -> int:
        """Groups that a half picks at most."""
        samples = self.samples
        most = min(MOST_PICKED, samples.settings.max_features, len(samples.counted) // 4)
        optional = samples.settings.groups.n_optional
        return most_picked(optional, self.n_pairs, self.expected_false, most)

    @cached_property
    def ways(self) -> list[Way]:
        """How a half is searched."""
        samples = self.samples
        return ways_of(samples.searched, samples.settings.groups, samples.architectures)

    @cached_property
    def folds(self) -> list[np.ndarray]:
        """Rows without which the whole procedure is repeated."""
        return self.samples.folds(self.n_folds, self.seed) if self.n_folds else []

    @cached_property
    def lanes(self) -> dict[str, list[Lane]]:
        """All halves, by kind."""
        n = self.n_permutations
        return {
            "halves": self.samples.lanes(self.n_pairs, self.seed),
            "null": self.samples.lanes(NULL_PAIRS, self.seed, n) if n else [],
        }

    def prepare(self) -> None:
        """Make once what all parts need."""
        for made in ("samples", "folds", "lanes", "size", "ways"):
            getattr(self, made)

    @property
    def parts(self) -> list[Part]:
        """Those that take longest first."""
        out = [Part("fold", k) for k in range(len(self.folds))]
        for kind, lanes in self.lanes.items():
            out += [Part(kind, k) for k in range(-(-len(lanes) // self.at_once))]
        return out

    def halves(self, kind: str) -> Halves:
        """How halves are searched."""
        samples, size = self.samples, self.size
        least = size if kind == "halves" else min(size, NULL_SIZE)
        return Halves(self.ways, samples.settings, least, size, self.model.dtype, self.at_once)

    def result(self, part: Part) -> dict[str, np.ndarray]:
        """One part's numbers."""
        if part.kind == "fold":
            rows = self.folds[part.number]
            outputs, selected = without(
                self.model, self.X, self.y, rows, self.given, self.samples.weights
            )
            return {"outputs": outputs, "selected": selected}
        start = part.number * self.at_once
        found = self.halves(part.kind).search(self.lanes[part.kind][start : start + self.at_once])
        picked = np.full((len(found), self.size), -1)
        for row, half in zip(picked, found, strict=True):
            row[: len(half.picked)] = half.picked
        return {"picked": picked, "held_out": np.stack([half.held_out for half in found])}

    def found(self, kind: str, results: dict[Part, dict[str, np.ndarray]]) -> list[Found]:
        """What all halves of a kind say, in order."""
        own = [results[part] for part in self.parts if part.kind == kind]
        return [
            Found(picked[picked >= 0], held_out)
            for one in own
            for picked, held_out in zip(one["picked"], one["held_out"], strict=True)
        ]

    def held_out(self, results: dict[Part, dict[str, np.ndarray]]) -> HeldOut | None:
        """The fits without each fold together, None if there are none."""
        if not self.folds:
            return None
        own = [results[Part("fold", k)] for k in range(len(self.folds))]
        outputs = np.full((len(self.samples.y), own[0]["outputs"].shape[1]), np.nan)
        for rows, one in zip(self.folds, own, strict=True):
            outputs[rows] = one["outputs"]
        return HeldOut(outputs, self.folds, np.sum([one["selected"] for one in own], axis=0))


_lock = threading.Lock()
_latest: list[Task] = []  # this process's copy of the task it works at, with the tables it made


def remember(task: Task) -> None:
    """Let this process use the task's own tables."""
    _latest[:] = [task]


def forget(task: Task) -> None:
    """Let go of the task's tables in this process."""
    _latest[:] = [one for one in _latest if one.key != task.key]


def work(task: Task, part: Part) -> dict[str, np.ndarray]:
    """The part's numbers, in whatever process."""
    with _lock:  # a worker may have several threads
        known = next((one for one in _latest if one.key == task.key), None)
        if known is None:
            remember(task)
            known = task
            known.prepare()
    return known.result(part)

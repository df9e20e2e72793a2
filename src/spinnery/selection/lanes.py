"""Candidates as lanes of a further program, and restarts of a lane as one."""

from __future__ import annotations

import jax
import numpy as np

from ..engine.problem import Params
from .exchange import Candidate, Start
from .starts import Settings


def start_of(candidate: Candidate) -> Start:
    """Where a search that goes on from a candidate begins; its features are in all cohorts."""
    slots = np.flatnonzero(candidate.params.W.any(axis=1))
    return Start(candidate.index[0, slots], candidate.params.W[slots], candidate.params.upper)


def slots_for(settings: Settings) -> int:
    """Feature slots for `max_features` groups beside those always in: the largest must fit."""
    ids, always = settings.groups.ids, settings.groups.always
    sizes = np.sort(np.bincount(ids[~always]))[::-1]
    return int(sizes[: settings.max_features].sum() + always.sum())


def stacked(lanes: list[Candidate]) -> tuple[np.ndarray, Params]:
    """Slots `(B, M, k)` and parameters of candidates as lanes."""
    W = np.stack([c.params.W for c in lanes], axis=1)
    upper = jax.tree.map(lambda *a: np.stack(a), *[c.params.upper for c in lanes])
    return np.stack([c.index for c in lanes]), Params(W, upper)


def merged(restarts: list[dict[int, Candidate]]) -> dict[int, Candidate]:
    """Per size, the restart with the lowest objective."""
    out: dict[int, Candidate] = {}
    for found in restarts:
        for size, candidate in found.items():
            if size not in out or candidate.objective < out[size].objective:
                out[size] = candidate
    return out

"""Complementary halves: what the procedure picks on one half, and predicts on the other.

A half is a lane whose sample weights are zero outside it. Everything that sees targets happens
inside: starts, exchange, and which architecture's features count. The ridge is no choice of the
data's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import equinox as eqx
import jax
import numpy as np

from ..compilation import precision
from ..engine.refit import Data
from ..inputs.table import Table
from ..selection.curve import at_size
from ..selection.exchange import Candidate
from ..selection.ranking import models_of_lanes
from ..selection.starts import Settings
from .ways import Way

LANES = 11  # searched together: one shape of programs, that of a fit with ten folds
MANY, MOST_FEATURES = 110, 2**16  # on a GPU, which takes them in the time of eleven, where they fit


def at_once(n_features: int) -> int:
    """Halves that are searched together on this machine."""
    many = jax.default_backend() != "cpu" and n_features <= MOST_FEATURES
    return MANY if many else LANES


@dataclass(frozen=True)
class Lane:
    """One half `rows` of the samples, and where each sample's target comes from."""

    rows: np.ndarray
    places: np.ndarray  # (n,) sample whose target and weight sample i has


@dataclass(frozen=True)
class Found:
    """What a half says.

    Attributes
    ----------
    picked : (q,) int array
        Groups, the firmest first.
    held_out : (n_ways, size + 1) array
        Loss on the other half by number of groups, from none on.
    """

    picked: np.ndarray
    held_out: np.ndarray

    @property
    def gain(self) -> np.ndarray:
        """Fall of the loss on the other half, by way and number of groups."""
        return self.held_out[:, :1] - self.held_out


def complementary(
    strata: np.ndarray, n_pairs: int, order: np.ndarray, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of halves with even shares of every stratum.

    Parameters
    ----------
    strata : (n,) int array
    n_pairs : int
    order : (m,) int array
        The samples to share out, in an order that does not depend on the table's.
    rng : Generator
    """
    for _ in range(n_pairs):
        shuffled = rng.permutation(order)
        dealt = shuffled[np.argsort(strata[shuffled], kind="stable")]
        yield np.sort(dealt[::2]), np.sort(dealt[1::2])


@dataclass(frozen=True)
class Halves:
    """How halves are searched: the same for all of them.

    Attributes
    ----------
    ways : list of Way
        Each picks by itself; their picks are joined in turn until there are `size`.
    settings : Settings
    size : int
        Groups that a half picks, at most.
    widest : int
        The same of searches of other sizes, with which they share programs.
    dtype : str
    at_once : int
        Halves searched together.
    """

    ways: list[Way]
    settings: Settings
    size: int
    widest: int
    dtype: str
    at_once: int = LANES

    def search(self, lanes: list[Lane]) -> list[Found]:
        """What each of at most `at_once` lanes finds."""
        padded, searched = (lanes * self.at_once)[: self.at_once], []
        with precision(self.dtype):
            tables = {id(way.table): way.table for way in self.ways}
            data = {key: on_device(table, padded) for key, table in tables.items()}
            for way in self.ways:
                settings = way.settings(self.settings, self.size)
                n_slots = way.n_slots(self.settings, self.widest)
                found = models_of_lanes(data[id(way.table)], way.hidden, settings, n_slots)
                searched.append(found)
        return [self._found([models[b] for models in searched]) for b in range(len(lanes))]

    def _found(self, models: list[dict[int, Candidate]]) -> Found:
        held_out = np.array(
            [[at_size(found, k).held_out for k in range(self.size + 1)] for found in models]
        )
        rankings = [ranked(found) for found in models]
        at_a_time = [way.at_a_time for way in self.ways]
        return Found(joined(rankings, self.size, at_a_time), held_out)


def on_device(table: Table, lanes: list[Lane]) -> Data:
    """The samples as the lanes see them."""
    places = np.stack([lane.places for lane in lanes], axis=1)
    targets, everyone = table.targets[places], table.weights[places]
    weights = np.zeros_like(everyone)
    for b, lane in enumerate(lanes):
        weights[lane.rows, b] = everyone[lane.rows, b]
    weights /= weights.sum(axis=0)
    data = table.padded(weights, np.zeros(len(lanes)))
    if (places != np.arange(len(places))[:, None]).any():
        flat = table.place(targets.reshape(len(targets), -1))
        own = flat.reshape(len(flat), *targets.shape[1:]), table.place(everyone)
        data = eqx.tree_at(lambda d: (d.targets, d.everyone), data, own)
    return data


def ranked(found: dict[int, Candidate]) -> list[int]:
    """A lane's groups, those first that most of its models hold."""
    sizes = sorted(found)
    votes: dict[int, int] = {}
    for size in sizes:  # of equal votes, the one that came in a smaller model is first
        for group in found[size].groups:
            votes[group] = votes.get(group, 0) + 1
    return sorted(votes, key=lambda group: -votes[group])


def joined(rankings: list[list[int]], size: int, at_a_time: list[int]) -> np.ndarray:
    """The first `size` distinct entries, so many `at_a_time` from each ranking in turn."""
    out: dict[int, None] = {}
    turns = -(-max(map(len, rankings)) // min(at_a_time))
    for turn in range(turns):
        for ranking, step in zip(rankings, at_a_time, strict=True):
            for entry in ranking[turn * step : (turn + 1) * step]:
                if len(out) < size:
                    out.setdefault(entry)
    return np.fromiter(out, int, len(out))


def gains(found: list[Found], n_pairs: int) -> tuple[float, np.ndarray]:
    """The largest mean fall of the loss on the other half, and the same of permuted targets.

    Over ways and sizes from one on, relative to the loss without features.

    Parameters
    ----------
    found : list of Found
        Of `n_pairs` pairs of halves with targets as they are, then of as many for every
        permutation, all searched alike.
    """
    width, largest = 2 * n_pairs, []
    for start in range(0, len(found), width):
        gain = np.mean([half.gain for half in found[start : start + width]], axis=0)
        none = np.mean([half.held_out[:, :1] for half in found[start : start + width]], axis=0)
        largest.append(float((gain / np.abs(none))[:, 1:].max()))
    return largest[0], np.array(largest[1:])

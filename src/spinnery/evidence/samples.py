"""The samples that a fitted model is assessed on, as its fit saw them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import _num_samples

from ..inputs.cohorts import deal_folds
from ..inputs.table import Table
from ..outcomes import Outcome
from ..selection.group_folds import deal_groups, encode_groups, most_group_folds
from ..selection.starts import Settings
from . import FEWEST
from .halves import Lane, complementary
from .null import permutations


@dataclass(frozen=True)
class Samples:
    """A fit's data and settings, made anew from what was given to it.

    Attributes
    ----------
    table : Table
    searched : Table
        The same with targets and loss by which features are found.
    settings : Settings
    architectures : list of tuple
    y : validated targets
    outcome : Outcome
    weights : (n,) array
        Sample weights as given, or ones.
    counted : (m,) int array
        Samples of positive weight, in an order that does not depend on the table's.
    strata : (n,) int array
        What folds and halves share out evenly.
    blocks : (n,) int array
        Within which targets may be permuted.
    groups : (n,) int array or None
        Samples that stay together in folds and halves.
    """

    table: Table
    searched: Table
    settings: Settings
    architectures: list[tuple[int, ...]]
    y: np.ndarray
    outcome: Outcome
    weights: np.ndarray
    counted: np.ndarray
    strata: np.ndarray
    blocks: np.ndarray
    groups: np.ndarray | None

    def folds(self, most: int, seed: int) -> list[np.ndarray]:
        """Held-out rows with even shares of strata, at most as many as the smallest stratum has.

        Raises
        ------
        ValueError
            If a stratum lies in one group of samples alone.
        """
        if self.groups is not None:
            n_folds = min(most, most_group_folds(self.groups, self.strata, self.weights))
            if n_folds < 2:
                raise ValueError(
                    "groups leave no folds: all samples of a class or cohort are in one group. "
                    "Leave out groups, or give smaller ones."
                )
            return deal_groups(self.groups, self.strata, self.weights, n_folds, seed)
        sizes = np.bincount(self.strata[self.counted])
        n_folds = max(min(most, int(sizes[sizes > 0].min())), 2)
        dealt = deal_folds(self.strata[self.counted], n_folds, seed)
        return [np.sort(self.counted[fold]) for fold in dealt]

    def lanes(self, n_pairs: int, seed: int, n_permutations: int = 0) -> list[Lane]:
        """Pairs of halves of the samples as they are, then as many for every permutation."""
        rng = np.random.default_rng(seed)
        places = np.tile(np.arange(len(self.strata))[:, None], n_permutations + 1)
        places[self.counted] = self.counted[
            permutations(self.blocks[self.counted], n_permutations, rng)
        ]
        return [
            Lane(half, assigned)
            for assigned in places.T
            for pair in self._pairs(assigned, n_pairs, rng)
            for half in pair
        ]

    def _pairs(self, assigned: np.ndarray, n_pairs: int, rng: np.random.Generator):
        """Complementary halves of the samples, whose targets come from `assigned`."""
        strata = self.strata[assigned]
        if self.groups is None:
            return complementary(strata, n_pairs, self.counted, rng)
        counted = np.isin(np.arange(len(strata)), self.counted)
        seeds = rng.integers(2**31, size=n_pairs)
        dealt = [deal_groups(self.groups, strata, self.weights, 2, int(seed)) for seed in seeds]
        return [tuple(half[counted[half]] for half in pair) for pair in dealt]


def samples_of(
    model: Any, X, y, sample_weight=None, cohorts=None, strata=None, groups=None
) -> Samples:
    """The data of a fit, checked as there.

    Raises
    ------
    ValueError
        If they do not go with the model, or are too few.
    """
    probe = clone(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were given at the fit
        codes = probe._encode(cohorts, _num_samples(X))
        given = probe._prepared(X, y, sample_weight, codes, strata, groups)
    if probe.n_features_in_ != model.n_features_in_:
        raise ValueError(
            f"X has {probe.n_features_in_} features, but the model was fitted to "
            f"{model.n_features_in_}. Pass the data of the fit."
        )
    table, outcome = given.table, probe.outcome_
    counted = table.order[table.weights[table.order] > 0]
    if len(counted) < FEWEST:
        raise ValueError(
            f"assess needs at least {FEWEST} samples of positive weight; got {len(counted)}. "
            "Halves of fewer say nothing."
        )
    own = outcome.strata(given.y)
    weights = np.ones(len(own)) if sample_weight is None else np.asarray(sample_weight, float)
    return Samples(
        table, given.searched, given.settings, given.architectures, given.y, outcome, weights,
        counted, table.codes * (int(own.max()) + 1) + own,
        outcome.exchangeable(given.y, table.codes),
        None if groups is None else encode_groups(groups, len(own))[1],
    )  # fmt: skip

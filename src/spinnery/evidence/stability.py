"""How often halves of the samples pick each feature, and how many false ones that admits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..engine.path import Groups
from ..inputs.table import Table
from .bounds import LOWEST, least_share, r_concave, worst_case
from .chance import by_chance
from .clusters import clusters_around
from .halves import Found


@dataclass(frozen=True)
class Stability:
    """Shares of the halves that pick each unit (a group of features, or a cluster of them).

    Attributes
    ----------
    share : (m,) array
    expected_false : (m,) array
        Bound on the number of false units with at least that share, selections r-concave.
    worst_case : (m,) array
        The same for any distribution of selections.
    false_rate : (m,) array
        The smallest proportion of false ones expected in a list that holds the unit: by that bound,
        where it is trusted, or by what chance alone would pick as often, if that is less.
    threshold : float
        Least share with at most the wanted number expected false; infinite if there is none.
    """

    share: np.ndarray
    expected_false: np.ndarray
    worst_case: np.ndarray
    false_rate: np.ndarray
    threshold: float


def stability(
    votes: np.ndarray, n_halves: int, n_units: int, size: int, wanted: float
) -> Stability:
    """Shares and bounds of units by their votes.

    Parameters
    ----------
    votes : (m,) int array
        How many halves pick each unit that any picks.
    n_halves : int
        `2 B`.
    n_units : int
        All units there are.
    size : int
        Units that a half picks, at most.
    wanted : float
        Number of false ones that the threshold admits.
    """
    B, share = n_halves // 2, votes / n_halves
    by_votes = r_concave(min(size, n_units), n_units, B)
    bound = by_votes[votes]
    trusted = np.where(np.arange(n_halves + 1) / n_halves >= LOWEST, by_votes, n_units)
    false = np.minimum(trusted, by_chance(votes, n_halves, n_units))[votes]
    at_least = np.array([(votes >= v).sum() for v in votes], int)
    rate = np.minimum(false / np.maximum(at_least, 1), 1.0)
    order = np.argsort(votes)  # a longer list may hold the unit at a lower rate
    rate[order] = np.minimum.accumulate(rate[order])
    worst = np.array([worst_case(s, size, n_units) for s in share])
    return Stability(share, bound, worst, rate, least_share(size, n_units, B, wanted))


@dataclass(frozen=True)
class Counts:
    """What halves picked, by feature and by cluster; feature numbers are the user's."""

    numbers: np.ndarray  # (m,) features that any half picked
    features: Stability
    clusters: Stability
    members: list[np.ndarray]  # of each cluster, the leader first
    cluster_of: np.ndarray  # (m,) position in `members` of each feature's cluster


def count(
    table: Table, groups: Groups, owner: np.ndarray, also: np.ndarray, found: list[Found],
    size: int, wanted: float,
) -> Counts:  # fmt: skip
    """Votes of halves as shares and bounds, for features and for clusters of features.

    Features that are always in are not counted.

    Parameters
    ----------
    table : Table
    groups : Groups
        Of the table's columns.
    owner : (q,) int array
        The user's feature that each column of numbers is of.
    also : int array
        Columns of the table to list even if no half picked them.
    found : list of Found
    size : int
        Groups that a half picks at most.
    wanted : float
        Number of false ones that the thresholds admit.
    """
    ids, always, n_halves = groups.ids, groups.always, len(found)
    votes = np.zeros((n_halves, int(ids.max()) + 1), bool)
    for vote, half in zip(votes, found, strict=True):
        vote[half.picked] = True
    picked = np.flatnonzero(votes.sum(axis=0)[ids])
    listed = np.union1d(picked, also).astype(int)
    listed = listed[~always[listed]]
    found_alike = clusters_around(table.X, table.weights, listed)
    members = joined_by_group([one[~always[one]] for one in found_alike], ids)
    by_cluster = np.array([votes[:, ids[one]].any(axis=1).sum() for one in members], int)
    n_clusters = groups.n_optional - sum(len(np.unique(ids[one])) - 1 for one in members)
    features, first = np.unique(owner[table.columns[listed]], return_index=True)
    listed = listed[first]  # the columns of a factor share their votes
    by_feature = votes[:, ids[listed]].sum(axis=0)
    cluster_of = [next(k for k, one in enumerate(members) if column in one) for column in listed]
    return Counts(
        features,
        stability(by_feature, n_halves, groups.n_optional, size, wanted),
        stability(by_cluster, n_halves, n_clusters, size, wanted),
        [owner[table.columns[one]][_firsts(owner[table.columns[one]])] for one in members],
        np.array(cluster_of, int),
    )


def joined_by_group(clusters: list[np.ndarray], ids: np.ndarray) -> list[np.ndarray]:
    """Clusters of columns, those that share a group made one: a group is picked as a whole."""
    out: list[np.ndarray] = []
    for cluster in clusters:
        apart = []
        for other in out:
            if np.intersect1d(ids[other], ids[cluster]).size:
                cluster = np.concatenate([other, cluster])
            else:
                apart.append(other)
        out = [*apart, cluster]
    return out


def _firsts(values: np.ndarray) -> np.ndarray:
    """Positions where each value comes first, in their order."""
    return np.sort(np.unique(values, return_index=True)[1])

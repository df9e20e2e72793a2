"""Which sample belongs to which cohort, and how cohorts are balanced."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import listing, row_number
from .gaps import REMEDY, gap_counts, has_gaps


def encode_cohorts(cohorts: object, n_samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Cohort names, sorted, and each sample's number among them, `(n,)`.

    `None` puts all samples in one cohort, named "all".

    Raises
    ------
    ValueError
        If there is not exactly one label per sample, or a label is missing.
    """
    if cohorts is None:
        return np.array(["all"]), np.zeros(n_samples, int)
    labels = _labels(cohorts, n_samples)
    names, codes = np.unique(labels, return_inverse=True)
    return names, codes


def refuse_single(names: np.ndarray, sizes: np.ndarray) -> None:
    """Cohorts of one sample each cannot be learnt from, let alone held out.

    Raises
    ------
    ValueError
        If there are any among several; it names them.
    """
    single = names[sizes < 2]
    if len(single) and len(names) > 1:
        raise ValueError(
            f"{len(single)} of {len(names)} cohorts have one sample each, {listing(single)}, which "
            "leaves nothing to learn from or to hold out. Give labels that samples share (ids of "
            "samples are none), or leave these samples out."
        )


def known_codes(cohorts: object, n_samples: int, names: np.ndarray) -> np.ndarray:
    """Each sample's number among `names`, -1 where it is of none of them."""
    labels = _labels(cohorts, n_samples)
    if "U" in (labels.dtype.kind, names.dtype.kind):  # 1 and "1" are the same
        labels, names = labels.astype(str), names.astype(str)
    found = np.full(n_samples, -1)
    for code, name in enumerate(names):
        found[labels == name] = code
    return found


def _labels(cohorts: object, n_samples: int) -> np.ndarray:
    labels = np.asarray(cohorts)
    if labels.shape != (n_samples,):
        raise ValueError(
            f"cohorts needs one label per sample, shape ({n_samples},); got shape {labels.shape}."
        )
    missing = pd.isna(labels)
    if missing.any():
        raise ValueError(
            f"cohorts has {missing.sum()} missing labels, the first in row "
            f"{row_number(np.argmax(missing))}. Give every sample a cohort, or leave it out."
        )
    return labels.astype(str) if labels.dtype == object else labels


def check_absent(X: np.ndarray, codes: np.ndarray, names: np.ndarray, features) -> None:
    """Missing values must fill a feature's column in a cohort: the cohort lacks the feature.

    Raises
    ------
    ValueError
        If values are missing in part of a cohort, or a feature is missing everywhere.
    """
    if not has_gaps(X):
        return
    counts, sizes = gap_counts(X, codes), np.bincount(codes)
    features = np.asarray(features).tolist()
    found = []
    for m, name in enumerate(names):
        part = np.flatnonzero((counts[m] > 0) & (counts[m] < sizes[m]))
        if len(part):
            found.append(f"of cohort {str(name)!r} {listing([features[j] for j in part])}")
    if found:
        raise ValueError(
            "Input X contains NaN: features are missing for some but not all samples "
            f"{'; '.join(found)}. {REMEDY}; or set the whole column to NaN "
            "in that cohort to say that the cohort lacks the feature."
        )
    nowhere = np.flatnonzero(counts.sum(axis=0) == len(codes))
    if len(nowhere):
        raise ValueError(
            "Input X contains NaN: features are missing in every cohort: "
            f"{listing([features[j] for j in nowhere])}. Drop these columns."
        )


def balance(weights: np.ndarray, codes: np.ndarray, names: np.ndarray, how: str) -> np.ndarray:
    """Sample weights under which cohorts count by their samples or all the same.

    Raises
    ------
    ValueError
        If a cohort's samples all weigh nothing.
    """
    totals = np.bincount(codes, weights)
    if np.any(totals <= 0):
        raise ValueError(
            f"The samples of cohort {str(names[np.argmin(totals)])!r} all have sample_weight 0. "
            "Leave the cohort out, or give some of its samples a positive weight."
        )
    return weights if how == "sample" else weights / totals[codes]


def deal_folds(strata: np.ndarray, n_folds: int, seed: int) -> list[np.ndarray]:
    """Folds with even shares of every stratum: each is shuffled and dealt out in turn."""
    order = np.random.default_rng(seed).permutation(len(strata))
    order = order[np.argsort(strata[order], kind="stable")]
    return [np.sort(order[k::n_folds]) for k in range(n_folds)]

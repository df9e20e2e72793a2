"""Evidence as tables: one row per feature, one per cluster."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .effects import Effect
from .importance import Importance
from .refits import Refits
from .stability import Counts, Stability


def tables_of(
    counts: Counts, selected: np.ndarray, names: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Features and clusters, the firmest first; the features' index is their number.

    Parameters
    ----------
    counts : Counts
    selected : (p,) bool array
    names : (p,) array
    """
    members = counts.members
    leaders = np.array([c[0] for c in members], int)
    order = np.lexsort((leaders, -counts.clusters.share))
    number = np.empty(len(members), int)
    number[order] = np.arange(1, len(members) + 1)
    clusters = pd.DataFrame(
        {
            "cluster": number,
            "leader": [str(names[c[0]]) for c in members],
            "n_features": [len(c) for c in members],
            "members": [[str(name) for name in names[c]] for c in members],
            "selected": [bool(selected[c].any()) for c in members],
            **_columns(counts.clusters),
        }
    )
    features = pd.DataFrame(
        {
            "feature": [str(name) for name in names[counts.numbers]],
            "selected": selected[counts.numbers],
            **_columns(counts.features),
            "cluster": number[counts.cluster_of],
        },
        index=counts.numbers,
    )
    firmest = np.lexsort((counts.numbers, ~features["selected"], -counts.features.share))
    return features.iloc[firmest], clusters.iloc[order].reset_index(drop=True)


def _columns(counts: Stability) -> dict[str, np.ndarray]:
    return {
        "stable": counts.share >= counts.threshold,
        "frequency": counts.share,
        "expected_false": counts.expected_false,
        "worst_case": counts.worst_case,
        "false_rate": counts.false_rate,
    }


def with_importance(
    table: pd.DataFrame, refits: Refits, found: Importance, effects: dict[int, dict[str, Effect]],
    names: np.ndarray, cohorts: list[str], owner: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    """The table with what only selected features have, signs by cohort if there are several."""
    blank = {"importance": np.nan, "importance_low": np.nan, "importance_high": np.nan,
             "effect": "", "sign": 0, "stand_ins": []}  # fmt: skip
    columns = refits.table.columns
    unit_of = {
        int(owner[columns[c]]): u for c, u in zip(refits.features, refits.units, strict=True)
    }
    rows = []
    for feature in table.index:
        row: dict[str, Any] = dict(blank)
        own: dict[str, Effect] = {}
        if feature in unit_of:
            u, own = unit_of[feature], effects[feature]
            row["importance"] = found.rise[u]
            row["importance_low"], row["importance_high"] = found.low[u], found.high[u]
            row["stand_ins"] = [str(names[owner[columns[j]]]) for j in found.stand_ins[u]]
            words, signs = {e.word for e in own.values()}, {e.sign for e in own.values()}
            row["effect"] = words.pop() if len(words) == 1 else "differs"
            row["sign"] = signs.pop() if len(signs) == 1 else 0
        if len(cohorts) > 1:
            row |= {f"sign: {m}": own[m].sign if m in own else 0 for m in cohorts}
        rows.append(row)
    every = [*blank, *([f"sign: {m}" for m in cohorts] if len(cohorts) > 1 else [])]
    return table.join(pd.DataFrame(rows, index=table.index, columns=every))

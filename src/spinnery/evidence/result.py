"""What is known of a selection, in one object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .effects import Effect
from .held_out import HeldOut


@dataclass(frozen=True, eq=False, repr=False)
class Evidence:
    """How sure one can be of what a model found; made by `spinnery.assess`.

    Attributes
    ----------
    features : DataFrame
        One row per feature that the model selected or any half picked, the firmest first:
        `feature`; `selected` (by the model); `stable` (frequency at least `threshold`);
        `frequency` (share of the halves that pick it); `expected_false` (bound on the number of
        false features with at least that frequency, picks being r-concave), `worst_case` (the same
        for any distribution), `false_rate` (the proportion of false ones expected among features
        at least as frequent: by the bound, or by what chance picks as often, if that is less);
        `cluster` (number of its cluster in `clusters`). Of selected features also `importance`,
        `importance_low`, `importance_high`
        (rise of the held-out loss without it, and its interval; of numbers the loss is half the
        squared error, the target's variance being 1), `effect` (a word for its curve; "by level" of
        a factor, "differs" between cohorts), `sign` (1, -1 or 0; over cohorts a column
        `sign: NAME` each) and `stand_ins`. Features that are always in are left out.
    clusters : DataFrame
        The same counts for clusters of features with `|r| >= 0.8` to their leader; a cluster is
        picked when any member is: `cluster`, `leader`, `n_features`, `members`, `selected`,
        `stable`, `frequency`, `expected_false`, `worst_case`, `false_rate`.
    stable : (n_features,) bool array
        Features with a frequency of at least `threshold`.
    threshold : float
        Least frequency at which the bound admits `expected_false` false features; infinite if none
        does, and then nothing is stable.
    cluster_threshold : float
        The same for clusters.
    expected_false : float
        As asked for.
    null_p_value : float
        How often permuted targets let the procedure gain as much on unseen halves; NaN without
        permutations.
    gain : float
        Largest mean fall of the loss on the unseen half, over ways to search it and sizes to 8,
        relative to the loss without features; NaN without permutations.
    null_gains : (n_permutations,) array
        The same of permuted targets.
    performance : DataFrame
        Measures of the whole procedure on unseen samples: `measure`, `value`, `low`, `high`.
    held_out : HeldOut or None
        The predictions behind it.
    effects : dict
        For each selected feature its `Effect` in every cohort that uses it.
    outputs : list of str
        What each of the effects' K outputs is.
    size : int
        Features that a half picks at most, fixed beforehand.
    n_pairs : int
    """

    features: pd.DataFrame
    clusters: pd.DataFrame
    stable: np.ndarray
    threshold: float
    cluster_threshold: float
    expected_false: float
    null_p_value: float
    gain: float
    null_gains: np.ndarray
    performance: pd.DataFrame
    held_out: HeldOut | None
    effects: dict[str, dict[str, Effect]]
    outputs: list[str]
    size: int
    n_pairs: int

    def __repr__(self) -> str:
        words = [f"{int(self.stable.sum())} of {len(self.stable)} features stable"]
        if np.isfinite(self.null_p_value):
            words.append(f"against nothing being there p = {self.null_p_value:.2g}")
        if not self.performance.empty:
            first = self.performance.iloc[0]
            words.append(
                f"{first['measure']} {first['value']:.2f} ({first['low']:.2f} to "
                f"{first['high']:.2f}) on unseen samples"
            )
        return f"Evidence({'; '.join(words)})"

    def to_dict(self) -> dict[str, Any]:
        """Everything but the single predictions as plain numbers, text and lists, for JSON.

        What is not a finite number is None.
        """
        effects = {
            name: {
                cohort: {
                    "values": plain(effect.values),
                    "curve": plain(effect.curve),
                    "error": plain(effect.error),
                    "word": effect.word,
                    "levels": list(effect.levels),
                }
                for cohort, effect in by_cohort.items()
            }
            for name, by_cohort in self.effects.items()
        }
        numbers = ("threshold", "cluster_threshold", "expected_false", "null_p_value", "gain")
        return {
            **{name: plain(getattr(self, name)) for name in numbers},
            "null_gains": plain(self.null_gains),
            "size": self.size,
            "n_pairs": self.n_pairs,
            "stable": np.flatnonzero(self.stable).tolist(),
            **{
                name: [
                    {key: plain(value) for key, value in row.items()}
                    for row in getattr(self, name).to_dict("records")
                ]
                for name in ("features", "clusters", "performance")
            },
            "outputs": self.outputs,
            "effects": effects,
        }


def plain(value: Any) -> Any:
    """Numbers, text, lists and None only."""
    if isinstance(value, np.ndarray):
        return [plain(one) for one in value]
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value

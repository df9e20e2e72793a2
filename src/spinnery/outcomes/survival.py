"""Survival: how soon an event comes, where some were not followed until it came."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from scipy.special import xlogy
from sklearn.utils.validation import check_consistent_length, validate_data

from .. import metrics as measure
from ..losses import PartialLikelihood
from ..storage.registry import storable
from .base import Outcome
from .times import FOLLOWED, read_times

NOBODY = np.zeros(0)
TINY = np.finfo(float).tiny  # the least hazard: the logarithm of 0 is no number
LARGEST = 700.0  # log risk whose exponential is still a number


@storable
@dataclass(frozen=True)
class Survival(Outcome):
    """Log risks by Cox's partial likelihood, and the baseline that makes them survival curves.

    Targets are `(n,)` structured arrays of event, time and stratum. A constant in the outputs
    changes no likelihood: they are centred to mean 0 over the training samples, by cohort.
    """

    ties: str
    strata_: np.ndarray  # labels of the strata; each has a baseline of its own
    times: np.ndarray = field(default_factory=lambda: NOBODY)  # (m,) where baselines rise
    hazards: np.ndarray = field(default_factory=lambda: NOBODY)  # (m,) cumulative from there on
    of: np.ndarray = field(default_factory=lambda: NOBODY.astype(int))  # (m,) stratum

    task: ClassVar[str] = "survival"
    loss_words: ClassVar[str] = "held-out partial likelihood, minus its logarithm per event"
    stratified: ClassVar[bool] = True
    error_words: ClassVar[str] = "share of pairs in the wrong order"

    @classmethod
    def validate(cls, estimator: Any, X, y, **checks) -> tuple[np.ndarray, np.ndarray]:
        if y is None:
            raise ValueError(
                f"{type(estimator).__name__} requires y to be passed, but the target y is None."
            )
        X = validate_data(estimator, X, **checks)
        followed = read_times(y)
        check_consistent_length(X, followed)
        return X, followed

    @classmethod
    def learn(
        cls, y: np.ndarray, ties: str, weights: np.ndarray, codes: np.ndarray, strata=None
    ) -> tuple[Self, np.ndarray]:
        """The outcome, and the targets with their strata; cohorts `codes` are strata too."""
        M = int(codes.max()) + 1
        names, numbers = codes_of(strata, len(y))
        followed = np.empty(len(y), FOLLOWED)
        followed["event"], followed["time"] = y["event"], y["time"]
        followed["stratum"] = codes * len(names) + numbers
        seen = y["event"] & (weights > 0)
        for m in range(M):
            if not seen[codes == m].any():
                of = f" of cohort {m + 1} of {M}" if M > 1 else ""
                raise ValueError(
                    f"No sample{of} with the event has a positive weight: there is nothing to "
                    "learn from. Check the event column and the sample weights."
                )
        outcome = cls(PartialLikelihood(ties), np.zeros((M, 1)), np.ones((M, 1)), ties, names)
        return outcome, followed

    def read(self, y: np.ndarray) -> np.ndarray:
        """Of samples in the first stratum."""
        followed = np.zeros(len(y), FOLLOWED)
        followed["event"], followed["time"] = y["event"], y["time"]
        return followed

    def encode(self, y: np.ndarray, codes: np.ndarray) -> np.ndarray:
        order = np.lexsort((-y["time"], y["stratum"]))
        time, stratum = y["time"][order], y["stratum"][order]
        new = (time[1:] != time[:-1]) | (stratum[1:] != stratum[:-1])
        rank = np.empty(len(y))
        rank[order] = np.concatenate([[0], np.cumsum(new)])
        return np.stack([y["event"], rank, y["stratum"]], axis=1).astype(float)

    def strata(self, y: np.ndarray) -> np.ndarray:
        return y["event"].astype(int)

    def exchangeable(self, y: np.ndarray, codes: np.ndarray) -> np.ndarray:
        return y["stratum"]

    def most_folds(self, y: np.ndarray) -> tuple[int, str]:
        return int(y["event"].sum()), "samples with the event"

    def check_folds(self, y: np.ndarray, weights: np.ndarray, folds: list[np.ndarray]) -> None:
        events = y["event"] & (weights > 0)
        for k, fold in enumerate(folds):
            held = int(events[fold].sum())
            if held == 0 or held == events.sum():
                share = "no sample" if held == 0 else "every sample"
                raise ValueError(
                    f"Fold {k + 1} of cv holds out {share} with the event, so nothing can be "
                    "learnt or judged there. Use fewer folds, or an integer cv, which shares "
                    "events out evenly."
                )

    def completed(self, y: np.ndarray, raw: np.ndarray, weights, codes) -> Self:
        M = len(self.center)
        center = np.zeros((M, 1))
        for m in range(M):
            rows = codes == m
            center[m] = -(weights[rows] @ raw[rows]) / weights[rows].sum()
        centred = replace(self, center=center)
        risk = centred.in_units(raw, codes)[:, 0]
        parts = []
        for s in np.unique(y["stratum"]):
            rows = (y["stratum"] == s) & (weights > 0)
            if y["event"][rows].any():
                times, hazards = measure.breslow_baseline(
                    y["event"][rows], y["time"][rows], risk[rows], weights[rows], self.ties
                )
                parts.append((times, hazards, np.full(len(times), s)))
        times, hazards, of = (np.concatenate(part) for part in zip(*parts, strict=True))
        return replace(centred, times=times, hazards=hazards, of=of)

    # -- outputs ----------------------------------------------------------------------------

    @property
    def output_names(self) -> list[str]:
        return ["log risk"]

    def predict(self, outputs: np.ndarray) -> np.ndarray:
        return outputs[:, 0]

    def cumulative_hazard(self, outputs, times: np.ndarray, stratum: np.ndarray) -> np.ndarray:
        """`H_0(t) e^g` of every sample at `times`, `(n, n_times)`."""
        if not len(self.times):
            raise ValueError(
                "There is no baseline: partial_fit and fit_batches see parts of the data. Log "
                "risks can be predicted; for survival curves, use fit."
            )
        base = np.empty((len(outputs), len(times)))
        for s in np.unique(stratum):
            known = self.of == s
            steps = np.concatenate([[0.0], self.hazards[known]])
            found = steps[np.searchsorted(self.times[known], times, side="right")]
            base[stratum == s] = found
        return base * np.exp(np.minimum(outputs, LARGEST))

    def survival(self, outputs, times: np.ndarray, stratum: np.ndarray) -> np.ndarray:
        """The share still without the event at `times`, `(n, n_times)`."""
        return np.exp(-self.cumulative_hazard(outputs, times, stratum))

    def median(self, outputs, stratum: np.ndarray) -> np.ndarray:
        """The time by which half have had the event; infinite if the curve ends above a half."""
        times = np.unique(self.times)
        return measure.median_survival(times, self.survival(outputs, times, stratum))

    def prediction_table(self, outputs: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame({"log risk": outputs[:, 0]})

    def numbers(self, strata: object, n: int, codes: np.ndarray | int = 0) -> np.ndarray:
        """Each sample's stratum among those of the fit, cohorts `codes` included, `(n,)`."""
        names = [str(name) for name in self.strata_]
        if strata is None:
            if len(names) > 1:
                raise ValueError(
                    f"This model was fitted with the strata {', '.join(names)}, each with a "
                    "baseline of its own: pass strata= with one of them for every sample."
                )
            return np.broadcast_to(codes, (n,))
        found, numbers = codes_of(strata, n)
        unknown = [str(s) for s in found if str(s) not in names]
        if unknown:
            raise ValueError(f"Unknown strata {unknown}; this model knows {', '.join(names)}.")
        return codes * len(names) + np.array([names.index(str(s)) for s in found])[numbers]

    # -- judging ----------------------------------------------------------------------------

    def judge(self, y, soft, among=None) -> dict[str, float]:
        out = {
            "concordance (Harrell)": float(measure.concordance_index(y, soft)),
            "events": float(y["event"].sum()),
        }
        every = y if among is None else among
        with suppress(ValueError):  # where the censoring distribution does not reach as far
            out["concordance (Uno)"] = float(measure.concordance_index_ipcw(every, y, soft))
        return out

    miss_words: ClassVar[str] = "deviance residual, without its sign"

    def misses(self, y, soft) -> np.ndarray:
        """Deviance residuals (Therneau, Grambsch & Fleming 1990), their signs left out.

        Of samples whose stratum has no baseline, NaN.
        """
        hazard = np.full(len(soft), np.nan)
        for s in np.unique(self.of):
            rows, steps = y["stratum"] == s, np.concatenate([[0.0], self.hazards[self.of == s]])
            at = np.searchsorted(self.times[self.of == s], y["time"][rows], side="right")
            hazard[rows] = steps[at] * np.exp(np.minimum(soft[rows], LARGEST))
        martingale = y["event"] - hazard
        squared = -2 * (martingale + xlogy(y["event"], np.maximum(hazard, TINY)))
        return np.sqrt(np.maximum(squared, 0))

    def error(self, y, soft) -> float:
        try:
            return 1 - float(measure.concordance_index(y, soft))
        except ValueError:
            return float("nan")  # no two samples can be compared


def codes_of(strata: object, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels of strata, sorted, and each sample's number among them; None is one stratum."""
    if strata is None:
        return np.array(["all"]), np.zeros(n, int)
    labels = np.asarray(strata)
    if labels.shape != (n,) or pd.isna(labels).any():
        raise ValueError(
            f"strata needs one label per sample, none missing, shape ({n},); got shape "
            f"{labels.shape} with {int(pd.isna(labels).sum())} missing."
        )
    labels = labels.astype(str) if labels.dtype == object else labels
    return np.unique(labels, return_inverse=True)

"""Counts and rates: values that are never negative, through a log link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import xlogy
from sklearn import metrics

from ..inputs.scale import standard_scale, standardise
from ..losses import Squared
from ..storage.registry import storable
from .numbers import Numbers

TINY = np.finfo(float).tiny  # the least rate: the logarithm of 0 is no number


@storable
@dataclass(frozen=True)
class Counts(Numbers):
    """Rates by the Poisson deviance; targets are divided by their mean within cohorts."""

    loss_words: ClassVar[str] = "held-out Poisson deviance, half, of counts over their mean"
    error_words: ClassVar[str] = "mean Poisson deviance"

    @classmethod
    def check(cls, columns: np.ndarray) -> None:
        if (columns < 0).any():
            raise ValueError(
                f'loss="poisson" needs targets >= 0; got {int((columns < 0).sum())} negative '
                f'values, the lowest {columns.min():g}. Check the column, or use loss="squared".'
            )
        if not (columns.sum(axis=0) > 0).all():
            raise ValueError(
                'loss="poisson" needs a positive target somewhere in every column; got only '
                "zeros. There is nothing to learn from."
            )

    def surrogate(self, y, weights, codes):
        """Squares of log(1 + y): a few large counts may hold most of the deviance."""
        logs = np.log1p(np.asarray(y, float).reshape(len(y), -1))
        return standardise(logs, weights, codes, float, standard_scale)[0], Squared()

    @property
    def output_names(self) -> list[str]:
        return [name.replace("prediction", "log rate") for name in super().output_names]

    def judge(self, y, soft, among=None) -> dict[str, float]:
        explained = float("nan")
        if soft.ndim == 1:
            every = np.asarray(y if among is None else among, float)
            nothing = _deviance(every, np.full(len(every), every.mean()))
            explained = 1 - _deviance(y, soft) / nothing if nothing > 0 else float("nan")
        return {
            "deviance explained": explained,
            "mean Poisson deviance": _deviance(y, soft),
            **super().judge(y, soft, among),
        }

    miss_words: ClassVar[str] = "root of its Poisson deviance"

    def misses(self, y, soft) -> np.ndarray:
        y, rate = np.asarray(y, float), np.maximum(soft, TINY)
        parts = np.reshape(2 * (xlogy(y, y / rate) - y + rate), (len(rate), -1))
        return np.sqrt(np.maximum(parts, 0).sum(axis=1))

    def error(self, y, soft) -> float:
        return _deviance(y, soft)


def _deviance(y, predicted) -> float:
    rate = np.maximum(np.ravel(predicted), TINY)
    return float(metrics.mean_poisson_deviance(np.ravel(y), rate))

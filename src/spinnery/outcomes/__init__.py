"""What is predicted, one file a kind: numbers, counts, classes, survival."""

from __future__ import annotations

from ..losses import AnyLoss, Poisson
from .base import Outcome
from .classes import Classes
from .counts import Counts
from .numbers import Numbers
from .survival import Survival
from .times import survival_target

NUMERIC: dict[type[AnyLoss], type[Numbers]] = {Poisson: Counts}


def numeric_kind(loss: AnyLoss) -> type[Numbers]:
    """The kind of outcome that a regressor's loss is about."""
    return NUMERIC.get(type(loss), Numbers)


__all__ = [
    "Classes",
    "Counts",
    "Numbers",
    "Outcome",
    "Survival",
    "numeric_kind",
    "survival_target",
]

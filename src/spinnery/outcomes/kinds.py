"""Which kind of outcome a loss of numbers is about."""

from __future__ import annotations

from ..losses import AnyLoss, Poisson
from .counts import Counts
from .numbers import Numbers

NUMERIC: dict[type[AnyLoss], type[Numbers]] = {Poisson: Counts}


def numeric_kind(loss: AnyLoss) -> type[Numbers]:
    """The kind of outcome that a regressor's loss is about."""
    return NUMERIC.get(type(loss), Numbers)

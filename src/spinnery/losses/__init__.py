"""Losses: what raw outputs cost, how they become predictions."""

from __future__ import annotations

from ..storage.registry import storable
from .base import AnyLoss, Loss
from .partial import PartialLikelihood
from .pointwise import Absolute, Huber, Logistic, Poisson, SoftmaxCrossEntropy, Squared

BY_NAME: dict[str, type[AnyLoss]] = {
    "squared": Squared,
    "huber": Huber,
    "absolute": Absolute,
    "poisson": Poisson,
    "logistic": Logistic,
    "softmax": SoftmaxCrossEntropy,
    "partial": PartialLikelihood,
}
for _kind in BY_NAME.values():
    storable(_kind)


def resolve(loss: str | AnyLoss) -> AnyLoss:
    """A loss from its name or the loss itself."""
    if isinstance(loss, AnyLoss):
        return loss
    if loss not in BY_NAME:
        names = ", ".join(repr(name) for name in BY_NAME)
        raise ValueError(f"loss must be a Loss or one of {names}; got {loss!r}.")
    return BY_NAME[loss]()


__all__ = [
    "BY_NAME",
    "Absolute",
    "AnyLoss",
    "Huber",
    "Logistic",
    "Loss",
    "PartialLikelihood",
    "Poisson",
    "SoftmaxCrossEntropy",
    "Squared",
    "resolve",
]

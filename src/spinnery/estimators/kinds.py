"""Which kind of outcome an estimator learns, and how it comes by it."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin

from ..losses import AnyLoss, resolve
from ..outcomes import Classes, Numbers, Outcome, Survival, numeric_kind
from .base import BaseSPINN


class OfNumbers(RegressorMixin, BaseSPINN):
    """Learns numbers."""

    _kind: ClassVar[type[Outcome]] = Numbers

    def _learn(self, y, weights, codes, strata):
        loss = self._resolved_loss()
        return numeric_kind(loss).learn(y, loss, weights / weights.sum(), codes), y, weights

    def _resolved_loss(self) -> AnyLoss:
        loss = resolve(self.loss)
        if not loss.smooth:
            raise ValueError(
                f"loss must be smooth for full-batch training; got {self.loss!r}, which has no "
                "gradient to certify. Use Huber with a small delta."
            )
        return loss

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


class OfClasses(ClassifierMixin, BaseSPINN):
    """Learns classes."""

    _kind: ClassVar[type[Outcome]] = Classes

    def _learn(self, y, weights, codes, strata):
        weights = Classes.weigh(y, self.class_weight, weights)
        classes = Classes.present(y, weights, type(self).__name__)
        return Classes.of(classes, int(codes.max()) + 1), y, weights

    @property
    def classes_(self) -> np.ndarray:
        """Class labels, sorted, `(n_classes,)`."""
        return _fitted_outcome(self, "classes_").classes


class OfTimes(BaseSPINN):
    """Learns how soon an event comes."""

    _kind: ClassVar[type[Outcome]] = Survival

    def _learn(self, y, weights, codes, strata):
        outcome, followed = Survival.learn(y, self.ties, weights, codes, strata)
        return outcome, followed, weights

    @property
    def event_times_(self) -> np.ndarray:
        """Distinct times of events, sorted: where the survival curves fall."""
        return np.unique(_fitted_outcome(self, "event_times_").times)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def _fitted_outcome(estimator: Any, name: str) -> Any:
    """The outcome, or the error that tells `hasattr` that there is none yet."""
    if "outcome_" not in vars(estimator):
        raise AttributeError(f"{type(estimator).__name__} has no {name} before it is fitted.")
    return estimator.outcome_

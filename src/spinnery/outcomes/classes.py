"""Classes: one label a sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets

from ..losses import Logistic, SoftmaxCrossEntropy
from ..storage.registry import storable
from .base import Outcome


@storable
@dataclass(frozen=True)
class Classes(Outcome):
    """Labels by log-odds: one output for two classes, one each for more."""

    classes: np.ndarray

    task: ClassVar[str] = "classification"
    loss_words: ClassVar[str] = "held-out log-loss"
    stratified: ClassVar[bool] = True
    error_words: ClassVar[str] = "share misclassified"

    @classmethod
    def of(cls, classes: np.ndarray, n_cohorts: int = 1) -> Self:
        """The outcome with these labels, sorted."""
        K = 1 if len(classes) == 2 else len(classes)
        loss = Logistic() if K == 1 else SoftmaxCrossEntropy()
        return cls(loss, np.zeros((n_cohorts, K)), np.ones((n_cohorts, K)), classes)

    @property
    def admitted(self) -> tuple[int, ...]:
        return (1, 2) if len(self.classes) == 2 else (len(self.classes),)

    @property
    def metric(self) -> str | None:
        return "accuracy"

    def over(self, n_outputs: int) -> Self:
        if n_outputs == self.n_outputs:
            return self
        M = len(self.center)
        loss = SoftmaxCrossEntropy()
        return replace(
            self, loss=loss, center=np.zeros((M, n_outputs)), scale=np.ones((M, n_outputs))
        )

    @staticmethod
    def weigh(y: np.ndarray, class_weight: Any, weights: np.ndarray) -> np.ndarray:
        """Sample weights times class weights, once the labels are found fit to be learnt."""
        check_classification_targets(y)
        if class_weight is not None:
            weights = weights * compute_sample_weight(class_weight, y)
        return weights

    @staticmethod
    def present(y: np.ndarray, weights: np.ndarray, owner: str) -> np.ndarray:
        """The labels, sorted; at least two of them must weigh something."""
        present = np.unique(y[weights > 0])
        if len(present) < 2:
            raise ValueError(
                f"{owner} needs samples of at least 2 classes; the data contain one class: "
                f"{present.tolist()}. Check the target column and the sample weights."
            )
        return np.unique(y)

    def read(self, y: np.ndarray) -> np.ndarray:
        self.strata(y)  # refuses unknown labels
        return y

    def encode(self, y: np.ndarray, codes: np.ndarray) -> np.ndarray:
        numbers = self.strata(y)
        if self.n_outputs == 1:
            return numbers[:, None].astype(float)
        return np.eye(self.n_outputs)[numbers]

    def strata(self, y: np.ndarray) -> np.ndarray:
        y = np.asarray(y)
        numbers = np.minimum(np.searchsorted(self.classes, y), len(self.classes) - 1)
        known = self.classes[numbers] == y
        if not np.all(known):
            raise ValueError(
                f"y holds labels that training did not begin with: "
                f"{np.unique(y[~known]).tolist()}; known are {self.classes.tolist()}. Begin anew "
                "with all labels."
            )
        return numbers

    def check_folds(self, y: np.ndarray, weights: np.ndarray, folds: list[np.ndarray]) -> None:
        super().check_folds(y, weights, folds)
        numbers = self.strata(y)
        count = np.bincount(numbers[weights > 0], minlength=len(self.classes))
        whole: dict[str, int] = {}  # classes that a fold holds out, and the fold
        for k, fold in enumerate(folds):
            rows = np.unique(fold)
            held = np.bincount(numbers[rows[weights[rows] > 0]], minlength=len(count))
            for label in self.classes[(held == count) & (count > 0)]:
                whole.setdefault(str(label), k + 1)
        if whole:
            each = ", ".join(f"{label!r} (fold {k})" for label, k in sorted(whole.items()))
            raise ValueError(
                f"Folds of cv hold out every sample of the classes {each}, which could then not be "
                "learnt. Give these classes more samples or leave them out, or use an integer cv, "
                "which shares classes out evenly."
            )

    # -- outputs ----------------------------------------------------------------------------

    def decision(self, outputs: np.ndarray) -> np.ndarray:
        """The logit of the second of two classes, `(n,)`, or one score per class, `(n, K)`."""
        if len(self.classes) > 2:
            return outputs
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs[:, 1] - outputs[:, 0]

    def log_proba(self, outputs: np.ndarray) -> np.ndarray:
        """Log-probabilities, `(n, n_classes)`."""
        out = outputs.astype(np.float64)
        if len(self.classes) == 2:
            second = self.decision(out)
            out = np.stack([np.zeros_like(second), second], axis=1)
        out = out - out.max(axis=1, keepdims=True)
        return out - np.log(np.exp(out).sum(axis=1, keepdims=True))

    def proba(self, outputs: np.ndarray) -> np.ndarray:
        """Probabilities, `(n, n_classes)`."""
        return np.exp(self.log_proba(outputs))

    def soft(self, outputs: np.ndarray) -> np.ndarray:
        return self.proba(outputs)

    def decide(self, soft: np.ndarray) -> np.ndarray:
        return self.classes[soft.argmax(axis=1)]

    def predict(self, outputs: np.ndarray) -> np.ndarray:
        return self.classes[self.log_proba(outputs).argmax(axis=1)]

    def prediction_table(self, outputs: np.ndarray) -> pd.DataFrame:
        table = pd.DataFrame({"prediction": self.predict(outputs)})
        proba = self.proba(outputs)
        return table.assign(**{f"probability {c}": proba[:, k] for k, c in enumerate(self.classes)})

    # -- judging ----------------------------------------------------------------------------

    @property
    def output_names(self) -> list[str]:
        if self.n_outputs == 1:
            return [f"log odds of {self.classes[1]}"]
        return [f"score of {label}" for label in self.classes]

    def judge(self, y, soft, among=None) -> dict[str, float]:
        y, proba = np.asarray(y), soft
        values, counts = np.unique(y if among is None else among, return_counts=True)
        commonest = values[counts.argmax()]
        out = {
            "accuracy": float(np.mean(y == self.decide(proba))),
            "accuracy of naming the commonest": float(np.mean(y == commonest)),
            "log-loss": float(metrics.log_loss(y, proba, labels=self.classes)),
        }
        if len(self.classes) == 2 and len(np.unique(y)) == 2:
            area = metrics.roc_auc_score(y == self.classes[1], proba[:, 1])
            out["area under the ROC curve"] = float(area)
        return out

    def transfer_measures(self, y, predicted) -> dict[str, float]:
        return {"balanced_accuracy": float(metrics.balanced_accuracy_score(y, predicted))}

    miss_words: ClassVar[str] = "probability given to wrong classes"

    def misses(self, y, soft) -> np.ndarray:
        return 1 - soft[np.arange(len(soft)), self.strata(y)]

    def error(self, y, soft) -> float:
        return float(np.mean(np.asarray(y) != self.decide(soft)))

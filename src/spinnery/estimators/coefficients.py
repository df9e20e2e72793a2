"""What other tools read of a fitted model: linear terms, and one number per feature."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..evidence.reading import strengths
from ..outcomes import Outcome
from .model import Model


class Coefficients:
    """`coef_` and `intercept_` of linear models, `feature_importances_` of all."""

    _models: list[Model]
    outcome_: Any
    n_features_in_: int
    _form: Any

    @property
    def coef_(self) -> np.ndarray:
        """Slopes of a linear model in the user's units.

        `(n_features,)`, or `(n_outputs, n_features)` for several outputs and for classifiers, whose
        outputs are logits (one for two classes). Over several cohorts, a leading axis of these.
        """
        return self._linear_terms("coef_")[0]

    @property
    def intercept_(self) -> np.ndarray:
        """Outputs of a linear model where all features are 0, of the shape of `coef_[..., 0]`."""
        return self._linear_terms("intercept_")[1]

    @property
    def feature_importances_(self) -> np.ndarray:
        """Norms of the first-layer rows over all cohorts, for standardised inputs, summing to 1.

        A feature's strength inside the model, for `SelectFromModel` and the like; how much it
        matters is what `spinnery.assess` measures.
        """
        check_is_fitted(self)
        norms = strengths(self)
        return norms / norms.sum() if norms.any() else norms

    def _linear_terms(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        linear = hasattr(self, "_models") and not any(m.upper.layers for m in self._models)
        if not linear:  # so that hasattr is False
            raise AttributeError(
                f"{type(self).__name__} has {name} once it is fitted and linear (hidden=(), or "
                "chosen so by cross-validation). A network has curves instead: spinnery.assess."
            )
        if not self._form.is_identity:
            raise AttributeError(
                f"{name} has one number for each column of numbers, but there are factors or gap "
                "indicators among the features. spinnery.assess has a curve for each."
            )
        slopes, intercepts = linear_terms(self._models, self.outcome_, self.n_features_in_)
        if slopes.shape[1] == 1 and self.outcome_.task != "classification":
            slopes, intercepts = slopes[:, 0], intercepts[:, 0]
        return (slopes[0], intercepts[0]) if len(slopes) == 1 else (slopes, intercepts)


def linear_terms(
    models: list[Model], outcome: Outcome, n_features: int
) -> tuple[np.ndarray, np.ndarray]:
    """Slopes `(M, K, n_features)` and intercepts `(M, K)` in the user's units."""
    slopes = np.zeros((len(models), outcome.n_outputs, n_features))
    intercepts = np.zeros(slopes.shape[:2])
    for m, model in enumerate(models):
        per_unit = (model.W / model.scale[:, None]).T  # (K, k)
        slopes[m][:, model.features] = outcome.scale[m][:, None] * per_unit
        at_zero = model.upper.bias - per_unit @ model.center
        intercepts[m] = outcome.scale[m] * at_zero + outcome.center[m]
    return slopes, intercepts

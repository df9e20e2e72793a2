"""A fitted model over some of its columns alone, and which columns it is asked of."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np
import pandas as pd
from sklearn.feature_selection import SelectorMixin
from sklearn.utils._set_output import _get_output_config

from ..errors import listing
from ..inputs.frames import as_frame
from .model import Model
from .tables import ReadsTables

PER_FEATURE = ("feature_names_in_", "selected_", "coef_norm_", "absent_")  # the last axis


class HasPanel(SelectorMixin, ReadsTables):
    """Predicts from the selected columns of named tables, and has a model of these alone."""

    _models: list[Model]

    def to_panel(self):
        """The same model of its selected features alone.

        Returns
        -------
        A fitted estimator of the same class, whose `X` has the selected columns, in their order: as
        `transform` gives them. Its predictions equal this model's to the last digit. A factor is
        one column. What is known of the search (`path_`, `cv_loss_`) stays; `path_coef_norm_` has
        the selected columns only.

        Raises
        ------
        ValueError
            If no feature was selected.
        """
        features = np.flatnonzero(self._get_support_mask())
        if not len(features):
            raise ValueError(
                "No feature was selected, so there is no panel: the model predicts a constant."
            )
        return self._over(features)

    def _over(self, features: np.ndarray):
        """This model of some features alone, all that it uses among them, increasing."""
        panel, columns = over_columns(self, features), self._form.columns_of(features)
        panel._form = self._form.only(features)
        panel._models = [model.within(columns) for model in self._models]
        return panel

    @property
    def _goes_by_names(self) -> bool:
        """Whether predicting needs the selected columns only."""
        return True

    def _by_names(self, X):
        """This model over the columns that it uses, and these of a table with names.

        In any order, beside any others, whatever they hold. Arrays, and tables for a model without
        names, go by position: as they are.
        """
        used = self._get_support_mask()
        if self._goes_by_names and hasattr(self, "feature_names_in_"):
            frame = used_columns(X, self.feature_names_in_, used)
            if frame is not None:
                return (self if used.all() else self._over(np.flatnonzero(used))), frame
        if self._goes_by_names:
            refuse_selected_alone(X, self)
        return self, X

    def transform(self, X):
        """The selected columns of `X`, `(n, n_selected)`; a named table need have no others."""
        model, X = self._by_names(X)
        if _get_output_config("transform", self)["dense"] == "default":
            X = joinable(X)
        return SelectorMixin.transform(model, X)


def over_columns(model: Any, features: np.ndarray) -> Any:
    """A copy of `model` whose parameters and attributes per feature are those of `features`."""
    panel = copy(model)
    state = vars(panel)
    for name in PER_FEATURE:
        if name in state:
            state[name] = state[name][..., features]
    if "path_coef_norm_" in state:
        state["path_coef_norm_"] = state["path_coef_norm_"][:, features]
    for name in ("feature_groups", "penalty_weights"):
        if state.get(name) is not None:
            given = list(state[name])
            state[name] = [given[j] for j in features]
    panel.n_features_in_ = len(features)
    return panel


def used_columns(X: Any, names: np.ndarray, used: np.ndarray) -> pd.DataFrame | None:
    """The columns of a named table that a model uses, in its order; None if it has no names.

    Raises
    ------
    ValueError
        If any is not there.
    """
    frame = as_frame(X)
    if frame is None or not all(isinstance(name, str) for name in frame.columns):
        return None
    wanted = names[used].tolist()
    there = set(frame.columns)
    lacking = [name for name in wanted if name not in there]
    if lacking:
        raise ValueError(
            f"X lacks {len(lacking)} of the {len(wanted)} columns that the model uses: "
            f"{listing(lacking, 20)}. Add them, or name its columns as in training."
        )
    return frame[wanted]


def joinable(X: Any) -> Any:
    """A table of categories among other columns as one of objects, which join to an array."""
    categories = isinstance(X, pd.DataFrame) and any(
        isinstance(dtype, pd.CategoricalDtype) for dtype in X.dtypes
    )
    return X.astype(object) if categories else X


def refuse_selected_alone(X: Any, model: Any) -> None:
    """Say what to do with an array of as many columns as the model selected.

    Raises
    ------
    ValueError
    """
    shape: tuple = getattr(X, "shape", ())
    p = model.n_features_in_
    width = int(model._get_support_mask().sum())
    if len(shape) == 2 and shape[1] == width != p:
        raise ValueError(
            f"X has {width} features, but {type(model).__name__} is expecting {p} features as "
            "input. If these are the selected ones, as transform gives them, ask the model of "
            "these alone, model.to_panel(), or give them with their names."
        )

"""From a user's columns to the numbers that networks take, as learnt from the training table."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy import sparse

from ..errors import listing
from ..storage.registry import storable
from .factors import Factor, learn_factor
from .frames import as_frame, is_plain, thin_numbers
from .gaps import gap_counts, gaps_in
from .kinds import ColumnsError, Refused, labels, no_numbers, read_column, read_columns

NOTHING = np.zeros(0)


@storable
@dataclass(frozen=True)
class Form:
    """Which columns of numbers a user's columns become; made at fit, used ever after.

    Numbers stay where they are, factors become columns of zeros and ones in their place, and
    columns of zeros and ones that say where there were gaps follow at the end.
    """

    n_features: int  # p, the user's columns
    factors: Mapping[int, Factor] = field(default_factory=dict)  # by number of the user's column
    flagged: np.ndarray = field(default_factory=lambda: NOTHING.astype(int))  # with a gap column
    means: np.ndarray = field(default_factory=lambda: NOTHING)  # (q,) of training, with factors

    @cached_property
    def widths(self) -> np.ndarray:
        """How many columns each of the user's becomes, gap columns aside, `(p,)`."""
        widths = np.ones(self.n_features, int)
        for j, factor in self.factors.items():
            widths[j] = len(factor.names)
        return widths

    @cached_property
    def owner(self) -> np.ndarray:
        """The user's column that each column of numbers is of, `(q,)`."""
        return np.concatenate([np.repeat(np.arange(self.n_features), self.widths), self.flagged])

    @property
    def is_identity(self) -> bool:
        """Whether the user's columns are the numbers."""
        return not self.factors and not len(self.flagged)

    def names(self, given: Any) -> list:
        """Names of the columns of numbers, from the user's `(p,)`."""
        out: list = []
        for j, name in enumerate(given):
            factor = self.factors.get(j)
            out += [name] if factor is None else [f"{name}={level}" for level in factor.names]
        return out + [f"gap in {given[j]}" for j in self.flagged]

    # -- learning ---------------------------------------------------------------------------

    def with_gap_columns(self, X: np.ndarray, codes: np.ndarray) -> Self:
        """With a gap column wherever values `X` `(n, q)` are missing in part of a cohort."""
        counts = gap_counts(self.firsts(X), codes)
        part = (counts > 0) & (counts < np.bincount(codes)[:, None])
        return replace(self, flagged=np.flatnonzero(part.any(axis=0)))

    def with_means(self, X: np.ndarray, weights: np.ndarray) -> Self:
        """With the weighted means of `X` `(n, q)`, which stand in for levels never seen."""
        if not self.factors:
            return self
        return replace(self, means=weights @ np.nan_to_num(X) / weights.sum())

    # -- using ------------------------------------------------------------------------------

    def columns_of(self, features: np.ndarray) -> np.ndarray:
        """Numbers of the columns that some of the user's become, increasing."""
        return np.flatnonzero(np.isin(self.owner, features))

    def only(self, features: np.ndarray) -> Form:
        """The form of some of the user's columns alone, given by increasing numbers."""
        place = {int(j): k for k, j in enumerate(features)}
        factors = {place[j]: factor for j, factor in self.factors.items() if j in place}
        flagged = np.flatnonzero(np.isin(features, self.flagged))
        means = self.means[self.columns_of(features)] if factors else NOTHING
        return Form(len(place), factors, flagged, means)

    def firsts(self, X: np.ndarray) -> np.ndarray:
        """One column of numbers for each of the user's, `(n, p)`: NaN where there is a gap."""
        if not self.factors:
            return X if X.shape[1] == self.n_features else X[:, : self.n_features]
        return X[:, np.cumsum(self.widths) - self.widths]

    def with_gaps_told(self, X: np.ndarray) -> np.ndarray:
        """Numbers `(n, q)`, the gap columns added."""
        if not len(self.flagged):
            return X
        told = gaps_in(self.firsts(X), self.flagged)
        if sparse.issparse(X):
            return sparse.hstack([X, told.astype(X.dtype)], format="csc")
        return np.concatenate([X, told.astype(X.dtype)], axis=1)

    def by_feature(self, norms: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Norms of some columns of numbers `(k,)`, joined to the user's, `(p,)`."""
        out = np.zeros(self.n_features)
        if self.is_identity:
            out[columns] = norms
            return out
        np.add.at(out, self.owner[columns], norms.astype(float) ** 2)
        return np.sqrt(out)

    def read(self, X: Any) -> Any:
        """New samples' numbers `(n, .)` without gap columns; arrays and plain tables as they are.

        A level never seen is taken for its mean over training, with a warning that counts them.
        """
        frame = as_frame(X)
        if self.factors and sparse.issparse(X):
            raise ValueError(
                "X is sparse, and the model was fitted to a table with factors. Give a table with "
                "their words."
            )
        if frame is None and self.factors:
            frame = pd.DataFrame(np.asarray(X, object)).infer_objects()
        if frame is None or (is_plain(frame) and not self.factors):
            return X if frame is None else frame
        if not self.factors and (thin := thin_numbers(frame)) is not None:
            return thin
        parts: list[np.ndarray] = []
        refused, unseen = [], []
        for j, (name, values) in enumerate(frame.items()):
            if j in self.factors:
                part, new, words = self._factor(j, values)
                unseen += [(name, words, new)] if new.any() else []
                parts.append(part)
                continue
            read = read_column(name, values)
            if isinstance(read, Refused) or read.dtype == object:
                refused.append(no_numbers(name, values))
            else:
                parts.append(read)
        if refused:
            raise ColumnsError(refused, new=True)
        if unseen:
            _warn_of_unseen(unseen)
        return np.column_stack(parts)

    def _factor(self, j: int, values: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A factor's columns, who has a level never seen, and the words."""
        words = labels(values)
        part, new = self.factors[j].columns(words)
        start = int(self.widths[:j].sum())
        part[new] = self.means[start : start + part.shape[1]]
        return part, new, words


def learn_columns(X: Any, sample_weight: Any = None) -> tuple[Any, dict[int, Factor]]:
    """A training table's numbers `(n, .)`, NaN in gaps, and its factors by column.

    Arrays and tables of plain numbers come back as they are. Levels are those of samples that
    weigh something.

    Raises
    ------
    ColumnsError
        If columns are neither numbers nor factors; it names all of them.
    """
    frame = as_frame(X)
    if frame is None or is_plain(frame):
        return (X if frame is None else frame), {}
    thin = thin_numbers(frame)
    if thin is not None:
        return thin, {}
    counted = np.ones(len(frame), bool)
    if np.shape(sample_weight) == (len(frame),):
        counted = np.asarray(sample_weight) > 0
    factors, parts = {}, []
    for j, values in enumerate(read_columns(frame)):
        if values.dtype == object:
            factors[j] = learn_factor(values[counted])
            values = factors[j].columns(values)[0]
        parts.append(values)
    return np.column_stack(parts), factors


def only_numbers(X: Any, owner: str) -> Any:
    """A table whose columns are all numbers as a plain or a sparse one; arrays as they are.

    Raises
    ------
    ValueError
        If columns are something else; it names all of them.
    """
    frame = as_frame(X)
    if frame is None or is_plain(frame):
        return X if frame is None else frame
    if (thin := thin_numbers(frame)) is not None:
        return pd.DataFrame.sparse.from_spmatrix(thin, columns=frame.columns)  # type: ignore[attr-defined]
    read = read_columns(frame)
    words = [str(name) for name, one in zip(frame, read, strict=True) if one.dtype == object]
    if words:
        raise ValueError(
            f"{owner} takes numbers, and these columns hold words: {listing(words)}. Encode them "
            "(sklearn.preprocessing.OneHotEncoder) or leave them out; the SPINN estimators take "
            "factors as they are."
        )
    return pd.DataFrame(np.column_stack(read), columns=frame.columns)


def _warn_of_unseen(unseen: list[tuple]) -> None:
    total = sum(int(new.sum()) for _, _, new in unseen)
    each = "; ".join(
        f"{str(name)!r} {int(new.sum())} ({listing(sorted({*words[new]}), 3)})"
        for name, words, new in unseen
    )
    warnings.warn(
        f"{total} cells hold levels that training did not know, taken for the mean over its "
        f"levels: {each}.",
        UserWarning,
        stacklevel=6,
    )

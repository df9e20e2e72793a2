"""What SNE and t-SNE share: checks, the exact descent, new points."""

from __future__ import annotations

from numbers import Integral, Real
from typing import ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.metrics import pairwise_distances
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from ..compilation import precision
from ..progress import Steps
from .affinities import conditional_affinities, joint_affinities
from .cost import Tails
from .descent import Schedule, descend
from .start import pca_start, random_start

PLACING = 250  # steps that place new points
TILE = 2**24  # most pairs of new and training points at once
GRAIN = 64  # sizes are padded to its multiples, so that data of similar size share programs


def padded(n: int) -> int:
    """The next multiple of GRAIN; the engine's coarser grid would double n^2 work.

    Examples
    --------
    >>> padded(1000)
    1024
    """
    return -(-n // GRAIN) * GRAIN


class BaseEmbedding(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Validation and fitted state of an embedding."""

    n_components: int
    perplexity: float
    early_exaggeration: float
    learning_rate: float | str
    max_iter: int
    init: str
    metric: object
    min_grad_norm: float
    dtype: str
    random_state: object
    verbose: bool | None

    _tails: ClassVar[Tails]
    _parameter_constraints: dict = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "perplexity": [Interval(Real, 0, None, closed="neither")],
        "early_exaggeration": [Interval(Real, 1, None, closed="left")],
        "learning_rate": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "init": [StrOptions({"pca", "random"})],
        "metric": [str, callable],
        "min_grad_norm": [Interval(Real, 0, None, closed="left")],
        "dtype": [StrOptions({"float32", "float64"})],
        "random_state": ["random_state"],
        "verbose": ["boolean", None],
    }

    # -- fitting ----------------------------------------------------------------------------

    def fit(self, X, y=None) -> Self:
        """Embed the samples; see `fit_transform`."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X, y=None) -> np.ndarray:
        """Embed the samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            With metric="precomputed": distances, of shape (n_samples, n_samples).
        y : ignored

        Returns
        -------
        (n_samples, n_components) ndarray

        Raises
        ------
        ValueError
            If the perplexity is not less than the number of samples, a value is missing or
            infinite, or the points run off to infinity at the given learning rate.
        """
        self._validate_params()
        X = validate_data(self, X, dtype=[np.float64, np.float32], ensure_min_samples=2)
        self._check(X)
        self._X = X
        rate = self.learning_rate
        self.learning_rate_ = len(X) / 4 if rate == "auto" else float(rate)
        self._embed(X)
        return self.embedding_

    def _check(self, X: np.ndarray) -> None:
        n = len(X)
        if not 1 <= self.perplexity < n:
            raise ValueError(
                f"perplexity must be at least 1 and less than the number of samples, {n}; got "
                f"{self.perplexity:g}. 5 to 50 is usual, a third of the samples is plenty."
            )
        if self.metric != "precomputed":
            return
        if self.init == "pca":
            raise ValueError(
                'init="pca" needs features, and metric="precomputed" has none. Set init="random".'
            )
        if X.shape != (n, n) or (X < 0).any() or not np.allclose(X, X.T):
            raise ValueError(
                'metric="precomputed" needs a symmetric matrix of distances, none negative; got '
                f"shape {X.shape}, smallest value {X.min():g}, largest asymmetry "
                f"{np.abs(X - X.T).max() if X.shape == (n, n) else np.nan:g}. Pass "
                "sklearn.metrics.pairwise_distances(X)."
            )

    def _start(self, X: np.ndarray) -> np.ndarray:
        rng = check_random_state(self.random_state)
        if self.init == "pca":
            return pca_start(X, self.n_components, rng)
        return random_start(len(X), self.n_components, rng)

    def _embed(self, X: np.ndarray) -> None:
        """The exact method: all pairs of samples, in every step."""
        n = len(X)
        size = padded(n)
        Y = np.zeros((size, self.n_components), self.dtype)
        Y[:n] = self._start(X)
        schedule = Schedule(
            self.max_iter, self.learning_rate_, self.early_exaggeration, self.min_grad_norm
        )
        with precision(self.dtype), Steps(self.verbose) as steps:
            steps.say("affinities")
            D = self._scaled(self._squared_distances(X), size)
            P = joint_affinities(D, np.int32(n), np.asarray(self.perplexity, self.dtype))
            found = descend(self._tails, P, Y, None, n, schedule, steps)
        self.embedding_ = found.Y[:n]
        self.n_iter_ = found.n_iter
        self.cost_history_ = found.costs
        self.kl_divergence_ = float(found.costs[-1, 1])

    def _squared_distances(self, X: np.ndarray, others: np.ndarray | None = None) -> np.ndarray:
        if self.metric == "precomputed":
            return X**2
        if self.metric == "euclidean":
            return pairwise_distances(X, others, metric="euclidean", squared=True)
        return pairwise_distances(X, others, metric=self.metric) ** 2

    def _scaled(self, D: np.ndarray, n_rows: int, n_columns: int | None = None) -> np.ndarray:
        """Each row in units of its mean, which float32 holds at any scale, with zeros added."""
        mean = D.mean(axis=1, keepdims=True)
        out = np.zeros((n_rows, n_columns or n_rows), self.dtype)
        out[: len(D), : D.shape[1]] = D / np.where(mean > 0, mean, 1)
        return out

    # -- new points -------------------------------------------------------------------------

    def transform(self, X) -> np.ndarray:
        """Place new samples among the embedded ones, which stay where they are.

        Each new sample has affinities to the training samples at `perplexity`, starts on the
        nearest of them, and descends its own cost, `KL(p_i || q_i)` over the training samples;
        samples of one call do not see each other. A training sample comes out near its place in
        `embedding_`, not on it.

        Parameters
        ----------
        X : array-like of shape (n_new, n_features)
            With metric="precomputed": distances to the training samples, `(n_new, n_samples)`.

        Returns
        -------
        (n_new, n_components) ndarray
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=[np.float64, np.float32])
        n = len(self.embedding_)
        tile = max(1, TILE // n)
        placed = [self._place(X[k : k + tile]) for k in range(0, len(X), tile)]
        return np.concatenate(placed)

    def _place(self, X: np.ndarray) -> np.ndarray:
        n, size = len(self.embedding_), padded(len(X))
        fixed = np.zeros((padded(n), self.n_components), self.dtype)
        fixed[:n] = self.embedding_
        # A row of affinities sums to one, not to 1/n: so much larger are its gradients.
        schedule = Schedule(PLACING, self.learning_rate_ / n, 1, 0)
        with precision(self.dtype), Steps(False) as steps:
            D = self._scaled(self._squared_distances(X, self._X), size, len(fixed))
            perplexity = np.asarray(self.perplexity, self.dtype)
            P = conditional_affinities(D, np.int32(n), perplexity)
            start = fixed[np.argmax(P, axis=1)]
            return descend(self._tails, P, start, fixed, n, schedule, steps).Y[: len(X)]

    @property
    def _n_features_out(self) -> int:
        return self.embedding_.shape[1]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.metric == "precomputed"
        tags.transformer_tags.preserves_dtype = []  # `dtype` decides
        return tags

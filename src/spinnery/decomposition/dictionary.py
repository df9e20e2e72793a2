"""Dictionary learning: sparse codes and atoms in turn."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state, gen_batches
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from ..compilation import precision
from ..interrupts import Interrupts
from ..progress import Steps
from ..storage.registry import storable_estimator
from .alternation import alternations
from .atoms import draw_atoms, in_use, revived, update_atoms
from .coding import code, sparse_code

BATCH_TOL, BATCH_STEPS = 3e-2, 50  # how well a mini-batch is coded
FORGETTING = 20  # after t updates, the sums remember about the last t/20


@storable_estimator
class DictionaryLearning(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Dictionary learning: atoms of which every sample uses few.

    Minimises over codes `a_i` and atoms, the rows of `D`,

        (1/n) sum_i ( 1/2 ||x_i - a_i D||^2 + lam ||a_i||_1 ),   ||D_j|| <= 1 for every atom.

    Parameters
    ----------
    n_components : int, optional
        Number of atoms; the number of features by default.
    lam : float, >= 0
        In units of the data, which are neither centred nor scaled.
    positive_code, positive_dict : bool
        Whether codes, and atoms, may not be negative.
    batch_size : int, optional
        Samples per update. None uses all of them in every update.
    max_iter : int
        Most updates, or with `batch_size` most passes over the samples.
    tol : float
        Stop when an iteration lowers the objective by less than this, relatively.
    dtype : {"float32", "float64"}
    random_state : int, RandomState instance or None
        For the samples to start from, and the order of mini-batches.
    verbose : bool or None
        Show progress; None does where standard error is a terminal.

    Attributes
    ----------
    components_ : (n_components, n_features) array
        The atoms.
    error_ : (n_iterations,) array
        Objective at the start of every iteration's update; with `batch_size` its mean over the
        pass, each batch before its update.
    n_iter_ : int
        Iterations made.
    n_steps_ : int
        Updates of the atoms so far, `partial_fit`'s included.
    gram_, cross_ : (n_components, n_components) and (n_components, n_features) arrays
        Sums over codes and samples, from which `partial_fit` goes on.
    n_features_in_, feature_names_in_ : as in scikit-learn

    Notes
    -----
    Codes by the proximal solver, from where they were; atoms by exact block updates (Mairal et
    al. 2009), so in a full batch the objective never rises. Atoms nobody uses are replaced by
    samples. Mini-batches keep sums over past codes, discounted by `(1 - 1/t)^20` at update t
    (the rescaling of past data of Mairal et al. 2010).

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import DictionaryLearning
    >>> rng = np.random.default_rng(0)
    >>> codes = rng.normal(size=(200, 4)) * (rng.random((200, 4)) < 0.4)
    >>> X = codes @ np.eye(4, 8)
    >>> model = DictionaryLearning(4, lam=0.05, random_state=0).fit(X)
    >>> np.abs(model.components_ @ np.eye(8, 4)).max(axis=0).round(1)  # the four atoms
    array([1., 1., 1., 1.])
    >>> model.transform(X).shape
    (200, 4)
    """

    _parameter_constraints: dict = {
        "n_components": [Interval(Integral, 1, None, closed="left"), None],
        "lam": [Interval(Real, 0, None, closed="left")],
        "positive_code": ["boolean"],
        "positive_dict": ["boolean"],
        "batch_size": [Interval(Integral, 1, None, closed="left"), None],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "dtype": [StrOptions({"float32", "float64"})],
        "random_state": ["random_state"],
        "verbose": ["boolean", None],
    }

    def __init__(
        self,
        n_components=None,
        lam=1.0,
        *,
        positive_code=False,
        positive_dict=False,
        batch_size=None,
        max_iter=200,
        tol=1e-4,
        dtype="float32",
        random_state=None,
        verbose=None,
    ):
        self.n_components = n_components
        self.lam = lam
        self.positive_code = positive_code
        self.positive_dict = positive_dict
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X, y=None) -> Self:
        """Learn the atoms.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored

        Returns
        -------
        self
        """
        self._validate_params()
        X = validate_data(self, X, dtype=np.dtype(self.dtype))
        rng = check_random_state(self.random_state)
        self._begin(X, rng)
        iterate = self._alternations(X, rng) if self.batch_size is None else self._passes(X, rng)
        errors: list[float] = []
        with precision(self.dtype), Steps(self.verbose) as steps:
            steps.expect(self.max_iter)
            steps.say("dictionary")
            for _, error in zip(range(self.max_iter), iterate, strict=False):
                errors.append(error)
                steps.advance()
                if len(errors) > 1 and errors[-2] - error <= self.tol * abs(errors[-2]):
                    break
        self.error_, self.n_iter_ = np.array(errors), len(errors)
        return self

    def partial_fit(self, X, y=None) -> Self:
        """One update from one mini-batch `X`, `(n_samples, n_features)`; returns self."""
        self._validate_params()
        first = not hasattr(self, "components_")
        X = validate_data(self, X, dtype=np.dtype(self.dtype), reset=first)
        rng = check_random_state(self.random_state)
        if first:
            self._begin(X, rng)
        with precision(self.dtype), Interrupts():
            self._learn_batch(X, rng)
        return self

    def transform(self, X):
        """Codes of samples, `(n_samples, n_components)`: `sparse_code` over `components_`."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.dtype(self.dtype), reset=False)
        return sparse_code(
            X, self.components_, self.lam, positive=self.positive_code, dtype=self.dtype
        )

    def inverse_transform(self, codes):
        """Samples that codes stand for, `codes @ components_`."""
        check_is_fitted(self)
        return np.asarray(codes) @ self.components_

    def save(self, file) -> None:
        """Write the fitted model to `file`; `spinnery.load(file)` reads it back."""
        from ..storage.models import save

        save(self, file)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # codes have the parameter `dtype`
        return tags

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)

    def _begin(self, X: np.ndarray, rng: np.random.RandomState) -> None:
        n_components = self.n_components or X.shape[1]
        self.components_ = draw_atoms(X, n_components, self.positive_dict, rng)
        self.gram_ = np.zeros((n_components, n_components), X.dtype)
        self.cross_ = np.zeros_like(self.components_)
        self.n_steps_ = 0

    def _alternations(self, X: np.ndarray, rng: np.random.RandomState):
        """Objectives of full-batch iterations, without end."""
        settings = self.lam, self.positive_code, self.positive_dict
        for *found, error in alternations(X, self.components_, *settings, rng):
            self.components_, self.gram_, self.cross_ = found
            self.n_steps_ += 1
            yield error

    def _passes(self, X: np.ndarray, rng: np.random.RandomState):
        """Mean objectives of passes over shuffled mini-batches, without end."""
        while True:
            order = rng.permutation(len(X))
            batches = [order[batch] for batch in gen_batches(len(X), self.batch_size)]
            totals = [len(batch) * self._learn_batch(X[batch], rng) for batch in batches]
            yield sum(totals) / len(X)

    def _learn_batch(self, X: np.ndarray, rng: np.random.RandomState) -> float:
        """One update from a mini-batch; its mean objective before."""
        end = code(X, self.components_, self.lam, self.positive_code, BATCH_TOL, BATCH_STEPS)
        codes = end.W[:, :, 0]
        self.n_steps_ += 1
        keep = (1 - 1 / self.n_steps_) ** FORGETTING
        self.gram_ = keep * self.gram_ + codes @ codes.T
        self.cross_ = keep * self.cross_ + codes @ X
        D = update_atoms(self.components_, self.gram_, self.cross_, self.positive_dict)
        idle = ~np.asarray(in_use(self.gram_))
        self.components_ = revived(np.array(D), idle, X, self.positive_dict, rng)
        return float(end.objective.mean())

"""SNE and t-SNE with scikit-learn's interface."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import StrOptions

from .base import BaseEmbedding
from .descent import EXAGGERATED
from .handover import approximate

EXACT_LIMIT = 6000  # samples; beyond, TSNE hands over to openTSNE


class SNE(BaseEmbedding):
    """Symmetric stochastic neighbour embedding: Gaussian tails on both sides.

    With affinities `p_ij = (p_j|i + p_i|j) / 2n` of the samples, `p_j|i` Gaussian in the distance
    and of the given perplexity, it minimises over points `y_i`

        C = sum_ij p_ij log(p_ij / q_ij),  q = s / sum s,  s_ij = exp(-||y_i - y_j||^2)

    by gradient descent from a small start. Its maps are crowded: moderate distances in many
    dimensions find no room in two. `TSNE` is the remedy; SNE shows what it is the remedy for.

    Parameters
    ----------
    n_components : int, default=2
        Coordinates of the map.
    perplexity : float, default=30
        Effective number of neighbours of each sample (the exponential of the entropy of its
        affinities); at least 1 and less than the number of samples.
    early_exaggeration : float, default=4
        Factor of the affinities in the first 250 steps, which gathers clusters; 1 for none.
    learning_rate : float or "auto", default="auto"
        Length of a step relative to the gradient, while its coordinate's gain is 1; "auto" is
        `n_samples / 4`. Exaggerated steps are shorter by the exaggeration.
    max_iter : int, default=1000
        Steps of the descent.
    init : {"pca", "random"}, default="pca"
        Start: the first principal components, or normal noise; both of spread 1e-4.
    metric : str or callable, default="euclidean"
        Any metric of `sklearn.metrics.pairwise_distances`; "precomputed" takes distances as `X`.
    min_grad_norm : float, default=1e-7
        The descent stops when the gradient's norm is below.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the computation. JAX's global settings are not touched.
    random_state : int, RandomState or None, default=None
    verbose : bool or None, default=None
        Progress bar with the time left; None shows it when standard error is a terminal.

    Attributes
    ----------
    embedding_ : (n_samples, n_components) ndarray
    kl_divergence_ : float
        `C` at `embedding_`.
    cost_history_ : (n_looks, 2) ndarray
        Steps taken and `C` (without exaggeration), every 50 steps.
    n_iter_ : int
        Steps taken.
    learning_rate_ : float
        The learning rate used.
    n_features_in_ : int
        Number of columns in `fit`.
    feature_names_in_ : (n_features,) ndarray
        If the columns had names.

    See Also
    --------
    TSNE : the same with tails that leave room.

    References
    ----------
    Hinton & Roweis (2002), Stochastic neighbor embedding. Cook, Sutskever, Mnih & Hinton (2007),
    Visualizing similarity data with a mixture of maps (the symmetric form).

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import SNE
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 20)) + 5 * np.repeat(np.eye(20)[:3], 20, axis=0)
    >>> Y = SNE(perplexity=10, random_state=0).fit_transform(X)
    >>> Y.shape
    (60, 2)
    """

    _tails = "gaussian"

    def __init__(
        self, n_components=2, perplexity=30.0, early_exaggeration=4.0, learning_rate="auto",
        max_iter=1000, init="pca", metric="euclidean", min_grad_norm=1e-7, dtype="float32",
        random_state=None, verbose=None,
    ):  # fmt: skip
        self.n_components = n_components
        self.perplexity = perplexity
        self.early_exaggeration = early_exaggeration
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.init = init
        self.metric = metric
        self.min_grad_norm = min_grad_norm
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose


class TSNE(BaseEmbedding):
    """t-distributed stochastic neighbour embedding.

    With affinities `p_ij = (p_j|i + p_i|j) / 2n` of the samples, `p_j|i` Gaussian in the distance
    and of the given perplexity, it minimises over points `y_i`

        C = sum_ij p_ij log(p_ij / q_ij),  q = s / sum s,  s_ij = 1 / (1 + ||y_i - y_j||^2)

    by gradient descent from a small start. Read neighbourhoods in the map, not distances between
    clusters, nor their sizes.

    Parameters
    ----------
    n_components : int, default=2
        Coordinates of the map.
    perplexity : float, default=30
        Effective number of neighbours of each sample (the exponential of the entropy of its
        affinities); at least 1 and less than the number of samples.
    early_exaggeration : float, default=4
        Factor of the affinities in the first 250 steps, which gathers clusters; 1 for none.
    learning_rate : float or "auto", default="auto"
        Length of a step relative to the gradient, while its coordinate's gain is 1; "auto" is
        `n_samples / 4`. Exaggerated steps are shorter by the exaggeration.
    max_iter : int, default=1000
        Steps of the descent.
    init : {"pca", "random"}, default="pca"
        Start: the first principal components, or normal noise; both of spread 1e-4.
    metric : str or callable, default="euclidean"
        Any metric of `sklearn.metrics.pairwise_distances`; "precomputed" takes distances as `X`.
    min_grad_norm : float, default=1e-7
        The descent stops when the gradient's norm is below.
    method : {"auto", "exact", "opentsne"}, default="auto"
        "exact" computes with all pairs, in time and memory of order n^2. "opentsne" hands over to
        openTSNE (extra `tsne`), an approximation in time of order n. "auto" is exact up to 6,000
        samples and hands over, with a warning, beyond; `kl_divergence_` is then openTSNE's
        estimate and `cost_history_` has that one row.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the computation. JAX's global settings are not touched.
    random_state : int, RandomState or None, default=None
    verbose : bool or None, default=None
        Progress bar with the time left; None shows it when standard error is a terminal.

    Attributes
    ----------
    embedding_ : (n_samples, n_components) ndarray
    kl_divergence_ : float
        `C` at `embedding_`.
    cost_history_ : (n_looks, 2) ndarray
        Steps taken and `C` (without exaggeration), every 50 steps.
    n_iter_ : int
        Steps taken.
    learning_rate_ : float
        The learning rate used.
    n_features_in_ : int
        Number of columns in `fit`.
    feature_names_in_ : (n_features,) ndarray
        If the columns had names.

    See Also
    --------
    SNE : the same with Gaussian tails.

    References
    ----------
    van der Maaten & Hinton (2008), Visualizing data using t-SNE. Poličar, Stražar & Zupan (2024),
    openTSNE: a modular Python library for t-SNE dimensionality reduction and embedding.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import TSNE
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 20)) + 5 * np.repeat(np.eye(20)[:3], 20, axis=0)
    >>> model = TSNE(perplexity=10, random_state=0).fit(X[1:])
    >>> distance = np.linalg.norm(model.embedding_ - model.transform(X[:1]), axis=1)
    >>> bool(distance.argmin() < 19)  # a new sample lands among those of its own cluster
    True
    """

    _parameter_constraints: dict = {
        **BaseEmbedding._parameter_constraints,
        "method": [StrOptions({"auto", "exact", "opentsne"})],
    }
    _tails = "student"

    def __init__(
        self, n_components=2, perplexity=30.0, early_exaggeration=4.0, learning_rate="auto",
        max_iter=1000, init="pca", metric="euclidean", min_grad_norm=1e-7, method="auto",
        dtype="float32", random_state=None, verbose=None,
    ):  # fmt: skip
        self.n_components = n_components
        self.perplexity = perplexity
        self.early_exaggeration = early_exaggeration
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.init = init
        self.metric = metric
        self.min_grad_norm = min_grad_norm
        self.method = method
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    def _embed(self, X: np.ndarray) -> None:
        n = len(X)
        if self.method == "exact" or (self.method == "auto" and n <= EXACT_LIMIT):
            return super()._embed(X)
        if self.method == "auto":
            warnings.warn(
                f"{n} samples: beyond {EXACT_LIMIT} openTSNE takes over, an approximation in time "
                'of order n. method="opentsne" asks for it without this warning, method="exact" '
                "avoids it.",
                UserWarning,
                stacklevel=4,
            )
        self.embedding_, self.kl_divergence_ = approximate(
            X, self._start(X), perplexity=self.perplexity, metric=self.metric,
            exaggeration=self.early_exaggeration, learning_rate=self.learning_rate,
            exaggerated=EXAGGERATED, max_iter=self.max_iter,
            seed=check_random_state(self.random_state).randint(2**31 - 1),
        )  # fmt: skip
        self.n_iter_ = self.max_iter
        self.cost_history_ = np.array([[self.n_iter_, self.kl_divergence_]])

"""Docstring parts of SNE and TSNE."""

from __future__ import annotations

from ..estimators.docs import filled

PARAMETERS = """n_components : int, default=2
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
        The descent stops when the gradient's norm is below."""

TRAINING = """dtype : {"float32", "float64"}, default="float32"
        Precision of the computation. JAX's global settings are not touched.
    random_state : int, RandomState or None, default=None
    verbose : bool or None, default=None
        Progress bar with the time left; None shows it when standard error is a terminal."""

ATTRIBUTES = """embedding_ : (n_samples, n_components) ndarray
    kl_divergence_ : float
        `C` at `embedding_`.
    cost_history_ : (n_looks, 2) ndarray
        Steps taken and `C` (without exaggeration), every 50 steps.
    n_iter_ : int
        Steps taken.
    learning_rate_ : float
        The learning rate used.
    n_features_in_ : int
    feature_names_in_ : (n_features_in_,) ndarray
        If the columns had names."""

embedding = filled(parameters=PARAMETERS, training=TRAINING, attributes=ATTRIBUTES)

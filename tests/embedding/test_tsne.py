"""SNE and t-SNE as estimators: beside scikit-learn, new points, limits, errors."""

import sys

import jax
import neighbours
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import manifold
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness
from sklearn.metrics import pairwise_distances, silhouette_score
from sklearn.neighbors import KNeighborsClassifier

from spinnery import SNE, TSNE
from spinnery.embedding import estimators

BOTH = pytest.mark.parametrize("kind", [SNE, TSNE])


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:400], y[:400]


@pytest.fixture(scope="module")
def fitted(digits):
    X, _ = digits
    return {kind: kind(random_state=0).fit(X[:300]) for kind in (SNE, TSNE)}


def small(n=40, p=4, seed=0):
    return np.random.default_rng(seed).normal(size=(n, p))


# -- what a fit finds ------------------------------------------------------------------------


def test_as_good_as_scikit_learn(digits, fitted):
    X = digits[0][:300]
    other = manifold.TSNE(method="exact", init="pca", random_state=0).fit(X)
    ours = fitted[TSNE]
    assert ours.kl_divergence_ <= 1.02 * other.kl_divergence_
    both = [trustworthiness(X, Y, n_neighbors=12) for Y in (ours.embedding_, other.embedding_)]
    assert both[0] >= both[1] - 0.005


@pytest.mark.parametrize("kind, tails", [(SNE, "gaussian"), (TSNE, "student")])
def test_the_cost_reported_is_that_of_the_embedding(kind, tails):
    X = small()
    model = kind(perplexity=8, random_state=0).fit(X)
    P = neighbours.joint_affinities(neighbours.squared_distances(X), 8)
    expected, slope = neighbours.cost_and_gradient(tails, P, model.embedding_.astype(float))
    assert_allclose(model.kl_divergence_, expected, rtol=1e-4)
    assert np.linalg.norm(slope) < 1e-3
    assert_array_equal(model.cost_history_[:, 0][:3], [50, 100, 150])
    assert model.cost_history_[-1].tolist() == [model.n_iter_, model.kl_divergence_]


@pytest.mark.slow
def test_crowding():
    """Gaussian tails leave no room in two dimensions: classes apart in 64 are pushed together."""
    X, y = load_digits(return_X_y=True)
    X, y = X[:1000], y[:1000]
    wide, crowded = (kind(random_state=0).fit_transform(X) for kind in (TSNE, SNE))
    assert silhouette_score(wide, y) > silhouette_score(crowded, y) + 0.1
    kept = [trustworthiness(X, Y, n_neighbors=12) for Y in (wide, crowded)]
    assert kept[0] > kept[1] + 0.02


@BOTH
def test_a_seed_gives_the_same_map(kind):
    X = small()
    a, b, c = (
        kind(perplexity=8, init="random", random_state=seed).fit_transform(X) for seed in (0, 0, 1)
    )
    assert_array_equal(a, b)
    assert not np.allclose(a, c)


@BOTH
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_precision_leaves_jax_alone(kind, dtype):
    model = kind(perplexity=8, max_iter=50, dtype=dtype, random_state=0).fit(small())
    assert model.embedding_.dtype == dtype == model.transform(small()[:3]).dtype
    assert jax.config.jax_enable_x64 is False


def test_distances_in_place_of_features():
    X = small()
    options = {"perplexity": 8, "init": "random", "random_state": 0, "dtype": "float64"}
    direct = TSNE(metric="cosine", **options).fit(X)
    given = TSNE(metric="precomputed", **options).fit(pairwise_distances(X, metric="cosine"))
    assert_allclose(direct.embedding_, given.embedding_, atol=1e-6)
    new = pairwise_distances(small(3, seed=1), X, metric="cosine")
    assert_allclose(given.transform(new), direct.transform(small(3, seed=1)), atol=1e-6)


def test_scale_and_offset_do_not_matter():
    X = small()
    options = {"perplexity": 8, "early_exaggeration": 1, "learning_rate": 1, "max_iter": 100}
    options |= {"random_state": 0, "dtype": "float64"}
    plain = TSNE(**options).fit_transform(X)
    assert_allclose(TSNE(**options).fit_transform(1e20 * X), plain, atol=1e-3)
    assert_allclose(TSNE(**options).fit_transform(X + 100), plain, atol=1e-3)


def test_learning_rates():
    X = small()
    assert TSNE(perplexity=8, max_iter=25).fit(X).learning_rate_ == 10
    assert SNE(perplexity=8, max_iter=25, learning_rate=0.5).fit(X).learning_rate_ == 0.5


def test_names():
    frame = pd.DataFrame(small(), columns=list("abcd"))
    model = TSNE(perplexity=8, max_iter=25, n_components=3).fit(frame)
    assert model.feature_names_in_.tolist() == list("abcd")
    assert model.get_feature_names_out().tolist() == ["tsne0", "tsne1", "tsne2"]
    assert model.n_features_in_ == 4


# -- new points ------------------------------------------------------------------------------


@BOTH
def test_new_samples_land_among_their_like(kind, digits, fitted):
    X, y = digits
    model = fitted[kind]
    Y = model.transform(X[300:])
    assert Y.shape == (100, 2)
    nearest = KNeighborsClassifier(5).fit(model.embedding_, y[:300])
    assert nearest.score(Y, y[300:]) > 0.8


@BOTH
def test_training_samples_come_out_near_their_place(kind, digits, fitted):
    model = fitted[kind]
    distance = np.linalg.norm(model.transform(digits[0][:300]) - model.embedding_, axis=1)
    span = np.ptp(model.embedding_, axis=0).max()
    assert np.median(distance) < 0.02 * span
    assert distance.max() < 0.15 * span


@BOTH
def test_new_samples_do_not_see_each_other(kind, digits, fitted, monkeypatch):
    new = digits[0][300:310]
    together = fitted[kind].transform(new)
    apart = np.concatenate([fitted[kind].transform(new[k : k + 1]) for k in range(10)])
    assert_allclose(together, apart, atol=1e-3 * np.ptp(fitted[kind].embedding_))
    monkeypatch.setattr("spinnery.embedding.base.TILE", 4 * 300)  # four at a time
    assert_allclose(fitted[kind].transform(new), together, atol=1e-3 * np.ptp(together))


# -- limits ----------------------------------------------------------------------------------

LIMITS = {
    "two samples": (small(2), 1),
    "three samples": (small(3), 2),
    "perplexity n - 1": (small(12), 11),
    "perplexity just below n": (small(12), 11.9),
    "perplexity 1": (small(12), 1),
    "identical samples": (np.ones((12, 3)), 4),
    "duplicates": (np.repeat(small(4), 5, axis=0), 3),
    "constant columns": (np.column_stack([np.ones((20, 2)), small(20, 1)]), 5),
    "one column": (small(20, 1), 5),
    "tiny": (1e-30 * small(20), 5),
    "huge": (1e30 * small(20), 5),
    "outlier": (np.concatenate([small(20), [[1e8] * 4]]), 5),
}


@BOTH
@pytest.mark.parametrize("X, perplexity", LIMITS.values(), ids=LIMITS)
@pytest.mark.parametrize("init", ["pca", "random"])
def test_limits_give_a_finite_map(kind, X, perplexity, init):
    model = kind(perplexity=perplexity, init=init, random_state=0).fit(X)
    assert np.isfinite(model.embedding_).all()
    assert -1e-6 <= model.kl_divergence_ < 5
    assert np.isfinite(model.transform(X[:2])).all()


# -- errors ----------------------------------------------------------------------------------


def refused(kind, X, message, **options):
    with pytest.raises(ValueError) as caught:
        kind(**options).fit(X)
    assert str(caught.value) == message


@BOTH
@pytest.mark.parametrize("perplexity, shown", [(40, "40"), (40.5, "40.5"), (0.5, "0.5")])
def test_perplexity_out_of_reach(kind, perplexity, shown):
    refused(
        kind, small(),
        "perplexity must be at least 1 and less than the number of samples, 40; got "
        f"{shown}. 5 to 50 is usual, a third of the samples is plenty.",
        perplexity=perplexity,
    )  # fmt: skip


@BOTH
def test_missing_and_infinite_values(kind):
    for value, words in ((np.nan, "NaN"), (np.inf, "infinity")):
        X = small()
        X[3, 1] = value
        with pytest.raises(ValueError, match=rf"^Input X contains {words}"):
            kind().fit(X)


def test_distances_that_are_none():
    text = (
        'metric="precomputed" needs a symmetric matrix of distances, none negative; got shape {}, '
        "smallest value {}, largest asymmetry {}. Pass sklearn.metrics.pairwise_distances(X)."
    )
    options = {"metric": "precomputed", "init": "random", "perplexity": 2}
    refused(TSNE, np.ones((5, 4)), text.format((5, 4), 1, "nan"), **options)
    refused(TSNE, -np.ones((5, 5)), text.format((5, 5), -1, 0), **options)
    refused(TSNE, np.triu(np.ones((5, 5))), text.format((5, 5), 0, 1), **options)
    refused(
        TSNE, np.ones((5, 5)),
        'init="pca" needs features, and metric="precomputed" has none. Set init="random".',
        metric="precomputed", perplexity=2,
    )  # fmt: skip


def test_a_parameter_of_the_wrong_kind():
    refused(
        TSNE, small(),
        "The 'learning_rate' parameter of TSNE must be a str among {'auto'} or a float in the "
        "range (0.0, inf). Got -1 instead.",
        learning_rate=-1,
    )  # fmt: skip


# -- many samples ----------------------------------------------------------------------------


@pytest.mark.slow
def test_many_samples_go_to_opentsne(digits, monkeypatch):
    pytest.importorskip("openTSNE")
    X, y = digits
    monkeypatch.setattr(estimators, "EXACT_LIMIT", 200)
    model = TSNE(random_state=0, max_iter=350)
    with pytest.warns(UserWarning) as caught:
        model.fit_transform(X[:300])
    assert str(caught[0].message) == (
        "300 samples: beyond 200 openTSNE takes over, an approximation in time of order n. "
        'method="opentsne" asks for it without this warning, method="exact" avoids it.'
    )
    assert caught[0].filename == __file__
    assert trustworthiness(X[:300], model.embedding_, n_neighbors=12) > 0.97
    assert model.cost_history_.tolist() == [[350, model.kl_divergence_]]
    assert model.n_iter_ == 350
    Y = model.transform(X[300:])
    assert KNeighborsClassifier(5).fit(model.embedding_, y[:300]).score(Y, y[300:]) > 0.85
    exact = TSNE(method="exact", random_state=0, max_iter=350).fit(X[:300])
    assert_allclose(
        model.kl_divergence_, exact.kl_divergence_, rtol=0.3
    )  # of nearest neighbours only
    TSNE(method="opentsne", perplexity=5, max_iter=260).fit(X[:100])  # asked for: no warning


def test_without_opentsne(monkeypatch):
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    with pytest.raises(ImportError) as caught:
        TSNE(method="opentsne", perplexity=5).fit(small())
    assert str(caught.value) == (
        "t-SNE of this many samples is openTSNE's, which is not installed: "
        'pip install "spinnery[tsne]", or set method="exact" (n^2 memory and time).'
    )

"""What a fitted model sees of its samples."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from spinnery import (
    SNE,
    TSNE,
    IntegrativeSPINNRegressor,
    NetworkClassifier,
    SparseAutoencoder,
    SPINNClassifier,
    SPINNRegressor,
)
from spinnery.embedding.views import default_perplexity, embedder, seen


def data(n=60, p=6):
    X = np.random.default_rng(0).normal(3, 2, size=(n, p))
    return X, X[:, 0] - X[:, 1]


@pytest.fixture(scope="module")
def network():
    X, y = data()
    return SPINNRegressor(hidden=(4,), lam=0.1, random_state=0, tol=1e-2).fit(X, y)


@pytest.fixture(scope="module")
def integrative():
    X, y = data()
    X[::2, 5] = np.nan  # cohort "a" lacks it
    X[1::2, 0] = np.nan  # cohort "b" lacks one that matters
    cohorts = np.array(["a", "b"] * 30)
    model = IntegrativeSPINNRegressor(hidden=(4,), lam=0.1, random_state=0, tol=1e-2)
    return model.fit(X, y, cohorts=cohorts), X, cohorts


def test_selected_features_are_standardised(network):
    X, _ = data()
    view = seen(network, X)
    assert_array_equal(network.get_support(indices=True), [0, 1])
    assert_allclose(view, (X[:, :2] - X[:, :2].mean(0)) / X[:, :2].std(0))
    assert_allclose(seen(network, X[:1]), 0)  # one sample does not vary


def test_hidden_layer_leads_to_the_predictions(network):
    X, _ = data()
    h = seen(network, X, by="hidden")
    assert_allclose(h, network.hidden_features(X), rtol=1e-6)
    model = network._models[0]
    (last,) = model.upper.layers
    raw = h @ last.weight + last.bias
    outputs = network.outcome_.in_units(raw)
    assert_allclose(outputs[:, 0], network.predict(X), rtol=1e-4)
    assert (np.abs(h) <= 1).all()  # tanh


def test_a_linear_model_has_its_outputs_in_place_of_a_hidden_layer():
    X, y = data()
    model = SPINNClassifier(hidden=(), lam=0.02, random_state=0).fit(X, y > 0)
    assert_allclose(model.hidden_features(X)[:, 0], model.decision_function(X), rtol=1e-5)


def test_cohorts_are_standardised_apart(integrative):
    model, X, cohorts = integrative
    view = seen(model, X, cohorts)
    features = model.get_support(indices=True)
    assert {0, 1} <= set(features)
    assert_array_equal(view[cohorts == "b", list(features).index(0)], 0)
    column = view[:, list(features).index(1)]
    for name in "ab":
        assert_allclose(column[cohorts == name].mean(), 0, atol=1e-12)
        assert_allclose(column[cohorts == name].std(), 1)
    h = seen(model, X, cohorts, by="hidden")
    assert_array_equal(h, model.hidden_features(X, cohorts=cohorts))
    for m, name in enumerate("ab"):
        part = X[cohorts == name]
        assert_allclose(h[cohorts == name], model._models[m].activations(part), rtol=1e-5)
    with pytest.raises(ValueError, match=r"^This model was fitted to the cohorts 'a', 'b': pass"):
        seen(model, X, by="hidden")


@pytest.mark.parametrize("by", ["selected", "hidden"])
def test_any_estimator_of_the_library(by):
    X, y = data()
    network = NetworkClassifier(hidden=(5,), epochs=2, random_state=0).fit(X, y > 0)
    assert seen(network, X, by=by).shape == (60, 6 if by == "selected" else 5)
    auto = SparseAutoencoder(hidden=(3,), epochs=2, random_state=0).fit(X)
    assert len(seen(auto, X, by=by)) == 60


def test_names_are_matched(network):
    X, y = data()
    frame = pd.DataFrame(X, columns=list("abcdef"))
    model = SPINNRegressor(hidden=(), lam=0.1).fit(frame, y)
    np.testing.assert_array_equal(seen(model, frame[list("bacdef")]), seen(model, frame))
    kept = frame[model.get_feature_names_out()]
    np.testing.assert_array_equal(seen(model, kept), seen(model, frame))


def fails(kind, message, *arguments, **options):
    with pytest.raises(kind) as caught:
        seen(*arguments, **options)
    assert str(caught.value) == message


def test_what_cannot_be_seen(network):
    X, _ = data()
    fails(ValueError, "by must be \"selected\" or \"hidden\"; got 'output'.", network, X,
          by="output")  # fmt: skip
    other = SimpleNamespace(fit=None, __sklearn_is_fitted__=lambda: True)
    other.__sklearn_tags__ = lambda: SimpleNamespace(requires_fit=True)
    for by, method, instead in (
        ("selected", "get_support", "hidden"), ("hidden", "hidden_features", "selected"),
    ):  # fmt: skip
        fails(
            TypeError,
            f'by="{by}" needs an estimator with the method {method}; SimpleNamespace has none. '
            f'Use by="{instead}", or an estimator of Spinnery.',
            other, X, by=by,
        )  # fmt: skip
    with pytest.warns(UserWarning, match="^No feature was selected"):
        empty = SPINNRegressor(hidden=(), lam=100.0).fit(*data())
    fails(
        ValueError,
        "SPINNRegressor selected no feature, so there is nothing to see. Fit it with a smaller "
        "penalty, or check its target.",
        empty, X,
    )  # fmt: skip


def test_methods_by_name():
    assert isinstance(embedder("sne", 200), SNE)
    assert embedder("tsne", 200).perplexity == 30
    own = TSNE(perplexity=3)
    assert embedder(own, 200) is own
    assert [default_perplexity(n) for n in (2, 4, 31, 91, 1000)] == [1, 1, 10, 30, 30]
    with pytest.raises(ValueError) as caught:
        embedder("umap", 10)
    assert str(caught.value) == (
        "method must be one of tsne, sne, or an object with fit_transform; got 'umap'."
    )


def test_one_number_a_sample_is_no_picture():
    X = np.random.default_rng(0).normal(size=(40, 6))
    linear = SPINNRegressor(hidden=(), lam=0.3, random_state=0).fit(X, 3 * X[:, 0])
    assert linear.get_support().sum() == 1
    with pytest.raises(ValueError, match=r'by="hidden" sees one number .* linear model.*selected'):
        seen(linear, X, by="hidden")
    with pytest.raises(ValueError, match=r"the one selected feature.*histogram"):
        seen(linear, X)

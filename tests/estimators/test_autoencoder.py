"""SparseAutoencoder: codes, reconstructions, inputs chosen without labels."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA

from spinnery import SparseAutoencoder
from spinnery.nn import MLP, TiedAutoencoder


def data(n=120, seed=0):
    """Eight columns of rank two, the last two of noise; the scales differ."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2)) @ rng.normal(size=(2, 8)) + 0.01 * rng.normal(size=(n, 8))
    X[:, 6:] = 0.05 * rng.normal(size=(n, 2))
    return X * np.arange(1, 9) + 3


def autoencoder(**params):
    given = {"hidden": (3,), "epochs": 4, "batch_size": 20, "random_state": 0}
    return SparseAutoencoder(**{**given, **params})


every_kind = pytest.mark.parametrize("tied", [False, True])
every_depth = pytest.mark.parametrize("hidden", [(3,), (6, 3)])


@every_kind
@every_depth
def test_codes_and_reconstructions_agree(tied, hidden):
    X = data()
    model = autoencoder(tied=tied, hidden=hidden, standardize=True).fit(X)
    assert isinstance(model.network_, TiedAutoencoder if tied else MLP)
    codes = model.transform(X)
    assert codes.shape == (120, 3) and np.all((codes > 0) & (codes < 1))
    back = model.inverse_transform(codes)
    np.testing.assert_allclose(back, model.reconstruct(X), rtol=1e-4, atol=1e-4)
    error = ((X - model.reconstruct(X)) ** 2).sum(axis=1).mean()
    assert model.reconstruction_error(X) == pytest.approx(error, rel=1e-6)
    assert model.score(X) == -model.reconstruction_error(X)


@every_kind
@every_depth
def test_the_decoder_mirrors_the_encoder(tied, hidden):
    model = autoencoder(tied=tied, hidden=hidden, epochs=1).fit(data())
    widths = (8, *hidden)
    weights = sum(a * b for a, b in zip(widths, hidden, strict=False))
    biases = sum(hidden) + sum(widths[:-1])
    assert model.n_parameters_ == weights * (1 if tied else 2) + biases


@every_kind
def test_it_learns(tied):
    """A linear one with a code of two reaches principal components on data of rank two."""
    X = data()
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    pca = PCA(2).fit(X)
    best = ((X - pca.inverse_transform(pca.transform(X))) ** 2).sum(axis=1).mean()
    model = autoencoder(
        hidden=(2,), tied=tied, activation="identity", ridge=0.0, learning_rate=0.02, epochs=300,
        batch_size="full",
    ).fit(X)  # fmt: skip
    assert 0.9999 * best <= model.reconstruction_error(X) <= 1.05 * best
    assert model.history_["loss"].iloc[-1] < model.history_["loss"].iloc[0] / 2


def test_it_chooses_inputs_that_tell_the_others():
    X = data()
    model = autoencoder(
        hidden=(4,), max_features=2, standardize=True, epochs=80, learning_rate=0.05
    ).fit(X)
    assert model.selected_.sum() == 2 and not model.selected_[6:].any()
    moved = X + 100 * ~model.selected_
    np.testing.assert_array_equal(model.transform(moved), model.transform(X))
    scaled = ((X - model.reconstruct(X)) / X.std(axis=0)) ** 2
    assert scaled[:, :6].mean() < 0.2  # four columns from two others
    assert model.get_support().tolist() == model.selected_.tolist()


def test_a_constant_column_is_its_mean():
    X = data()
    X[:, 4] = 7.5
    model = autoencoder(standardize=True).fit(X)
    np.testing.assert_array_equal(model.reconstruct(X)[:, 4], 7.5)
    np.testing.assert_array_equal(model.inverse_transform(model.transform(X))[:, 4], 7.5)
    assert np.isfinite(model.reconstruct(X + 1)).all() and np.isfinite(model.score(X))
    changed = X + np.eye(8)[4] * 3
    np.testing.assert_array_equal(model.transform(changed), model.transform(X))


@every_kind
def test_passes_agree(tied):
    X, w = data(), np.linspace(0.5, 2, 120)
    whole = autoencoder(tied=tied, schedule="cosine").fit(X, sample_weight=w)
    loop = clone(whole)
    for _ in range(4):
        loop.partial_fit(X, sample_weight=w)
    np.testing.assert_array_equal(loop.reconstruct(X), whole.reconstruct(X))
    warm = autoencoder(tied=tied, warm_start=True).fit(X).fit(X)
    np.testing.assert_array_equal(
        warm.reconstruct(X), autoencoder(tied=tied, epochs=8).fit(X).reconstruct(X)
    )


def test_validation_and_early_stopping():
    X, other = data(), data(seed=1)
    model = autoencoder(epochs=3).fit(X, validation_data=other)
    half = model.reconstruction_error(other) / 2
    assert model.history_["val_loss"].iloc[-1] == pytest.approx(half, rel=1e-4)
    mean = model.reconstruction_error(other) / 8
    assert model.history_["val_mse"].iloc[-1] == pytest.approx(mean, rel=1e-4)
    stopped = autoencoder(
        early_stopping=True, patience=1, epochs=60, learning_rate=0.2, standardize=True
    ).fit(X)
    assert stopped.n_iter_ < 60 and np.isfinite(stopped.score(X))


def test_a_weight_of_zero_is_absence():
    X = data()
    outlier = np.concatenate([X, 1e3 * np.ones((1, 8))])
    w = np.append(np.ones(120), 0)
    params = {"batch_size": "full", "dtype": "float64", "standardize": True, "epochs": 8}
    a = autoencoder(**params).fit(outlier, sample_weight=w)
    b = autoencoder(**params).fit(X)
    np.testing.assert_allclose(a.reconstruct(X), b.reconstruct(X), rtol=1e-8)


def test_names():
    X = data()
    frame = pd.DataFrame(X, columns=list("abcdefgh"))
    model = autoencoder().fit(frame).set_output(transform="pandas")
    names = [f"sparseautoencoder{k}" for k in range(3)]
    assert model.get_feature_names_out().tolist() == names
    assert model.transform(frame).columns.tolist() == names
    assert model.hidden_features(frame).shape == (120, 3)


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda X: autoencoder(tied=True, max_features=2).fit(X),
            "tied=True cannot select inputs: a zero row of the encoder is a zero row of the "
            "decoder, which could not reconstruct that input. Use tied=False.",
        ),
        (
            lambda X: autoencoder(tied=True, penalty="lasso").partial_fit(X),
            "tied=True cannot select inputs: a zero row of the encoder is a zero row of the "
            "decoder, which could not reconstruct that input. Use tied=False.",
        ),
        (
            lambda X: autoencoder(hidden=()).fit(X),
            "hidden must have the width of the code at least, such as (50,).",
        ),
        (
            lambda X: autoencoder(epochs=1).fit(X).inverse_transform(X),
            "inverse_transform takes codes of width 3, as transform gives them; got 8 columns.",
        ),
    ],
)
def test_what_it_refuses(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call(data())

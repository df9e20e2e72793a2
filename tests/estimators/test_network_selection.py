"""Features and channels that vanish: exactly zero, as many as asked for, the right ones."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from small import classifier, data, regressor

from spinnery import NetworkRegressor, SparseAutoencoder, penalties
from spinnery.nn import FractionalMaxPool, LPPool
from spinnery.nn.inputs import first_rows

X, F, Y = data(200)
SHAPE = (4, 6, 6)


def bands(n=120, seed=0):
    """Images of four channels; the class is written in the second alone."""
    rng = np.random.default_rng(seed)
    images, y = rng.normal(size=(n, *SHAPE)), rng.integers(2, size=n)
    images[:, 1, 2:4, 2:4] += 3 * (2 * y[:, None, None] - 1)
    return images.reshape(n, -1), y


def conv(pool, size):
    keys = jax.random.split(jax.random.key(1))
    return eqx.nn.Sequential(
        [
            eqx.nn.Conv2d(4, 3, 3, key=keys[0]), eqx.nn.Lambda(jax.nn.relu), pool,
            eqx.nn.Lambda(jnp.ravel), eqx.nn.Linear(3 * size**2, 1, key=keys[1]),
        ]
    )  # fmt: skip


def test_a_penalty_zeroes_features_exactly():
    model = regressor(
        penalty="group_lasso", lam=0.3, optimizer="sgd", epochs=200, batch_size="full"
    ).fit(X, F)
    rows = np.asarray(model.network_.weight)
    assert not model.selected_[[3, 4, 5]].any() and model.selected_[[0, 1]].all()
    assert np.all(rows[~model.selected_] == 0)
    np.testing.assert_allclose(model.coef_norm_, np.linalg.norm(rows, axis=1), rtol=1e-5)
    moved = X + 5 * ~model.selected_
    np.testing.assert_array_equal(model.predict(moved), model.predict(X))
    np.testing.assert_array_equal(model.transform(X), X[:, model.selected_])


def test_lam_of_the_estimator_replaces_that_of_the_penalty():
    a = regressor(penalty=penalties.GroupMCP(7.0, 2.5), lam=0.1).fit(X, F)
    b = regressor(penalty=penalties.GroupMCP(0.0, 2.5), lam=0.1).fit(X, F)
    np.testing.assert_array_equal(a.network_.weight, b.network_.weight)


def test_a_penalty_that_leaves_nothing():
    with pytest.warns(UserWarning, match=r"^No feature was selected: the model predicts"):
        model = regressor(penalty="group_lasso", lam=1e3, optimizer="sgd").fit(X, F)
    assert not model.selected_.any()
    np.testing.assert_allclose(model.predict(X), model.predict(X)[0])


@pytest.mark.parametrize("epochs", [2, 3, 30])
@pytest.mark.parametrize("most", [1, 2, 6, 9])
def test_at_most_so_many(epochs, most):
    model = regressor(max_features=most, epochs=epochs, learning_rate=0.02).fit(X, F)
    assert model.selected_.sum() == min(most, 6)
    if epochs == 30:
        assert model.selected_[1]  # the strongest


@pytest.mark.parametrize("name", sorted(penalties.BY_NAME))
def test_at_most_so_many_under_every_penalty(name):
    model = regressor(max_features=2, epochs=4, penalty=name).fit(X, F)
    assert 1 <= model.selected_.sum() <= 2


@pytest.mark.parametrize(
    "params",
    [
        {"lam": 0},
        {"early_stopping": True, "patience": 1, "learning_rate": 0.3},
        {"warm_start": True},
        {"schedule": "cosine", "optimizer": "sgd"},
        {"batch_size": "full", "dtype": "float64"},
    ],
    ids=str,
)
def test_at_most_so_many_whatever_else_is_asked_for(params):
    model = regressor(max_features=2, epochs=12, **params).fit(X, F)
    assert model.selected_.sum() == 2
    if params.get("warm_start"):
        assert model.fit(X, F).selected_.sum() <= 2


def test_at_most_so_many_over_parts():
    parts = [(X[:100], Y[:100]), (X[100:], Y[100:])]
    model = classifier(max_features=2, epochs=6).fit_batches(parts, classes=[0, 1, 2])
    assert model.selected_.sum() == 2


def test_those_left_are_not_shrunk():
    """After half of the epochs nothing is penalised: the fit is that of the two features alone."""
    params = {"hidden": (), "ridge": 0.0, "optimizer": "nesterov", "learning_rate": 0.05}
    model = regressor(max_features=2, epochs=300, batch_size="full", lam=0.1, **params).fit(X, F)
    assert model.selected_.sum() == 2
    A = np.column_stack([X[:, model.selected_], np.ones(len(X))])
    best = A @ np.linalg.lstsq(A, F, rcond=None)[0]
    np.testing.assert_allclose(model.predict(X), best, atol=1e-3)


def test_a_channel_vanishes_as_a_whole():
    """Band selection: the convolution keeps the channel that the class is written in."""
    images, y = bands()
    model = classifier(
        network=conv(LPPool(2, 2), 2), input_shape=SHAPE, max_features=1, epochs=12,
        learning_rate=0.01,
    ).fit(images, y)  # fmt: skip
    by_channel = model.selected_.reshape(4, 36)
    np.testing.assert_array_equal(by_channel.all(axis=1), [False, True, False, False])
    np.testing.assert_array_equal(by_channel.any(axis=1), [False, True, False, False])
    norms = model.coef_norm_.reshape(4, 36)
    np.testing.assert_array_equal(norms, norms[:, :1].repeat(36, axis=1))
    np.testing.assert_array_equal(np.asarray(first_rows(model.network_))[[0, 2, 3]], 0)
    assert model.score(*bands(seed=1)) > 0.9
    assert model.transform(images).shape == (120, 36)


def test_fractional_pooling_in_a_network():
    images, y = bands()
    model = classifier(
        network=conv(FractionalMaxPool(4 / 3), 3), input_shape=SHAPE, epochs=12, learning_rate=0.01
    ).fit(images, y)
    assert model.score(*bands(seed=1)) > 0.9
    np.testing.assert_array_equal(model.predict_proba(images), model.predict_proba(images))


def test_a_bias_of_a_convolution_has_no_ridge():
    """With zero inputs only biases are learnt, and ridge does not keep them from the optimum."""
    y = np.array([0, 1, 1, 1] * 4)
    net = eqx.nn.Sequential(
        [eqx.nn.Conv1d(1, 1, 1, key=jax.random.key(0)), eqx.nn.Lambda(jnp.ravel)]
    )
    model = classifier(
        network=net, input_shape=(1, 1), ridge=1.0, optimizer="sgd", learning_rate=0.1,
        batch_size="full", epochs=400,
    ).fit(np.zeros((16, 1)), y)  # fmt: skip
    np.testing.assert_allclose(model.predict_proba(np.zeros((1, 1))), [[0.25, 0.75]], atol=1e-3)


@pytest.mark.parametrize("offset", [0.0, 3.0])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize(
    "how", [{"max_features": 5}, {"penalty": "group_mcp", "lam": 0.02}], ids=str
)
def test_constant_inputs_are_never_selected(how, standardize, offset):
    rng = np.random.default_rng(0)
    X = np.full((60, 40), offset)
    X[:, 35:] = rng.normal(size=(60, 3)) @ rng.normal(size=(3, 5))
    settings = {"epochs": 6, "random_state": 0, "standardize": standardize, **how}
    encoder = SparseAutoencoder(hidden=(4,), **settings).fit(X)
    model = NetworkRegressor(hidden=(4,), **settings).fit(X, X[:, 36] + offset)
    for fitted in (encoder, model):
        assert fitted.get_support().any() and not fitted.get_support()[:35].any()
    again = NetworkRegressor(hidden=(4,), **settings | {"max_features": None, "penalty": "lasso"})
    assert not again.partial_fit(X, X[:, 36]).get_support()[:35].any()


def test_inputs_are_centred_before_they_are_rounded():
    """A date of ten hours, whose spread single precision cannot hold beside its mean."""
    hours = np.linspace(0, 10, 200)
    X = 2460000 + hours[:, None] / 24
    model = NetworkRegressor(
        hidden=(16,), epochs=200, standardize=True, learning_rate=0.02, random_state=0
    )
    assert model.fit(X, np.sin(hours / 2)).score(X, np.sin(hours / 2)) > 0.98


def test_groups_and_weights_of_a_penalty_are_kept():
    """A constant input counts with its group; a group of constants stays out."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 6))
    X[:, [1, 4, 5]] = 2.0
    ids = np.repeat(np.arange(3), 2)
    groups = penalties.FeatureGroups(ids, 3)
    settings = {"hidden": (4,), "epochs": 30, "random_state": 0, "lam": 0.05}
    for weights, kept in [(None, [0, 2, 3]), (np.array([1.0, 1e6, 1.0]), [0])]:
        penalty = penalties.GroupLasso(1.0, groups=groups, weights=weights)
        model = NetworkRegressor(penalty=penalty, **settings).fit(X, X[:, 0] + X[:, 2] + X[:, 3])
        assert set(kept) <= set(np.flatnonzero(model.get_support()))
        assert not model.get_support()[4:].any()
        assert model.get_support()[2:4].any() == (3 in kept)

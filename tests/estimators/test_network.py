"""Networks trained by mini-batches: known optima, what a fit reports."""

from __future__ import annotations

import pickle
from copy import deepcopy

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from small import classifier, data, regressor, same

import references as ref
from spinnery import NetworkClassifier, NetworkRegressor

# -- optima ---------------------------------------------------------------------------------------


def test_softmax_regression_reaches_logistic_regression():
    """Same ridge: `1/n sum loss + ridge/2 ||W||^2` is scikit-learn's with `n C = 1/ridge`."""
    X, y = load_digits(return_X_y=True)
    X, y, ridge = X[:600] / 16, y[:600], 1e-3

    def objective(W, b):
        losses = ref.loss_value("softmax", X @ W + b, np.eye(10)[y])
        return losses.mean() + ridge / 2 * (W**2).sum()

    peer = LogisticRegression(C=1 / (600 * ridge), tol=1e-8, max_iter=5000).fit(X, y)
    ours = NetworkClassifier(
        (), ridge=ridge, batch_size="full", optimizer="nesterov", learning_rate=0.2, epochs=1200,
        random_state=0,
    ).fit(X, y)  # fmt: skip
    best = objective(peer.coef_.T, peer.intercept_)
    found = objective(ours.network_.weight, ours.network_.upper.bias)
    assert best - 1e-6 <= found <= best + 1e-3
    assert np.mean(ours.predict(X) == peer.predict(X)) > 0.995


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_linear_regression_is_ridge_regression(n_outputs):
    X, f, _ = data()
    y = 5 + 3 * (f if n_outputs == 1 else np.stack([f, X[:, 3] ** 2], axis=1))
    model = NetworkRegressor(
        (), ridge=0.1, batch_size="full", optimizer="nesterov", learning_rate=0.1, epochs=300,
        dtype="float64", random_state=0,
    ).fit(X, y)  # fmt: skip
    expected = Ridge(alpha=0.1 * len(X)).fit(X, y).predict(X)
    assert model.predict(X).shape == y.shape
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("kind", ["classes", "values"])
def test_weights_are_repetitions_in_full_batches(kind):
    X, f, labels = data()
    y = labels if kind == "classes" else f
    model = (classifier if kind == "classes" else regressor)(
        batch_size="full", dtype="float64", epochs=10, standardize=True, learning_rate=0.05
    )
    counts = np.random.default_rng(1).integers(0, 4, len(y))
    rows = np.repeat(np.arange(len(y)), counts)
    a = clone(model).fit(X, y, sample_weight=0.1 * counts)._outputs(X)
    b = clone(model).fit(X[rows], y[rows])._outputs(X)
    # zero weights stay in the batch's size, as weights have mean one
    np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-8)


def test_class_weights_are_sample_weights():
    X, _, y = data()
    own = {0: 1.0, 1: 3.0, 2: 0.5}
    a = classifier(class_weight=own).fit(X, y)
    b = classifier().fit(X, y, sample_weight=np.vectorize(own.get)(y))
    np.testing.assert_allclose(a.predict_proba(X), b.predict_proba(X), rtol=1e-5)
    share = len(y) / (3 * np.bincount(y))
    c = classifier(class_weight="balanced").fit(X, y)
    d = classifier().fit(X, y, sample_weight=share[y])
    np.testing.assert_allclose(c.predict_proba(X), d.predict_proba(X), rtol=1e-5)


# -- reports --------------------------------------------------------------------------------------


def test_history():
    X, f, y = data()
    model = classifier(validation_fraction=0.25, schedule="1/t", epochs=3)
    table = model.fit(X, y, validation_data=(X[:20], y[:20])).history_
    assert table.columns.tolist() == [
        "epoch", "loss", "accuracy", "learning_rate", "val_loss", "val_accuracy", "seconds",
    ]  # fmt: skip
    last = table.iloc[-1]
    assert last["val_accuracy"] == pytest.approx(model.score(X[:20], y[:20]))
    proba = model.predict_proba(X[:20])[np.arange(20), y[:20]]
    assert last["val_loss"] == pytest.approx(-np.log(proba).mean(), rel=1e-5)
    # the last of four steps of an epoch
    expected = 1e-3 / (1 + np.array([0.75, 1.75, 2.75]))
    np.testing.assert_allclose(table["learning_rate"], expected, rtol=1e-6)

    model = regressor(batch_size="full", learning_rate=1e-12, epochs=1).fit(X, f)
    z = (model.predict(X) - f) / f.std()
    assert model.history_["mse"][0] == pytest.approx(np.mean(z**2), rel=1e-5)
    assert model.history_["loss"][0] == pytest.approx(np.mean(z**2) / 2, rel=1e-5)
    assert regressor().fit(X, f).history_["loss"].is_monotonic_decreasing


def test_early_stopping_returns_the_best_network():
    X, f, _ = data()
    val = data(40, seed=1)[:2]
    model = regressor(
        epochs=60, early_stopping=True, patience=3, learning_rate=0.05, hidden=(16,)
    ).fit(X[:16], f[:16], validation_data=val)
    losses = model.history_["val_loss"]
    assert len(losses) < 60 and losses.idxmin() == len(losses) - 1 - 3
    z = (model.predict(val[0]) - val[1]) / f[:16].std()
    assert np.mean(z**2) / 2 == pytest.approx(losses.min(), rel=1e-4)
    share = regressor(epochs=60, early_stopping=True, patience=2, learning_rate=0.2).fit(X, f)
    assert share.n_iter_ < 60


@pytest.mark.parametrize("fraction", [0.01, 0.5, 0.95])
def test_any_share_can_be_held_out(fraction):
    X, _, y = data()
    model = classifier(early_stopping=True, validation_fraction=fraction, batch_size=1, epochs=2)
    assert "val_loss" in model.fit(X, y).history_


def test_random_layers_train_at_random_and_predict_the_same():
    X, f, _ = data()
    keys = jax.random.split(jax.random.key(3))
    net = eqx.nn.Sequential(
        [
            eqx.nn.Linear(6, 8, key=keys[0]), eqx.nn.Dropout(0.5), eqx.nn.Lambda(jax.nn.relu),
            eqx.nn.Linear(8, 1, key=keys[1]),
        ]
    )  # fmt: skip
    a, b, c = (regressor(network=net, random_state=s).fit(X, f) for s in (0, 0, 1))
    same(a, b)
    assert not np.allclose(a.predict(X), c.predict(X))
    np.testing.assert_array_equal(a.predict(X), a.predict(X))
    np.testing.assert_allclose(a.predict(X[:5]), a.predict(X)[:5], rtol=1e-5)
    quiet = eqx.nn.inference_mode(net)
    plain = regressor(network=quiet, random_state=0).fit(X, f)
    assert not np.allclose(plain.predict(X), a.predict(X))
    still = regressor(network=net, learning_rate=1e-12, epochs=2, batch_size="full", ridge=0.0)
    losses = still.fit(X, f).history_["loss"]
    assert losses[0] != pytest.approx(losses[1], rel=1e-4)  # other units dropped each time


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_two_classes_with_one_or_two_outputs(n_outputs):
    X, f, _ = data()
    y = np.where(f > 0, "b", "a")
    net = eqx.nn.Linear(6, n_outputs, key=jax.random.key(0))
    model = classifier(network=net, learning_rate=0.1, epochs=30).fit(X, y)
    assert model.score(X, y) > 0.9
    raw = jax.vmap(model.network_)(jnp.asarray(X, jnp.float32))
    logit = raw[:, 0] if n_outputs == 1 else raw[:, 1] - raw[:, 0]
    assert model.decision_function(X).shape == (64,)
    np.testing.assert_allclose(model.decision_function(X), logit, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], ref.sigmoid(np.asarray(logit)), 1e-4)
    assert model.history_["accuracy"].iloc[-1] > 0.9


def test_a_network_undefined_at_zero_meets_no_padding():
    class Unit(eqx.Module):
        linear: eqx.nn.Linear

        def __call__(self, x):
            return self.linear(x / jnp.linalg.norm(x))

    X, f, _ = data(60)  # the last batch of an epoch holds 12 of 16
    model = regressor(network=Unit(eqx.nn.Linear(6, 1, key=jax.random.key(0)))).fit(X, f)
    assert model.n_iter_ == 4 and np.isfinite(model.predict(X)).all()


# -- the ecosystem --------------------------------------------------------------------------------


def test_double_precision_leaves_jax_alone():
    X, f, _ = data()
    net = eqx.nn.Linear(6, 1, key=jax.random.key(0))
    for model in (regressor(dtype="float64"), regressor(dtype="float64", network=net)):
        model.fit(X, f)
        assert all(
            a.dtype == np.float64 for a in jax.tree.leaves(model.network_) if eqx.is_array(a)
        )
        assert model.predict(X).dtype == np.float64
    assert not jax.config.jax_enable_x64 and net.weight.dtype == np.float32


def test_copies_and_pickles_go_on_alike():
    X, _, y = data()
    model = classifier(optimizer="adam", clip=1.0).fit(X, y)
    copies = [pickle.loads(pickle.dumps(model)), deepcopy(model)]
    model.partial_fit(X, y)
    for copy in copies:
        same(copy.partial_fit(X, y), model)
    assert not hasattr(clone(model), "network_")


def test_grid_search_over_networks_and_sizes():
    X, f, _ = data()
    net = eqx.nn.Linear(6, 1, key=jax.random.key(0))
    search = GridSearchCV(
        regressor(epochs=30, optimizer="sgd"), {"network": [None, net], "hidden": [(), (4,)]}, cv=2
    ).fit(X, f)
    assert search.best_score_ > 0.5
    np.testing.assert_array_equal(net.weight, eqx.nn.Linear(6, 1, key=jax.random.key(0)).weight)


def test_names_of_features():
    X, f, _ = data()
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(6)])
    model = regressor(penalty="group_lasso", lam=0.5, optimizer="sgd", epochs=10).fit(frame, f)
    kept = frame.columns[model.selected_]
    assert 0 < len(kept) < 6 and model.feature_names_in_.tolist() == frame.columns.tolist()
    assert model.get_feature_names_out().tolist() == kept.tolist()
    table = model.set_output(transform="pandas").transform(frame)
    pd.testing.assert_frame_equal(table, frame[kept], check_dtype=False)


def test_summary_counts():
    X, f, _ = data()
    model = regressor().fit(X, f)
    table = model.summary()
    assert table["parameters"].tolist() == [24, 4, 4, 1, 33] and model.n_parameters_ == 33
    assert table["shape"].tolist() == ["6x4", "4", "4x1", "1", ""]
    h = model.hidden_features(X)
    np.testing.assert_allclose(
        model.predict(X), f.mean() + f.std() * model.network_.decode(h, 1, np)[:, 0], rtol=1e-4
    )


def test_the_progress_bar_says_the_loss(capsys):
    X, f, _ = data()
    regressor(verbose=True).fit(X, f)
    assert not capsys.readouterr().out

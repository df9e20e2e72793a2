"""What cannot be trained says so in one message; what goes wrong in training leaves a model."""

from __future__ import annotations

import re

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from small import classifier, data, regressor

from spinnery import SparseAutoencoder, penalties

X, F, Y = data()
KEY = jax.random.key(0)


def fails(message, call, error=ValueError):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()


def conv(channels=1, outputs=3):
    return eqx.nn.Sequential(
        [
            eqx.nn.Conv2d(channels, 2, 2, key=KEY), eqx.nn.Lambda(jnp.ravel),
            eqx.nn.Linear(4, outputs, key=KEY),
        ]
    )  # fmt: skip


# -- parameters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "params, allowed",
    [
        ({"learning_rate": 0}, "a float in the range (0.0, inf) or None. Got 0"),
        ({"learning_rate": -0.1}, "a float in the range (0.0, inf) or None. Got -0.1"),
        ({"clip": 0}, "a float in the range (0.0, inf) or None. Got 0"),
        ({"batch_size": 0}, "an int in the range [1, inf) or a str among {'full'}. Got 0"),
        ({"epochs": 0}, "an int in the range [1, inf). Got 0"),
        ({"ridge": -1}, "a float in the range [0.0, inf). Got -1"),
        ({"max_features": 0}, "an int in the range [1, inf) or None. Got 0"),
        ({"validation_fraction": 1.0}, "a float in the range (0.0, 1.0). Got 1.0"),
    ],
    ids=str,
)
def test_parameters(params, allowed):
    name = next(iter(params))
    fails(
        f"The '{name}' parameter of NetworkRegressor must be {allowed} instead.",
        lambda: regressor(**params).fit(X, F),
    )


@pytest.mark.parametrize("name", ["optimizer", "schedule", "sampling", "penalty", "activation"])
def test_unknown_names(name):
    """Every name that would have been right is in the message."""
    from spinnery.nn import ACTIVATIONS
    from spinnery.training.batches import SAMPLING
    from spinnery.training.schedules import SCHEDULES
    from spinnery.training.stochastic import OPTIMIZERS

    known = {
        "optimizer": OPTIMIZERS, "schedule": SCHEDULES, "sampling": SAMPLING,
        "penalty": penalties.BY_NAME, "activation": ACTIVATIONS,
    }[name]  # fmt: skip
    pattern = rf"^The '{name}' parameter of NetworkRegressor must be .+Got 'Adma' instead\.$"
    with pytest.raises(ValueError, match=pattern) as error:
        regressor(**{name: "Adma"}).fit(X, F)
    assert all(repr(right) in str(error.value) for right in known)


def test_own_optimisers():
    model = regressor(optimizer=optax.trace(0.5), learning_rate=0.05).fit(X, F)
    assert model.history_["loss"].iloc[-1] < model.history_["loss"].iloc[0]


def test_max_features_needs_time():
    message = (
        "max_features needs at least 2 epochs, some while inputs leave and some to train those "
        "left; got 1. Raise epochs, or use fit or fit_batches instead of partial_fit."
    )
    fails(message, lambda: regressor(max_features=2, epochs=1).fit(X, F))
    fails(message, lambda: regressor(max_features=2).partial_fit(X, F))


# -- data -----------------------------------------------------------------------------------------


def test_a_batch_larger_than_the_data():
    message = 'batch_size=65 exceeds the 64 samples; every batch holds all 64 (batch_size="full").'
    with pytest.warns(UserWarning, match=f"^{re.escape(message)}$"):
        model = regressor(batch_size=65).fit(X, F)
    full = regressor(batch_size="full").fit(X, F)
    np.testing.assert_array_equal(model.predict(X), full.predict(X))


def test_nan_and_one_class():
    bad = X.copy()
    bad[3, 2] = np.nan
    for model, y in [(classifier(), Y), (regressor(), F)]:
        with pytest.raises(ValueError, match=r"^Input X contains NaN\."):
            model.fit(bad, y)
    fails(
        "NetworkClassifier needs samples of at least 2 classes; the data contain one class: [1]. "
        "Check the target column and the sample weights.",
        lambda: classifier().fit(X, np.ones(64, int)),
    )
    with pytest.raises(ValueError, match=r"^Input y contains NaN: it is missing for 31 of 64"):
        regressor().fit(X, np.where(F > 0, np.nan, F))
    fails(
        "Sample weights must contain at least one non-zero number.",
        lambda: regressor().fit(X, F, np.zeros(64)),
    )


def test_labels_in_parts():
    fails(
        "classes must list all labels in the first call, because a part of the data need not hold "
        "them all: pass classes=numpy.unique(y).",
        lambda: classifier().partial_fit(X, Y),
    )
    fails(
        "classes must hold at least 2 labels; got [1]. Name all that will come, also those that "
        "are not in this part.",
        lambda: classifier().partial_fit(X, np.ones(64, int), classes=[1]),
    )
    model = classifier().partial_fit(X, Y, classes=[0, 1, 2])
    fails(
        "y holds labels that training did not begin with: [3]; known are [0, 1, 2]. Begin anew "
        "with all labels.",
        lambda: model.partial_fit(X, np.where(Y == 2, 3, Y)),
    )
    fails(
        "classes [0, 1] differ from those of the first call, [0, 1, 2]. Begin anew with a clone of "
        "the estimator.",
        lambda: model.partial_fit(X, Y, classes=[0, 1]),
    )
    fails(
        'class_weight="balanced" needs all samples at once; give a dict of weights when the data '
        "come in parts.",
        lambda: classifier(class_weight="balanced").fit_batches([(X, Y)], classes=[0, 1, 2]),
    )
    fails(
        "y has 2 columns, and training began with 1. Begin anew with a clone of the estimator.",
        lambda: regressor().partial_fit(X, F).partial_fit(X, np.stack([F, F], axis=1)),
    )


def test_parts_that_are_used_up_or_missing():
    fails(
        "There were no batches in epoch 2. An iterator is used up after one pass: pass a function "
        "that returns a new one, or set epochs=1.",
        lambda: regressor().fit_batches(iter([(X, F)])),
    )
    for nothing in ([], iter([]), lambda: iter([])):
        fails(
            "batches is empty: there is nothing to train on. It must yield (X, y) or (X, y, "
            "sample_weight).",
            lambda nothing=nothing: regressor().fit_batches(nothing),
        )


def test_early_stopping_over_parts():
    message = (
        "early_stopping holds out samples of a whole table, and partial_fit and fit_batches see "
        "parts. Set early_stopping=False, or use fit."
    )
    for call in (
        lambda: regressor(early_stopping=True).partial_fit(X, F),
        lambda: regressor(early_stopping=True).fit_batches([(X, F)]),
        lambda: SparseAutoencoder(early_stopping=True).partial_fit(X),
    ):
        fails(message, call)


def test_validation():
    fails(
        "validation_data must be a pair (X, y); got ndarray. Pass validation_data=(X_val, y_val).",
        lambda: regressor().fit(X, F, validation_data=X),
    )
    fails(
        "early_stopping needs samples to hold out; got 1 sample(s). Give more, or set "
        "early_stopping=False.",
        lambda: regressor(early_stopping=True, batch_size="full").fit(X[:1], F[:1]),
    )


# -- networks -------------------------------------------------------------------------------------


def test_shapes():
    fails(
        "input_shape (1, 2, 4) holds 8 values, and X has 6 columns. Give the shape of one sample, "
        "channels first.",
        lambda: classifier(network=conv(), input_shape=(1, 2, 4)).fit(X, Y),
    )
    with pytest.raises(
        ValueError,
        match=r"^network cannot take one sample of shape \(2, 1, 3\): .+ Set input_shape to what "
        r"its first layer expects \(channels first for a convolution\), or change the network\.$",
    ):
        classifier(network=conv(), input_shape=(2, 1, 3)).fit(X, Y)
    fails(
        "network must map one sample to raw outputs of shape (3,) for these targets; got shape "
        "(4,). Change its last layer.",
        lambda: classifier(network=conv(outputs=4), input_shape=(1, 2, 3)).fit(X, Y),
    )
    fails(
        "network must map one sample to raw outputs of shape (1,) for these targets; got shape "
        "(3,). Change its last layer.",
        lambda: regressor(network=conv(), input_shape=(1, 2, 3)).fit(X, F),
    )


def test_a_penalty_needs_rows():
    head = eqx.nn.Sequential(
        [eqx.nn.MaxPool1d(2), eqx.nn.Lambda(jnp.ravel), eqx.nn.Linear(10, 1, key=KEY)]
    )
    with pytest.raises(ValueError) as error:
        regressor(network=head, input_shape=(2, 3), max_features=2).fit(X, F)
    assert "network cannot take" in str(error.value)  # 2 x 2 values, not 10
    head = eqx.nn.Sequential(
        [eqx.nn.MaxPool1d(2), eqx.nn.Lambda(jnp.ravel), eqx.nn.Linear(4, 1, key=KEY)]
    )
    fails(
        "a penalty needs a network whose first layer meets the inputs themselves: dense on 6 "
        "features, or a convolution (groups=1) on the channels of input_shape=(2, 3). Change the "
        "network, or set penalty=None and max_features=None.",
        lambda: regressor(network=head, input_shape=(2, 3), max_features=2).fit(X, F),
    )
    model = regressor(network=head, input_shape=(2, 3)).fit(X, F)
    assert model.selected_.all() and np.isnan(model.coef_norm_).all()
    fails(
        "hidden_features needs an estimator built with hidden=...; this one was given "
        "network=Sequential(...). Call network_ itself instead.",
        lambda: model.hidden_features(X),
    )

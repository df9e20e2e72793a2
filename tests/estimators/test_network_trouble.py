"""Training that goes wrong warns once, says what helps, and leaves a valid model."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from small import classifier, data, regressor

from spinnery import NetworkClassifier, NetworkRegressor

X, F, Y = data()


REMEDY = "Lower learning_rate (it was {}), set clip, or standardise the inputs."


def warned(model, message):
    with pytest.warns(ConvergenceWarning, match=f"^{re.escape(message)}$"):
        model()


def test_divergence():
    model = NetworkRegressor(
        (), optimizer="sgd", batch_size="full", learning_rate=1e10, random_state=0
    )
    warned(
        lambda: model.fit(X, F),
        "Training diverged: after epoch 3 the loss or the weights are not finite. The network is "
        "that of the end of epoch 2. " + REMEDY.format("1e+10"),
    )
    assert model.n_iter_ == 2 and np.isfinite(model.predict(X)).all()


def test_divergence_at_once_leaves_the_untrained_network():
    """Also where only the weights overflow, in the last step of all."""
    for epochs in (1, 5):
        model = NetworkClassifier(
            (4,), optimizer="sgd", learning_rate=1e38, batch_size="full", ridge=1e3, epochs=epochs,
            random_state=0,
        )  # fmt: skip
        warned(
            lambda model=model: model.fit(1e3 * X, Y),
            "Training diverged: after epoch 1 the loss or the weights are not finite. The network "
            "is the untrained one. " + REMEDY.format("1e+38"),
        )
        assert model.n_iter_ == 0 and len(model.history_) == 0
        assert model.history_.columns[0] == "epoch" and np.isfinite(model.predict_proba(X)).all()


def test_divergence_under_early_stopping_keeps_the_best():
    def late(t, epochs):
        return np.where(t < 2, 1, 1e12)

    model = regressor(
        optimizer="sgd", learning_rate=0.01, schedule=late, epochs=8, early_stopping=True
    )
    warned(
        lambda: model.fit(X, F),
        "Training diverged: after epoch 3 the loss or the weights are not finite. The network is "
        "the best one before. " + REMEDY.format("0.01"),
    )
    assert model.n_iter_ == 2
    np.testing.assert_array_equal(model.predict(X), model.set_params(epochs=2).fit(X, F).predict(X))


def test_a_rate_too_high_to_learn():
    model = classifier(optimizer="sgd", learning_rate=50.0, hidden=())
    with pytest.warns(
        match=r"^Training ended with a loss of .+, above the 1\.099 of the untrained"
    ):
        model.fit(10 * X, Y)
    assert np.isfinite(model.predict_proba(X)).all()


@pytest.mark.parametrize("seed", range(3))
def test_no_false_alarm_for_single_samples(seed):
    """The first sample's loss may be next to nothing; warnings are errors here."""
    x, f, y = data(20, seed=seed)
    regressor(batch_size=1, epochs=1, learning_rate=1e-6).fit(x, f)
    classifier(batch_size=1, epochs=1, learning_rate=1e-6).fit(x, y)

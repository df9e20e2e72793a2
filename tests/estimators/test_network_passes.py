"""Passes over the data: whole, one at a time, in parts, gone on with; they agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small import classifier, data, regressor, same

from spinnery import load

# -- passes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "params",
    [
        {"schedule": "cosine", "optimizer": "adam"},
        {"schedule": "1/t", "sampling": "replacement", "clip": 0.1},
        {"penalty": "group_mcp", "lam": 0.05, "standardize": True, "batch_size": "full"},
    ],
    ids=str,
)
def test_as_many_partial_fits_are_a_fit(params):
    X, f, y = data()
    weights = np.random.default_rng(2).uniform(0.5, 2, len(y))
    for make, target, first in [(classifier, y, {"classes": [0, 1, 2]}), (regressor, f, {})]:
        whole = make(**params).fit(X, target, weights)
        loop = make(**params)
        for k in range(whole.epochs):
            loop.partial_fit(X, target, sample_weight=weights, **(first if k == 0 else {}))
        same(loop, whole)
        columns = whole.history_.columns.drop("seconds")
        pd.testing.assert_frame_equal(loop.history_[columns], whole.history_[columns])
        assert loop.n_iter_ == whole.n_iter_ == 4


def test_warm_start_goes_on():
    X, f, _ = data()
    warm = regressor(warm_start=True).fit(X, f).fit(X, f)
    same(warm, regressor(epochs=8).fit(X, f))
    assert warm.history_["epoch"].tolist() == list(range(1, 9))
    same(regressor().fit(X, -f).fit(X, f), regressor().fit(X, f))  # cold: nothing is left


def test_another_optimiser_has_another_memory():
    X, f, _ = data()
    model = regressor(warm_start=True).fit(X, f)
    model.set_params(optimizer="momentum").fit(X, f)
    assert model.n_iter_ == 8 and np.isfinite(model.predict(X)).all()


def test_a_model_from_a_file_goes_on(tmp_path):
    """Its optimiser has no memory, which gradient descent does not need."""
    X, f, y = data()
    for model, target in [(regressor(), f), (classifier(), y)]:
        model.set_params(optimizer="sgd").fit(X, target, np.linspace(1, 2, len(X)))
        model.save(tmp_path / "m")
        again = load(tmp_path / "m")
        np.testing.assert_array_equal(again.predict(X), model.predict(X))
        same(again.partial_fit(X, target), model.partial_fit(X, target))
        assert again.n_iter_ == 5


def test_weights_of_parts_are_compared():
    """A part of one class still weighs what its class does."""
    X, f, _ = data()
    y = (f > 0).astype(int)
    parts = [(X[:16], y[:16]), (X[y == 1][:16], np.ones(16, int))]

    def moved(weight):
        """How far the second part moves the weights, from the same place."""
        model = classifier(optimizer="sgd", ridge=0.0, sampling="order")
        model.partial_fit(*parts[0], classes=[0, 1])
        before = model.network_.weight
        model.set_params(class_weight={0: 1.0, 1: weight}).partial_fit(*parts[1])
        return np.linalg.norm(model.network_.weight - before)

    assert moved(1e-3) < 0.01 * moved(1.0)


# -- data in parts --------------------------------------------------------------------------------


def test_iterables_of_parts():
    X, f, _ = data()
    y = np.where(f > 0, "yes", "no")
    parts = [(X[:20], y[:20]), (X[20:], y[20:], np.ones(44))]

    def generator():
        yield from parts

    first = classifier().fit_batches(generator, classes=["no", "yes"])
    second = classifier().fit_batches(parts, classes=["yes", "no"])
    same(first, second)
    assert first.n_iter_ == 4 and set(first.predict(X)) <= {"yes", "no"}
    once = classifier(epochs=1).fit_batches(iter(parts), classes=["no", "yes"])
    assert once.n_iter_ == 1
    only_yes = [(X[y == "yes"], y[y == "yes"])]  # a part lacks a class, here all of them
    model = classifier().fit_batches(only_yes, classes=["no", "yes"])
    assert model.classes_.tolist() == ["no", "yes"]
    assert model.predict_proba(X).shape == (64, 2)
    values = regressor().fit_batches(lambda: ((X[s::2], f[s::2]) for s in (0, 1)))
    assert values.n_iter_ == 4

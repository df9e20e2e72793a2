"""Models of mini-batch training in files."""

from __future__ import annotations

import re

import equinox as eqx
import jax
import numpy as np
import pytest
from small import classifier, data, regressor

from spinnery import SparseAutoencoder, load, penalties

X, F, Y = data()


def test_files_hold_no_code(tmp_path):
    model = regressor(network=eqx.nn.Linear(6, 1, key=jax.random.key(0))).fit(X, F)
    message = (
        "save writes networks built with hidden=...; this one is a Linear given as network=, code "
        "that a model file cannot hold. Keep the code that builds it, write its weights with "
        "equinox.tree_serialise_leaves(file, model.network_), or pickle the estimator."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        model.save(tmp_path / "m")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["classifier", "regressor", "free", "tied"])
def test_files(name, tmp_path):
    model, y = {
        "classifier": (classifier(standardize=True), [np.array(["a", "b", "c"])[Y]]),
        "regressor": (regressor(penalty=penalties.GroupMCP(1.0, 2.5), lam=0.01), [F]),
        "free": (SparseAutoencoder((3,), epochs=2, standardize=True, random_state=0), []),
        "tied": (SparseAutoencoder((4, 3), tied=True, epochs=2, random_state=0), []),
    }[name]
    model.fit(X, *y).save(tmp_path / "m")
    again = load(tmp_path / "m")
    for method in ("predict", "predict_proba", "transform", "reconstruct", "summary"):
        if hasattr(model, method):
            args = () if method == "summary" else (X,)
            a, b = getattr(again, method)(*args), getattr(model, method)(*args)
            np.testing.assert_array_equal(np.asarray(a), np.asarray(b))
    assert again.history_.equals(model.history_) and type(again) is type(model)

"""ONNX files: another runtime computes what `predict` does, to single precision."""

from __future__ import annotations

import json
import sys
from copy import deepcopy
from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
from small import classifier, data, regressor

import spinnery as sp
from spinnery.losses import PartialLikelihood, Poisson, Squared
from spinnery.nn import ACTIVATIONS
from spinnery.outcomes import Counts, Survival

n = 90
FIXED = {
    "hidden": (3, 2),
    "lam": 0.05,
    "max_iter": 30,
    "n_restarts": 1,
    "tol": 1,
    "random_state": 0,
}


def run(model, X, file, **given):
    """Outputs by name, as the runtime gives them."""
    model.to_onnx(file, **given)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"X": np.asarray(X, np.float32)}), strict=True))


def close(found, expected):
    assert found.dtype == np.float32
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6 * np.abs(expected).max())


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = rng.normal(3, 2, size=(n, 7)).astype(np.float32)
    return X, (X[:, 1] - X[:, 4] ** 2 / 4 + rng.normal(size=n)).astype(float)


@pytest.fixture(scope="module")
def fitted(table):
    X, y = table
    return sp.SPINNRegressor(**FIXED).fit(X, 100 + 5 * y)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(table, fitted, tmp_path, activation):
    model, [net] = deepcopy(fitted), fitted._models
    model._models = [replace(net, upper=replace(net.upper, activation=activation))]
    out = run(model, table[0], tmp_path / "a.onnx")
    close(out["prediction"], model.predict(table[0]))


def test_an_empty_model_is_a_constant(table, fitted, tmp_path):
    model, [net] = deepcopy(fitted), fitted._models
    none = {name: getattr(net, name)[:0] for name in ("features", "W", "center", "scale")}
    model._models = [replace(net, **none)]
    close(run(model, table[0], tmp_path / "a.onnx")["prediction"], model.predict(table[0]))


@pytest.mark.parametrize("kind", ["counts", "survival"])
def test_other_outcomes_of_one_output(table, fitted, tmp_path, kind):
    model, units = deepcopy(fitted), (np.array([[0.7]]), np.ones((1, 1)))
    model.outcome_ = Counts(Poisson(), *units)
    if kind == "survival":
        model.outcome_ = Survival(PartialLikelihood("efron"), *units, "efron", np.array(["all"]))
    name = "log_risk" if kind == "survival" else "prediction"
    close(run(model, table[0], tmp_path / "a.onnx")[name], model.predict(table[0]))


@pytest.mark.parametrize(
    "labels", [["ill", "well"], [3, 7], [False, True], ["a", "b", "c"], [1.0, 2.0, 4.0]], ids=str
)
def test_classes(tmp_path, labels):
    X, f, _ = data()
    X = X.astype(np.float32)
    cuts = np.quantile(f, np.arange(1, len(labels)) / len(labels))
    model = classifier(epochs=1).fit(X, np.array(labels)[np.digitize(f, cuts)])
    out = run(model, X, tmp_path / "a.onnx")
    close(out["probabilities"], model.predict_proba(X))
    assert out["label"].tolist() == model.predict(X).tolist()


# -- factors and gaps -----------------------------------------------------------------------------


def mixed(table):
    """Two levels, three of which one is rare, and a gap of every kind."""
    X, y = table
    frame = pd.DataFrame(X[:, :4].astype(float), columns=list("abcd"))
    frame["stage"] = np.array(["I", "II", "III", "rare", "seldom"])[
        np.r_[np.arange(n - 3) % 3, 3, 4, 4]
    ]
    frame["sex"] = np.where(np.arange(n) % 2, "f", "m")
    y = y + 5 * (frame["stage"] == "II") + 3 * (frame["sex"] == "f") + 4 * (np.arange(n) % 7 == 0)
    frame.loc[np.arange(n) % 7 == 0, "b"] = np.nan
    frame.loc[::9, "stage"], frame.loc[::11, "sex"] = None, None
    return frame, y.to_numpy()


def coded(frame, file):
    """A table as the file's metadata say: the number of each level, -1 for those unknown."""
    about = {p.key: json.loads(p.value) for p in onnx.load(file).metadata_props}
    assert about["features"] == list(frame)
    out = frame.copy()
    for name, words in about["levels"].items():
        number = pd.Index(words).get_indexer(frame[name])
        out[name] = np.where(frame[name].isna(), np.nan, number)
    return out.astype(np.float32)


@pytest.mark.filterwarnings("ignore:.* cells hold levels that training did not know")
@pytest.mark.parametrize("missing", ["mean", "indicator"])
def test_factors_and_gaps(table, tmp_path, missing):
    frame, y = mixed(table)
    settings = {**FIXED, "hidden": (3,), "lam": 0, "missing": missing}
    model = sp.SPINNRegressor(**settings).fit(frame, y)
    assert {"b", "stage", "sex"} <= set(model.get_feature_names_out())
    model.to_onnx(tmp_path / "a.onnx")
    new = frame.copy()
    new.loc[:4, "stage"], new.loc[5:9, "sex"] = "never seen", "unknown"
    numbers = coded(new, tmp_path / "a.onnx")
    close(run(model, numbers, tmp_path / "a.onnx")["prediction"], model.predict(new))
    panel = model.to_panel()
    few = numbers[list(panel.feature_names_in_)]
    close(run(panel, few, tmp_path / "a.onnx")["prediction"], model.predict(new))


def test_a_gap_where_none_may_be_is_not_a_number(table, fitted, tmp_path):
    X = table[0].copy()
    X[2, np.flatnonzero(fitted.selected_)[0]] = np.nan
    assert np.flatnonzero(np.isnan(run(fitted, X, tmp_path / "a")["prediction"])).tolist() == [2]


# -- cohorts --------------------------------------------------------------------------------------


def test_a_cohort_or_their_mean(table, tmp_path):
    X, y = table
    cohorts = np.array(["lab 1", "lab 2"])[np.arange(n) % 2]
    y = np.where(cohorts == "lab 1", y, 50 - 2 * y)
    model = sp.IntegrativeSPINNRegressor(**FIXED).fit(X, y, cohorts)
    for name in ("lab 1", "lab 2"):
        out = run(model, X, tmp_path / "a.onnx", cohort=name)
        close(out["prediction"], model.predict(X, [name] * n))
    text = (
        r"^This model was fitted to the cohorts 'lab 1', 'lab 2': pass cohorts= with one of them "
        r"for every sample, or set_params\(new_cohorts='average'\) to average over them\.$"
    )
    with pytest.raises(ValueError, match=text):
        model.to_onnx(tmp_path / "a.onnx")
    model.set_params(new_cohorts="average")
    close(run(model, X, tmp_path / "a.onnx")["prediction"], model.predict(X))


# -- mini-batches ---------------------------------------------------------------------------------


def test_networks_of_several_targets(tmp_path):
    X, f, _ = data()
    X[:, 3] = 7.0  # a constant, which standardising makes zero
    model = regressor(hidden=(5, 4), standardize=True)
    model.fit(X, np.stack([30 * f, X[:, 4]], axis=1))
    close(run(model, X, tmp_path / "a.onnx")["prediction"], model.predict(X.astype(np.float32)))


def own(activation, last=None):
    key = jax.random.key(0)
    return eqx.nn.Sequential(
        [
            eqx.nn.Linear(6, 5, key=key), eqx.nn.Lambda(activation), eqx.nn.Dropout(0.5),
            eqx.nn.Sequential([eqx.nn.Identity(), eqx.nn.Linear(5, 4, use_bias=False, key=key)]),
            *([] if last is None else [last]), eqx.nn.Linear(4, 2, key=key),
        ]
    )  # fmt: skip


def test_networks_of_ones_own(tmp_path):
    """Two classes with an output each."""
    X, f, _ = data()
    X = X.astype(np.float32)
    model = classifier(network=own(jax.nn.relu), epochs=1).fit(X, f > 0)
    for activation in (None, jnp.tanh, jax.nn.gelu, ACTIVATIONS["leaky_relu"]):
        if activation is not None:
            model.network_ = own(activation)
        close(run(model, X, tmp_path / "a.onnx")["probabilities"], model.predict_proba(X))


def test_what_cannot_be_written(tmp_path, fitted, monkeypatch):
    X, f, _ = data()
    model = classifier(network=own(jax.nn.relu, eqx.nn.LayerNorm(4)), epochs=1).fit(X, f > 0)
    text = (
        r"^to_onnx writes plain layers, and LayerNorm is none: it knows equinox\.nn\.Linear, "
        r"Lambda with a usual activation, Identity, Dropout, and Sequential of these\. Write the "
        r"others with onnx\.helper, or build the network with hidden=\.\.\.$"
    )
    with pytest.raises(ValueError, match=text):
        model.to_onnx(tmp_path / "a.onnx")
    model.network_ = own(jnp.sin)
    text = (
        r"^to_onnx does not know the activation 'sin' of a Lambda: it knows jax\.nn\.relu, "
        r"sigmoid, tanh, softplus, gelu, identity, and those of spinnery\.nn\. Use one of these, "
        r"or write the network with onnx\.helper\.$"
    )
    with pytest.raises(ValueError, match=text):
        model.to_onnx(tmp_path / "a.onnx")

    class Cubed(Squared):
        def link_inverse(self, outputs):
            return outputs**3

    odd = deepcopy(fitted)
    odd.outcome_ = replace(fitted.outcome_, loss=Cubed())
    text = (
        r"^to_onnx does not know the link of Cubed: a loss of your own is code\. Fit with one of "
        r"Spinnery's losses, or write the network with onnx\.helper\.$"
    )
    with pytest.raises(ValueError, match=text):
        odd.to_onnx(tmp_path / "a.onnx")
    monkeypatch.setitem(sys.modules, "onnx", None)
    for name in ("graph", "onnx"):
        monkeypatch.delitem(sys.modules, f"spinnery.export.{name}", raising=False)
    text = r"^to_onnx needs onnx, which is not installed: pip install 'spinnery\[onnx\]'\.$"
    with pytest.raises(ImportError, match=text):
        fitted.to_onnx(tmp_path / "a.onnx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("tied", [False, True])
def test_autoencoders_give_reconstructions(tmp_path, tied):
    X = data()[0]
    model = sp.SparseAutoencoder((4, 3), tied=tied, standardize=True, epochs=1, random_state=0)
    model.fit(X)
    close(run(model, X, tmp_path / "a.onnx")["prediction"], model.reconstruct(X))

"""`to_panel` and named tables: a model needs the columns that it uses, and no others."""

from __future__ import annotations

import pickle
import re
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from small import data
from test_frames import CV, FIXED, fit, make

import spinnery as sp
from spinnery.embedding.views import seen
from spinnery.estimators.model import Model
from spinnery.inputs.factors import learn_factor
from spinnery.inputs.form import Form
from spinnery.losses import Squared
from spinnery.nn import Dense, Upper
from spinnery.outcomes import Numbers


def methods(model, X, **given):
    """All that a model says of samples."""
    names = ("predict", "predict_proba", "decision_function", "predict_median", "hidden_features")
    found = {name: getattr(model, name)(X, **given) for name in names if hasattr(model, name)}
    if hasattr(model, "event_times_"):
        found["curves"] = model.predict_survival_function(X, **given)
    return found


def by_position(model, X, **given):
    """The same of the whole table without its names, of all columns."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "X does not have valid feature names")
        return methods(model, X.to_numpy(), **given)


def assert_equal(found, expected):
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


@pytest.mark.parametrize("name", ["SPINNRegressor", "SPINNClassifierCV",
                                  "IntegrativeSPINNSurvivalCV"])  # fmt: skip
def test_a_panel_predicts_the_same_to_the_last_digit(name, tmp_path):
    X, y, cohorts = make(gaps=True)
    fewer = {} if name.endswith("CV") else {"lam": 0.25}
    model, given = fit(name, X, y, cohorts, missing="indicator", **fewer)
    expected = by_position(model, X, **given)
    panel = model.to_panel()
    kept = model.get_feature_names_out().tolist()
    assert 0 < len(kept) < 6 and "stage" in kept
    assert type(panel) is type(model) and panel.n_features_in_ == len(kept)
    assert list(panel.feature_names_in_) == list(panel.get_feature_names_out()) == kept
    assert panel.get_support().all() and panel.selected_.shape == panel.coef_norm_.shape
    np.testing.assert_array_equal(panel.coef_norm_, model.coef_norm_[..., model.get_support()])
    assert panel.path_coef_norm_.shape == (len(model.path_), len(kept))
    panel.save(tmp_path / "panel.spinn")
    small = X[kept]
    for one in (panel, sp.load(tmp_path / "panel.spinn"), pickle.loads(pickle.dumps(panel))):
        assert_equal(methods(one, small, **given), expected)
        pd.testing.assert_frame_equal(*(pd.DataFrame(m.transform(small)) for m in (one, model)))
    assert_equal(methods(panel.to_panel(), small, **given), expected)
    assert model.n_features_in_ == 6  # the model itself is as it was
    assert_equal(methods(model, X, **given), expected)
    assert_equal(by_position(model, X, **given), expected)


def made(rng, n_cohorts):
    """A fitted network of random weights on some of a random table's columns, and the table."""
    p, T = int(rng.integers(2, 9)), int(rng.integers(1, 6))
    selected = rng.random((n_cohorts, p)) < 0.5
    selected[0, rng.integers(p)] = True
    words = [f"w{k}" for k in range(3)]
    X = pd.DataFrame({f"c{j}": rng.normal(size=40) for j in range(p)})
    for j in np.flatnonzero(rng.random(p) < 0.4):
        X[f"c{j}"] = rng.choice(words, 40)
    factors = {
        j: learn_factor(X.iloc[:, j].to_numpy()) for j in range(p) if X.dtypes.iloc[j].kind == "O"
    }
    form = Form(p, factors, np.flatnonzero(rng.random(p) < 0.3))
    form = replace(form, means=rng.normal(size=len(form.owner)) if factors else form.means)
    X = X.mask(rng.random(X.shape) < 0.2).replace("w0", "new")
    kind = sp.IntegrativeSPINNRegressor if n_cohorts > 1 else sp.SPINNRegressor
    model = kind(missing="indicator", feature_groups=None)
    model._form, model.n_features_in_ = form, p
    model.feature_names_in_ = np.array(list(X), dtype=object)
    norms = selected * 1.0
    model._set_norms(norms)
    model.absent_, model.cohorts_ = ~selected, np.arange(n_cohorts)
    model.outcome_ = Numbers(Squared(), *rng.normal(size=(2, n_cohorts, 1)))
    model._models = []
    for m in range(n_cohorts):
        columns = form.columns_of(np.flatnonzero(selected[m]))
        upper = Upper(rng.normal(size=T), (Dense(rng.normal(size=(T, 1)), np.zeros(1)),), "tanh")
        W, center, scale = (rng.normal(size=(len(columns), *s)) for s in ((T,), (), ()))
        model._models.append(Model(columns, W, upper, center, scale))
    return model, X


def nothing():
    """A fitted model of three columns that uses none."""
    model = sp.SPINNRegressor()
    model._form, model.n_features_in_ = Form(3), 3
    model.feature_names_in_ = np.array(["a", "b", "c"], dtype=object)
    model._set_norms(np.zeros((1, 3)))
    model.outcome_ = Numbers(Squared(), np.full((1, 1), 5.0), np.ones((1, 1)))
    none = np.zeros(0)
    model._models = [
        Model(none.astype(int), np.zeros((0, 1)), Upper(np.ones(1), (), "tanh"), none, none)
    ]
    return model


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3]))
def test_whatever_a_model_is_made_of_its_panel_says_the_same(seed, n_cohorts):
    rng = np.random.default_rng(seed)
    model, X = made(rng, n_cohorts)
    labels = {} if n_cohorts == 1 else {"cohorts": np.arange(40) % n_cohorts}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of gaps and levels that are new
        expected = by_position(model, X, **labels)
        panel = model.to_panel()
        kept = [name for name, used in zip(X, model.get_support(), strict=True) if used]
        assert list(panel.feature_names_in_) == kept
        assert_equal(methods(panel, X[kept], **labels), expected)
        assert_equal(methods(model, X.iloc[:, ::-1], **labels), expected)


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_any_layout(order):
    X, y, _ = data(p=8)
    model = sp.SPINNRegressor(**FIXED).fit(X, y)
    panel, keep = model.to_panel(), model.get_support()
    assert 0 < keep.sum() < 8
    expected = model.predict(X)
    np.testing.assert_array_equal(panel.predict(np.asarray(X[:, keep], order=order)), expected)
    np.testing.assert_array_equal(panel.predict(model.transform(X)), expected)
    np.testing.assert_array_equal(model.predict(np.asfortranarray(X)), expected)
    in_one = make_pipeline("passthrough", panel)
    np.testing.assert_array_equal(in_one.predict(model.transform(X)), expected)


def test_a_linear_models_terms():
    X, y, _ = data(p=8)
    model = sp.SPINNRegressor((), lam=0.1).fit(X, y)
    panel = model.to_panel()
    np.testing.assert_array_equal(panel.coef_, model.coef_[model.selected_])
    np.testing.assert_array_equal(panel.intercept_, model.intercept_)
    assert panel.feature_importances_.sum() == pytest.approx(1)


def test_a_panel_can_be_fitted_again():
    """Parameters of each feature are those of the panel's."""
    X, y, _ = make()
    settings = {**CV, "feature_groups": ["p", "q", "r", "r", "q", None]}
    model = sp.SPINNRegressorCV(penalty_weights=[1, 0, 1, 2, 1, 1], **settings).fit(X, y)
    panel = model.to_panel()
    keep = model.get_support()
    assert keep.tolist() == [False, True, True, True, True, False]
    assert panel.penalty_weights == [0, 1, 2, 1] and panel.feature_groups == ["q", "r", "r", "q"]
    assert model.penalty_weights == [1, 0, 1, 2, 1, 1]
    again = clone(panel).fit(X.loc[:, keep], y)
    assert again.get_support().all()


def network(name, X, y, **changed):
    settings = {"hidden": (4,), "epochs": 4, "batch_size": 64, "random_state": 0, "max_features": 3}
    return getattr(sp, name)(**{**settings, **changed}).fit(X, y)


@pytest.mark.parametrize(
    ("name", "standardize"),
    [("NetworkRegressor", True), ("NetworkClassifier", False), ("NetworkSurvival", True)],
)
def test_networks_by_mini_batches(name, standardize, tmp_path):
    X, f, labels = data(p=8)
    if name == "NetworkClassifier":
        y = labels
    else:
        y = f if name == "NetworkRegressor" else sp.survival_target(np.ones(64, bool), np.exp(f))
    frame = pd.DataFrame(X, columns=[f"g{j}" for j in range(8)])
    model = network(name, frame, y, standardize=standardize)
    panel, kept = model.to_panel(), model.get_feature_names_out().tolist()
    assert len(kept) == 3 and panel.n_parameters_ < model.n_parameters_
    panel.save(tmp_path / "p.spinn")
    for one in (panel, sp.load(tmp_path / "p.spinn"), pickle.loads(pickle.dumps(panel))):
        assert_equal(methods(one, frame[kept]), by_position(model, frame))
    odd = frame.assign(**{name: "text" for name in frame if name not in kept}).iloc[:, ::-1]
    np.testing.assert_array_equal(model.predict(odd), model.predict(frame))
    np.testing.assert_array_equal(seen(model, frame[kept]), seen(panel, frame[kept]))
    if name == "NetworkRegressor":  # goes on, with a new memory of the optimiser
        panel.set_params(max_features=None).partial_fit(frame[kept], y)
        assert len(panel.history_) == len(model.history_) + 1


def test_what_has_no_panel():
    with pytest.raises(NotFittedError):
        sp.SPINNRegressor().to_panel()
    with pytest.raises(ValueError) as error:
        nothing().to_panel()
    assert str(error.value) == (
        "No feature was selected, so there is no panel: the model predicts a constant."
    )
    coder = sp.SparseAutoencoder((2,))
    coder.selected_ = np.array([True, False])
    with pytest.raises(TypeError) as error:
        coder.to_panel()
    assert str(error.value) == (
        "A SparseAutoencoder reconstructs all features and has no panel of some. The inputs that "
        "it selected are X[:, model.get_support()]."
    )
    own = sp.NetworkRegressor(network="a network of one's own")
    own.network_, own.selected_ = own.network, np.array([True, False])
    with pytest.raises(ValueError) as error:
        own.to_panel()
    assert str(error.value) == (
        "to_panel needs an estimator built with hidden=...; this one was given "
        "network=str(...), whose inputs cannot be left out."
    )


# -- named tables ----------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3]))
def test_columns_that_are_not_used_may_hold_anything_or_be_gone(seed, n_cohorts):
    model, X = made(np.random.default_rng(seed), n_cohorts)
    labels = {} if n_cohorts == 1 else {"cohorts": np.arange(40) % n_cohorts}
    used = model.get_support()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of gaps and levels that are new
        expected = by_position(model, X, **labels)
        gone, odd, more = X.loc[:, used], X.copy(), X.assign(note="text")
        odd[X.columns[~used]] = "2020-01-03"
        for table in (gone, odd, more, more.iloc[:, ::-1]):
            assert_equal(methods(model, table, **labels), expected)
            assert pd.DataFrame(model.transform(table)).equals(pd.DataFrame(model.transform(X)))
        named = model.set_output(transform="pandas").transform(more)
        assert list(named) == list(X.columns[used])
        assert_equal(methods(model, named, **labels), expected)  # transform's table is enough


def test_a_gap_in_a_column_that_is_not_used():
    X, y, _ = make()
    model, _ = fit("SPINNRegressorCV", X, y, None)
    kept = model.get_feature_names_out().tolist()
    gaps = X.copy()
    gaps[[name for name in X if name not in kept]] = None
    np.testing.assert_array_equal(model.predict(gaps), model.predict(X))
    np.testing.assert_array_equal(model.transform(gaps), model.transform(X))
    pl = pytest.importorskip("polars")
    table = pl.DataFrame({name: gaps[name].to_list() for name in gaps})
    np.testing.assert_array_equal(model.predict(table), model.predict(X))
    gaps.loc[3, "dose"] = None
    with pytest.raises(ValueError, match="Input X contains NaN: 1 cells are missing, in the col"):
        model.predict(gaps)


def test_a_column_that_is_used_and_is_not_there():
    model, X = made(np.random.default_rng(0), 1)
    names = X.columns[model.get_support()].tolist()
    assert len(names) > 1
    for gone in (names[:1], names):
        with pytest.raises(ValueError) as error:
            model.predict(X.drop(columns=gone))
        assert str(error.value) == (
            f"X lacks {len(gone)} of the {len(names)} columns that the model uses: "
            f"{', '.join(map(repr, gone))}. Add them, or name its columns as in training."
        )


def test_arrays_of_the_selected_columns_are_told_of_the_panel():
    model, X = made(np.random.default_rng(0), 1)
    del model.feature_names_in_
    k, p = int(model.selected_.sum()), X.shape[1]
    assert k < p
    message = (
        f"X has {k} features, but SPINNRegressor is expecting {p} features as input. If these are "
        "the selected ones, as transform gives them, ask the model of these alone, "
        "model.to_panel(), or give them with their names."
    )
    for ask in (model.predict, model.transform, model.hidden_features):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            ask(model.transform(X.to_numpy()))


def test_a_model_of_nothing_needs_no_column():
    model = nothing()
    found = model.predict(pd.DataFrame({"other": ["a", "b"]}))
    np.testing.assert_array_equal(
        found, by_position(model, pd.DataFrame(np.ones((2, 3))))["predict"]
    )
    assert found[0] == found[1] != 0

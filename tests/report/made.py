"""Fitted models, held-out predictions and evidence put together by hand: nothing is compiled."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd

import spinnery
from spinnery import survival_target
from spinnery.estimators.model import Model
from spinnery.evidence.chosen import own_effects
from spinnery.evidence.held_out import HeldOut, performance
from spinnery.evidence.reading import feature_names
from spinnery.evidence.result import Evidence
from spinnery.nn.upper import Upper

FACES = {
    "numbers": "SPINNRegressorCV",
    "counts": "SPINNRegressorCV",
    "classes": "SPINNClassifierCV",
    "survival": "SPINNSurvivalCV",
}


def data(kind, n=120, p=12, n_classes=2, seed=0, n_outputs=1):
    """A table and its targets, of which the first two features say something."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    signal = X[:, 0] - (X[:, 1] if p > 1 else 0) + 0.5 * rng.normal(size=n)
    if kind == "numbers":
        y = 10 + 3 * signal if n_outputs == 1 else np.stack([signal, -signal, signal**2], axis=1)
    elif kind == "counts":
        y = rng.poisson(np.exp(1 + 0.5 * signal)).astype(float)
    elif kind == "classes":
        cuts = np.quantile(signal, np.arange(1, n_classes) / n_classes)
        y = np.array([f"class {k}" for k in range(n_classes)])[np.digitize(signal, cuts)]
    else:
        time = rng.exponential(np.exp(-signal))
        y = survival_target(time < 2, np.minimum(time, 2))
    return X, y


def fitted(kind, X, y, features=(0, 1), cohorts=None, p_value=0.0025, **params):
    """A linear model of these features, by their marginal effects."""
    face = FACES[kind] if cohorts is None else f"Integrative{FACES[kind]}"
    if kind == "counts":
        params["loss"] = "poisson"
    model = getattr(spinnery, face)(random_state=0, hidden=(), **params)
    n = len(y)
    codes = np.zeros(n, int) if cohorts is None else model._encode(cohorts, n)
    values, checked = model._learn_table(X, y, None)
    values = model._mind_gaps(values, codes)
    model.outcome_, checked, weights = model._learn(checked, np.ones(n), codes, None)
    values = model._fill(values, weights, codes)
    if kind == "survival":
        target = -np.log(checked["time"] + 0.1)[:, None]
    else:
        target = model.outcome_.encode(checked, codes)
    columns = np.flatnonzero(np.isin(model._form.owner, features))
    model.null_p_value_, model.hidden_, model.ridge_ = p_value, (), 0.1
    model.stationarity_, model.n_iter_, model.lambda_ = 4.2e-4, 17, 0.3
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an empty model says so
        model._set_models(
            [
                _linear(values, target, codes == m, columns[_used(model, m, columns)])
                for m in range(codes.max() + 1)
            ]
        )
    model.found_signal_ = bool(len(features))
    model._complete(values, checked, weights, codes)
    model.cv_loss_, model.cv_error_ = 0.31, 0.04
    sizes = np.arange(4)
    model.path_ = pd.DataFrame(
        {
            "lambda": 1 / (1 + sizes),
            "n_features": sizes,
            "cv_mean": 1 / (2 + sizes),
            "cv_error": 0.05,
        }
    )
    outputs = noisy(model, X, {} if cohorts is None else {"cohorts": cohorts})
    model.cv_predictions_ = model.outcome_.soft(outputs)
    return model


def _used(model, m, columns):
    """Which columns cohort m has; the second one makes no use of the last."""
    if not hasattr(model, "absent_"):
        return np.ones(len(columns), bool)
    last = (np.arange(len(columns)) == len(columns) - 1) & (m == 1) & (len(columns) > 1)
    return ~model.absent_[m, model._form.owner[columns]] & ~last


def _linear(X, target, rows, columns):
    center, scale = X[rows].mean(axis=0)[columns], X[rows].std(axis=0)[columns]
    scale = np.where(scale > 0, scale, 1)
    standard = (X[rows][:, columns] - center) / scale
    W = standard.T @ (target[rows] - target[rows].mean(axis=0)) / rows.sum()
    return Model(columns, W, Upper(np.zeros(target.shape[1]), (), "tanh"), center, scale)


def noisy(model, X, given=None):
    """Outputs as models without a part of the samples would have them."""
    outputs = model._outputs(X, **(given or {}))
    spread = outputs.std() or 1.0
    return outputs + 0.1 * spread * np.random.default_rng(1).normal(size=outputs.shape)


def held_out(model, X, n_folds=5, cohorts=None):
    folds = np.array_split(np.random.default_rng(2).permutation(len(X)), n_folds)
    times = np.where(model.get_support(), n_folds - np.arange(model.n_features_in_) % 2, 0)
    given = {} if cohorts is None else {"cohorts": cohorts}
    return HeldOut(noisy(model, X, given), [np.sort(fold) for fold in folds], times)


def evidence(model, X, y, n_pairs=50, threshold=0.7, cohorts=None, expected_false=1.0):
    """Selected features, the first of them stable with a twin, and one more that is stable."""
    names = feature_names(model)
    selected = np.flatnonzero(model.get_support() & ~model._kept())
    others = np.flatnonzero(~model.get_support() & ~model._kept())[:2].tolist()
    told = [*selected, *others]
    frequency = np.linspace(0.98, 0.41, len(told)) if told else np.zeros(0)
    codes = np.zeros(len(X), int) if cohorts is None else model._codes(cohorts, len(X))
    effects = {
        str(names[j]): {c: replace(e, error=0.1 + 0 * e.curve) for c, e in of.items()}
        for j, of in own_effects(model, model._checked(X), codes).items()
    }
    is_in = np.isin(told, selected)
    words = [next(iter(effects[names[j]].values())).word if j in selected else "" for j in told]
    instead = [[names[others[0]]] if k == 1 and others else [] for k in range(len(told))]
    together = np.minimum(frequency + 0.02, 1)
    bound = 8 * (1 - frequency) ** 2
    features = pd.DataFrame({
        "feature": names[told], "selected": is_in, "stable": frequency >= threshold,
        "frequency": frequency, "expected_false": bound, "worst_case": 2 * bound,
        "false_rate": bound / np.arange(1, len(told) + 1), "cluster": np.arange(1, len(told) + 1),
        "importance": np.where(is_in, 0.2 * frequency, np.nan),
        "importance_low": np.where(is_in, 0.1 * frequency, np.nan),
        "importance_high": np.where(is_in, 0.3 * frequency, np.nan),
        "effect": words, "sign": 0, "stand_ins": instead,
    }, index=told)  # fmt: skip
    members = [[names[j], "its twin"] if k == 0 else [names[j]] for k, j in enumerate(told)]
    clusters = pd.DataFrame({
        "cluster": np.arange(1, len(told) + 1), "leader": names[told],
        "n_features": [len(m) for m in members], "members": members, "selected": is_in,
        "stable": together >= threshold, "frequency": together,
    })  # fmt: skip
    stable = np.zeros(model.n_features_in_, bool)
    stable[features.index[features["stable"]]] = True
    held = held_out(model, X, cohorts=cohorts)
    observed = y if model.outcome_.task != "survival" else model.outcome_.read(y)
    measured = performance(model.outcome_, observed, model.outcome_.soft(held.outputs), held.folds)
    null = np.linspace(-0.2, 0.1, 19)
    return Evidence(
        features=features, clusters=clusters, stable=stable, threshold=threshold,
        cluster_threshold=threshold, expected_false=expected_false, null_p_value=0.05, gain=0.4,
        null_gains=null, performance=measured, held_out=held,
        outputs=model.outcome_.output_names, effects=effects, size=9, n_pairs=n_pairs,
    )  # fmt: skip

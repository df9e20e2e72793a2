"""Dictionary learning: it descends, finds what is there, and keeps its constraints."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest
from sklearn.decomposition import DictionaryLearning as SklearnDictionaryLearning
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

import spinnery
from spinnery import DictionaryLearning, sparse_code
from spinnery.decomposition.atoms import draw_atoms, update_atoms


def planted(n=400, p=12, k=8, positive=False, seed=0):
    """Samples that use 2 of `k` atoms each."""
    rng = np.random.default_rng(seed)
    D = rng.normal(size=(k, p))
    codes = np.zeros((n, k))
    for row in codes:
        row[rng.choice(k, 2, replace=False)] = rng.normal(size=2) + np.sign(rng.normal(size=2))
    if positive:
        D, codes = np.maximum(D, 0), np.abs(codes)
    D /= np.linalg.norm(D, axis=1, keepdims=True)
    return codes @ D, D


def objective(X, codes, D, lam):
    return (0.5 * ((X - codes @ D) ** 2).sum() + lam * np.abs(codes).sum()) / len(X)


@pytest.fixture(scope="module")
def fitted():
    X, D = planted()
    return DictionaryLearning(8, lam=0.05, random_state=0).fit(X), X, D


def test_finds_the_planted_atoms(fitted):
    model, _, D = fitted
    match = np.abs(D @ model.components_.T).max(axis=1)
    assert (match > 0.99).sum() >= 7


def test_the_objective_never_rises_and_is_the_documented_one(fitted):
    model, X, _ = fitted
    assert len(model.error_) == model.n_iter_ == model.n_steps_
    assert (np.diff(model.error_) <= 1e-6 * model.error_[0]).all()
    assert (np.linalg.norm(model.components_, axis=1) <= 1 + 1e-6).all()
    reached = objective(X, model.transform(X), model.components_, 0.05)
    assert reached == pytest.approx(model.error_[-1], rel=1e-2)
    rebuilt = model.inverse_transform(model.transform(X))
    assert ((rebuilt - X) ** 2).mean() < 0.02 * (X**2).mean()


def test_as_low_as_scikit_learn():
    X, _ = planted(n=200, seed=1)
    peer = SklearnDictionaryLearning(
        8, alpha=0.1, fit_algorithm="cd", max_iter=100, random_state=0
    ).fit(X)
    ours = DictionaryLearning(8, lam=0.1, random_state=0, dtype="float64").fit(X)
    found = [
        objective(X, sparse_code(X, m.components_, 0.1, dtype="float64", tol=1e-4), m.components_,
                  0.1)
        for m in (ours, peer)
    ]  # fmt: skip
    assert found[0] <= 1.02 * found[1]


def test_non_negative():
    X, D = planted(positive=True)
    model = DictionaryLearning(
        8, lam=0.05, positive_code=True, positive_dict=True, random_state=0
    ).fit(X)
    assert (model.components_ >= 0).all() and (model.transform(X) >= 0).all()
    assert (np.diff(model.error_) <= 1e-6 * model.error_[0]).all()
    assert ((D @ model.components_.T).max(axis=1) > 0.98).sum() >= 6
    signed = DictionaryLearning(8, lam=0.05, positive_code=True, random_state=0).fit(X)
    assert (signed.components_ < 0).any() and (signed.transform(X) >= 0).all()


def test_mini_batches_end_near_full_batches(fitted):
    full, X, _ = fitted
    mini = DictionaryLearning(8, lam=0.05, batch_size=50, max_iter=30, random_state=0).fit(X)
    assert mini.n_steps_ == mini.n_iter_ * 8
    reached, best = (objective(X, m.transform(X), m.components_, 0.05) for m in (mini, full))
    assert reached < 1.1 * best
    assert (np.linalg.norm(mini.components_, axis=1) <= 1 + 1e-6).all()


def test_partial_fit_is_one_mini_batch():
    X, _ = planted()
    model = DictionaryLearning(8, lam=0.05, random_state=0)
    for batch in np.split(X, 8) * 4:
        assert model.partial_fit(batch) is model
    assert model.n_steps_ == 32 and not hasattr(model, "error_")
    before = objective(X, sparse_code(X, draw_atoms(X, 8, False, np.random.RandomState(0)), 0.05),
                       draw_atoms(X, 8, False, np.random.RandomState(0)), 0.05)  # fmt: skip
    assert objective(X, model.transform(X), model.components_, 0.05) < 0.7 * before


def test_update_is_the_exact_minimiser_over_each_atom():
    """No feasible change of one atom, the others fixed, lowers the objective after its update."""
    rng = np.random.default_rng(0)
    X, codes = rng.normal(size=(30, 5)), rng.normal(size=(30, 3))
    codes[:, 2] = 0  # an atom that nobody uses
    D = rng.normal(size=(3, 5))
    D /= np.linalg.norm(D, axis=1, keepdims=True)
    gram, cross = (codes.T @ M for M in (codes, X))
    for positive in (False, True):
        start = np.abs(D) if positive else D
        new = np.asarray(update_atoms(start, gram, cross, positive))
        np.testing.assert_allclose(new[2], start[2], rtol=1e-6)
        assert (np.linalg.norm(new, axis=1) <= 1 + 1e-6).all() and (
            not positive or (new >= 0).all()
        )
        last = 1  # the last one updated: optimal given the others
        base = ((X - codes @ new) ** 2).sum()
        for move in 0.05 * rng.normal(size=(300, 5)):
            other = new.copy()
            other[last] += move
            other[last] = np.maximum(other[last], 0) if positive else other[last]
            other[last] /= max(np.linalg.norm(other[last]), 1)
            assert ((X - codes @ other) ** 2).sum() >= base - 1e-4


def test_idle_atoms_are_replaced():
    """More atoms than directions: those nobody uses become samples, never NaN."""
    X, _ = planted(n=60, k=2)
    model = DictionaryLearning(20, lam=0.3, random_state=0, max_iter=20).fit(X)
    assert np.isfinite(model.components_).all()
    norms = np.linalg.norm(model.components_, axis=1)
    assert (norms > 0.1).all() and (norms <= 1 + 1e-6).all()


def test_draws_different_samples_and_survives_zero_ones():
    X = np.vstack([np.eye(3), np.zeros((2, 3)), -np.eye(3)])
    for positive in (False, True):
        atoms = draw_atoms(X, 10, positive, np.random.RandomState(0))
        np.testing.assert_allclose(np.linalg.norm(atoms, axis=1), 1)
        assert not positive or (atoms >= 0).all()


def test_seed_names_pickles_and_files(fitted, tmp_path):
    model, X, _ = fitted
    again = DictionaryLearning(8, lam=0.05, random_state=0).fit(X)
    np.testing.assert_array_equal(model.components_, again.components_)
    assert list(model.get_feature_names_out())[:2] == ["dictionarylearning0", "dictionarylearning1"]
    model.save(tmp_path / "atoms.spinn")
    loaded = spinnery.load(tmp_path / "atoms.spinn")
    np.testing.assert_array_equal(loaded.transform(X), model.transform(X))
    loaded.partial_fit(X[:20])  # goes on from the sums over all samples
    assert loaded.n_steps_ == model.n_steps_ + 1
    assert objective(X, loaded.transform(X), loaded.components_, 0.05) < 1.05 * model.error_[-1]


def test_double_precision_on_request():
    X, _ = planted(n=50)
    model = DictionaryLearning(4, lam=0.1, dtype="float64", max_iter=3, random_state=0).fit(X)
    assert model.components_.dtype == model.transform(X).dtype == np.float64
    single = DictionaryLearning(4, lam=0.1, max_iter=3, random_state=0).fit(X)
    assert single.components_.dtype == single.transform(X).dtype == np.float32
    np.testing.assert_allclose(single.error_, model.error_, rtol=1e-4)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lam": -1.0}, "The 'lam' parameter of DictionaryLearning must be a float in the range "
         "[0.0, inf). Got -1.0 instead."),
        ({"n_components": 0}, "The 'n_components' parameter of DictionaryLearning must be an int "
         "in the range [1, inf) or None. Got 0 instead."),
    ],
)  # fmt: skip
def test_bad_parameters_say_what_to_do(settings, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        DictionaryLearning(**settings).fit(np.eye(3))


def test_not_fitted():
    with pytest.raises(NotFittedError):
        DictionaryLearning().transform(np.eye(3))


@parametrize_with_checks([DictionaryLearning(lam=0.1), DictionaryLearning(lam=0.1, batch_size=8)])
def test_scikit_learn_contract(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)

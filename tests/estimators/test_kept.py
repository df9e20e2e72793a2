"""`penalty_weights=0` keeps a feature in: in every model, at every size, in every fold."""

from __future__ import annotations

import numpy as np
import pytest

import spinnery as sp
from spinnery.selection import crossval

n, p = 120, 12
KEPT = [4, 7]
SMALL = {"cv": 3, "max_features": 3, "random_state": 0, "null_check": False}


@pytest.fixture(scope="module")
def data():
    """Two features that matter; the two kept are noise."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p))
    return X, X[:, 0] - X[:, 1] + 0.3 * rng.normal(size=n), np.arange(n) % 2


def weights(kept=KEPT):
    return np.where(np.isin(np.arange(p), kept), 0.0, 1.0)


def targets(name, y):
    if "Classifier" in name:
        return np.where(y > 0, "late", "early")
    return sp.survival_target(np.ones(n, bool), np.exp(-y)) if "Survival" in name else y


@pytest.fixture
def curves(monkeypatch):
    """The curves that a cross-validated fit chooses from."""
    seen = []

    def spy(search, curve, simplest):
        seen.append((search, curve))
        return crossval_try(search, curve, simplest)

    crossval_try = crossval.try_supports
    monkeypatch.setattr(crossval, "try_supports", spy)
    return seen


@pytest.mark.parametrize("hidden", [(), (3,)], ids=["linear", "network"])
@pytest.mark.parametrize(
    "name",
    ["SPINNRegressorCV", "SPINNClassifierCV", "SPINNSurvivalCV", "IntegrativeSPINNRegressorCV"],
)
@pytest.mark.slow
def test_in_every_model_at_every_size_in_every_fold(data, curves, name, hidden):
    X, y, cohorts = data
    given = {"cohorts": cohorts} if "Integrative" in name else {}
    model = getattr(sp, name)(hidden, penalty_weights=weights(), **SMALL)
    model.fit(X, targets(name, y), **given)
    assert model.get_support()[[0, 1, *KEPT]].all()
    norms = model.path_coef_norm_.toarray()
    assert (norms[:, KEPT] > 0).all()
    # sizes 0, 1, 2, 3 are of the others
    np.testing.assert_array_equal((norms[:, weights() == 1] > 0).sum(axis=1), range(len(norms)))
    np.testing.assert_array_equal(model.path_["n_features"], np.arange(len(norms)) + 2)
    assert np.isfinite(model.path_["lambda"]).all() and (model.path_["lambda"] > 0).all()
    ((search, curve),) = curves
    kept = np.flatnonzero(search.settings.groups.always)
    assert len(kept) == 2
    for lane in curve.lanes:
        assert min(lane) == 0
        for size, candidate in lane.items():
            assert len(candidate.groups) == size
            for cohort in candidate.index:
                assert np.isin(kept, cohort).all()


@pytest.mark.parametrize("hidden", [(), (3,)], ids=["linear", "network"])
def test_at_one_lambda_however_large(data, hidden):
    X, y, _ = data
    model = sp.SPINNRegressor(hidden, lam=50.0, penalty_weights=weights(), random_state=0)
    with pytest.warns(UserWarning, match="No feature was selected beside those that penalty_weig"):
        model.fit(X, y)
    assert model.get_support(indices=True).tolist() == KEPT
    assert model.stationarity_ <= model.tol


def test_a_kept_group_is_kept_whole(data):
    X, y, _ = data
    settings = {"feature_groups" if hasattr(sp.SPINNRegressorCV(), "feature_groups") else "groups":
                np.r_[np.arange(10), 4, 11]}  # fmt: skip
    model = sp.SPINNRegressorCV((), penalty_weights=weights([4]), **settings, **SMALL).fit(X, y)
    assert (model.path_coef_norm_.toarray()[:, [4, 10]] > 0).all()


@pytest.mark.slow
def test_all_kept_is_a_ridge_model(data):
    X, y, _ = data
    for hidden in ((), (3,)):
        model = sp.SPINNRegressorCV(hidden, penalty_weights=np.zeros(p), ridges=[0.1], **SMALL)
        model.fit(X, y)
        assert model.get_support().all() and len(model.path_) == 1
    linear = sp.SPINNRegressorCV((), penalty_weights=np.zeros(p), ridges=[0.1], cv=3, tol=1e-5)
    predicted = linear.set_params(dtype="float64").fit(X, y).predict(X)
    Z, t = (X - X.mean(0)) / X.std(0), (y - y.mean()) / y.std()
    beta = np.linalg.solve(Z.T @ Z / n + 0.1 * np.eye(p), Z.T @ t / n)
    np.testing.assert_allclose(predicted, y.mean() + y.std() * Z @ beta, atol=1e-3)


def test_a_constant_column_is_no_feature_even_if_kept(data):
    X, y, _ = data
    X = X.copy()
    X[:, 7] = 3.0
    model = sp.SPINNRegressorCV((), penalty_weights=weights(), **SMALL).fit(X, y)
    assert model.get_support()[4] and not model.get_support()[7]


def test_nothing_but_what_is_kept(data):
    """Noise: the check for nothing asks after the others, however strong those kept are."""
    X, _, _ = data
    y = 3 * X[:, 4] + np.random.default_rng(1).normal(size=n)
    model = sp.SPINNRegressorCV(penalty_weights=weights([4]), cv=3, random_state=0)
    with pytest.warns(
        UserWarning, match="beside those that penalty_weights=0 keeps in. The features"
    ):
        model.fit(X, y)
    assert model.null_p_value_ > 0.05 and not model.found_signal_
    assert model.get_support(indices=True).tolist() == [4]
    assert model.score(X, y) > 0.8


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (np.ones(3), r"got shape (3,)"),
        (np.r_[np.ones(p - 1), -2], r"got shape (12,) with -2 at 11"),
        (np.r_[np.inf, np.ones(p - 1)], r"got shape (12,) with inf at 0"),
    ],
)
def test_weights_that_cannot_be(data, given, found):
    X, y, _ = data
    with pytest.raises(ValueError) as error:
        sp.SPINNRegressor(penalty_weights=given).fit(X, y)
    assert str(error.value) == (
        "penalty_weights needs one finite number >= 0 per feature (0 keeps it in the model), shape "
        f"(12,); {found}. Leave out a feature by dropping its column, not by an infinite weight."
    )

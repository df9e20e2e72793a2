"""Linear terms in the user's units, and importances for scikit-learn's selectors."""

import numpy as np
import pytest
from sklearn.feature_selection import RFE, SelectFromModel

from spinnery import (
    IntegrativeSPINNRegressor,
    SPINNClassifier,
    SPINNRegressor,
    SPINNSurvival,
    survival_target,
)

rng = np.random.default_rng(0)
X = rng.normal(5, 3, size=(120, 8)) * 10.0 ** np.arange(-3, 5)
z = (X - X.mean(0)) / X.std(0)


def outputs(model, X):
    """What `coef_` and `intercept_` say."""
    return X @ model.coef_.T + model.intercept_


def test_of_numbers():
    model = SPINNRegressor((), lam=0.05).fit(X, 100 + z[:, 0] - 2 * z[:, 3])
    assert model.coef_.shape == (8,)
    assert np.shape(model.intercept_) == ()
    np.testing.assert_allclose(outputs(model, X), model.predict(X), rtol=1e-9)


def test_of_several_outputs():
    model = SPINNRegressor((), lam=0.05).fit(X, np.stack([z[:, 0], 7 * z[:, 1]], axis=1))
    assert model.coef_.shape == (2, 8)
    np.testing.assert_allclose(outputs(model, X), model.predict(X), atol=1e-9)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_of_classes(n_classes):
    y = np.digitize(z[:, 0] - z[:, 1], [0, 1][: n_classes - 1])
    model = SPINNClassifier((), lam=0.03).fit(X, y)
    rows = 1 if n_classes == 2 else 3
    assert model.coef_.shape == (rows, 8)
    assert model.intercept_.shape == (rows,)
    found = np.squeeze(outputs(model, X))
    np.testing.assert_allclose(found, model.decision_function(X), atol=1e-9)


def test_of_times():
    time = rng.exponential(np.exp(-z[:, 2]))
    model = SPINNSurvival((), lam=0.05).fit(X, survival_target(time < 2, np.minimum(time, 2)))
    np.testing.assert_allclose(outputs(model, X), model.predict(X), atol=1e-9)


def test_of_cohorts():
    cohorts = np.repeat(["a", "b"], 60)
    sign = np.where(cohorts == "a", 1, -1)
    model = IntegrativeSPINNRegressor((), lam=0.05)
    model.fit(X, sign * z[:, 0] + z[:, 1], cohorts=cohorts)
    assert model.coef_.shape == (2, 8)
    assert model.coef_[0, 0] > 0 > model.coef_[1, 0]
    for m, name in enumerate("ab"):
        rows = cohorts == name
        found = X[rows] @ model.coef_[m] + model.intercept_[m]
        np.testing.assert_allclose(found, model.predict(X[rows], cohorts[rows]), atol=1e-9)


def test_a_network_has_none_but_has_importances():
    model = SPINNRegressor((3,), lam=0.1)
    assert not hasattr(model, "coef_")
    model.fit(X, np.tanh(z[:, 0]) + 0.5 * z[:, 1])
    assert not hasattr(model, "coef_") and not hasattr(model, "intercept_")
    with pytest.raises(AttributeError, match=r"spinnery\.assess"):
        model.coef_  # noqa: B018
    importances = model.feature_importances_
    assert importances.sum() == pytest.approx(1)
    assert np.array_equal(importances > 0, model.get_support())
    kept = SelectFromModel(model, prefit=True, threshold=1e-9).get_support()
    assert np.array_equal(kept, model.get_support())
    linear = SPINNRegressor((), lam=0.05, random_state=0)
    left = RFE(linear, n_features_to_select=2, step=6).fit(X, z[:, 0]).get_support()
    assert left[0] and left.sum() == 2
    with pytest.warns(UserWarning, match="No feature"):
        assert not model.set_params(lam=99).fit(X, z[:, 0]).feature_importances_.any()

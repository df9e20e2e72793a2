"""Cross-validated estimators: what they choose, what they report, how they fail."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.model_selection import KFold

from spinnery import SPINNClassifierCV, SPINNRegressorCV
from spinnery.losses import Logistic, Squared
from spinnery.selection.crossval import negligible
from spinnery.selection.curve import Curve, choose


@pytest.fixture(scope="module")
def waves():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(300, 50))
    return X, np.sin(3 * X[:, 0]) * X[:, 1] + 0.05 * rng.normal(size=300)


@pytest.fixture(scope="module")
def fitted(waves):
    return SPINNRegressorCV(max_features=6, random_state=0).fit(*waves)


def test_finds_the_features_and_that_they_interact(waves, fitted):
    assert fitted.get_support(indices=True).tolist() == [0, 1]
    assert fitted.hidden_ == (20,)
    assert fitted.score(*waves) > 0.95
    assert fitted.stationarity_ <= fitted.tol


@pytest.mark.slow
def test_finds_a_square_and_a_product_without_any_first_order_effect():
    """Gaussian features: on this draw the path alone finds the square but not the product."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(300, 200))
    y = X[:, 0] ** 2 + X[:, 1] * X[:, 2] + 0.3 * rng.normal(size=300)
    model = SPINNRegressorCV(hidden=(20,), max_features=8, cv=3, random_state=0).fit(X, y)
    assert model.get_support(indices=True).tolist() == [0, 1, 2]
    assert model.score(X, y) > 0.9


@pytest.mark.slow
def test_takes_the_linear_model_where_the_truth_is_linear(waves):
    X, _ = waves
    y = X[:, 3] - X[:, 7] + np.random.default_rng(1).normal(size=300)
    model = SPINNRegressorCV(max_features=6, random_state=0).fit(X, y)
    assert model.hidden_ == ()
    assert model.selected_[[3, 7]].all()


def test_the_path_is_a_table_of_sizes(fitted):
    path = fitted.path_
    assert list(path.columns) == ["lambda", "n_features", "cv_mean", "cv_error"]
    assert path["n_features"].is_monotonic_increasing
    chosen = path[path["n_features"] == 2].iloc[0]
    assert chosen["cv_mean"] == fitted.cv_loss_
    assert chosen["lambda"] == fitted.lambda_
    assert fitted.path_coef_norm_.shape == (len(path), 50)
    np.testing.assert_array_equal(np.diff(fitted.path_coef_norm_.indptr), path["n_features"])


def test_lambda_keeps_every_other_feature_out(waves, fitted):
    """The largest gradient norm of an excluded feature, by finite differences in its row."""
    X, y = waves
    (model,) = fitted._models
    Xs = (X - X.mean(0)) / X.std(0)
    ys = (y - y.mean()) / y.std()
    Z = Xs[:, model.features] @ model.W

    def loss(j, row):
        out = model.upper(Z + np.outer(Xs[:, j], row), np)[:, 0]
        return 0.5 * np.mean((out - ys) ** 2)

    norms = []
    for j in range(2, 50):
        step = 1e-3 * np.eye(20)
        norms.append(np.linalg.norm([(loss(j, h) - loss(j, -h)) / 2e-3 for h in step]))
    assert fitted.lambda_ == pytest.approx(max(norms), rel=0.05)


@pytest.mark.slow
def test_held_out_loss_is_honest(waves):
    """On pure noise the reported loss must not fall below that of the empty model by much."""
    X, _ = waves
    noise = np.random.default_rng(2).normal(size=300)
    with np.errstate(all="ignore"):
        model = SPINNRegressorCV(max_features=6, random_state=0)
        try:
            model.fit(X, noise)
        except UserWarning:  # nothing selected: the best possible answer
            return
    assert model.cv_loss_ > 0.45  # the empty model's is 0.5
    assert model.selected_.sum() <= 3


def test_the_one_standard_error_rule_is_no_larger(waves):
    X, _ = waves
    y = X[:, :8] @ np.linspace(1, 0.1, 8) + np.random.default_rng(3).normal(size=300)
    settings = dict(hidden=(), max_features=10, random_state=0)
    sizes = [SPINNRegressorCV(rule=r, **settings).fit(X, y).selected_.sum() for r in ("min", "1se")]
    assert sizes[1] < sizes[0]


@pytest.mark.slow
def test_three_classes_with_names(waves):
    X, y = waves
    labels = np.array(["low", "mid", "high"])[np.digitize(y, [-0.15, 0.15])]
    model = SPINNClassifierCV(hidden=(20,), max_features=4, random_state=0).fit(X, labels)
    assert set(model.classes_) == {"low", "mid", "high"}
    assert model.predict_proba(X).shape == (300, 3)
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    assert model.selected_[:2].all()
    assert model.score(X, labels) > 0.85


@pytest.mark.slow
def test_groups_count_as_one(waves):
    X, y = waves
    groups = np.array([0, 0, *range(2, 50)])
    model = SPINNRegressorCV(hidden=(20,), feature_groups=groups, max_features=3, random_state=0)
    model.fit(X, y)
    assert model.get_support(indices=True).tolist() == [0, 1]


def test_given_ridges_and_folds_are_used(waves):
    folds = KFold(3).split(waves[0])
    model = SPINNRegressorCV(hidden=(), ridges=[0.3, 3.0], cv=folds, max_features=3)
    X, _ = waves
    model.fit(X, X[:, 0] + X[:, 1])
    assert model.ridge_ in (0.3, 3.0)


def test_an_interrupt_ends_the_fit(waves, monkeypatch):
    steps = {"left": 6}

    def interrupt(self):
        steps["left"] -= 1
        if steps["left"] == 0:
            raise KeyboardInterrupt

    monkeypatch.setattr("spinnery.progress.Steps.advance", interrupt)
    with pytest.raises(KeyboardInterrupt):
        SPINNRegressorCV(hidden=(20,), max_features=6, random_state=0).fit(*waves)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(cv=500), "cv=500 folds need at least 500 samples; got 300. Lower cv or add samples."),
        (dict(hidden=((20,), (-1,))), r"hidden must be a tuple of positive widths"),
        (dict(rule="best"), "The 'rule' parameter of SPINNRegressorCV must be a str among"),
    ],
)
def test_bad_parameters_say_what_to_do(waves, settings, message):
    with pytest.raises(ValueError, match=message):
        SPINNRegressorCV(**settings).fit(*waves)


def test_near_ties_go_to_the_smaller_size_and_the_simpler_model():
    rng = np.random.default_rng(0)
    folds = 1 + 0.01 * rng.normal(size=(4, 5))
    folds[0] += 1
    folds[1] += 0.5
    folds[3] = folds[2] - 1e-5 + 1e-3 * np.array([1, -1, 0, 1, -1])
    curve = Curve((20,), 0.01, np.arange(4), folds, [])
    assert curve.position("min") == 2
    linear = Curve((), 0.01, np.arange(4), folds, [])
    assert choose([curve, linear]) == 1
    better = Curve((20,), 0.01, np.arange(4), folds - 0.2, [])
    assert choose([better, linear]) == 0


@pytest.mark.parametrize("saved, size", [(0.0009, 1), (0.0011, 2)])
def test_under_squared_error_a_thousandth_of_what_is_explained_is_no_feature(saved, size):
    folds = 1 + np.repeat([[1.0], [saved], [0.0]], 5, axis=1)
    curve = Curve((20,), 0.01, np.arange(3), folds, [])
    loss, score = SimpleNamespace(scorer=None), SimpleNamespace(scorer=len)
    assert curve.position("min", negligible(Squared(), loss)) == size
    assert curve.position("min", negligible(Logistic(), loss)) == 2
    assert curve.position("min", negligible(Squared(), score)) == 2


def test_a_score_that_the_empty_model_has_not_leaves_the_others_comparable():
    folds = np.array([[np.inf] * 5, [0.5] * 5, [0.1] * 5])
    with np.errstate(invalid="ignore"):  # how much infinite scores differ
        assert Curve((20,), 0.01, np.arange(3), folds, []).position("min") == 2


def test_what_a_larger_model_must_save_does_not_depend_on_where_a_loss_begins():
    """A partial likelihood has no zero: 6 may be a poor loss, or a good one."""
    folds = np.array([[1.0] * 5, [0.6] * 5])
    for start, gain in itertools.product((0, 6), (0.007, 0.01)):
        linear = Curve((), 0.01, np.arange(2), start + folds, [])
        network = Curve((20,), 0.01, np.arange(2), start + folds - gain, [])
        assert choose([linear, network]) == int(gain > 0.008)


@pytest.mark.slow
def test_the_search_grows_where_the_loss_still_falls():
    """Of 40 equally strong features 24 would leave out much; of 3 they would not."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(160, 60))
    many, few = (X[:, :k].sum(axis=1) + 0.3 * rng.normal(size=160) for k in (40, 3))
    auto, fixed = SPINNRegressorCV((), cv=4), SPINNRegressorCV((), cv=4, max_features=24)
    assert auto.set_params(random_state=0).fit(X, many).get_support()[:40].sum() >= 38
    assert fixed.set_params(random_state=0).fit(X, many).get_support().sum() <= 24
    assert auto.fit(X, few).get_support()[:3].all()
    assert auto.path_["n_features"].max() <= 24

"""Plots show the estimator's own numbers, with labels that can be read."""

import re
from copy import copy
from itertools import pairwise
from types import SimpleNamespace

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.testing import assert_allclose, assert_array_equal

from spinnery import SPINNClassifier, SPINNRegressor, SPINNRegressorCV
from spinnery.plotting import plot_cohort_errors, plot_cohorts, plot_cv, plot_path, plot_predictions
from spinnery.plotting.axes import FAINT, spread
from spinnery.plotting.cv import one_se_row

matplotlib.use("agg")


def axes():
    return Figure(figsize=(8, 4.8), layout="constrained").add_subplot()


def rng_data(n=60, p=8):
    X = np.random.default_rng(0).normal(size=(n, p))
    return X, X[:, 0] - 0.7 * X[:, 1] + 0.3 * X[:, 2]


@pytest.fixture(scope="module")
def single():
    X, y = rng_data()
    frame = pd.DataFrame(X, columns=[f"gene {j}" for j in range(X.shape[1])])
    model = SPINNRegressor(hidden=(), lam=0.25, random_state=0, tol=1e-2)
    return model.fit(frame, y)


@pytest.fixture(scope="module")
def crossed():
    X, y = rng_data()
    model = SPINNRegressorCV(hidden=(), cv=3, max_features=4, random_state=0, tol=1e-2)
    return model.fit(X, y)


@pytest.fixture(scope="module")
def classifier():
    X, y = rng_data()
    labels = np.array(["poor", "good"])[(y > 0).astype(int)]
    model = SPINNClassifier(hidden=(), lam=0.03, random_state=0, tol=1e-2)
    return model.fit(X, labels), X, labels


def drawn(ax, labelled=True):
    """Lines of selected features by label, or the grey ones."""
    if labelled:
        return {line.get_label(): line for line in ax.lines if line.get_label()[0] != "_"}
    return [line for line in ax.lines if line.get_color() == FAINT]


def test_path_draws_the_norms_against_lambda(single):
    ax = plot_path(single, axes())
    names = single.feature_names_in_
    selected = drawn(ax)
    assert set(selected) == set(names[single.selected_])
    norms = single.path_coef_norm_.toarray()
    for name, line in selected.items():
        assert_array_equal(line.get_xdata(), single.path_["lambda"])
        column = norms[:, list(names).index(name)]
        assert_array_equal(np.nan_to_num(line.get_ydata()), column)
    others = np.flatnonzero((norms > 0).any(axis=0) & ~single.selected_)
    assert len(drawn(ax, labelled=False)) == len(others)
    assert ax.get_xscale() == "log"
    assert ax.get_title("left") == (
        f"{single.selected_.sum()} features selected at lambda 0.25 (dashed line)"
    )


def test_path_of_a_cv_fit_runs_over_sizes(crossed):
    ax = plot_path(crossed, axes())
    for line in drawn(ax).values():
        assert_array_equal(line.get_xdata(), crossed.path_["n_features"])
    dashed = [line for line in ax.lines if line.is_dashed()]
    assert [line.get_xdata()[0] for line in dashed] == [crossed.selected_.sum()]
    assert_array_equal(sorted(drawn(ax)), [f"x{j}" for j in np.flatnonzero(crossed.selected_)])


def test_path_shows_the_number_of_features_above(single):
    ax = plot_path(single, axes())
    (above,) = ax.child_axes
    lambdas = single.path_["lambda"].to_numpy()
    for place, label in zip(above.get_xticks(), above.get_xticklabels(), strict=True):
        row = np.flatnonzero(lambdas == place)[0]
        assert label.get_text() == str(single.path_["n_features"][row])


def test_path_keeps_to_the_strongest(single):
    ax = plot_path(single, axes(), top=2)
    strongest = np.argsort(-single.coef_norm_)[:2]
    assert set(drawn(ax)) == set(single.feature_names_in_[strongest])
    assert not drawn(ax, labelled=False)
    assert ax.get_title("left").endswith("(dashed line), the 2 strongest drawn")


def fake(n_selected, norms):
    """An estimator with a path of two models, the last with the given row norms."""
    from scipy import sparse

    p = len(norms)
    return SimpleNamespace(
        fit=None,
        n_features_in_=p,
        lambda_=0.2,
        get_support=lambda: np.arange(p) < n_selected,
        coef_norm_=np.where(np.arange(p) < n_selected, norms, 0),
        path_=pd.DataFrame({"lambda": [0.1, 0.2], "n_features": [p, n_selected]}),
        path_coef_norm_=sparse.csr_array(np.stack([norms, norms])),
        __sklearn_is_fitted__=lambda: True,
        __sklearn_tags__=lambda: SimpleNamespace(requires_fit=True),
    )


def test_labels_of_equal_norms_do_not_overlap():
    ax = plot_path(fake(15, np.full(20, 0.5)), axes())
    figure = ax.figure
    figure.draw_without_rendering()
    boxes = [Text.get_window_extent(label) for label in ax.texts]  # without the leading line
    assert len(boxes) == 15
    for a, b in pairwise(boxes):
        assert not a.overlaps(b)
    inside = figure.bbox.padded(1)
    assert all(inside.contains(*box.min) and inside.contains(*box.max) for box in boxes)


def test_path_with_nothing_selected_or_one_lambda_or_lambda_zero(single):
    empty = fake(0, np.zeros(4))
    assert plot_path(empty, axes()).get_title("left").startswith("0 features selected")
    one = fake(1, np.ones(3))
    one.path_ = one.path_[1:].reset_index(drop=True)
    one.path_coef_norm_ = one.path_coef_norm_[[1]]
    ax = plot_path(one, axes())
    assert ax.get_title("left").startswith("1 feature selected at lambda 0.2")
    assert ax.lines[0].get_marker() == "o"
    one.path_["lambda"], one.lambda_ = 0.0, 0.0
    assert plot_path(one, axes()).get_xscale() == "linear"


def test_cv_draws_means_and_errors(crossed):
    ax = plot_cv(crossed, axes())
    path = crossed.path_
    (bars,) = ax.containers
    assert_array_equal(bars.lines[0].get_xydata(), path[["n_features", "cv_mean"]])
    heights = [np.ptp(segment[:, 1]) for segment in bars.lines[2][0].get_segments()]
    assert_allclose(heights, 2 * path["cv_error"])
    simplest = one_se_row(path["cv_mean"].to_numpy(), path["cv_error"].to_numpy())
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == [
        f"chosen: {crossed.selected_.sum()}",
        f"smallest within 1 standard error of the lowest: {path['n_features'][simplest]}",
    ]


def test_cv_marks_the_fitted_size_under_either_rule():
    X, y = rng_data()
    for rule in ("min", "1se"):
        model = SPINNRegressorCV(
            hidden=(), cv=3, max_features=4, random_state=0, tol=1e-2, rule=rule
        ).fit(X, y)
        ax = plot_cv(model, axes())
        (dot,) = (line for line in ax.lines if str(line.get_label()).startswith("chosen"))
        assert dot.get_xdata() == [model.selected_.sum()]
        assert dot.get_ydata() == [model.cv_loss_]


def test_cv_needs_cross_validation(single):
    message = (
        "plot_cv needs an estimator that cross-validates; got SPINNRegressor, which has no "
        "held-out losses. Fit SPINNRegressorCV, or use plot_path."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        plot_cv(single, axes())


def test_predictions_of_a_regressor(crossed):
    X, y = rng_data()
    ax = plot_predictions(crossed, X, y, axes())
    (points,) = ax.collections
    assert_allclose(points.get_offsets(), np.stack([y, crossed.predict(X)], axis=1), rtol=1e-6)
    assert ax.get_title("left") == f"Predicted against observed, R² = {crossed.score(X, y):.3f}"
    assert ax.get_xlim() == ax.get_ylim()


def test_predictions_of_several_outputs():
    X, y = rng_data()
    outputs = np.stack([y, -2 * y], axis=1)
    model = SPINNRegressor(hidden=(), lam=0.2, random_state=0, tol=1e-2).fit(X, outputs)
    ax = plot_predictions(model, X, outputs, axes())
    assert len(ax.collections) == 2
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["output 1", "output 2"]


def test_predictions_of_a_classifier(classifier):
    model, X, labels = classifier
    ax = plot_predictions(model, X, labels, axes())
    predicted = model.predict(X)
    names = ["good", "poor"]
    for i, observed in enumerate(names):
        for j, said in enumerate(names):
            count = int(np.sum((labels == observed) & (predicted == said)))
            (text,) = (t for t in ax.texts if t.get_position() == (j, i))
            assert text.get_text().split("\n")[0] == str(count)
    assert [t.get_text() for t in ax.get_yticklabels()] == names
    right = np.mean(predicted == labels)
    assert ax.get_title("left") == f"{right:.1%} of {len(labels)} samples right"


def test_given_axes_leave_pyplot_alone(single, crossed, classifier):
    from matplotlib import pyplot

    before = dict(matplotlib.rcParams)
    ax = axes()
    assert plot_path(single, ax) is ax
    plot_cv(crossed, axes())
    plot_predictions(*classifier, axes())
    assert not pyplot.get_fignums()
    own = plot_cv(crossed)
    assert pyplot.get_fignums() == [own.figure.number]
    pyplot.close(own.figure)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("seed", range(20))
def test_spread_keeps_gap_order_and_bounds(seed):
    rng = np.random.default_rng(seed)
    wanted = rng.uniform(size=rng.integers(1, 15)).round(1)
    out = spread(wanted, 0.06)
    order = np.argsort(wanted, kind="stable")
    assert np.all(np.diff(out[order]) >= 0.06 - 1e-12)
    assert out.min() >= 0 and out.max() <= 1 + 1e-12
    apart = np.array([0.1, 0.5, 0.9])
    assert_allclose(spread(apart, 0.06), apart)


def test_cohort_pictures_show_every_block_and_error():
    table = pd.DataFrame(
        {"feature": ["a", "b", "c"], "kind": ["specific", "shared", "shared"],
         "n_cohorts": [1, 2, 2], "north": [0.5, 0.4, 0.3], "south": [0.0, 0.2, np.nan]}
    )  # fmt: skip
    model = SimpleNamespace(cohorts_=np.array(["north", "south"]), cohort_table=lambda: table)
    ax = plot_cohorts(model, axes())
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b", "c", "a"]  # shared first
    shown = ax.images[0].get_array()
    assert_array_equal(np.ma.getmaskarray(shown), [[False, False], [False, True], [False, True]])
    assert [text.get_text() for text in ax.texts] == ["\u00d7"]  # absent, not merely unused
    assert "2 shared by all" in ax.get_title("left")
    with pytest.raises(ValueError, match=r"^plot_cohorts needs a fitted integrative estimator"):
        plot_cohorts(fake(1, np.full(2, 0.5)), axes())

    errors = {"ours": {"north": 0.1, "south": 0.0}, "pooled": {"north": 0.3}}
    ax = plot_cohort_errors(errors, "share misclassified", axes())
    assert_allclose([bar.get_height() for bar in ax.patches], [0.1, 0.0, 0.3, np.nan])
    assert ax.get_ylim()[0] == 0
    assert plot_cohort_errors({"ours": {"a": 0.0}}, "error", axes()).get_ylim() == (0, 1)


def test_the_legend_leaves_a_flat_curve_free(crossed):
    flat = copy(crossed)
    flat.path_ = crossed.path_.assign(cv_mean=1.0, cv_error=0.2)
    ax = plot_cv(flat, axes())
    ax.figure.canvas.draw()
    legend = ax.get_legend().get_window_extent()
    assert legend.y0 > ax.transData.transform((0, 1.2))[1]

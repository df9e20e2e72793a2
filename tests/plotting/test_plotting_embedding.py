"""Maps show every sample once, in the colour of its class, value or cohort."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from spinnery import TSNE, SPINNClassifier
from spinnery.embedding.views import seen
from spinnery.plotting import plot_embedding, plot_points
from spinnery.plotting.axes import COLOURS, FAINT


def axes():
    return Figure(figsize=(6.4, 4.8), layout="constrained").add_subplot()


def points(n=50):
    return np.random.default_rng(0).normal(size=(n, 2))


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.fixture(scope="module")
def model():
    X = np.random.default_rng(0).normal(size=(50, 6))
    y = np.where(X[:, 0] > X[:, 1], "good", "poor")
    return SPINNClassifier(hidden=(3,), lam=0.05, random_state=0, tol=1e-2).fit(X, y), X, y


@pytest.mark.parametrize("by, what", [("selected", "selected feature"), ("hidden", "hidden unit")])
def test_the_map_is_the_embedding_of_what_the_model_sees(model, by, what):
    fitted, X, y = model
    own = TSNE(perplexity=7, max_iter=100, random_state=0)
    ax = plot_embedding(fitted, X, y, by=by, method=own, ax=axes())
    features = seen(fitted, X, by=by)
    Y = TSNE(perplexity=7, max_iter=100, random_state=0).fit_transform(features)
    good, poor = ax.collections
    np.testing.assert_allclose(good.get_offsets(), Y[y == "good"], rtol=1e-6)
    np.testing.assert_allclose(poor.get_offsets(), Y[y == "poor"], rtol=1e-6)
    assert ax.get_title("left") == f"t-SNE of 50 samples by {features.shape[1]} {what}s"


def test_cohorts_colour_where_no_target_is_given(model):
    fitted, X, _ = model
    cohorts = np.arange(50) % 3
    assert legend(plot_embedding(fitted, X, cohorts=cohorts, ax=axes())) == ["0", "1", "2"]
    ax = plot_embedding(fitted, X, method="sne", ax=axes())
    assert ax.get_legend() is None and len(ax.collections) == 1
    assert ax.get_title("left").startswith("SNE of 50 samples")


def test_classes_differ_in_colour_and_then_in_marker():
    y = np.arange(50) % 13
    ax = plot_points(points(), [f"class {k}" for k in y], axes())
    looks = {
        (tuple(drawn.get_facecolor()[0]), drawn.get_paths()[0].vertices.tobytes())
        for drawn in ax.collections
    }
    assert len(looks) == 13
    assert len({colour for colour, _ in looks}) == len(COLOURS)
    assert sum(len(drawn.get_offsets()) for drawn in ax.collections) == 50


def test_numbers_are_classes_if_few_and_a_scale_if_many():
    assert legend(plot_points(points(), np.arange(50) % 12, axes())) == [str(k) for k in range(12)]
    values = np.arange(50.0)
    ax = plot_points(points(), values, axes())
    assert ax.get_legend() is None and len(ax.figure.axes) == 2  # a colour bar
    np.testing.assert_array_equal(ax.collections[0].get_array(), values)


def test_a_columns_name_heads_the_legend():
    named = pd.Series(np.arange(50) % 3, name="stage")
    assert plot_points(points(), named, axes()).get_legend().get_title().get_text() == "stage"
    ax = plot_points(points(), named + np.arange(50), axes())
    assert ax.figure.axes[1].get_ylabel() == "stage"


@pytest.mark.parametrize("values", [np.arange(50.0), np.array(["a", "b"] * 25, object)])
def test_missing_values_are_grey(values):
    values[[3, 4]] = np.nan if values.dtype == float else None
    ax = plot_points(points(), values, axes())
    grey = ax.collections[0]
    np.testing.assert_array_equal(grey.get_offsets(), points()[[3, 4]])
    assert tuple(grey.get_facecolor()[0]) == to_rgba(FAINT)


def test_long_names_and_many_classes_stay_in_the_picture():
    y = [f"{k} " + "long " * 12 for k in range(50)]
    ax = plot_points(points(), y, axes())
    assert all(len(text) <= 34 for text in legend(ax))
    assert len(legend(ax)) == 50


@pytest.mark.parametrize(
    "Y, y, message",
    [
        (np.ones((4, 3)), None, "points must have shape (n, 2); got (4, 3)."),
        (np.ones(4), None, "points must have shape (n, 2); got (4,)."),
        (np.ones((4, 2)), [1, 2], "y needs one value per point, 4; got 2."),
    ],
)
def test_what_cannot_be_drawn(Y, y, message):
    with pytest.raises(ValueError) as caught:
        plot_points(Y, y, axes())
    assert str(caught.value) == message

"""Learning curves, weights and reconstructions show the estimators' own numbers."""

import re

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from numpy.testing import assert_allclose
from sklearn.datasets import load_digits

from spinnery import NetworkClassifier, SparseAutoencoder
from spinnery.plotting import plot_learning, plot_reconstructions, plot_weights
from spinnery.plotting.mosaic import draw_mosaic, square_shape

matplotlib.use("agg")


def axes():
    return Figure(figsize=(8, 4.8), layout="constrained").add_subplot()


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return (X[:400] / 16).astype(np.float32), y[:400]


@pytest.fixture(scope="module")
def models(digits):
    X, y = digits
    held = (X[300:], y[300:])
    return [
        NetworkClassifier(hidden=(), epochs=4, optimizer="sgd", random_state=seed).fit(
            X[:300], y[:300], validation_data=held
        )
        for seed in range(2)
    ]


def test_curves_are_means_over_seeds_with_a_band_between_the_extremes(models):
    ax = plot_learning({"softmax": models, "one seed": models[0]}, "accuracy", axes())
    lines = {line.get_label(): line for line in ax.lines if line.get_label()[0] != "_"}
    assert list(lines) == ["softmax", "one seed"]
    values = np.array([m.history_["val_accuracy"] for m in models])
    assert_allclose(lines["softmax"].get_ydata(), values.mean(axis=0))
    assert_allclose(lines["one seed"].get_ydata(), values[0])
    dashed = [line for line in ax.lines if line.get_label()[0] == "_"]
    assert_allclose(dashed[0].get_ydata(), np.mean([m.history_["accuracy"] for m in models], 0))
    assert len(ax.collections) == 2  # bands of training and validation, of the run with two seeds
    corners = ax.collections[1].get_paths()[0].vertices
    assert_allclose(corners[:, 1].max(), values.max())
    assert ax.get_title("left") == "Accuracy: validation (full) and training (dashed)"


def test_curves_of_training_alone_and_of_tables(models):
    table = models[0].history_.drop(columns=["val_loss", "val_accuracy"])
    ax = plot_learning(table, ax=axes())
    (line,) = ax.lines
    assert_allclose(line.get_ydata(), table["loss"])
    assert ax.get_title("left") == "Loss in training"
    assert ax.get_yscale() == "log"


@pytest.mark.parametrize(
    ("runs", "metric", "message"),
    [
        ({"a": pd.DataFrame({"epoch": [1], "loss": [1.0]})}, "mse",
         "plot_learning needs the column 'mse' in every history; it is missing in ['a']. Columns "
         "are those of history_."),
        ({}, "loss",
         "plot_learning needs the column 'loss' in every history; it is missing in all (there are "
         "no runs). Columns are those of history_."),
        ({"a": 3}, "loss",
         "plot_learning takes fitted NetworkClassifier, NetworkRegressor or SparseAutoencoder, or "
         "their history_; got int."),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_said(runs, metric, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        plot_learning(runs, metric, axes())


def test_templates_stand_under_their_classes(models):
    ax = plot_weights(models[0], ax=axes())
    (image,) = ax.images
    canvas = np.asarray(image.get_array().filled(np.nan))
    names = {text.get_text(): text.get_position() for text in ax.texts}
    assert list(names) == [str(c) for c in range(10)]
    weights = models[0].network_.weight
    for c, (x, y) in ((0, names["0"]), (7, names["7"])):
        top, left = round(y + 0.7), round(x - 3.5)
        found = canvas[top : top + 8, left : left + 8]
        assert_allclose(found, weights[:, c].reshape(8, 8), rtol=1e-6)
    assert image.norm.vmax == -image.norm.vmin == pytest.approx(np.abs(weights).max())


def test_reconstructions_stand_under_their_inputs(digits):
    X, _ = digits
    model = SparseAutoencoder(hidden=(6,), max_features=20, epochs=4, random_state=0).fit(X)
    ax = plot_reconstructions(model, X[:5], ax=axes())
    assert [text.get_text() for text in ax.texts] == ["input", "20 selected", "reconstructed"]
    canvas = np.asarray(ax.images[0].get_array().filled(np.nan))
    height = canvas.shape[0] // 3
    assert_allclose(canvas[-8:, :8], model.reconstruct(X[:1]).reshape(8, 8), rtol=1e-5)
    seen = canvas[2 * height - 8 : 2 * height, :8]
    assert np.isfinite(seen).sum() == 20
    assert_allclose(seen[np.isfinite(seen)], X[0][model.get_support()])


def test_a_mosaic_of_one_image_is_that_image():
    image = np.arange(6.0).reshape(1, 2, 3)
    drawn = draw_mosaic(axes(), image, 5, cmap="Greys", limits=(0, 5))
    assert_allclose(np.asarray(drawn.get_array())[-2:], image[0])


@pytest.mark.parametrize(
    ("n", "shape", "message"),
    [
        (12, None, "image_shape must be (height, width) of 12 values; got None, and 12 is no "
                   "square number."),
        (12, (5, 2), "image_shape must be (height, width) of 12 values; got (5, 2)."),
    ],
)  # fmt: skip
def test_image_shapes(n, shape, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        square_shape(n, shape)
    assert square_shape(12, (3, 4)) == (3, 4) and square_shape(16, None) == (4, 4)

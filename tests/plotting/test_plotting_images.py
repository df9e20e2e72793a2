"""Pictures of images and atoms show the numbers they were given."""

import re

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from spinnery import DictionaryLearning
from spinnery.plotting import plot_atoms, plot_images

matplotlib.use("agg")


def test_images_stand_side_by_side_under_their_names():
    grey, colour = np.linspace(-0.5, 1.5, 12).reshape(3, 4), np.full((3, 4, 3), 0.5)
    figure = plot_images({"before": grey, "after": colour}, Figure(layout="constrained"))
    left, right = figure.axes
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["before", "after"]
    np.testing.assert_array_equal(left.images[0].get_array(), np.clip(grey, 0, 1))
    assert left.images[0].get_clim() == (0, 1)
    np.testing.assert_array_equal(right.images[0].get_array(), colour)
    assert len(plot_images({"one": grey}).axes) == 1
    with pytest.raises(ValueError, match=r"^plot_images needs at least one image; got none\.$"):
        plot_images({})


def test_atoms_are_patches():
    atoms = np.arange(1.0, 31.0).reshape(5, 6) * np.array([1, -1, 1, -1, 0])[:, None]
    ax = plot_atoms(atoms, (2, 3), Figure().add_subplot())
    (drawn,) = ax.images
    shown = drawn.get_array()
    patches = [atoms[k].reshape(2, 3) / np.abs(atoms[k]).max() for k in range(4)]
    for k, patch in enumerate([*patches, np.zeros((2, 3))]):
        top, left = k // 3 * 3 + 1, k % 3 * 4
        np.testing.assert_allclose(shown[top : top + 2, left : left + 3], patch)
    assert ax.get_title(loc="left") == "5 atoms of 2 x 3"
    model = DictionaryLearning(3, lam=0.1, max_iter=2).fit(
        np.random.default_rng(0).normal(size=(20, 4))
    )
    assert plot_atoms(model).get_title(loc="left") == "3 atoms of 2 x 2"
    message = "image_shape must be (height, width) of 6 values; got (2, 2)."
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        plot_atoms(atoms, (2, 2))

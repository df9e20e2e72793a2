"""Images beside each other, and atoms as patches."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .axes import LABEL_SIZE, new_axes, title
from .mosaic import draw_mosaic, square_shape


def plot_images(images: Mapping[str, np.ndarray], figure: Figure | None = None) -> Figure:
    """Draw images side by side, each under its name: before and after, say.

    Parameters
    ----------
    images : mapping of titles to (height, width) or (height, width, 3) arrays
        With values in [0, 1]; others are clipped.
    figure : matplotlib Figure, optional
        Where to draw; a new one by default.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there are no images.
    """
    if not images:
        raise ValueError("plot_images needs at least one image; got none.")
    if figure is None:
        from matplotlib import pyplot  # here, so that plots into given figures leave it alone

        height, width = next(iter(images.values())).shape[:2]
        each = 3.6
        size = (each * len(images), each * height / width + 0.4)
        figure = pyplot.figure(figsize=size, layout="constrained")
    for ax, (name, image) in zip(
        np.atleast_1d(figure.subplots(1, len(images))), images.items(), strict=True
    ):
        ax.imshow(np.clip(image, 0, 1), cmap="gray", vmin=0, vmax=1)
        ax.set_axis_off()
        ax.set_title(name, loc="left", fontsize=LABEL_SIZE)
    return figure


def plot_atoms(
    model: Any, image_shape: tuple[int, int] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the atoms of a dictionary as patches.

    Parameters
    ----------
    model : fitted DictionaryLearning, or (n_components, n_features) array
    image_shape : (height, width), optional
        Of a patch; default: square.
    ax : matplotlib Axes, optional
        Default: a new figure of 6 by 6 inches.

    Returns
    -------
    Axes
        Each patch is scaled to its own largest absolute value; mid-grey is zero.
    """
    atoms = np.asarray(getattr(model, "components_", model), float)
    height, width = square_shape(atoms.shape[1], image_shape)
    top = np.maximum(np.abs(atoms).max(axis=1, keepdims=True), np.finfo(float).tiny)
    patches = (atoms / top).reshape(-1, height, width)
    ax = new_axes(ax, (6, 6))
    draw_mosaic(ax, patches, math.isqrt(len(atoms) - 1) + 1, cmap="gray", limits=(-1, 1))
    title(ax, f"{len(atoms)} atoms of {height} x {width}")
    return ax

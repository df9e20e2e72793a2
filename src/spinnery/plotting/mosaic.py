"""Many small images on one pair of axes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from .axes import INK, LABEL_SIZE


def square_shape(n: int, shape: tuple[int, int] | None) -> tuple[int, int]:
    """Height and width of images of `n` values: `shape`, or a square."""
    side = math.isqrt(n)
    found = shape or (side, side)
    if len(found) != 2 or found[0] * found[1] != n:
        raise ValueError(
            f"image_shape must be (height, width) of {n} values; got {shape!r}"
            + ("." if shape else f", and {n} is no square number.")
        )
    return int(found[0]), int(found[1])


def draw_mosaic(
    ax: Axes, images: np.ndarray, n_columns: int, *, cmap: str, limits: tuple[float, float],
    above: Sequence[str] = (), left: Sequence[str] = (), empty: str = "white",
):  # fmt: skip
    """Images `(n, height, width)` row by row, with names above them or left of the rows.

    Returns matplotlib's image; NaN is drawn in the colour `empty`.
    """
    n, height, width = images.shape
    n_columns = min(n_columns, n)
    n_rows = -(-n // n_columns)
    top = max(2, round(0.18 * height)) if len(above) else max(1, round(0.06 * height))
    gap = max(1, round(0.06 * width))
    canvas = np.full((n_rows * (height + top), n_columns * (width + gap) - gap), np.nan)
    for k, image in enumerate(images):
        i, j = divmod(k, n_columns)
        y, x = i * (height + top) + top, j * (width + gap)
        canvas[y : y + height, x : x + width] = image
        if k < len(above):
            ax.text(x + width / 2 - 0.5, y - 0.7, above[k], ha="center", va="bottom",
                    fontsize=LABEL_SIZE, color=INK)  # fmt: skip
    for i, text in enumerate(left):
        ax.text(-gap, i * (height + top) + top + height / 2, text, ha="right", va="center",
                fontsize=LABEL_SIZE, color=INK)  # fmt: skip
    from matplotlib import colormaps

    shades = colormaps[cmap].with_extremes(bad="none")
    ax.set_facecolor(empty)
    ax.set_axis_off()
    return ax.imshow(canvas, cmap=shades, vmin=limits[0], vmax=limits[1], interpolation="nearest")

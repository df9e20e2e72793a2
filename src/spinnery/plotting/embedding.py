"""Samples on a map, coloured by what is known of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..embedding import SNE, TSNE
from ..embedding.views import embedder, seen
from .axes import COLOURS, FAINT, INK, LABEL_SIZE, LONGEST, MUTED, new_axes, plural, title

MARKERS = "o^sDvP"
FEW = 12  # distinct numbers that are drawn as classes
NAMES = {TSNE: "t-SNE", SNE: "SNE"}


def plot_embedding(
    estimator, X, y=None, cohorts=None, by: str = "selected", method="tsne", ax: Axes | None = None
) -> Axes:
    """The samples as a fitted model sees them, on a map.

    Samples close in the map are alike in what the model uses. Classes apart in the map are told
    apart by it; classes that stay mixed are not.

    Parameters
    ----------
    estimator : a fitted estimator
        Any of Spinnery's; see `by` for what others need.
    X : array-like of shape (n, n_features)
    y : array-like of shape (n,), optional
        Colours: classes (words, or up to 12 distinct numbers) or a continuous value. Default:
        the cohorts, if given.
    cohorts : array-like of shape (n,), optional
        As in `predict` of an integrative estimator.
    by : {"selected", "hidden"}, default="selected"
        "selected": the features of `get_support()`, standardised. "hidden": the first hidden
        layer, `hidden_features(X)`.
    method : {"tsne", "sne"} or object, default="tsne"
        A name, for perplexity 30 (less for fewer than 91 samples) and seed 0, or an object whose
        `fit_transform` returns two columns, such as `TSNE(perplexity=10)`.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of 6.4 by 4.8 inches.

    Returns
    -------
    matplotlib Axes
    """
    features = seen(estimator, X, cohorts, by)
    method = embedder(method, len(features))
    ax = plot_points(method.fit_transform(features), cohorts if y is None else y, ax)
    title(ax, caption(method, features, by))
    return ax


def caption(method, features: np.ndarray, by: str) -> str:
    """What a map shows: `t-SNE of 90 samples by 3 selected features`."""
    what = "selected feature" if by == "selected" else "hidden unit"
    name = NAMES.get(type(method), type(method).__name__)
    return f"{name} of {plural(len(features), 'sample')} by {plural(features.shape[1], what)}"


def plot_points(points: np.ndarray, y=None, ax: Axes | None = None) -> Axes:
    """Points of a map, without axes, whose units mean nothing.

    Parameters
    ----------
    points : (n, 2) array-like
    y : array-like of shape (n,), optional
        Classes (words, or up to 12 distinct numbers) or a continuous value; missing ones are grey.
        A pandas column's name heads the legend.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of 6.4 by 4.8 inches.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If there are not two coordinates a point, or not one value of `y` a point.
    """
    points, values = np.asarray(points), None if y is None else pd.Series(np.asarray(y).ravel())
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"points must have shape (n, 2); got {points.shape}.")
    if values is not None and len(values) != len(points):
        raise ValueError(f"y needs one value per point, {len(points)}; got {len(values)}.")
    ax = new_axes(ax, (6.4, 4.8))
    size = float(np.clip(6000 / len(points), 5, 26))
    if values is None:
        ax.scatter(points[:, 0], points[:, 1], s=size, color=COLOURS[0], linewidths=0, alpha=0.8)
    else:
        missing = values.isna().to_numpy()
        if missing.any():
            lost = points[missing]
            ax.scatter(lost[:, 0], lost[:, 1], s=size, color=FAINT, linewidths=0, label="missing")
        known, values = points[~missing], values[~missing]
        number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        draw = _continuous if number and values.nunique() > FEW else _classes
        draw(ax, known, values.to_numpy(), size, getattr(y, "name", None))
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_aspect("equal", adjustable="datalim")
    ax.spines[:].set_color(FAINT)
    return ax


def _continuous(
    ax: Axes, points: np.ndarray, values: np.ndarray, size: float, name: str | None
) -> None:
    low, high = np.percentile(values, [2, 98])  # a few extremes would leave one colour to the rest
    drawn = ax.scatter(
        points[:, 0], points[:, 1], s=size, c=values, cmap="viridis", vmin=low, vmax=high,
        linewidths=0, alpha=0.9,
    )  # fmt: skip
    bar = ax.figure.colorbar(drawn, ax=ax, fraction=0.05, pad=0.02, extend="both")
    bar.set_label(name or "", fontsize=LABEL_SIZE, color=INK)
    bar.ax.tick_params(labelsize=LABEL_SIZE, color=MUTED, labelcolor=INK)
    bar.outline.set_visible(False)  # type: ignore[operator]


def _classes(
    ax: Axes, points: np.ndarray, values: np.ndarray, size: float, name: str | None
) -> None:
    labels, codes = np.unique(values.astype(str) if values.dtype == object else values,
                             return_inverse=True)  # fmt: skip
    for k, label in enumerate(labels):
        text, (x, y) = str(label), points[codes == k].T
        ax.scatter(
            x, y, s=size, color=COLOURS[k % len(COLOURS)], alpha=0.8,
            marker=MARKERS[k // len(COLOURS) % len(MARKERS)], linewidths=0,
            label=text if len(text) <= LONGEST else text[: LONGEST - 1] + "…",
        )  # fmt: skip
    ax.legend(
        loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=LABEL_SIZE,
        labelcolor=INK, ncols=-(-len(labels) // 20), markerscale=max(1, (20 / size) ** 0.5),
        handletextpad=0.2, title=name, title_fontsize=LABEL_SIZE, alignment="left",
    )  # fmt: skip

"""How networks learn: curves over epochs, weights and reconstructions as images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from sklearn.utils.validation import check_is_fitted

from ..nn.inputs import first_rows
from .axes import COLOURS, INK, LABEL_SIZE, clean, new_axes, title
from .mosaic import draw_mosaic, square_shape


def plot_learning(
    runs: Mapping[str, Any] | Any, metric: str = "loss", ax: Axes | None = None
) -> Axes:
    """Learning curves of several runs on one pair of axes.

    Parameters
    ----------
    runs : {name: run}, or one run
        A run is a fitted estimator with `history_`, a history itself, or a list of either: seeds
        of one setting, drawn as their mean with a band from the lowest to the highest.
    metric : str, default="loss"
        Column of the histories. Validation values (`val_...`), where all runs have them, are the
        full lines, and those of training dashed.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of 7 by 4.2 inches.

    Returns
    -------
    matplotlib Axes
    """
    named = runs if isinstance(runs, Mapping) else {"": runs}
    tables = {name: [_history(r) for r in _seeds(run)] for name, run in named.items()}
    every = [table for found in tables.values() for table in found]
    held = all(f"val_{metric}" in table for table in every)
    missing = [name for name, found in tables.items() if any(metric not in t for t in found)]
    if missing or not every:
        raise ValueError(
            f"plot_learning needs the column {metric!r} in every history; it is missing in "
            f"{missing or 'all (there are no runs)'}. Columns are those of history_."
        )
    ax = new_axes(ax, (7, 4.2))
    for k, (name, found) in enumerate(tables.items()):
        colour = COLOURS[k % len(COLOURS)]
        dash = "-" if k < len(COLOURS) else "-."
        if held:
            _draw(ax, found, metric, colour, (0, (3, 2)), None, 0.6)
        _draw(ax, found, f"val_{metric}" if held else metric, colour, dash, name or None, 1.0)
    clean(ax, grid="y")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    longest = max(int(table["epoch"].max()) for table in every)
    ax.set_xlim(1 if longest > 1 else 0, longest)
    ax.set_xlabel("epoch", color=INK)
    ax.set_ylabel(metric, color=INK)
    if metric != "accuracy" and all((table[metric] > 0).all() for table in every):
        ax.set_yscale("log")  # losses fall by factors
    if any(tables):
        ax.legend(frameon=False, fontsize=LABEL_SIZE)
    title(ax, f"{metric.capitalize()}: validation (full) and training (dashed)"
          if held else f"{metric.capitalize()} in training")  # fmt: skip
    return ax


def _seeds(run: Any) -> list:
    return list(run) if isinstance(run, (list, tuple)) else [run]


def _history(run: Any) -> pd.DataFrame:
    if isinstance(run, pd.DataFrame):
        return run
    if not hasattr(run, "history_"):
        raise ValueError(
            "plot_learning takes fitted NetworkClassifier, NetworkRegressor or SparseAutoencoder, "
            f"or their history_; got {type(run).__name__}."
        )
    return run.history_


def _draw(ax, found: list[pd.DataFrame], column: str, colour, dash, label, alpha) -> None:
    values = pd.concat([table.set_index("epoch")[column] for table in found], axis=1)
    ax.plot(values.index, values.mean(axis=1), color=colour, linestyle=dash, label=label,
            linewidth=1.6 * alpha, alpha=alpha)  # fmt: skip
    if len(found) > 1:
        ax.fill_between(values.index, values.min(axis=1), values.max(axis=1), color=colour,
                        alpha=0.15 * alpha, linewidth=0)  # fmt: skip


def plot_weights(
    estimator: Any, image_shape: tuple[int, int] | None = None, n_columns: int = 5,
    most: int = 25, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """First-layer weights as images, one per unit.

    Those of a softmax regression (`hidden=()`) are the classes' templates: what speaks for a class
    is red, what speaks against it blue.

    Parameters
    ----------
    estimator : fitted NetworkClassifier, NetworkRegressor or SparseAutoencoder
        With a dense first layer on the pixels.
    image_shape : (height, width), optional
        Default: square.
    n_columns : int, default=5
    most : int, default=25
        Units drawn at most, the first ones.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of 7 by 4 inches.

    Returns
    -------
    matplotlib Axes
    """
    check_is_fitted(estimator)
    rows = np.asarray(first_rows(estimator.network_))
    shape = square_shape(len(rows), image_shape)
    images = rows.T[:most].reshape(-1, *shape)
    classes = getattr(estimator, "classes_", ())
    names = [str(c) for c in classes] if len(classes) == rows.shape[1] else []
    top = float(np.abs(images).max()) or 1.0
    ax = new_axes(ax, (7, 4))
    draw_mosaic(ax, images, n_columns, cmap="RdBu_r", limits=(-top, top), above=names)
    more = f", the first {most} drawn" if rows.shape[1] > most else ""
    title(ax, f"First-layer weights of {rows.shape[1]} units{more}")
    return ax


def plot_reconstructions(
    autoencoder: Any, X, image_shape: tuple[int, int] | None = None, ax: Axes | None = None
) -> Axes:
    """Reconstructions under their inputs; between them, if it selects, what the network sees.

    Parameters
    ----------
    autoencoder : fitted SparseAutoencoder
    X : array-like of shape (n, n_features)
        A dozen at most look well.
    image_shape : (height, width), optional
        Default: square.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of 8 by 2.6 inches.

    Returns
    -------
    matplotlib Axes
    """
    check_is_fitted(autoencoder)
    X = np.asarray(X, float)
    shape = square_shape(X.shape[1], image_shape)
    rows, names = [X, autoencoder.reconstruct(X)], ["input", "reconstructed"]
    selected = autoencoder.get_support()
    if not selected.all():
        rows.insert(1, np.where(selected, X, np.nan))
        names.insert(1, f"{int(selected.sum())} selected")
    images = np.concatenate(rows).reshape(-1, *shape)
    ax = new_axes(ax, (8, 2.6))
    draw_mosaic(ax, images, len(X), cmap="Greys", limits=(float(X.min()), float(X.max())),
                left=names)  # fmt: skip
    error = autoencoder.reconstruction_error(X)
    title(ax, f"Mean squared distance of these {len(X)} reconstructions: {error:.3g}")
    return ax

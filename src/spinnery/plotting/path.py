"""Row norms along a path."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator
from sklearn.utils.validation import check_is_fitted

from ..evidence.reading import feature_names, strengths
from .axes import (
    COLOURS,
    FAINT,
    INK,
    LABEL_SIZE,
    MUTED,
    clean,
    label_lines,
    new_axes,
    plural,
    title,
)
from .cv import chosen_row


def plot_path(estimator, ax: Axes | None = None, top: int = 15) -> Axes:
    """How strongly each feature is used along the path.

    A line is the Euclidean norm of a feature's row of first-layer weights. The path of a single
    fit runs over lambda, drawn on a logarithmic axis with the number of features above it. The
    path of a cross-validated fit is indexed by the number of features (the lambda of its models
    is not monotone in their size), so there that number is the axis.

    Parameters
    ----------
    estimator : a fitted SPINNClassifier, SPINNRegressor, or their CV forms
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of 8 by 4.8 inches.
    top : int, default 15
        Features to draw: the selected ones, strongest first, then (in grey, without names) those
        with the largest norms elsewhere on the path.

    Returns
    -------
    matplotlib Axes
    """
    check_is_fitted(estimator)
    path, norms = estimator.path_, estimator.path_coef_norm_
    by_size = "cv_mean" in path
    x = path["n_features" if by_size else "lambda"].to_numpy(float)
    chosen = chosen_row(estimator)
    ax = new_axes(ax, (8, 4.8))

    shown = features_to_draw(estimator, top)
    selected = [j for j in shown if estimator.get_support()[j]]
    lines = {j: norms[:, [j]].toarray().ravel() for j in shown}
    marker = "o" if len(x) == 1 else None
    for j in reversed(shown):
        if j not in selected:
            ax.plot(x, off_baseline(lines[j]), color=FAINT, linewidth=1, marker=marker)
    colours = {j: COLOURS[i % len(COLOURS)] for i, j in enumerate(selected)}
    names = feature_names(estimator)
    for j in selected:
        ax.plot(
            x, off_baseline(lines[j]), color=colours[j], linewidth=1.8, marker=marker,
            clip_on=marker is None,
            label=str(names[j]),
        )  # fmt: skip
    ax.axvline(x[chosen], color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=0)

    clean(ax)
    ax.set_ylim(0, 1.06 * max([line.max() for line in lines.values()], default=0) or 1)
    ax.set_ylabel("norm of first-layer weights", color=INK)
    if by_size:
        _size_axis(ax, x)
    else:
        _lambda_axis(ax, x, path["n_features"].to_numpy())
    ends = [float(lines[j][-1]) for j in selected]
    texts = [str(names[j]) for j in selected]
    label_lines(ax, x[-1], ends, texts, [colours[j] for j in selected])

    n_selected = int(estimator.get_support().sum())
    more = f", the {len(selected)} strongest drawn" if n_selected > len(selected) else ""
    where = "" if by_size else f" at lambda {x[chosen]:.3g}"
    title(ax, f"{plural(n_selected, 'feature')} selected{where} (dashed line){more}")
    return ax


def features_to_draw(estimator, top: int) -> list[int]:
    """Column numbers: selected ones by strength, then the largest norms of the path."""
    selected = np.flatnonzero(estimator.get_support())
    strongest = selected[np.argsort(-strengths(estimator)[selected], kind="stable")]
    largest = estimator.path_coef_norm_.max(axis=0).toarray().ravel()
    largest[selected] = 0
    others = np.argsort(-largest, kind="stable")[: np.count_nonzero(largest)]
    return [*strongest.tolist(), *others.tolist()][:top]


def off_baseline(line: np.ndarray) -> np.ndarray:
    """The line without the stretches along zero, where every absent feature would overlap.

    Examples
    --------
    >>> off_baseline(np.array([0.0, 0.0, 1.0, 2.0, 0.0]))
    array([nan,  0.,  1.,  2.,  0.])
    """
    used = np.pad(line != 0, 1)
    return np.where(used[:-2] | used[1:-1] | used[2:], line, np.nan)


def _size_axis(ax: Axes, x: np.ndarray) -> None:
    ax.set_xlim(x[0] if len(x) > 1 else x[0] - 1, x[-1])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("number of features in the model", color=INK)


def _lambda_axis(ax: Axes, x: np.ndarray, n_features: np.ndarray) -> None:
    if x.min() > 0:  # lambda 0 is a valid fit, but not on a logarithmic axis
        ax.set_xscale("log")
    single = x[0] / 1.5 or -1.0
    ax.set_xlim(x[0] if len(x) > 1 else single, x[-1])  # lines end where their labels start
    ticks = np.unique(np.linspace(0, len(x) - 1, 7).round().astype(int))
    ax.xaxis.set_major_locator(FixedLocator(x[ticks]))
    ax.xaxis.set_major_formatter(FixedFormatter([f"{v:.2g}" for v in x[ticks]]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("lambda (logarithmic)" if x.min() > 0 else "lambda", color=INK)
    above = ax.secondary_xaxis("top")
    above.xaxis.set_major_locator(FixedLocator(x[ticks]))
    above.xaxis.set_major_formatter(FixedFormatter([str(n) for n in n_features[ticks]]))
    above.xaxis.set_minor_locator(NullLocator())
    above.tick_params(color=MUTED, labelcolor=MUTED, labelsize=LABEL_SIZE)
    above.spines["top"].set_visible(False)
    above.set_xlabel("features in the model", color=MUTED, fontsize=LABEL_SIZE)

"""Predictions beside what was observed."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from sklearn.base import is_classifier
from sklearn.metrics import confusion_matrix, r2_score
from sklearn.utils.validation import check_is_fitted

from ..outcomes.times import read_times
from .axes import COLOURS, INK, LABEL_SIZE, MUTED, clean, new_axes, title
from .survival import plot_kaplan_meier


def plot_predictions(estimator, X, y, ax: Axes | None = None) -> Axes:
    """Predicted against observed: a scatter, a confusion matrix, or curves by thirds of risk.

    Parameters
    ----------
    estimator : a fitted estimator
    X : array-like of shape (n, p)
        Preferably samples that the fit has not seen.
    y : array-like of shape (n,) or (n, n_outputs), or survival times
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of 5.4 by 4.8 inches.

    Returns
    -------
    matplotlib Axes
    """
    check_is_fitted(estimator)
    outcome = getattr(estimator, "outcome_", None)
    if outcome is not None and outcome.task == "survival":
        return plot_kaplan_meier(read_times(y), estimator.predict(X), ax=ax)
    if is_classifier(estimator):
        return draw_confusion(np.asarray(y), estimator.predict(X), estimator.classes_, ax)
    return draw_scatter(np.asarray(y, float), estimator.predict(X), ax)


def draw_predictions(outcome, y: np.ndarray, soft: np.ndarray, ax: Axes | None = None) -> Axes:
    """The picture for the kind of outcome, of predictions as its `soft` makes them."""
    if outcome.task == "survival":
        return plot_kaplan_meier(y, soft, ax=ax)
    if outcome.task == "classification":
        return draw_confusion(np.asarray(y), outcome.decide(soft), outcome.classes, ax)
    return draw_scatter(np.asarray(y, float), soft, ax)


def draw_scatter(observed: np.ndarray, predicted: np.ndarray, ax: Axes | None = None) -> Axes:
    """Predicted against observed, `(n,)` or `(n, n_outputs)`, with the line of agreement."""
    ax = new_axes(ax, (5.4, 4.8))
    t, f = observed.reshape(len(observed), -1), predicted.reshape(len(predicted), -1)
    low, high = min(t.min(), f.min()), max(t.max(), f.max())
    room = 0.04 * (high - low) or 1.0
    limits = (low - room, high + room)
    ax.plot(limits, limits, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    for k in range(t.shape[1]):
        ax.scatter(
            t[:, k], f[:, k], s=20, color=COLOURS[k % len(COLOURS)], alpha=0.65, linewidths=0,
            label=f"output {k + 1}", zorder=2,
        )  # fmt: skip
    if 1 < t.shape[1] <= len(COLOURS):
        ax.legend(frameon=False, fontsize=LABEL_SIZE, loc="upper left")
    clean(ax)
    ax.set_xlim(limits)
    ax.set_ylim(limits)
    ax.set_aspect("equal")
    ax.set_xlabel("observed", color=INK)
    ax.set_ylabel("predicted", color=INK)
    score = f", R² = {r2_score(t, f):.3f}" if len(t) > 1 else ""
    title(ax, f"Predicted against observed{score}")
    return ax


def draw_confusion(
    observed: np.ndarray, predicted: np.ndarray, classes: np.ndarray, ax: Axes | None = None
) -> Axes:
    """Counts of observed (rows) by predicted (columns) class, shaded by the row's share."""
    ax = new_axes(ax, (5.4, 4.8))
    counts = confusion_matrix(observed, predicted, labels=classes)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1.25, aspect="auto")  # never too dark for text
    many = len(classes) > 8
    for (i, j), count in np.ndenumerate(counts):
        if count or not many:
            colour = "white" if shares[i, j] > 0.7 else INK
            text = f"{count}\n{shares[i, j]:.0%}" if count and not many else str(count)
            ax.text(j, i, text, ha="center", va="center", color=colour,
                    fontsize=LABEL_SIZE - 2 if many else LABEL_SIZE + 1)  # fmt: skip
    names = [str(c) for c in classes]
    slanted = sum(map(len, names)) > 40
    ax.set_xticks(range(len(names)), names, rotation=40 if slanted else 0,
                  ha="right" if slanted else "center", rotation_mode="anchor")  # fmt: skip
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(length=0, labelsize=LABEL_SIZE, labelcolor=INK)
    ax.spines[:].set_visible(False)
    ax.set_xlabel("predicted", color=INK)
    ax.set_ylabel("observed", color=INK)
    right = np.trace(counts) / max(counts.sum(), 1)
    title(ax, f"{right:.1%} of {counts.sum()} samples right")
    return ax

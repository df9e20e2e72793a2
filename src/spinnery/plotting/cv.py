"""Held-out loss against the number of features."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from sklearn.utils.validation import check_is_fitted

from .axes import COLOURS, INK, LABEL_SIZE, MUTED, clean, new_axes, title

ROOM = 0.25  # for the legend, of the height of the bars


def plot_cv(estimator, ax: Axes | None = None) -> Axes:
    """How the number of features was chosen.

    Mean held-out loss over the folds, with one standard error either side, against the number of
    features; the chosen size; and the smallest size whose mean lies within one standard error of
    the lowest, which `rule="1se"` takes.

    Parameters
    ----------
    estimator : a fitted SPINNClassifierCV or SPINNRegressorCV
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of 7 by 4.2 inches.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the estimator was not cross-validated.
    """
    check_is_fitted(estimator)
    path = estimator.path_
    if "cv_mean" not in path:
        raise ValueError(
            f"plot_cv needs an estimator that cross-validates; got {type(estimator).__name__}, "
            f"which has no held-out losses. Fit {type(estimator).__name__}CV, or use plot_path."
        )
    sizes, mean, error = (path[c].to_numpy() for c in ("n_features", "cv_mean", "cv_error"))
    ax = new_axes(ax, (7, 4.2))
    best, chosen, simplest = int(np.argmin(mean)), chosen_row(estimator), one_se_row(mean, error)

    ax.axhline(mean[best] + error[best], color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    ax.errorbar(
        sizes, mean, yerror(error), color=COLOURS[0], ecolor="#a9c7dd", linewidth=1.5,
        elinewidth=1.5, marker="o", markersize=4,
    )  # fmt: skip
    ax.plot(
        sizes[simplest], mean[simplest], "o", markersize=13, markerfacecolor="none",
        markeredgecolor=INK, markeredgewidth=1.2, zorder=4,
        label=f"smallest within 1 standard error of the lowest: {int(sizes[simplest])}",
    )  # fmt: skip
    ax.plot(
        sizes[chosen], mean[chosen], "o", markersize=9, color=COLOURS[1], zorder=5,
        label=f"chosen: {int(sizes[chosen])}",
    )  # fmt: skip

    clean(ax, grid="y")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("number of features in the model", color=INK)
    ax.set_ylabel("mean held-out loss ± 1 standard error", color=INK)
    handles, labels = ax.get_legend_handles_labels()
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + ROOM * (high - low))  # a flat curve's bars would lie under the legend
    ax.legend(handles[::-1], labels[::-1], frameon=False, fontsize=LABEL_SIZE, loc="upper right")
    title(ax, "Cross-validated loss by model size")
    return ax


def yerror(error: np.ndarray) -> np.ndarray:
    """Standard errors for drawing: one that is undefined (a single fold) has no bar."""
    return np.nan_to_num(error)


def one_se_row(mean: np.ndarray, error: np.ndarray) -> int:
    """Row of the smallest size whose mean is within one standard error of the lowest.

    Examples
    --------
    >>> one_se_row(np.array([0.9, 0.5, 0.4, 0.41]), np.array([0.1, 0.1, 0.15, 0.1]))
    1
    """
    best = int(np.argmin(mean))
    return int(np.flatnonzero(mean <= mean[best] + yerror(error)[best])[0])


def chosen_row(estimator) -> int:
    """Row of `path_` that holds the fitted model."""
    path = estimator.path_
    if "cv_mean" not in path:
        return int(np.argmin(np.abs(path["lambda"].to_numpy() - estimator.lambda_)))
    # Lambdas of different sizes may coincide, so the held-out loss decides.
    return int(np.argmin(np.abs(path["cv_mean"].to_numpy() - estimator.cv_loss_)))

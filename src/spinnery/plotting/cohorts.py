"""Which features matter in which cohorts, and how well each cohort is predicted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from .axes import COLOURS, INK, LABEL_SIZE, LONGEST, MUTED, clean, new_axes, title


def plot_cohorts(estimator, ax: Axes | None = None) -> Axes:
    """Heat map of the selected features' strengths, cohort by cohort.

    One row per selected feature, those shared by most cohorts first; an empty square is a cohort
    that does not use the feature, a cross one that lacks it.

    Parameters
    ----------
    estimator : a fitted IntegrativeSPINNClassifier, IntegrativeSPINNRegressor, or their CV forms
    ax : matplotlib Axes, optional
        Where to draw; default a new figure, taller for more features.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the estimator knows no cohorts.
    """
    if not hasattr(estimator, "cohorts_"):
        raise ValueError(
            f"plot_cohorts needs a fitted integrative estimator; got {type(estimator).__name__}, "
            "which has no cohorts. Use plot_path, or fit IntegrativeSPINNClassifierCV or "
            "IntegrativeSPINNRegressorCV."
        )
    table = estimator.cohort_table()
    table = table.sort_values("n_cohorts", ascending=False, kind="stable")
    names = [str(name) for name in estimator.cohorts_]
    strengths = table[names].to_numpy(float)
    ax = new_axes(ax, (2.5 + 0.7 * len(names), 1.4 + 0.28 * max(len(table), 3)))
    shown = np.ma.masked_where(~(strengths > 0), strengths)
    image = ax.imshow(shown, cmap="viridis_r", aspect="auto", vmin=0)
    for i, j in np.argwhere(np.isnan(strengths)):
        ax.text(j, i, "\u00d7", ha="center", va="center", color=MUTED)
    labels = [text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
              for text in table["feature"].astype(str)]  # fmt: skip
    ax.set_yticks(range(len(table)), labels)
    ax.set_xticks(range(len(names)), names)
    ax.set_xticks(np.arange(-0.5, len(names)), minor=True)
    ax.set_yticks(np.arange(-0.5, len(table)), minor=True)
    ax.grid(which="minor", color="#ececec", linewidth=1)
    ax.tick_params(which="minor", length=0)
    ax.tick_params(labelsize=LABEL_SIZE, labelcolor=INK, color=MUTED)
    ax.spines[:].set_visible(False)
    if len(table):
        bar = ax.figure.colorbar(image, ax=ax, fraction=0.05, pad=0.03)
        bar.set_label("strength", fontsize=LABEL_SIZE, color=INK)
        bar.ax.tick_params(labelsize=LABEL_SIZE, color=MUTED)
        bar.outline.set_visible(False)
    shared = int((table["kind"] == "shared").sum())
    title(ax, f"{len(table)} features, {shared} shared by all cohorts")
    return ax


def plot_cohort_errors(errors: Mapping[str, Mapping], measure: str, ax: Axes | None = None) -> Axes:
    """Error of every cohort, methods side by side.

    Parameters
    ----------
    errors : {method: {cohort: error}}
    measure : str
        What the errors are, for the axis.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of 6 by 3.6 inches.

    Returns
    -------
    matplotlib Axes
    """
    ax = new_axes(ax, (6, 3.6))
    cohorts = list(dict.fromkeys(cohort for found in errors.values() for cohort in found))
    width = 0.8 / max(len(errors), 1)
    for k, (method, found) in enumerate(errors.items()):
        places = np.arange(len(cohorts)) + (k - (len(errors) - 1) / 2) * width
        heights = [found.get(cohort, np.nan) for cohort in cohorts]
        ax.bar(places, heights, 0.92 * width, color=COLOURS[k % len(COLOURS)], label=method)
        for x, height in zip(places, heights, strict=True):
            if np.isfinite(height):
                ax.annotate(f"{height:.2g}", (x, height), (0, 2), textcoords="offset points",
                            ha="center", fontsize=LABEL_SIZE - 1, color=INK)  # fmt: skip
    ax.set_xticks(range(len(cohorts)), [str(cohort) for cohort in cohorts])
    largest = max((e for found in errors.values() for e in found.values()), default=0)
    ax.set_ylim(0, 1.15 * largest if largest > 0 else 1)
    ax.set_ylabel(measure, fontsize=LABEL_SIZE, color=INK)
    clean(ax, "y")
    if len(errors) > 1:
        ax.legend(fontsize=LABEL_SIZE, frameon=False)
    title(ax, f"{measure[:1].upper()}{measure[1:]} by cohort")
    return ax

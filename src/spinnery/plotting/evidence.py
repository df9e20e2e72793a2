"""How often halves of the samples pick each feature, or each cluster of features."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..evidence.result import Evidence
from .axes import COLOURS, FAINT, INK, MUTED, new_axes
from .rows import check, dot_size, heading, legend_below, name_rows, rows_height, say

# (stable, selected): what it is called, its edge, its inside, its size. Colour is for stability, a
# full dot for the model's features.
KINDS = {
    (True, True): ("stable, selected", COLOURS[0], COLOURS[0], 7.0),
    (True, False): ("stable, not selected", COLOURS[0], "white", 7.0),
    (False, True): ("selected, not stable", COLOURS[1], COLOURS[1], 7.0),
    (False, False): ("neither", "#b0b0b0", "white", 5.0),
}
EVERY_HALF = 1.03  # end of the axis: room for dots at 1


def plot_stability(evidence: Evidence, ax: Axes | None = None, top: int = 30) -> Axes:
    """How often halves of the samples pick each feature, and how often is enough.

    One row per feature, the firmest first. Features at or right of the dashed line are stable: with
    so few false ones among them, in expectation, as `assess` was asked for. A frequency is not the
    probability that a feature is a true one.

    Parameters
    ----------
    evidence : Evidence
        Made by `assess`.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure 7 inches wide, taller for more features.
    top : int, default=30
        Features drawn at most: the stable and selected ones, then those that are picked most.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If `evidence` is not made by `assess`, or `top` is below 1.

    Examples
    --------
    ::

        evidence = spinnery.assess(model, X, y)
        plotting.plot_stability(evidence).figure.savefig("stability.png")
    """
    check(evidence, "plot_stability", top)
    table = evidence.features
    ends = [""] * len(table)
    return _frequencies(evidence, table.assign(label=table["feature"], end=ends),
                        evidence.threshold, "feature", ax, top)  # fmt: skip


def plot_clusters(evidence: Evidence, ax: Axes | None = None, top: int = 15) -> Axes:
    """How often halves of the samples pick any feature of each cluster of similar ones.

    Clusters are called by their leader. A stable cluster says that something in it matters, not
    which of its features, nor that its leader does.

    Parameters
    ----------
    evidence : Evidence
        Made by `assess`.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure 7 inches wide, taller for more clusters.
    top : int, default=15
        Clusters drawn at most: the stable and selected ones, then those that are picked most.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If `evidence` is not made by `assess`, or `top` is below 1.
    """
    check(evidence, "plot_clusters", top)
    table = evidence.clusters
    ends = [f" + {n - 1} alike" if n > 1 else "" for n in table["n_features"]]
    return _frequencies(evidence, table.assign(label=table["leader"], end=ends),
                        evidence.cluster_threshold, "cluster", ax, top)  # fmt: skip


def rows_to_draw(table: pd.DataFrame, top: int) -> pd.DataFrame:
    """The first `top` rows after stable and selected ones went first, in the table's order."""
    first = np.lexsort((~table["selected"].to_numpy(bool), ~table["stable"].to_numpy(bool)))
    named = int((table["selected"] | table["stable"]).sum())
    order = [*first[:named], *np.setdiff1d(np.arange(len(table)), first[:named])]
    return table.iloc[np.sort(order[:top])]


def _frequencies(
    evidence: Evidence, table: pd.DataFrame, threshold: float, what: str, ax: Axes | None, top: int
) -> Axes:
    """Dots at the rows' frequencies, beside `label` and `end`, and the threshold."""
    shown = rows_to_draw(table, top)
    ax = new_axes(ax, (7, rows_height(len(shown))))
    if not len(shown):
        return say(ax, f"Nothing is stable: no half of the samples picked a {what}, and the model "
                       "selected none.")  # fmt: skip
    kinds = list(zip(shown["stable"].astype(bool), shown["selected"].astype(bool), strict=True))
    for row, (kind, share) in enumerate(zip(kinds, shown["frequency"], strict=True)):
        name, edge, inside, size = KINDS[kind]
        size = dot_size(ax, len(shown), size)
        ax.plot([0, share], [row, row], color=FAINT, linewidth=1, zorder=1)
        ax.plot(share, row, "o", markersize=size, markerfacecolor=inside, markeredgecolor=edge,
                markeredgewidth=1.3, linestyle="", label=name, zorder=3, clip_on=False)  # fmt: skip
    inks = [INK if stable or selected else MUTED for stable, selected in kinds]
    beside = name_rows(ax, shown["label"].tolist(), inks, shown["end"].tolist())
    if math.isfinite(threshold):
        ax.axvline(threshold, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)), zorder=2)
    ax.set_xlim(0, EVERY_HALF)
    ax.set_xticks(np.linspace(0, 1, 6))
    ax.set_xlabel(f"share of {2 * evidence.n_pairs} halves that pick it", color=INK)
    handles = [
        Line2D([], [], linestyle="", marker="o", markersize=size, markerfacecolor=inside,
               markeredgecolor=edge, markeredgewidth=1.3, label=name)
        for kind, (name, edge, inside, size) in KINDS.items() if kind in kinds
    ]  # fmt: skip
    legend_below(ax, handles, beside)
    drawn = f" ({len(shown)} of {len(table)} drawn)" if len(shown) < len(table) else ""
    heading(ax, _found(table, what) + drawn, _admits(evidence, threshold, what), beside)
    return ax


def _found(table: pd.DataFrame, what: str) -> str:
    """`3 features stable, 1 more selected`."""
    n = int(table["stable"].sum())
    more = int((table["selected"] & ~table["stable"]).sum())
    stable = f"{n} {what}{'s' if n != 1 else ''} stable" if n else f"No {what} is stable"
    return stable + (f", {more}{' more' if n else ''} selected" if more else "")


def _admits(evidence: Evidence, threshold: float, what: str) -> str:
    """What the threshold promises, or that there is none."""
    allowed = evidence.expected_false
    false = f"{allowed:g} false {what}{'' if allowed == 1 else 's'}"
    if not math.isfinite(threshold):
        return f"no share of the halves is large enough to expect at most {false}"
    return f"from the dashed line on ({threshold:.3g}), at most {false} expected"

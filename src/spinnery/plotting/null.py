"""Whether there is anything at all."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..evidence.result import Evidence
from .axes import COLOURS, INK, LABEL_SIZE, clean, new_axes
from .rows import check, heading, width_beside, wrapped

BINS = 44  # over the axis: dots of 7 points side by side
DOTS = 60  # permutations up to which each has its dot
HIGHEST = 6  # of the axis of few permutations, that dots may lie on each other


def plot_null(evidence: Evidence, ax: Axes | None = None) -> Axes:
    """What the procedure gains on unseen halves, beside what permuted targets let it gain.

    The line is the gain with the targets as they are; a dot (of many permutations: a bar's height)
    is a permutation of them. p is how often nothing would gain as much; it is not the probability
    that there is nothing, and says of no feature that it matters.

    Parameters
    ----------
    evidence : Evidence
        Made by `assess` with permutations.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of 7 by 3.2 inches.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If nothing was permuted, or `evidence` is not made by `assess`.
    """
    check(evidence, "plot_null")
    null, gain = np.asarray(evidence.null_gains, float), float(evidence.gain)
    if not len(null):
        raise ValueError(
            "plot_null needs the gains of permuted targets; this evidence has none, made with "
            "n_permutations=0. Call assess with n_permutations=19, or more for a smaller p-value."
        )
    ax = new_axes(ax, (7, 3.2))
    low, high = min(null.min(), gain), max(null.max(), gain)
    room = 0.08 * (high - low) or 0.08 * abs(high) or 1.0
    edges = np.linspace(low - room, high + room, BINS + 1)
    if len(null) <= DOTS:
        x, y = stacked(null, edges)
        ax.plot(x, y, "o", color="#8a8a8a", markersize=6, linestyle="", label="permuted")
        ax.set_ylim(0, max(HIGHEST, y.max() + 1))
    else:
        counts, *_ = ax.hist(null, edges.tolist(), color="#b0b0b0", label="permuted")
        ax.set_ylim(0, 1.2 * np.max(counts))  # the line's name above the bars
    ax.axvline(gain, color=COLOURS[0], linewidth=2)
    left = gain < (low + high) / 2  # the side that is free, the null's being the other one
    ax.annotate(
        f"observed {gain:.3g}", (gain, 1), (6 if left else -6, -4),
        xycoords=ax.get_xaxis_transform(), textcoords="offset points", va="top",
        ha="left" if left else "right", color=COLOURS[0], fontsize=LABEL_SIZE, fontweight="bold",
    )  # fmt: skip
    clean(ax, grid="x")
    ax.set_xlim(edges[0], edges[-1])
    ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.set_ylabel("permutations", color=INK)
    gained = "fall of the loss on unseen halves, relative to no features"
    ax.set_xlabel(wrapped(gained, width_beside(ax, 2 * LABEL_SIZE), LABEL_SIZE + 1), color=INK)
    as_large, n = int(np.sum(null >= gain)), len(null)
    heading(
        ax,
        f"Gain of the targets beside that of permuted ones, p = {evidence.null_p_value:.2g}",
        f"{as_large} of {n} permutations gain as much; with {n}, p is at least {1 / (1 + n):.2g}",
        2 * LABEL_SIZE,  # tick labels and the axis' name
    )
    return ax


def stacked(values: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middles of the values' bins, and 1, 2, ... for the values within one.

    Examples
    --------
    >>> stacked(np.array([0.1, 1.5, 0.2]), np.array([0.0, 1.0, 2.0]))
    (array([0.5, 0.5, 1.5]), array([1, 2, 1]))
    """
    bins = np.clip(np.digitize(np.sort(values), edges) - 1, 0, len(edges) - 2)
    first = np.searchsorted(bins, bins)
    return (edges[bins] + edges[bins + 1]) / 2, np.arange(len(bins)) - first + 1

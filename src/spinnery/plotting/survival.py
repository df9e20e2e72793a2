"""Survival of groups of samples, such as thirds of predicted risk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from ..metrics.curves import KaplanMeier, kaplan_meier, log_rank_test
from ..metrics.follow_up import per_sample, split
from ..metrics.risk_groups import risk_groups, risk_names
from .axes import COLOURS, INK, LABEL_SIZE, LONGEST, MUTED, clean, new_axes, title

PARTS = {2: "halves", 3: "thirds", 4: "quarters", 5: "fifths"}
MARKED = 400  # samples up to which single censorings are told apart
LINE = 1.45 * LABEL_SIZE  # points from one row below the axes to the next


def plot_kaplan_meier(y, risk: ArrayLike, n_groups: int = 3, ax: Axes | None = None) -> Axes:
    """Kaplan-Meier curves by thirds of predicted risk, with 95% bands and numbers at risk.

    Groups are cut at the risks' quantiles. Samples with equal risks stay together, so that there
    may be fewer groups than asked for. The title has the log-rank test's p-value: how likely
    curves at least as far apart would be if all groups survived alike. It means what it says only
    for samples that the fit has not seen.

    Parameters
    ----------
    y : (n,) structured array
        Event (bool), then time.
    risk : array-like of shape (n,)
        Predicted risks, higher is sooner, preferably of samples that the fit has not seen.
    n_groups : int, default=3
        From 1 to 6.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of 6.4 by 4.8 inches.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If shapes differ, or `n_groups` is out of range.
    """
    if n_groups not in range(1, len(COLOURS) + 1):
        raise ValueError(
            f"n_groups must be an integer from 1 to {len(COLOURS)}, one colour each; got "
            f"{n_groups!r}."
        )
    risk = per_sample(risk, len(split(y)[1]), "risk")
    groups = risk_groups(risk, n_groups)
    sizes = np.bincount(groups)
    even = len(sizes) == n_groups and np.ptp(sizes) <= 1
    parts = PARTS.get(n_groups, "groups") if even else "groups"
    what = f"by {parts} of risk" if len(sizes) > 1 else "of all samples"
    return draw_kaplan_meier(y, groups, risk_names(len(sizes)), ax, what)


def draw_kaplan_meier(
    y, groups: np.ndarray, names: Sequence[str], ax: Axes | None = None, what: str = "by group"
) -> Axes:
    """Kaplan-Meier curves of groups `(n,)`, numbered from 0 as `names` are, and numbers at risk.

    The names stand before the numbers, in the curves' colours, and are the legend. The time axis
    is called as the field of `y` is, and `what` ends the title's "Survival ...".
    """
    ax = new_axes(ax, (6.4, 4.8))
    event, time = split(y)
    present = np.unique(groups)
    curves = {int(k): kaplan_meier(y[groups == k]) for k in present}
    for k, curve in curves.items():
        _draw_curve(ax, curve, COLOURS[k % len(COLOURS)])
        if len(time) <= MARKED:
            at = np.unique(time[(groups == k) & ~event])
            ax.plot(at, curve.at(at), linestyle="", marker="|", markersize=5.5,
                    markeredgewidth=1, color=COLOURS[k % len(COLOURS)], zorder=3)  # fmt: skip
    clean(ax, grid="y")
    ax.set_ylim(0, 1.03)
    end = float(time.max()) or 1.0
    ax.set_xlim(0, 1.02 * end)
    ticks = [t for t in MaxNLocator(6).tick_values(0, end) if 0 <= t <= end]
    ax.set_xticks(ticks)
    called = y.dtype.names[1]
    ax.set_xlabel("time" if called == "f1" else called, color=INK)  # f1 is NumPy's, for no name
    ax.set_ylabel("share without the event", color=INK)
    _draw_at_risk(ax, ticks, names, {k: time[groups == k] for k in curves})
    title(ax, f"Survival {what}{_log_rank(y, groups)}")
    return ax


def _draw_curve(ax: Axes, curve: KaplanMeier, colour: str) -> None:
    """The curve from time 0, where all are without the event, and its band."""
    times = np.concatenate([[0.0], curve.times])
    survival, lower, upper = (
        np.concatenate([[1.0], part]) for part in (curve.survival, curve.lower, curve.upper)
    )
    if len(times) > 1 and np.isnan(lower[-1]):  # the band holds until the last event
        lower[-1], upper[-1] = lower[-2], upper[-2]
    ax.fill_between(times, lower, upper, step="post", color=colour, alpha=0.14, linewidth=0)
    ax.step(times, survival, where="post", color=colour, linewidth=1.7, zorder=2)


def _draw_at_risk(
    ax: Axes, ticks: Sequence[float], names: Sequence[str], times: dict[int, np.ndarray]
) -> None:
    """Rows below the axes: how many of each group are followed until each tick, or longer."""
    ax.xaxis.labelpad = 3
    drop = 2 * LABEL_SIZE + 19.0  # points: past the tick labels and the axis' name
    most = max(map(len, times.values()))
    left = -11 - 3 * len(str(most))  # clear of the numbers at the first tick
    style: dict[str, Any] = {
        "xycoords": ax.get_xaxis_transform(), "textcoords": "offset points", "va": "top",
        "fontsize": LABEL_SIZE, "annotation_clip": False,
    }  # fmt: skip
    ax.annotate("at risk", (0, 0), (left, -drop), ha="right", color=MUTED, **style)
    for row, (k, time) in enumerate(times.items(), start=1):
        y = -drop - row * LINE
        text = names[k] if len(names[k]) <= LONGEST else names[k][: LONGEST - 1] + "…"
        colour = COLOURS[k % len(COLOURS)]
        ax.annotate(text, (0, 0), (left, y), ha="right", color=colour, fontweight="bold", **style)
        for t in ticks:
            ax.annotate(
                str(int(np.sum(time >= t))), (t, 0), (0, y), ha="center", color=INK, **style
            )


def _log_rank(y, groups: np.ndarray) -> str:
    """`, log-rank p = 0.012`, or nothing where the groups cannot be compared."""
    try:
        p = log_rank_test(y, groups).p_value
    except ValueError:
        return ""
    return ", log-rank p < 0.0001" if p < 1e-4 else f", log-rank p = {p:.2g}"

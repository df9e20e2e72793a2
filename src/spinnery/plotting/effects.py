"""What each selected feature brings, and how predictions move with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..evidence.effects import FLAT, POINTS
from ..evidence.result import Evidence
from .axes import COLOURS, INK, LABEL_SIZE, MUTED, TITLE_SIZE, clean, new_axes, plural
from .rows import check, dot_size, heading, name_rows, rows_height, say, shortened

NOTHING = "The model selected no feature: there is nothing to leave out, and no effect."
FEW = POINTS // 2  # values up to which each is marked, the curve being defined there alone
TALLEST = 1.5  # bands are seen up to so many times the largest curve's height


def plot_importance(evidence: Evidence, ax: Axes | None = None) -> Axes:
    """How much the held-out loss rises without each selected feature, the largest rise first.

    Dots are means over folds, lines their intervals of level 0.95: blue where they lie above 0.
    A rise near 0 does not say that a feature has nothing to do with the target, as another selected
    one may say the same; nor is a large one proof that it has, the features being chosen with all
    samples.

    Parameters
    ----------
    evidence : Evidence
        Made by `assess`.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure 7 inches wide, taller for more features.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If `evidence` is not made by `assess`.
    """
    check(evidence, "plot_importance")
    table = by_importance(evidence)
    ax = new_axes(ax, (7, rows_height(len(table))))
    if not len(table):
        return say(ax, NOTHING)
    ends = [table[f"importance{end}"].to_numpy(float) for end in ("", "_low", "_high")]
    above = ends[1] > 0
    ax.axvline(0, color=INK, linewidth=1, zorder=1)
    for row, (rise, low, high) in enumerate(zip(*ends, strict=True)):
        colour = COLOURS[0] if above[row] else "#8a8a8a"
        ax.plot([low, high], [row, row], color=colour, linewidth=1.8, solid_capstyle="butt")
        ax.plot(rise, row, "o", color=colour, markersize=dot_size(ax, len(table), 6.5), zorder=3)
    beside = name_rows(ax, table["feature"].tolist(), [INK if sure else MUTED for sure in above])
    ax.set_xlabel("rise of the held-out loss", color=INK)
    heading(
        ax,
        f"Rise of the held-out loss without each of {plural(len(table), 'feature')}",
        f"means over folds, intervals of level 0.95: {int(above.sum())} above 0 (blue)",
        beside,
    )
    return ax


def plot_effects(evidence: Evidence, figure: Figure | None = None, top: int = 12) -> Figure:
    """How predictions move with each selected feature, one panel a feature.

    A curve is the mean output over samples with the feature set to each value, less the curve's
    mean, with a band of two standard errors; the word over it is `Effect.word`. All panels share
    the vertical axis, in the target's units (values, log odds, log rates, log risks). Of several
    outputs that is drawn which the feature moves most. A curve is what the model does, not what
    would happen if the feature were changed, and a flat one may act through other features.

    Parameters
    ----------
    evidence : Evidence
        Made by `assess`.
    figure : matplotlib Figure, optional
        Where to draw; a new one by default, larger for more features.
    top : int, default=12
        Features drawn at most, the most important ones.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If `evidence` is not made by `assess`, or `top` is below 1.

    Examples
    --------
    ::

        evidence = spinnery.assess(model, X, y)
        plotting.plot_effects(evidence).savefig("effects.png")
    """
    check(evidence, "plot_effects", top)
    names = [name for name in by_importance(evidence)["feature"] if name in evidence.effects]
    shown = names[:top]
    n_rows, columns = _grid(len(shown))
    if figure is None:
        from matplotlib import pyplot  # here, so that plots into given figures leave it alone

        figure = pyplot.figure(figsize=effects_size(len(shown)), layout="constrained")
    elif figure.get_layout_engine() is None:  # titles of two lines would lie on the panels above
        figure.set_layout_engine("constrained")
    panels = figure.subplots(n_rows, columns, sharey=True, squeeze=False).ravel()
    if not shown:
        say(panels[0], NOTHING)
        return figure
    for empty in panels[len(shown) :]:
        empty.remove()
    longest_first = sorted(evidence.effects.values(), key=len, reverse=True)
    cohorts = list(dict.fromkeys(cohort for found in longest_first for cohort in found))
    styles = {c: (COLOURS[k % len(COLOURS)], "-" if k < len(COLOURS) else (0, (4, 2)))
              for k, c in enumerate(cohorts)}  # fmt: skip
    width = 72 * figure.get_figwidth() / columns - 5 * LABEL_SIZE
    tops = []
    for ax, name in zip(panels, shown, strict=False):
        tops.append(_panel(ax, name, evidence, styles, width))
    _limits(panels[0], tops)
    of = f", {len(shown)} of {len(names)}" if len(shown) < len(names) else ""
    what = f"Effects of the selected features{of}, ± 2 standard errors"
    figure.suptitle(what, x=0.01, ha="left", fontsize=TITLE_SIZE, color=INK)
    one = evidence.outputs[0] if len(evidence.outputs) == 1 else "output"
    figure.supylabel(f"{one}, less its mean", parse_math=False, fontsize=LABEL_SIZE + 1, color=INK)
    if len(cohorts) > 1:
        _legend(figure, styles)
    return figure


def by_importance(evidence: Evidence) -> pd.DataFrame:
    """The selected features' rows, the most important first."""
    table = evidence.features
    return table[table["selected"]].sort_values("importance", ascending=False, kind="stable")


def effects_size(n_features: int) -> tuple[float, float]:
    """Width and height in inches of a figure of so many panels."""
    n_rows, columns = _grid(n_features)
    return 0.7 + 2.3 * max(columns, 2), 0.8 + 1.9 * n_rows


def _grid(n_features: int) -> tuple[int, int]:
    """Rows and columns of panels."""
    columns = max(n_features if n_features < 4 else min(4, -(-n_features // 2)), 1)
    return max(-(-n_features // columns), 1), columns


def _panel(ax: Axes, name: str, evidence: Evidence, styles: dict[str, Any], width: float):
    """Draw a feature's curves; returns the largest distances from 0 of curves and of bands."""
    effects = evidence.effects[name]
    spans = np.max([np.ptp(effect.curve, axis=0) for effect in effects.values()], axis=0)
    k = int(np.argmax(spans))  # one output for all cohorts, that they can be compared
    words, curves, bands = set(), [0.0], [0.0]
    ax.axhline(0, color="#b0b0b0", linewidth=0.8, zorder=0)
    for cohort, effect in effects.items():
        colour, dash = styles[cohort]
        curve, error = effect.curve[:, k], FLAT * effect.error[:, k]
        if effect.levels:
            ax.errorbar(effect.values, curve, error, fmt="o", color=colour, markersize=4,
                        elinewidth=1.4, label=cohort)  # fmt: skip
        else:
            marker = "o" if len(curve) <= FEW else None
            ax.fill_between(effect.values, curve - error, curve + error, color=colour, alpha=0.16,
                            linewidth=0)  # fmt: skip
            ax.plot(effect.values, curve, color=colour, linestyle=dash, linewidth=1.7,
                    marker=marker, markersize=3.5, label=cohort)  # fmt: skip
        words.add(effect.word_of(k))
        curves.append(np.abs(curve).max())
        bands.append(float(np.nanmax(np.abs(curve) + error)))
    word = words.pop() if len(words) == 1 else "differs"
    which = f" ({evidence.outputs[k]})" if len(spans) > 1 else ""
    clean(ax, grid="y")
    if effect.levels:
        room = width / len(effect.levels)
        ax.set_xticks(effect.values, [shortened(level, room) for level in effect.levels])
        ax.set_xlim(-0.5, len(effect.levels) - 0.5)
    else:
        ax.xaxis.set_major_locator(MaxNLocator(3))
        ax.ticklabel_format(axis="x", scilimits=(-3, 4))
    heading = f"{shortened(name, width)}\n{shortened(word + which, width)}"
    ax.set_title(heading, loc="left", fontsize=LABEL_SIZE, color=INK, parse_math=False)
    return max(curves), max(bands)


def _limits(ax: Axes, tops: list[tuple[float, float]]) -> None:
    """Room for every curve; a band so wide that it would flatten them runs out of its panel."""
    curve, band = (max(each) for each in zip(*tops, strict=True))
    most = 1.06 * max(curve, min(band, TALLEST * curve)) or 1.06 * band or 1.0
    ax.set_ylim(-most, most)
    ax.yaxis.set_major_locator(MaxNLocator(5))


def _legend(figure: Figure, styles: dict[str, Any]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=colour, linestyle=dash, linewidth=1.7, label=shortened(cohort))
        for cohort, (colour, dash) in styles.items()
    ]
    legend = figure.legend(
        handles=handles, loc="outside lower left", ncols=min(len(handles), 4), frameon=False,
        fontsize=LABEL_SIZE, labelcolor=INK,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)

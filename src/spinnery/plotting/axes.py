"""What the plots share: axes, colours, names, and labels that keep out of each other's way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

# Okabe & Ito (2008), told apart by colour-blind readers; yellow is left out as too pale for lines.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
INK, MUTED, FAINT = "#222222", "#777777", "#d0d0d0"
LABEL_SIZE, TITLE_SIZE = 9, 11
LONGEST = 34  # characters of a label beside the axes


def new_axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """`ax`, or the axes of a new figure."""
    if ax is not None:
        return ax
    from matplotlib import pyplot  # here, so that plots into given axes never touch its state

    return pyplot.subplots(figsize=size, layout="constrained")[1]


def clean(ax: Axes, grid: str | None = None) -> None:
    """No frame above and to the right; a faint grid along `grid` ("x" or "y")."""
    ax.spines[["top", "right"]].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(MUTED)
    ax.tick_params(color=MUTED, labelcolor=INK, labelsize=LABEL_SIZE)
    if grid:
        ax.grid(axis=grid, color="#ececec", linewidth=0.8)  # type: ignore[arg-type]
        ax.set_axisbelow(True)


def title(ax: Axes, text: str, pad: float | None = None) -> None:
    """A title flush with the axes' left edge, `pad` points above them."""
    ax.set_title(text, loc="left", fontsize=TITLE_SIZE, color=INK, pad=pad)


def label_lines(
    ax: Axes, x: float, heights: Sequence[float], texts: Sequence[str], colours: Sequence[str]
) -> None:
    """Write each text to the right of the axes, joined to `(x, height)` by a thin line.

    Labels keep the order of the heights and are moved apart as little as possible.
    """
    if not len(texts):
        return
    low, high = ax.get_ylim()
    wanted = (np.asarray(heights, float) - low) / (high - low)
    size = ax.get_window_extent().height / ax.figure.dpi * 72  # height of the axes in points
    for i, y in enumerate(spread(wanted, 1.3 * LABEL_SIZE / size)):
        text = texts[i] if len(texts[i]) <= LONGEST else texts[i][: LONGEST - 1] + "…"
        ax.annotate(
            text,
            xy=(x, heights[i]),
            xytext=(1.04, y),
            textcoords="axes fraction",
            fontsize=LABEL_SIZE,
            color=INK,
            va="center",
            annotation_clip=False,
            parse_math=False,  # names may hold dollars
            arrowprops={
                "arrowstyle": "-", "color": colours[i], "linewidth": 0.9, "shrinkA": 1,
                "shrinkB": 0, "relpos": (0, 0.5),
            },
        )  # fmt: skip


def spread(wanted: np.ndarray, gap: float) -> np.ndarray:
    """Positions at least `gap` apart, in the order of `wanted` and close to it.

    Minimises the sum of squared moves by pooling neighbours that collide, then shifts whole
    groups back into [0, 1].

    Examples
    --------
    >>> spread(np.array([0.5, 0.5, 0.9]), 0.2)
    array([0.4, 0.6, 0.9])
    """
    order = np.argsort(wanted, kind="stable")
    gap = min(gap, 1 / max(len(wanted) - 1, 1))
    steps = gap * np.arange(len(wanted))
    pools: list[list[float]] = []  # [mean offset, members]: isotonic regression
    for offset in wanted[order] - steps:
        pools.append([offset, 1])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            mean, n = pools.pop()
            pools[-1][0] = (pools[-1][0] * pools[-1][1] + mean * n) / (pools[-1][1] + n)
            pools[-1][1] += n
    offsets = np.repeat([mean for mean, _ in pools], [int(n) for _, n in pools])
    out = np.empty(len(wanted))
    out[order] = np.clip(offsets, 0, 1 - steps[-1]) + steps
    return out


def plural(n: int, what: str) -> str:
    """`1 feature`, `2 features`."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"

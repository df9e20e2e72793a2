"""One row per feature: names beside the axes, headings above them, all of it within the figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.transforms import ScaledTranslation

from ..evidence.result import Evidence
from .axes import INK, LABEL_SIZE, LONGEST, MUTED, TITLE_SIZE, clean, title

FEWEST = 4  # rows that the axes have room for: one alone would float in the middle of nothing
WIDEST = 0.4  # of the room for the axes, for names
TRUE_WIDTH = 0.93  # letters on few pixels are wider than they are drawn up to be
MARGIN, AROUND = 3 * LABEL_SIZE, 12 * LABEL_SIZE  # points that title, ticks, legend take
BELOW = 2 * LABEL_SIZE + 17.0  # points from the axes past the tick labels and the axis' name


def check(evidence: Any, plot: str, top: int = 1) -> None:
    """Refuse what `assess` did not make, such as the model, and to draw nothing."""
    if not isinstance(evidence, Evidence):
        raise ValueError(
            f"{plot} needs the result of assess; got {type(evidence).__name__}. Call "
            "spinnery.assess(model, X, y)."
        )
    if top < 1:
        raise ValueError(f"top must be at least 1; got {top}.")


def rows_height(n: int) -> float:
    """Inches of a figure with so many rows."""
    return 1.7 + 0.21 * max(n, FEWEST)


def width_of(text: str, size: float = LABEL_SIZE) -> float:
    """Points that a text takes on its line, dollars being dollars."""
    return text_to_path.get_text_width_height_descent(text, FontProperties(size=size), False)[0]


def shortened(text: str, width: float = np.inf, size: float = LABEL_SIZE, end: str = "") -> str:
    """One line of at most `LONGEST` characters and so many points, `end` kept whole.

    Examples
    --------
    >>> shortened("a name " * 30, end=" + 3 alike")
    'a name a name a name a… + 3 alike'
    """
    text = " ".join(text.split())
    keep = min(len(text), LONGEST - len(end))
    whole = text + end
    while keep > 1 and (len(whole) > LONGEST or width_of(whole, size) > width):
        keep -= 1
        whole = text[:keep].rstrip() + "…" + end
    return whole


def wrapped(text: str, width: float, size: float) -> str:
    """The text in lines of at most so many points, unless a word alone is wider."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines)


def room_of(ax: Axes) -> tuple[float, float]:
    """Points of width from left of the names to the edge, and of the axes' height.

    A layout engine will stretch the axes over their share of the figure, but for what is around.
    """
    columns, rows = _grid(ax)
    box = ax.figure.bbox if columns else ax.get_window_extent()
    width, height = (72 / ax.figure.dpi * each for each in (box.width, box.height))
    return (width / columns - MARGIN, height / rows - AROUND) if columns else (width, height)


def width_beside(ax: Axes, names: float) -> float:
    """Points that texts above and below the axes may take, names of such a width beside them.

    Layouts align the axes of a column: then a neighbour's names may be the widest.
    """
    width = room_of(ax)[0]
    left = width - max(names, WIDEST * width if _grid(ax)[0] > 1 else 0)
    return max(TRUE_WIDTH * left, 12 * LABEL_SIZE)


def _grid(ax: Axes) -> tuple[int, int]:
    """Axes beside and above each other that a layout engine places; zeros without one."""
    spec = ax.get_subplotspec()
    if spec is None or ax.figure.get_layout_engine() is None:
        return 0, 0
    whole = spec.get_gridspec()
    return whole.ncols // len(spec.colspan), whole.nrows // len(spec.rowspan)


def dot_size(ax: Axes, n: int, size: float) -> float:
    """Points of a dot that leaves its row's neighbours free."""
    return max(min(size, 0.8 * room_of(ax)[1] / max(n, FEWEST)), 1.0)


def name_rows(
    ax: Axes, names: Sequence[str], colours: Sequence[str], ends: Sequence[str] | None = None
) -> float:
    """Write names left of rows 0, 1, ... from the top, in letters that fit their rows.

    Returns the points that they take.
    """
    width, height = room_of(ax)
    size = max(min(LABEL_SIZE, height / max(len(names), FEWEST) / 1.3), 1)
    ends = ends or [""] * len(names)
    texts = [
        shortened(name, WIDEST * width, size, end) for name, end in zip(names, ends, strict=True)
    ]
    clean(ax, grid="x")
    ax.set_yticks(range(len(names)), texts, parse_math=False)
    ax.tick_params(axis="y", length=0, pad=8, labelsize=size)  # clear of a dot at 0
    for label, colour in zip(ax.get_yticklabels(), colours, strict=True):
        label.set_color(colour)
    ax.set_ylim(max(len(names), FEWEST) - 0.4, -0.6)
    ax.spines["left"].set_visible(False)
    return max((width_of(text, size) for text in texts), default=0.0) + 8


def heading(ax: Axes, text: str, below: str, beside: float = 0.0) -> None:
    """A title and, smaller, what one must know to read the picture; broken before the edge.

    `beside` are points left of the axes that names take from their width.
    """
    width = width_beside(ax, beside)
    below = wrapped(below, width, LABEL_SIZE)
    lines = below.count("\n") + 1
    title(ax, wrapped(text, width, TITLE_SIZE), pad=8 + 1.35 * LABEL_SIZE * lines)
    note = ax.annotate(
        below, (0, 1), (0, 5), xycoords="axes fraction", textcoords="offset points", va="bottom",
        fontsize=LABEL_SIZE, color=MUTED, annotation_clip=False, parse_math=False,
    )  # fmt: skip
    note.set_in_layout(False)  # the title's pad holds its place; its width shall move nothing


def legend_below(ax: Axes, handles: Sequence[Any], beside: float = 0.0) -> None:
    """A legend under the axis' name, where no data can lie, names beside the axes as in `heading`.

    In two columns if they are not too wide.
    """
    entry = max(width_of(handle.get_label()) for handle in handles) + 4 * LABEL_SIZE
    columns = 2 if 2 * entry <= width_beside(ax, beside) else 1
    down = ScaledTranslation(0, -BELOW / 72, ax.figure.dpi_scale_trans)
    ax.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0, 0), borderaxespad=0, ncols=columns,
        bbox_transform=ax.transAxes + down, frameon=False, fontsize=LABEL_SIZE, labelcolor=INK,
        handletextpad=0.3, columnspacing=1.5, borderpad=0.2,
    )  # fmt: skip


def say(ax: Axes, text: str) -> Axes:
    """Axes with nothing to draw say so."""
    ax.set_axis_off()
    text = wrapped(text, 0.8 * room_of(ax)[0], LABEL_SIZE + 1)
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color=INK,
            fontsize=LABEL_SIZE + 1, linespacing=1.4)  # fmt: skip
    return ax

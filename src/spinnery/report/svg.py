"""Pictures as SVG: a frame with axes, and lines, steps, bands and dots within.

The numbers behind every mark are in its `data-` attributes, with all their digits, so that a page
shows them on hovering and nothing is lost in pixels. Colours are classes of the page's style.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from .wording import clean

Numbers = Sequence[float]
COLOURS = 6  # classes c0, c1, ... of the style


class Frame:
    """Axes from data to pixels.

    Parameters
    ----------
    x, y : (low, high)
        What the axes span.
    size : (width, height) in pixels
    margins : (left, right, top, bottom) in pixels
    """

    def __init__(
        self, x: tuple[float, float], y: tuple[float, float], size: tuple[int, int] = (440, 320),
        margins: tuple[int, int, int, int] = (58, 14, 12, 46),
    ):  # fmt: skip
        self.x, self.y = _spread(*x), _spread(*y)
        self.width, self.height = size
        left, right, top, bottom = margins
        self.left, self.right = left, self.width - right
        self.top, self.bottom = top, self.height - bottom
        self.parts: list[str] = []

    def px(self, x: float) -> float:
        low, high = self.x
        return self.left + (x - low) / (high - low) * (self.right - self.left)

    def py(self, y: float) -> float:
        low, high = self.y
        return self.bottom - (y - low) / (high - low) * (self.bottom - self.top)

    # -- what is drawn --------------------------------------------------------------------------

    def axes(self, x_name: str, y_name: str) -> None:
        """Ticks with their values, and the axes' names."""
        for tick, said in labelled(ticks(*self.x)):
            at = self.px(tick)
            self.segment((at, self.bottom), (at, self.bottom + 4), "axis")
            self.text(at, self.bottom + 17, said, "tick", "middle")
        for tick, said in labelled(ticks(*self.y)):
            at = self.py(tick)
            self.segment((self.left, at), (self.right, at), "grid")
            self.text(self.left - 7, at + 4, said, "tick", "end")
        self.segment((self.left, self.bottom), (self.right, self.bottom), "axis")
        middle = (self.left + self.right) / 2
        self.text(middle, self.height - 8, x_name, "name", "middle")
        across = (self.top + self.bottom) / 2
        self.parts.append(
            f'<text class="name" text-anchor="middle" transform="translate(14 {_n(across)}) '
            f'rotate(-90)">{escape(clean(y_name))}</text>'
        )

    def text(self, x: float, y: float, text: str, kind: str, anchor: str = "start") -> None:
        self.parts.append(
            f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">'
            f"{escape(clean(text))}</text>"
        )

    def segment(self, start: tuple[float, float], end: tuple[float, float], kind: str) -> None:
        """A line between pixels."""
        (a, b), (c, d) = start, end
        self.parts.append(
            f'<line class="{kind}" x1="{_n(a)}" y1="{_n(b)}" x2="{_n(c)}" y2="{_n(d)}"/>'
        )

    def line(self, x: Numbers, y: Numbers, kind: str = "line") -> None:
        """A line through points of the data."""
        self.parts.append(f'<path class="{kind}" d="{self._through(x, y)}"/>')

    def steps(self, x: Numbers, y: Numbers, kind: str = "line") -> None:
        """A line that keeps each height until the next point."""
        self.line(*_stepped(x, y), kind)

    def band(self, x: Numbers, low: Numbers, high: Numbers, stepped: bool = False) -> None:
        """The area between two lines, within the frame."""
        if stepped:
            x, low, high = _stepped(x, low)[0], _stepped(x, low)[1], _stepped(x, high)[1]
        back = self._through(list(x)[::-1], list(high)[::-1]).replace("M", "L", 1)
        self.parts.append(f'<path class="band" d="{self._through(x, low)}{back}Z"/>')

    def dots(self, x: Numbers, y: Numbers, radius: float = 3) -> None:
        self.parts += [
            f'<circle cx="{_n(self.px(a))}" cy="{_n(self._within(b))}" r="{radius:g}"/>'
            for a, b in zip(x, y, strict=True)
        ]

    def bars(self, x: Numbers, low: Numbers, high: Numbers) -> None:
        """A vertical line at each x."""
        for a, b, c in zip(x, low, high, strict=True):
            self.segment((self.px(a), self._within(b)), (self.px(a), self._within(c)), "line")

    def begin(self, place: int, name: str, **data: Sequence[object]) -> None:
        """Marks that belong together, in a colour of their own, with the numbers that they show."""
        told = "".join(
            f' data-{key}="{escape(" ".join(map(str, values)))}"' for key, values in data.items()
        )
        kind, said = f"series {colour(place)}", escape(clean(name))
        self.parts.append(f'<g class="{kind}" data-name="{said}"{told}>')

    def end(self) -> None:
        self.parts.append("</g>")

    def svg(self, says: str, kind: str = "plot") -> str:
        """The picture, with a sentence for those who do not see it."""
        box = f"{self.left} {self.right} {self.top} {self.bottom}"
        spans = " ".join(f"{v:.6g}" for v in (*self.x, *self.y))
        return (
            f'<svg class="{kind}" role="img" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" data-box="{box}" data-spans="{spans}" '
            f'aria-label="{escape(clean(says))}">{"".join(self.parts)}</svg>'
        )

    def _through(self, x: Numbers, y: Numbers) -> str:
        points = [f"{_n(self.px(a))} {_n(self._within(b))}" for a, b in zip(x, y, strict=True)]
        return "M" + "L".join(points) if points else ""

    def _within(self, y: float) -> float:
        return min(max(self.py(y), self.top), self.bottom)


def colour(place: int) -> str:
    """Classes of the style for the marks in this place."""
    return f"c{place % COLOURS}{' dashed' if place >= COLOURS else ''}"


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round values between the ends.

    Examples
    --------
    >>> ticks(0, 1)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    >>> ticks(-130, 480)
    [0.0, 200.0, 400.0]
    """
    rough = (high - low) / (most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") + 0.0 for k in range(first, last + 1)]


def labelled(values: list[float]) -> list[tuple[float, str]]:
    """Values at even steps, each with as many digits as tell it from the next.

    Examples
    --------
    >>> labelled([1234.5, 1235.0])
    [(1234.5, '1,234.5'), (1235.0, '1,235.0')]
    """
    step = min((b - a for a, b in pairwise(values)), default=1.0)
    digits = max(-math.floor(math.log10(step) + 1e-9), 0)
    large = max(map(abs, values), default=0.0) >= 1e7
    return [(v, f"{v:g}" if digits > 5 or large else f"{v:,.{digits}f}") for v in values]


def _spread(low: float, high: float) -> tuple[float, float]:
    """The ends, apart in any case."""
    if high > low:
        return low, high
    room = abs(low) or 1.0
    return low - room, low + room


def _stepped(x: Numbers, y: Numbers) -> tuple[list[float], list[float]]:
    xs, ys = [x[0]], [y[0]]
    for k in range(1, len(x)):
        xs += [x[k], x[k]]
        ys += [y[k - 1], y[k]]
    return xs, ys


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")

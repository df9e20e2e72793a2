"""Cells of tables from a report's numbers."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import quote

from .blocks import Cell
from .wording import clean, share, short

NONE = "\u2013"


def number(value: Any, bar: float | None = None, more: str = "") -> Cell:
    """A number as one reads it; a dash where there is none."""
    if value is None:
        return Cell(NONE, more=more)
    return Cell(short(value), value, bar=bar, more=more)


def percent(value: Any, bar: bool = False, more: str = "") -> Cell:
    """A share in percent."""
    if value is None:
        return Cell(NONE, more=more)
    return Cell(share(value), value, bar=value if bar else None, more=more)


def between(value: Any, low: Any, high: Any) -> Cell:
    """A number and its interval."""
    if value is None:
        return Cell(NONE)
    text = short(value)
    if low is not None and high is not None:
        text += f" ({short(low)} to {short(high)})"
    return Cell(text, value, (low, high))


def name(text: object, link: str | None = None, more: str = "") -> Cell:
    """A user's name for something, with its page if there is an address for it."""
    href = (
        None
        if link is None
        else link.replace("{feature}", quote(str(text).encode("utf-8", "replace"), safe=""))
    )
    return Cell(clean(text).strip() or "(no name)", href=href, more=more, name=True)


def words(text: str) -> Cell:
    return Cell(text)


def anything(value: Any) -> Cell:
    """What was observed or predicted, whatever the outcome."""
    if value is None or isinstance(value, str):
        return Cell(NONE) if value is None else name(value)
    if isinstance(value, dict):  # survival times
        return Cell(
            f"{'event' if value['event'] else 'censored'} at {short(value['time'])}", value["time"]
        )
    if isinstance(value, list):
        return Cell(", ".join(short(v) for v in value), value[0], tuple(value[1:]))
    return number(value)


def relative(value: float | None, most: float) -> float | None:
    """A bar's length."""
    if value is None or not most > 0 or math.isnan(value):
        return None
    return max(value, 0.0) / most

"""Numbers and names in sentences."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from typing import Any

from ..evidence.result import plain

DIGITS = 6  # of every number in a report: more is rounding
LONGEST = 60  # characters of a name in a sentence; tables have it whole
BIDI = {chr(c) for c in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def tidy(value: Any) -> Any:
    """Plain numbers of `DIGITS` digits, text, lists and dictionaries; None for what is not finite.

    Examples
    --------
    >>> tidy({"a": (1 / 3, float("nan")), "b": 12345678})
    {'a': [0.333333, None], 'b': 12345678}
    """
    if isinstance(value, dict):
        return {str(key): tidy(one) for key, one in value.items()}
    value = plain(value)
    if isinstance(value, list):
        return [tidy(one) for one in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def short(value: float | None) -> str:
    """A number as one reads it.

    Examples
    --------
    >>> [short(v) for v in (12345, 0.12345, 98765.4321, 3.0, 2.5e-7, None)]
    ['12,345', '0.123', '98,765', '3', '2.5e-07', 'unknown']
    """
    if value is None or math.isnan(value):
        return "unknown"
    if isinstance(value, int):
        return f"{value:,}"
    if 1000 <= abs(value) < 1e9:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def share(value: float) -> str:
    """A share in percent, never 0 or 100 where it is not; below 0 where nothing is better.

    Examples
    --------
    >>> share(0.123), share(0.999), share(1.0), share(0.0025)
    ('12%', '99.9%', '100%', '0.25%')
    """
    if value < 0:
        return f"-{share(-value)}"
    if 0 < value < 0.0001:
        return "under 0.01%"
    if 0.999 < value < 1:
        return "over 99.9%"
    if 0 < value < 0.0995:
        return f"{100 * value:.2g}%"
    return f"{value:.1%}" if 0.99 <= value < 1 else f"{value:.0%}"


def p_words(p: float) -> str:
    """`p = 0.012`, with as many digits as say something."""
    return "p < 0.0001" if p < 1e-4 else f"p = {p:.2g}"


def count(n: int, what: str, many: str | None = None) -> str:
    """`1 feature`, `2,000 features`."""
    return f"{n:,} {what if n == 1 else many or what + 's'}"


def false_ones(n: float) -> str:
    """`1 false one`, `2 false ones`."""
    return f"{short(n)} false {'one' if n == 1 else 'ones'}"


def clean(name: object) -> str:
    """A name without characters that would govern how the text around it is shown."""
    text = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in str(name)
        if c not in BIDI
    )
    return text.encode("utf-8", "replace").decode()


def named(name: object) -> str:
    """A name within a sentence: in quotes, not too long, its writing direction kept to itself."""
    text = clean(name)
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    if any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in text):
        text = f"\u2068{text}\u2069"
    return f"“{text}”"


def listed(names: Iterable[object], most: int = 8, of: int | None = None) -> str:
    """Names in a sentence: `“a”, “b” and 3 more`; `of` so many, where not all are given."""
    every = list(names)
    shown, total = every[:most], len(every) if of is None else of
    told = ", ".join(named(name) for name in shown)
    return told if total <= len(shown) else f"{told} and {total - len(shown):,} more"

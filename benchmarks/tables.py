"""Rows of measurements in words: targets, statistics and Markdown tables."""

from typing import NamedTuple

import numpy as np


class Target(NamedTuple):
    """Something to reach; `reached` is None where nothing was measured."""

    text: str
    command: str
    measured: str = ""
    reached: bool | None = None


def table(header: list[str], rows: list[list], key: int = 1) -> list[str]:
    """A Markdown table; floats to three digits, None as a dash.

    The first `key` columns, aligned to the left, say which row it is; the others are values.
    """

    def cell(value) -> str:
        if value is None:
            return "-"
        return f"{value:.3g}" if isinstance(value, float) else str(value)

    rule = ["---"] * key + ["---:"] * (len(header) - key)
    lines = [header, rule, *rows]
    return ["| " + " | ".join(map(cell, line)) + " |" for line in lines] + [""]


def where(rows: list[dict], **values) -> list[dict]:
    """The rows with these values."""
    return [row for row in rows if all(row[name] == value for name, value in values.items())]


def column(rows: list[dict], what: str) -> list:
    """One value per row, by seed if rows have one."""
    return [row[what] for row in sorted(rows, key=lambda row: row.get("seed", 0))]


def by_seed(rows: list[dict], what: str) -> str:
    """One value per seed, in order."""
    return " ".join(f"{v:.3g}" for v in column(rows, what))


def median(rows: list[dict], what: str) -> float:
    return float(np.median(column(rows, what)))


def mean(rows: list[dict], what: str) -> float:
    return float(np.mean(column(rows, what)))


def mean_se(values) -> tuple[float, float]:
    """Mean and its standard error."""
    values = np.asarray(values, float)
    spread = values.std(ddof=1) if len(values) > 1 else 0.0
    return float(values.mean()), float(spread / np.sqrt(len(values)))


def with_se(values, sign: str = "") -> str:
    """Mean and its standard error, as text; `sign="+"` for differences."""
    center, se = mean_se(values)
    return f"{center:{sign}.3f} ± {se:.3f}"

"""The model of time and memory in docs/scaling.md, fitted to what model.py measures."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls


class Cost(NamedTuple):
    """What is predicted, by which terms of a row, in words."""

    value: Callable[[dict], float]
    terms: Callable[[dict], list[float]]
    words: tuple[str, ...]


SECONDS = Cost(
    lambda r: r["cpu_seconds"],
    lambda r: [1.0, r["lanes"], r["lanes"] * r["n"] * r["p"] / 1e6, r["lanes"] * r["p"] / 1e3],
    ("", "lanes", "lanes n p / 10^6", "lanes p / 10^3"),
)
MEMORY = Cost(
    lambda r: r["memory"] / 1e6,
    lambda r: [1.0, r["n"] * r["p"] / 1e6, r["lanes"] * r["p"] / 1e6 * 20],
    ("", "n p / 10^6", "lanes p width / 10^6"),
)


def cost_model(rows: list[dict], what: Cost) -> tuple[np.ndarray, float, float]:
    """Coefficients, none negative, by relative errors; the median and the largest error.

    Errors are of points that the fit has not seen.
    """
    values = np.array([what.value(r) for r in rows])
    terms = np.array([what.terms(r) for r in rows])

    def fit(kept):
        return nnls(terms[kept] / values[kept, None], np.ones(kept.sum()))[0]

    errors = []
    for k in range(len(rows)):
        kept = np.arange(len(rows)) != k
        errors.append(abs(terms[k] @ fit(kept) / values[k] - 1))
    return fit(np.ones(len(rows), bool)), float(np.median(errors)), float(np.max(errors))

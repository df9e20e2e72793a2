"""The model of time and memory in docs/scaling.md, fitted to what model.py measures."""

import numpy as np


def cost_model(rows: list[dict], value: str, by: list[str]) -> tuple[np.ndarray, float, float]:
    """A product of powers of the columns `by`, by least squares of logarithms.

    Returns its factor and exponents, and the median and the largest relative error, each point
    predicted by a fit that has not seen it.
    """
    known = np.log([row[value] for row in rows])
    terms = np.column_stack([np.ones(len(rows)), *(np.log([r[c] for r in rows]) for c in by)])

    def fit(kept):
        return np.linalg.lstsq(terms[kept], known[kept])[0]

    kept = ~np.eye(len(rows), dtype=bool)
    errors = [abs(np.exp(terms[k] @ fit(kept[k]) - known[k]) - 1) for k in range(len(rows))]
    factor, *powers = fit(np.ones(len(rows), bool))
    return np.array([np.exp(factor), *powers]), float(np.median(errors)), float(np.max(errors))

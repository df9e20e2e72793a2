"""Groups of samples by their predicted risks, such as thirds."""

from __future__ import annotations

import numpy as np


def risk_groups(risk: np.ndarray, n_groups: int) -> np.ndarray:
    """Number of each sample's group, `(n,)`, from 0 for the lowest risks, none of them empty.

    Equal risks go where the middle of their ranks lies.

    Examples
    --------
    >>> risk_groups(np.array([0.3, 0.1, 0.2, 0.5, 0.3, 0.9]), 3)
    array([1, 0, 0, 2, 1, 2])
    """
    order = np.sort(risk)
    below, up_to = (np.searchsorted(order, risk, side=side) for side in ("left", "right"))
    group = n_groups * (below + up_to) // (2 * len(risk))
    return np.unique(group, return_inverse=True)[1]


def risk_names(k: int) -> list[str]:
    """Names of so many groups, from the lowest risks to the highest."""
    known = {1: ["all"], 2: ["low risk", "high risk"], 3: ["low risk", "middle", "high risk"]}
    return known.get(k) or ["lowest risk", *map(str, range(2, k)), "highest risk"]

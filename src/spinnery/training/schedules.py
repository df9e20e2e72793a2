"""Learning rates over the course of training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

SCHEDULES: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "constant": lambda t, epochs: np.ones_like(t),
    "step": lambda t, epochs: 0.1 ** np.floor(3 * t / epochs),
    "cosine": lambda t, epochs: (1 + np.cos(np.pi * np.minimum(t / epochs, 1))) / 2,
    "1/t": lambda t, epochs: 1 / (1 + t),
}


def rates(schedule: str | Callable, learning_rate: float, t: np.ndarray, epochs: int) -> np.ndarray:
    """Learning rates at progress `t`, in epochs done so far with fractions.

    "constant"; "step", a tenth after each third of the epochs; "cosine",
    `(1 + cos(pi t / epochs)) / 2`; "1/t", `1 / (1 + t)`; or the factor that a function of `t` (an
    array) and `epochs` returns.

    Examples
    --------
    >>> rates("1/t", 0.5, np.array([0.0, 1.0, 1.5]), epochs=5)
    array([0.5 , 0.25, 0.2 ])
    """
    factor = SCHEDULES[schedule] if isinstance(schedule, str) else schedule
    out = learning_rate * np.asarray(factor(t, epochs), float)
    if out.shape != t.shape or not np.all(np.isfinite(out) & (out >= 0)):
        raise ValueError(
            "schedule must give one finite factor >= 0 for every progress t, shape "
            f"{t.shape}; got {out!r}."
        )
    return out

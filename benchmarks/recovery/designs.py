"""HarderLASSO's designs, in NumPy alone: absolute differences of pairs of features.

Features are independent standard Gaussian, 50 of them, the first `s` active:
`f = sum over pairs (x1, x2), (x3, x4), ... of 10 |x_i - x_j|`.

- "regression": n = 500, `y = f + N(0, 1)`;
- "cox": n = 750, times exponential with hazard `exp(f)`, followed until their median.
"""

from typing import NamedTuple

import numpy as np

P = 50


class Form(NamedTuple):
    """Its number in the seeds, samples, numbers of active features, and replicates."""

    number: int
    n: int
    active: tuple[int, ...]
    replicates: int


FORMS = {
    "cox": Form(1, 750, (0, 2, 4, 6, 8, 10), 100),
    "regression": Form(0, 500, (0, 2, 4, 6, 8, 10, 12, 14), 200),
}


def draw(form: str, active: int, replicate: int, n: int | None = None):
    """`X (n, 50)`, and `y (n,)` or the pair of `event (n,)` and `time (n,)`."""
    rng = np.random.default_rng([FORMS[form].number, active, replicate])
    X = rng.normal(size=(n or FORMS[form].n, P))
    f = 10 * np.abs(X[:, 0:active:2] - X[:, 1:active:2]).sum(axis=1)
    if form == "regression":
        return X, f + rng.normal(size=len(X))
    time = rng.exponential(size=len(X)) * np.exp(-f)
    end = np.median(time)
    return X, (time <= end, np.minimum(time, end))

"""Large tables: sparse, wide, tall, and with gaps. The first six features matter."""

from pathlib import Path

import numpy as np
from scipy import sparse

from ..simulations import designs

BLOCK = 10_000  # columns drawn at once
BATCH = 1000  # rows


def thin(seed: int, n: int = 5000, p: int = 20_000, density: float = 0.02):
    """Gamma amounts in a share of the cells; `P(y = 1)` is the logistic of `3 (x1 - x2 + ...)`.

    Returns `X` (CSR, float32), `y`, and 2,000 further samples of both.
    """
    rng = np.random.default_rng(seed)
    rows = n + 2000
    X = sparse.random_array(
        (rows, p), density=density, format="csr", dtype=np.float32, rng=rng,
        data_sampler=lambda size: rng.gamma(2, size=size).astype(np.float32),
    )  # fmt: skip
    logit = 3 * (X[:, : designs.N_TRUE].toarray() @ np.resize([1, -1], designs.N_TRUE))
    y = (rng.uniform(size=rows) < 1 / (1 + np.exp(-logit))).astype(int)
    return X[:n], y[:n], X[n:], y[n:]


def on_disk(folder: Path, seed: int, n: int, p: int) -> np.ndarray:
    """The additive design, `X` written to `folder` block by block; returns `y`."""
    rng = np.random.default_rng(seed)
    X = np.lib.format.open_memmap(folder / "X.npy", "w+", np.float32, (n, p))
    if p > n:
        for start in range(0, p, BLOCK):
            X[:, start : start + BLOCK] = rng.uniform(size=(n, min(BLOCK, p - start)))
    else:
        for start in range(0, n, BATCH):
            X[start : start + BATCH] = rng.uniform(size=(min(BATCH, n - start), p))
    f = designs.truth("additive", X)
    noise = rng.normal(size=n)
    X.flush()
    return (f + noise * np.linalg.norm(f) / (2 * np.linalg.norm(noise))).astype(np.float32)


def with_gaps(seed: int, share: float = 0.1) -> designs.Data:
    """The additive design, n = 500 and p = 1,000, a share of the cells of `X` missing at random."""
    data = designs.regression("additive", seed)
    X = data.X.copy()
    X[np.random.default_rng([seed, 1]).uniform(size=X.shape) < share] = np.nan
    return data._replace(X=X)

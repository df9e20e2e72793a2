"""t-SNE of many samples by openTSNE, whose work grows with n instead of n^2."""

from __future__ import annotations

from typing import Any

import numpy as np


def opentsne() -> Any:
    """The module, or an error that names the remedy.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        import openTSNE
    except ImportError:
        raise ImportError(
            "t-SNE of this many samples is openTSNE's, which is not installed: "
            'pip install "spinnery[tsne]", or set method="exact" (n^2 memory and time).'
        ) from None
    return openTSNE


def approximate(
    X: np.ndarray, start: np.ndarray, *, perplexity: float, metric: object, exaggeration: float,
    learning_rate: float | str, exaggerated: int, max_iter: int, seed: int,
) -> tuple[np.ndarray, float]:  # fmt: skip
    """The embedding of `X` `(n, p)` from `start` `(n, d)`, and its approximate cost."""
    fitted = opentsne().TSNE(
        n_components=start.shape[1], perplexity=perplexity, metric=metric, initialization=start,
        early_exaggeration=exaggeration, early_exaggeration_iter=min(exaggerated, max_iter),
        n_iter=max(max_iter - exaggerated, 0), learning_rate=learning_rate, random_state=seed,
        n_jobs=-1,
    ).fit(X)  # fmt: skip
    return np.asarray(fitted), float(fitted.kl_divergence)

"""Narrowing the inputs while training goes on."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..nn.inputs import first_rows
from ..penalties import Penalty

SHARE = 0.5  # of the epochs, in which inputs leave; the rest is the relaxed refit
BARRED = 1e15  # weight that keeps a group at zero


def leaving(epochs: int) -> int:
    """In how many of the epochs inputs leave."""
    return max(1, int(SHARE * epochs))


def narrowed(
    penalty: Penalty, network, done: int, epochs: int, most: int, lam: float
) -> Penalty:  # fmt: skip
    """The penalty after `done` of `epochs` epochs, with at most `most` groups left half way.

    The number of groups kept falls geometrically; the weakest leave, for ever. After half of the
    epochs those left are not penalised any more. The penalty's own `lam` is 1: its weights are
    `lam` for groups still penalised.
    """
    rows = first_rows(network)
    norms = np.sqrt(np.asarray(penalty.groups.reduce(rows**2)))
    left = max(0.0, 1 - done / leaving(epochs))
    keep = round(most * max(len(norms) / most, 1) ** left)
    weights = np.where(norms > 0, lam if left else 0.0, BARRED)
    weights[np.argsort(-norms, kind="stable")[keep:]] = BARRED
    return penalty.with_groups(penalty.groups, jnp.asarray(weights, rows.dtype))

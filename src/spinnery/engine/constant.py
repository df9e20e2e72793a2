"""The model without features: the best constant outputs of every cohort."""

from __future__ import annotations

import itertools
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from ..arrays import Array
from ..compilation import QUICK
from ..losses import AnyLoss

NEWTON_STEPS = 25  # halved


class Constant(NamedTuple):
    """The loss's derivatives in the outputs of the model without features."""

    slope: Array  # (n, K), of weighted samples
    curvature: Array  # (M, K, K), summed over each cohort's samples


@partial(jax.jit, static_argnames="bounds", compiler_options=QUICK)
def constant_model(
    targets: Array, weights: Array, loss: AnyLoss, bounds: tuple[int, ...]
) -> Constant:
    """Derivatives at the best constants for targets `(n, q)` of samples of `weights` `(n,)`."""
    n_outputs = loss.n_outputs(targets.shape[-1])
    parts = list(itertools.pairwise(bounds))

    def derivatives(constants):
        def total(outputs):
            return loss.total(outputs[:, None], targets[:, None], weights[:, None])[0]

        rows = [
            jnp.broadcast_to(constants[m], (b - a, n_outputs)) for m, (a, b) in enumerate(parts)
        ]
        outputs = jnp.concatenate(rows)
        curvature = loss.curvature(outputs, targets, weights)
        sums = jnp.stack([jnp.sum(curvature[a:b], axis=0) for a, b in parts])
        return Constant(jax.grad(total)(outputs), sums)

    def step(_, constants):
        slope, curvature = derivatives(constants)
        sums = jnp.stack([jnp.sum(slope[a:b], axis=0) for a, b in parts])
        diagonal = jnp.einsum("mkk->mk", curvature)
        return constants - 0.5 * sums / jnp.maximum(diagonal, 1e-6)

    start = jnp.zeros((len(parts), n_outputs), weights.dtype)
    return derivatives(jax.lax.fori_loop(0, NEWTON_STEPS, step, start))

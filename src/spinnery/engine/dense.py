"""The dense start: ridge-only training of all features by Adam, all lanes at once."""

from __future__ import annotations

from functools import partial

import jax
import optax

from ..arrays import Array
from ..compilation import LARGE
from .problem import Params, Problem

LEARNING_RATE = 0.02
STEPS = 100


@partial(jax.jit, compiler_options=LARGE)
def train_dense(problem: Problem, params: Params, steps: Array | int = STEPS) -> Params:
    """`steps` full-batch Adam steps on the smooth part.

    The penalised path only needs a start in which every useful feature has a part, not a
    minimum: more steps overfit when p > n and cost more than they bring (docs/decisions.md).
    """
    optimiser = optax.adam(LEARNING_RATE)

    def body(_, carry):
        params, state = carry
        grad = problem.gradient(params, problem.design.matmul(params.W))
        updates, state = optimiser.update(Params(grad.W, grad.upper), state)
        return optax.apply_updates(params, updates), state

    params, _ = jax.lax.fori_loop(0, steps, body, (params, optimiser.init(params)))
    return params

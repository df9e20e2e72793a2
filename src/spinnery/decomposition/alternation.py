"""Codes and atoms in turn, over all samples."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from ..engine.design import DenseDesign, round_up
from ..engine.problem import Params
from ..engine.proximal import descend
from ..penalties import Penalty
from .atoms import in_use, revived, update_atoms
from .coding import lasso
from .inputs import fitting_penalty
from .least_squares import NO_UPPER, LeastSquares
from .linear import first_step

CODE_TOL, CODE_STEPS = 1e-3, 10  # of the codes, before each update of the atoms


def alternations(
    X: np.ndarray,
    D: np.ndarray,
    lam: float,
    positive_code: bool,
    positive_dict: bool,
    rng: np.random.RandomState,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, float]]:
    """Dictionaries, their codes' sums (see `update_atoms`) and mean objectives, without end.

    `X` `(n_samples, n_features)`, `D` `(n_components, n_features)`. Codes start at zero, and each
    iteration where the last one ended. An objective is that of the codes before the atoms move.
    """
    n, size = len(X), round_up(len(X))
    targets = jnp.asarray(np.pad(X, ((0, size - n), (0, 0))))  # samples of zeros have codes zero
    penalty = fitting_penalty(lasso(lam, positive_code), len(D), size, X.dtype)
    codes = jnp.zeros((len(D), size, 1), X.dtype)
    first = first_step("backtracking", DenseDesign(jnp.asarray(D.T)), len(D), penalty)
    step = jnp.full(size, first, X.dtype)
    while True:
        moved, codes, step, gram, cross, total = _alternate(
            targets, penalty, jnp.asarray(D), codes, step, positive_dict
        )
        D = revived(np.array(moved), ~np.asarray(in_use(gram)), X, positive_dict, rng)
        yield D, np.asarray(gram), np.asarray(cross), float(total) / n


@jax.jit
def _alternate(
    X: Array, penalty: Penalty, D: Array, codes: Array, step: Array, positive: Array | bool
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Steps on the codes, then the atoms; also the sums over codes, and the objective between."""
    problem = LeastSquares(DenseDesign(D.T), X.T[:, :, None])
    end = descend(problem, penalty, Params(codes, NO_UPPER), step, CODE_TOL, CODE_STEPS)
    flat = end.params.W[:, :, 0]
    gram, cross = flat @ flat.T, flat @ X
    D = update_atoms(D, gram, cross, positive)
    return D, end.params.W, end.step, gram, cross, jnp.sum(end.objective)

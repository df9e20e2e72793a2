"""Block updates of a dictionary whose atoms lie in the unit ball."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array

UNUSED = 1e-10  # mean squared code, relative to the largest, of atoms that no sample uses


@jax.jit
def update_atoms(D: Array, gram: Array, cross: Array, positive: Array | bool) -> Array:
    """Minimise `sum_i 1/2 ||x_i - a_i D||^2` over one atom after the other, in the unit ball.

    Parameters
    ----------
    D : (n_components, n_features) array
    gram : (n_components, n_components) array
        `sum_i a_i' a_i` of the codes.
    cross : (n_components, n_features) array
        `sum_i a_i' x_i`.
    positive : bool
        Whether atoms may not be negative.

    Notes
    -----
    Mairal, Bach, Ponce & Sapiro (2009), algorithm 2. Each atom's minimiser is exact, so the
    objective cannot rise. Atoms that no code uses stay as they are.
    """
    used = in_use(gram)

    def one(j, D):
        best = D[j] + (cross[j] - gram[j] @ D) / jnp.where(used[j], gram[j, j], 1)
        best = jnp.where(positive, jnp.maximum(best, 0), best)
        best = best / jnp.maximum(jnp.linalg.norm(best), 1)
        return D.at[j].set(jnp.where(used[j], best, D[j]))

    return jax.lax.fori_loop(0, len(D), one, D)


def in_use(gram: Array) -> Array:
    """Atoms that codes use, `(n_components,)`."""
    squares = jnp.diagonal(gram)
    return squares > UNUSED * jnp.max(squares)


def draw_atoms(X: np.ndarray, n: int, positive: bool, rng: np.random.RandomState) -> np.ndarray:
    """`n` unit atoms, `(n, n_features)`: different samples of `X`, and noise once they run out."""
    samples = X[rng.permutation(len(X))[:n]]
    noise = rng.normal(size=(n, X.shape[1])).astype(X.dtype)
    atoms = noise.copy()
    atoms[: len(samples)] = samples
    atoms = np.maximum(atoms, 0) if positive else atoms
    empty = np.linalg.norm(atoms, axis=1) == 0
    atoms[empty] = np.abs(noise[empty])
    return atoms / np.linalg.norm(atoms, axis=1, keepdims=True)


def revived(
    D: np.ndarray, idle: np.ndarray, X: np.ndarray, positive: bool, rng: np.random.RandomState
) -> np.ndarray:
    """`D` with its idle atoms replaced, in place, by samples."""
    if idle.any():
        D[idle] = draw_atoms(X, int(idle.sum()), positive, rng)
    return D

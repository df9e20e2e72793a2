"""Points at which a penalty is tried."""

from __future__ import annotations

import numpy as np

N_WEIGHTS, N_COHORTS = 4, 2  # of a feature: two weights in each cohort
N_CANDIDATES = 60  # in one call, so that few shapes are compiled for


def some_vectors(rng: np.random.Generator, size: tuple[int, int, int]) -> np.ndarray:
    """Vectors of norms over two decades about 1, `(G, B, d)`.

    Among them zeros, single zeros, ties, and zeros in one of two cohorts.
    """
    directions = rng.normal(size=size)
    ties = rng.random(size[:2]) < 0.25
    directions[ties] = np.sign(directions[ties])
    directions[rng.random(size) < 0.25] = 0
    directions[rng.random(size[:2]) < 0.15] = 0
    half = np.arange(size[2]) % N_WEIGHTS < N_WEIGHTS // N_COHORTS
    directions = np.where((rng.random(size[:2]) < 0.2)[..., None] & half, 0, directions)
    norms = np.linalg.norm(directions, axis=-1, keepdims=True)
    scale = 10 ** rng.uniform(-0.8, 1.2, (*size[:2], 1))
    return directions / np.maximum(norms, 1e-300) * scale


def some_directions(rng: np.random.Generator, d: int, count: int) -> np.ndarray:
    """Both ends of every axis, then random ones, unit norm, `(count, d)`."""
    random = rng.normal(size=(count - 2 * d, d))
    directions = np.concatenate([np.eye(d), -np.eye(d), random])
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)


def candidates_near(rng: np.random.Generator, z: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Where else the minimum of `1/2 ||z - v||^2 + step Pen(z)` might be, `(G, B, C, d)`.

    Along the ray to `v`, all about `z` near and far, with single weights of `z` at zero, and
    anywhere; 8 times `N_CANDIDATES` in all.
    """
    size = np.linalg.norm(v, axis=-1)[..., None, None]
    d = z.shape[-1]
    ray = np.linspace(0, 1.17, 40)[:, None] * v[..., None, :]
    lengths = np.array([1, 0.3, 0.1, 0.03, 0.01, 1e-3])
    moves = (lengths[:, None, None] * some_directions(rng, d, N_CANDIDATES)).reshape(-1, d)
    around = z[..., None, :] + size * moves
    along = z[..., None, :] + v[..., None, :] * np.concatenate([lengths, -lengths])[:, None]
    zeroed = z[..., None, :] * (1 - np.resize(np.eye(d), (8, d)))
    anywhere = size * rng.uniform(-1.2, 1.2, (*z.shape[:-1], N_CANDIDATES, d))
    return np.concatenate([ray, around, along, zeroed, anywhere], axis=-2)

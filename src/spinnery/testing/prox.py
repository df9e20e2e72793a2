"""Whether a prox minimises what it should."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from .faults import fault, show
from .points import candidates_near, some_vectors
from .trial import Trial, prox

ROUNDS = 4


def check_prox(trial: Trial, rng: np.random.Generator) -> None:
    """By brute force, or for a prox that depends on `at`, by what its step does."""
    for _ in range(ROUNDS):
        # about the threshold of the step, and about where the penalty's shape shows
        near = np.where(rng.random(trial.size[:2]) < 0.5, trial.step * trial.pull, trial.unit)
        v = some_vectors(rng, trial.size) * near[..., None]
        at = some_vectors(rng, trial.size) * trial.unit[:, None]
        z = trial.prox(v, trial.step, at=v)
        _finite(trial, v, z)
        if trial.alone:
            _check_default(trial, v, z)
        moved = trial.prox(v, trial.step, at=at)
        if np.allclose(z, moved, rtol=1e-9, atol=1e-12 * trial.unit[:, None]):
            _is_least(trial, rng, v, z)
        else:
            _never_rises(trial, rng, z)


def _check_default(trial: Trial, v: np.ndarray, z: np.ndarray) -> None:
    plain = trial.vectors(prox(trial.penalty, trial.rows(v), jnp.asarray(trial.step)))
    if not np.allclose(z, plain, rtol=1e-9, atol=1e-12 * trial.unit[:, None]):
        g, b, _ = np.unravel_index(np.argmax(np.abs(z - plain)), z.shape)
        fault(f"{trial.name}.prox(W, step)", f"what it is with at=W, {show(z[g, b])}", plain[g, b],
              W=v[g, b], lam=trial.lam[b] * trial.weights[g], step=trial.step[b])  # fmt: skip


def _finite(trial: Trial, v: np.ndarray, z: np.ndarray) -> None:
    bad = ~np.isfinite(z).all(axis=-1)
    if bad.any():
        g, b = np.argwhere(bad)[0]
        fault(f"{trial.name}.prox(W, step)", "finite weights", z[g, b], W=v[g, b],
              lam=trial.lam[b] * trial.weights[g], step=trial.step[b])  # fmt: skip


def _is_least(trial: Trial, rng: np.random.Generator, v: np.ndarray, z: np.ndarray) -> None:
    step = trial.step[:, None]

    def objective(points):  # (G, B, C, d)
        distance = ((points - v[:, :, None]) ** 2).sum(axis=-1)
        return distance / 2 + step * trial.values(points)

    here = objective(z[:, :, None])[..., 0]
    others = candidates_near(rng, z, v)
    there = objective(others)
    gap = here - there.min(axis=-1)
    worst = gap - 1e-8 * (v**2).sum(axis=-1)
    g, b = np.unravel_index(np.argmax(worst), worst.shape)
    if not worst[g, b] <= 0:
        best = others[g, b, there[g, b].argmin()]
        fault(
            f"{trial.name}.prox(W, step)",
            f"the V of least 1/2 ||V - W||^2 + step * Pen(V), as {show(best)} with "
            f"{there[g, b].min():.6g}",
            f"{show(z[g, b])} with {here[g, b]:.6g}",
            W=v[g, b], lam=trial.lam[b] * trial.weights[g], step=trial.step[b],
            max_step=trial.penalty.max_step,
        )  # fmt: skip


def _never_rises(trial: Trial, rng: np.random.Generator, W: np.ndarray) -> None:
    """A majoriser's step from `W` leaves `1/2 ||V - (W - s g)||^2 + s Pen(V)` no higher."""
    g = some_vectors(rng, trial.size) * trial.pull[:, None]
    step = trial.step[:, None]
    point = W - step * g
    new = trial.prox(point, trial.step, at=W)

    def objective(V):
        penalty = trial.values(V[:, :, None])[..., 0]
        return ((V - point) ** 2).sum(axis=-1) / 2 + trial.step * penalty

    before, after = objective(W), objective(new)
    rise = after - before - 1e-9 * (before + (g**2).sum(axis=-1) * trial.step**2)
    i, b = np.unravel_index(np.argmax(rise), rise.shape)
    if not rise[i, b] <= 0:
        fault(
            f"{trial.name}.prox(W, step, at)",
            f"1/2 ||V - W||^2 + step * Pen(V) no higher than at V = at, {before[i, b]:.6g}",
            after[i, b], W=point[i, b], at=W[i, b], lam=trial.lam[b] * trial.weights[i],
            step=trial.step[b],
        )  # fmt: skip

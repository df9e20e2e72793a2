"""Whether a penalty knows where the objective stops falling."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from .faults import fault, show
from .points import N_CANDIDATES, some_directions, some_vectors
from .trial import Trial, distance, lambda_max

QUANTUM = 0.01  # of the unit: weights are multiples, so that none but zeros are near a kink
SPREADS = (0.5, 0.2, 0.1, 0.03, 0.01, 0.003)  # about the best direction, ever closer
TINY = 1e-5  # of the quantum: steps along which slopes are measured


def check_distance(trial: Trial, rng: np.random.Generator) -> None:
    """`distance` is how fast the objective can fall, and the prox moves exactly if it can.

    The distance of `-g` to the subdifferential at `W` is the largest `-(g'd + Pen'(W; d))` over
    directions `d` of norm at most one.
    """
    W = _points(trial, rng)
    g = some_vectors(rng, trial.size) * trial.pull[:, None]
    found = trial.distance(W, g)
    call = f"{trial.name}.distance(W, gradient)"
    size = np.linalg.norm(g, axis=-1) + trial.pull * trial.weights[:, None]

    small, move = _small_step(trial, W, g, found)
    rate, along = _fastest_fall(trial, rng, W, g, move)
    wrong = ~(np.abs(found - rate) <= np.where(found > rate, 1e-3, 1e-5) * (size + rate))
    if wrong.any():
        i, b = np.argwhere(wrong)[0]
        fault(call, f"{rate[i, b]:.6g}, the rate at which the objective falls along "
              f"{show(along[i, b])}", found[i, b], W=W[i, b], gradient=g[i, b],
              lam=trial.lam[b] * trial.weights[i])  # fmt: skip
    speed = np.linalg.norm(move, axis=-1) / small
    wrong = ~(np.abs(found - speed) <= 1e-3 * (size + found))
    if wrong.any():
        i, b = np.argwhere(wrong)[0]
        fault(f"{trial.name}.prox(W - s * gradient, s, at=W)",
              f"a move of s times the distance, {found[i, b]:.6g} s, for the tiny s = "
              f"{small[b]:.3g}", f"{speed[i, b]:.6g} s", W=W[i, b], gradient=g[i, b],
              lam=trial.lam[b] * trial.weights[i])  # fmt: skip
    _check_fixed_points(trial, rng, W, g)


def _points(trial: Trial, rng: np.random.Generator) -> np.ndarray:
    """Points where the penalty is finite, with many zero groups."""
    unit = trial.unit[:, None]
    W = some_vectors(rng, trial.size) * unit
    inside = trial.prox(W, trial.step, at=W)
    W = np.where(np.isfinite(trial.values(W[:, :, None])), W, inside)
    W[rng.random(trial.size[:2]) < 0.3] = 0
    return np.round(W / (QUANTUM * unit)) * (QUANTUM * unit)


def _small_step(
    trial: Trial, W: np.ndarray, g: np.ndarray, away: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A step too short to leave where `Pen` is as at `W`, `(B,)`, and the prox's move by it."""
    force = (np.linalg.norm(g, axis=-1) + away).max(axis=0) + trial.pull
    small = np.minimum(1e-2 * QUANTUM * trial.unit / force, 1e-3 * trial.step)
    return small, trial.prox(W - small[:, None] * g, small, at=W) - W


def _fastest_fall(
    trial: Trial, rng: np.random.Generator, W: np.ndarray, g: np.ndarray, move: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The largest rate found, `(G, B)`, and its direction: by trial, then ever closer to the best.

    The prox's own direction is among those tried, and no worse for it: rates are measured.
    """
    h = TINY * QUANTUM * trial.unit[:, None]
    base = trial.values(W[:, :, None])
    d = W.shape[-1]
    some = some_directions(rng, d, N_CANDIDATES - 2)
    some = np.broadcast_to(some, (*g.shape[:2], *some.shape))
    tried = _unit(np.concatenate([some, np.stack([move, -g], axis=2)], axis=2))
    best, along = np.full(g.shape[:2], -np.inf), np.zeros_like(g)
    for spread in SPREADS:
        slopes = (trial.values(W[:, :, None] + h[..., None] * tried) - base) / h
        rates = -((g[:, :, None] * tried).sum(axis=-1) + slopes)
        top = rates.argmax(axis=-1)[..., None]
        better = np.take_along_axis(rates, top, axis=-1)[..., 0] > best
        best = np.where(better, rates.max(axis=-1), best)
        choice = np.take_along_axis(tried, top[..., None], axis=2)[:, :, 0]
        along = np.where(better[..., None], choice, along)
        near = along[:, :, None] + spread * rng.normal(size=tried.shape)
        if spread == SPREADS[0]:  # by each weight's own rates, up and down: the first directions
            up, down = np.maximum(rates[..., :d], 0), np.maximum(rates[..., d : 2 * d], 0)
            near[:, :, 0] = up - down
        tried = _unit(near)
    return np.maximum(best, 0), along


def _unit(directions: np.ndarray) -> np.ndarray:
    return directions / np.maximum(np.linalg.norm(directions, axis=-1, keepdims=True), 1e-300)


def _check_fixed_points(
    trial: Trial, rng: np.random.Generator, W: np.ndarray, g: np.ndarray
) -> None:
    """Where `distance` is zero the prox stays, and elsewhere it moves, at any step."""
    step = trial.step[:, None]
    v = some_vectors(rng, trial.size) * trial.unit[:, None]
    z = trial.prox(v, trial.step, at=v)
    slack = 1e-7 * trial.pull * trial.weights[:, None]
    for at, slope in ((W, g), (W, 0.3 * g), (z, (z - v) / step)):
        away = trial.distance(at, slope)
        new = trial.prox(at - step * slope, trial.step, at=at)
        moved = np.linalg.norm(new - at, axis=-1)
        noise = slack * trial.step + 1e-12 * np.linalg.norm(at, axis=-1)
        wrong = (away > 10 * slack) & ~(moved > noise) | (moved > 1e3 * noise) & ~(away > slack)
        if wrong.any():
            i, b = np.argwhere(wrong)[0]
            fault(f"{trial.name}.distance(W, gradient)",
                  "0 exactly where prox(W - step * gradient, step, at=W) is W",
                  f"{away[i, b]:.6g} where the prox moves by {moved[i, b]:.6g}", W=at[i, b],
                  gradient=slope[i, b], lam=trial.lam[b] * trial.weights[i],
                  step=trial.step[b])  # fmt: skip


def check_lambda_max(trial: Trial, rng: np.random.Generator) -> None:
    """Zero is stationary at `lambda_max` and not just below; the slope there is as told."""
    vectors = rng.normal(size=trial.size) * 10 ** rng.uniform(-3, 3, (1, trial.size[1], 1))
    gradient, zero = trial.rows(vectors), trial.rows(np.zeros(trial.size))
    call = f"{trial.name}.lambda_max(gradient)"
    top = np.asarray(lambda_max(trial.penalty, gradient))
    norms = np.linalg.norm(vectors, axis=-1)
    if not (np.isfinite(top) & (top >= 0)).all():
        b = int(np.argmin(np.isfinite(top) & (top >= 0)))
        fault(call, "a finite number: from some lam on all groups must stay at zero", top[b],
              gradient=f"random, of norm {norms[:, b].max():.3g}")  # fmt: skip
    for factor, stationary in ((1 + 1e-6, True), (1 - 1e-3, False)):
        there = trial.penalty.with_lam(jnp.asarray(top * factor))
        away = np.asarray(distance(there, zero, gradient))
        wrong = (away.max(axis=0) <= 1e-9 * norms.max(axis=0)) != stationary
        if wrong.any():
            b = int(np.argmax(wrong))
            fault(call, "the smallest lam at which W = 0 is stationary", f"{top[b]:.6g}, and "
                  f"with {factor:.7g} times that distance(0, gradient) is {show(away[:, b])}",
                  gradient=f"random, of norms {show(norms[:, b])}")  # fmt: skip
    nothing = np.asarray(lambda_max(trial.penalty, zero))
    if not (nothing == 0).all():
        fault(call, 0, nothing[0], gradient="0")
    told = np.asarray(trial.penalty.slope_at_zero())
    if not np.allclose(told, trial.slope, rtol=1e-5, atol=1e-12):
        b = int(np.argmax(np.abs(told - trial.slope)))
        fault(f"{trial.name}.slope_at_zero()", f"{trial.slope[b]:.6g}, the slope of group_values "
              "along one weight", told[b], lam=trial.lam[b])  # fmt: skip

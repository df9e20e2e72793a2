"""Whether a loss's derivatives are those of its value."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import scipy.optimize

from ..losses import Loss
from . import samples as compiled
from .faults import fault, show
from .samples import Samples

H = 1e-5
ROUNDS = 3


def check_gradient(s: Samples, rng: np.random.Generator) -> None:
    """What automatic differentiation makes of `total`, by central differences of it."""
    _, gradient = s.slope(s.outputs)
    for _ in range(ROUNDS):
        d = rng.normal(size=s.outputs.shape)
        numeric = (s.total(s.outputs + H * d) - s.total(s.outputs - H * d)) / (2 * H)
        along = (gradient * d).sum(axis=(0, 2))
        wrong = ~(np.abs(numeric - along) <= 1e-6 * (1 + np.abs(gradient * d).sum(axis=(0, 2))))
        if wrong.any():
            b = int(np.argmax(wrong))
            fault(f"{s.name}.total(outputs, targets, weights)'s gradient along a direction",
                  f"{numeric[b]:.6g} by differences of total", along[b],
                  outputs=s.outputs[:, b])  # fmt: skip
    if s.loss.smooth:
        _check_smooth(s)


def _check_smooth(s: Samples) -> None:
    """On a line, the stretch on which the gradient changes most is narrowed down to nothing."""
    n, _, K = s.size
    many = 2 * n * K
    low, high = s.outputs[:, 0] - 3, s.outputs[:, 0] + 3
    jump = np.inf
    for _ in range(5):
        at = np.linspace(0, 1, many)[:, None]
        line = low[:, None] + at * (high - low)[:, None]
        slopes = _lane_slopes(s, line)
        change = np.linalg.norm(np.diff(slopes, axis=1), axis=(0, 2))
        b = int(np.argmax(change))
        low, high, jump = line[:, b], line[:, b + 1], change[b]
    if jump > 1e-3 * np.linalg.norm(slopes, axis=(0, 2)).max():
        fault(f"{s.name}.smooth", "False, for its gradient jumps", f"True, and a jump of "
              f"{jump:.3g} in the gradient of total", outputs=low)  # fmt: skip


def check_curvature(s: Samples) -> None:
    """By central differences of the gradient in every single output, as so many lanes."""
    n, _, K = s.size
    g, weights = s.outputs[:, 0], s.weights[:, 0]
    moves = H * np.eye(n * K).reshape(n, K, n * K)
    up, down = (g[:, None] + sign * moves.swapaxes(1, 2) for sign in (1, -1))
    change = np.split(_lane_slopes(s, np.concatenate([up, down], axis=1)), 2, axis=1)
    numeric = ((change[0] - change[1]) / (2 * H)).reshape(n, n, K, K)
    expected = numeric[np.arange(n), np.arange(n)]  # the samples' own outputs, (n, K, K)
    found = np.asarray(compiled.curvature(s.loss, g, s.targets, weights))
    wrong = ~(np.abs(found - expected) <= 1e-6 * (1 + np.abs(expected))).all(axis=(1, 2))
    if wrong.any():
        i = int(np.argmax(wrong))
        fault(f"{s.name}.curvature(outputs, targets, weights)[{i}]", f"{show(expected[i])} by "
              "differences of total's gradient in that sample's outputs", show(found[i]),
              outputs=g[i], targets=s.targets[i], weight=weights[i])  # fmt: skip


def check_lower_bound(s: Samples) -> None:
    """No outputs are found at which `total` is negative, by descent from the samples' own."""

    def objective(flat):
        values, gradient = s.slope(flat.reshape(s.size))
        return values.sum(), gradient.ravel()

    options = {"maxiter": 60}
    end = scipy.optimize.minimize(
        objective, s.outputs.ravel(), jac=True, method="L-BFGS-B", options=options
    )
    outputs = end.x.reshape(s.size)
    if isinstance(s.loss, Loss):
        each = np.asarray(s.loss.value(jnp.asarray(outputs), jnp.asarray(s.shared)))
        if not (each >= 0).all():
            i, lane = np.unravel_index(np.argmin(each), each.shape)
            fault(f"{s.name}.value(outputs, targets)", "a number of at least 0 for every sample, "
                  "as the certificate divides by total's root: add its lower bound", each[i, lane],
                  outputs=outputs[i, lane], targets=s.targets[i])  # fmt: skip
    values = s.total(outputs)
    if not (values >= 0).all():
        b = int(np.argmin(values))
        fault(f"{s.name}.total(outputs, targets, weights)", "a number of at least 0, as the "
              "certificate divides by its root: add its lower bound", values[b],
              outputs=outputs[:, b], targets=s.targets)  # fmt: skip


def _lane_slopes(s: Samples, outputs: np.ndarray) -> np.ndarray:
    """Gradients of many lanes with the first one's weights, `(n, L, K)`."""
    weights = np.repeat(s.weights[:, :1], outputs.shape[1], axis=1)
    return np.asarray(compiled.slope(s.loss, outputs, s.shared, weights)[1])

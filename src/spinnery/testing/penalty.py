"""Whether a penalty is what it says: every method against `group_values`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from ..penalties import Penalty
from . import trial as compiled
from .faults import fault, show, traced
from .points import N_COHORTS, some_vectors
from .prox import check_prox
from .stationarity import check_distance, check_lambda_max
from .trial import Trial, trials


def check_penalty(penalty: Penalty, random_state: int = 0) -> None:
    """Check a penalty of your own against the contract of `spinnery.penalties.Penalty`.

    Everything is measured by the penalty's own `group_values`, which alone is taken as given:

    - it is 0 at zero and nowhere negative, and lanes and groups do not see one another;
    - no other point does better than `prox`, for steps up to just below `max_step`; of a prox that
      depends on `at`, a step may not raise the objective;
    - `distance` is the steepest rate at which the objective falls, and zero where `prox` stays;
    - zero is stationary at `lambda_max` and not just below; `slope_at_zero` is the slope there;
    - `lam` and `weights` enter as their product, changed copies leave the original alone, and JAX
      can compile every method.

    Parameters
    ----------
    penalty : Penalty
        With any `lam` above 0; other strengths are tried too. Run it for each set of shape
        parameters that matters.
    random_state : int
        For the points that are tried.

    Raises
    ------
    ValueError
        If `penalty` is no instance of `Penalty`.
    AssertionError
        At the first thing that is wrong: the method, its inputs, what was expected, what came.

    Examples
    --------
    >>> from spinnery.penalties import GroupMCP
    >>> check_penalty(GroupMCP(1.0, gamma=2.5))
    """
    if not isinstance(penalty, Penalty):
        what = f"the class {penalty.__name__}" if isinstance(penalty, type) else repr(penalty)
        raise ValueError(
            f"check_penalty needs an instance of spinnery.penalties.Penalty; got {what}."
        )
    rng = np.random.default_rng(random_state)
    with jax.enable_x64(True):
        _check_copies(penalty)
        both = trials(penalty.with_cohorts(N_COHORTS))
        for trial in both:
            _check_compiles(trial)
        for trial in both:
            _check_values(trial, rng)
            _check_independence(trial, rng)
            _check_strength(trial, rng)
            check_prox(trial, rng)
            check_distance(trial, rng)
            check_lambda_max(trial, rng)


def _check_copies(penalty: Penalty) -> None:
    name = type(penalty).__name__
    before = penalty.lam, penalty.weights, penalty.groups
    with_lam = penalty.with_lam(3.5)
    with_groups = penalty.with_groups(penalty.groups, np.ones(2))
    cohorts = penalty.with_cohorts(N_COHORTS)
    calls = {"with_lam(3.5)": with_lam, "with_groups": with_groups, "with_cohorts": cohorts}
    for call, copy in calls.items():
        if not isinstance(copy, Penalty):
            fault(f"{name}.{call}", "another penalty", type(copy).__name__)
    now = penalty.lam, penalty.weights, penalty.groups
    if not all(a is b for a, b in zip(before, now, strict=True)):
        fault(f"{name}.with_lam and with_groups", "the original left as it was", "a changed one")
    if np.any(np.asarray(with_lam.lam) != 3.5):
        fault(f"{name}.with_lam(3.5).lam", 3.5, with_lam.lam)
    if with_groups.weights is None or with_groups.lam is not penalty.lam:
        fault(f"{name}.with_groups(groups, weights)", "these weights and the same lam",
              f"weights {with_groups.weights}, lam {with_groups.lam}")  # fmt: skip
    longest = penalty.max_step
    if not (np.ndim(longest) == 0 and float(longest) > 0):
        fault(f"{name}.max_step", "one number above 0, perhaps infinite", longest)


# Every method as a function of `(penalty, step, W, gradient)`, and the axes of its result.
METHODS: dict[str, tuple[Callable, str]] = {
    "group_values(W)": (lambda p, s, W, g: compiled.group_values(p, W), "groups"),
    "value(W)": (lambda p, s, W, g: compiled.value(p, W), "lanes"),
    "prox(W, step, at)": (lambda p, s, W, g: compiled.prox(p, W, s, g), "rows"),
    "distance(W, gradient)": (lambda p, s, W, g: compiled.distance(p, W, g), "groups"),
    "lambda_max(gradient)": (lambda p, s, W, g: compiled.lambda_max(p, W), "lanes"),
}


def _check_compiles(trial: Trial) -> None:
    G, B, _ = trial.size
    W, step = trial.rows(np.zeros(trial.size)), jnp.asarray(trial.step)
    shapes = {"groups": (G, B), "lanes": (B,), "rows": W.shape}
    single = trial.penalty.with_lam(jnp.asarray(trial.lam[0]))
    without = {"groups": (G,), "lanes": (), "rows": (len(W), W.shape[-1])}
    for call, (function, axes) in METHODS.items():
        name = f"{trial.name}.{call}"
        traced(name, function, shapes[axes], trial.penalty, step, W, W)
        traced(name, function, without[axes], single, step[0], W[:, 0], W[:, 0])


def _check_values(trial: Trial, rng: np.random.Generator) -> None:
    call = f"{trial.name}.group_values(W)"
    zero = trial.values(np.zeros(trial.size)[:, :, None])[..., 0]
    if not np.all(zero == 0):
        fault(call, "0 in every group", zero[zero != 0][0], W="0")
    vectors = some_vectors(rng, trial.size) * trial.unit[:, None]
    values = trial.values(vectors[:, :, None])[..., 0]
    bad = ~(values >= 0)
    if bad.any():
        g, b = np.argwhere(bad)[0]
        fault(call, "a value of at least 0", values[g, b], W=vectors[g, b], lam=trial.lam[b])
    if trial.alone:
        total = np.asarray(compiled.value(trial.penalty, trial.rows(vectors)))
        if not np.allclose(total, values.sum(axis=0), rtol=1e-9):
            fault(f"{trial.name}.value(W)", "the sum of group_values over groups, "
                  f"{show(values.sum(axis=0))}", total)  # fmt: skip


def _check_independence(trial: Trial, rng: np.random.Generator) -> None:
    """Lanes and groups see nothing of one another, and a lane alone is a lane."""
    first, other = (some_vectors(rng, trial.size) * trial.unit[:, None] for _ in range(2))
    step = jnp.asarray(trial.step)

    def results(vectors, gradient):
        W, g = trial.rows(vectors), trial.rows(gradient)
        return {call: f(trial.penalty, step, W, g) for call, (f, _) in METHODS.items()}

    def changed(vectors, where):
        out = vectors.copy()
        out[where] = -100 * out[::-1][where]
        return out

    base = results(first, other)
    by_lane = results(*(changed(a, np.s_[:, 0]) for a in (first, other)))
    by_group = results(*(changed(a, np.s_[0]) for a in (first, other)))
    for call, (_, axes) in METHODS.items():
        name = f"{trial.name}.{call}"
        lanes = np.s_[1:] if axes == "lanes" else np.s_[:, 1:]
        _same(name, "another lane's weights and gradient", base[call], by_lane[call], lanes)
        if axes != "lanes":
            others = np.delete(np.arange(trial.members.size), trial.members[0])
            keep = np.s_[1:] if axes == "groups" else others
            _same(name, "another group's weights and gradient", base[call], by_group[call], keep)
    if trial.alone:
        _check_single(trial, trial.rows(first), trial.rows(other), base)


def _check_single(trial: Trial, W: Array, g: Array, batch: dict[str, Array]) -> None:
    """One lane without an axis for lanes is what it is beside others."""
    b = 1
    penalty, step = trial.penalty.with_lam(jnp.asarray(trial.lam[b])), trial.step[b]
    for call, (function, axes) in METHODS.items():
        found = np.asarray(function(penalty, step, W[:, b], g[:, b]))
        expected = np.asarray(batch[call])[b if axes == "lanes" else np.s_[:, b]]
        if not np.allclose(found, expected, rtol=1e-9, atol=1e-12, equal_nan=True):
            fault(f"{trial.name}.{call}", f"of W without an axis for lanes what it is beside other "
                  f"lanes, {show(expected)}", found, lam=trial.lam[b], step=step)  # fmt: skip


def _same(call: str, what: str, before: Any, after: Any, keep: Any) -> None:
    a, b = np.asarray(before)[keep], np.asarray(after)[keep]
    if not np.allclose(a, b, rtol=1e-12, atol=0, equal_nan=True):
        worst = np.unravel_index(np.nanargmax(np.abs(a - b)), a.shape)
        fault(call, f"no change when {what} change, {a[worst]:.6g}", b[worst])


def _check_strength(trial: Trial, rng: np.random.Generator) -> None:
    """Group `g` is penalised with `lam * weights[g]`."""
    vectors = some_vectors(rng, trial.size) * trial.unit[:, None]
    W = trial.rows(vectors)
    weighted = np.asarray(compiled.group_values(trial.penalty, W))
    plain = trial.penalty.with_groups(trial.penalty.groups, None)
    for g, weight in enumerate(trial.weights):
        there = plain.with_lam(jnp.asarray(trial.lam * weight))
        expected = np.asarray(compiled.group_values(there, W))[g]
        if not np.allclose(weighted[g], expected, rtol=1e-9):
            b = int(np.nanargmax(np.abs(weighted[g] - expected)))
            fault(f"{trial.name}.group_values(W)", f"the value at lam * weight, {expected[b]:.6g}",
                  weighted[g, b], W=vectors[g, b], lam=trial.lam[b], weight=weight)  # fmt: skip

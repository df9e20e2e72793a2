"""The descent: the textbook's steps, and its ends."""

import jax
import neighbours
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from spinnery.embedding import descent
from spinnery.embedding.affinities import joint_affinities
from spinnery.embedding.descent import Schedule, descend
from spinnery.progress import Steps

N = 12


def problem(seed=0):
    rng = np.random.default_rng(seed)
    with jax.enable_x64(True):
        P = np.asarray(
            joint_affinities(neighbours.squared_distances(rng.normal(size=(N, 3))), N, 4.0)
        )
    return P, rng.normal(size=(N, 2))


def run(tails, P, Y, schedule, fixed=None):
    with jax.enable_x64(True):
        return descend(tails, P, Y, fixed, P.shape[1], schedule, Steps(False))


def by_hand(tails, P, Y, steps, rate, exaggeration, momentum):
    """Jacobs' gains and momentum, one coordinate at a time, on maths.md's sums."""
    Y, move, gains = Y.copy(), np.zeros_like(Y), np.ones_like(Y)
    for _ in range(steps):
        _, slope = neighbours.cost_and_gradient(tails, exaggeration * P, Y)
        for index in np.ndindex(*Y.shape):
            turned = slope[index] * move[index] > 0
            gains[index] = max(0.8 * gains[index] if turned else gains[index] + 0.2, 0.01)
            move[index] = momentum * move[index] - rate * gains[index] * slope[index]
        Y = Y + move
    return Y - Y.mean(axis=0)


@pytest.mark.parametrize("tails, rate", [("student", 1.0), ("gaussian", 0.1)])
def test_steps_are_those_of_the_paper(tails, rate):
    P, Y = problem()
    found = run(tails, P, Y, Schedule(20, 4 * rate, 4.0, 0.0))
    assert_allclose(found.Y, by_hand(tails, P, Y, 20, rate, 4.0, 0.5), atol=1e-9)
    assert found.n_iter == 20
    assert_array_equal(found.costs[:, 0], [20])
    assert_allclose(found.costs[0, 1], neighbours.cost_and_gradient(tails, P, found.Y)[0])


def test_the_cost_falls_to_a_stationary_point():
    P, Y = problem()
    found = run("gaussian", P, Y, Schedule(5000, 0.5, 1.0, 1e-8))
    assert found.n_iter < 5000
    assert (np.diff(found.costs[:, 1]) <= 1e-12).all()
    _, slope = neighbours.cost_and_gradient("gaussian", P, found.Y)
    assert np.linalg.norm(slope) <= 1e-8


def test_exaggeration_ends(monkeypatch):
    """After it, other affinities, momentum and step length, and moves and gains start anew."""
    monkeypatch.setattr(descent, "EXAGGERATED", 50)
    P, Y = problem()
    found = run("gaussian", P, Y, Schedule(70, 0.8, 4.0, 0.0))
    early = by_hand("gaussian", P, Y, 50, 0.2, 4.0, 0.5)
    assert_allclose(found.Y, by_hand("gaussian", P, early, 20, 0.8, 1.0, 0.8), atol=1e-9)
    assert_array_equal(found.costs[:, 0], [50, 70])


def test_exaggeration_does_not_end_in_a_point():
    """Exaggerated SNE draws all points together; they keep their arrangement, and some distance."""
    P, Y = problem()
    Y = 1e-5 * (Y - Y.mean(axis=0))
    found = run("gaussian", P, Y, Schedule(50, 1.0, 10.0, 0.0)).Y
    plain = by_hand("gaussian", P, Y, 50, 0.1, 10.0, 0.5)
    assert np.abs(plain).max() < 1e-5
    assert_allclose(np.abs(found).max(), 1e-4)
    assert_allclose(found, 1e-4 * plain / np.abs(plain).max(), atol=1e-9)
    whole = run("gaussian", P, Y, Schedule(1000, 1.0, 10.0, 1e-7))
    assert np.ptp(whole.Y, axis=0).min() > 0.5


def test_points_that_stay():
    """New points descend their own cost; the fixed ones and each other do not matter to it."""
    P, fixed = problem()
    rows = P / P.sum(axis=1, keepdims=True)
    Y = fixed + 0.1
    found = run("student", rows, Y, Schedule(500, 0.5, 1.0, 0.0), fixed)
    alone = run("student", rows[:1], Y[:1], Schedule(500, 0.5, 1.0, 0.0), fixed)
    assert_allclose(found.Y[:1], alone.Y, atol=1e-8)
    assert found.costs[-1, 1] < neighbours.new_cost("student", rows, Y, fixed)


def test_points_that_run_off():
    P, Y = problem()
    with pytest.raises(ValueError) as caught:
        run("gaussian", P, Y, Schedule(50, 1e200, 1.0, 0.0))
    assert str(caught.value) == (
        "The points ran off to infinity within 50 steps at learning_rate=1e+200. Lower "
        'learning_rate, or leave it at "auto".'
    )

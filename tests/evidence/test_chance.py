"""What chance picks: the model by simulation, and halves of noise that never saw the model."""

import numpy as np
import pytest
from scipy.stats import norm

from spinnery.evidence.chance import RHOS, by_chance, distributions
from spinnery.evidence.stability import stability

HALVES, SIZE = 100, 24


def votes_of_screening(X: np.ndarray, y: np.ndarray, rng) -> np.ndarray:
    """How many of random complementary halves have each feature among the most correlated."""
    votes = np.zeros(X.shape[1], int)
    for _ in range(HALVES // 2):
        order = rng.permutation(len(X))
        for half in (order[::2], order[1::2]):
            a, b = X[half] - X[half].mean(axis=0), y[half] - y[half].mean()
            votes[np.argsort(-np.abs(b @ a) / np.linalg.norm(a, axis=0))[:SIZE]] += 1
    return votes


@pytest.mark.parametrize("place", [0, 5, 11])
def test_the_distribution_of_votes_by_simulation(place):
    c, rng = 1.4, np.random.default_rng(place)
    z, e = rng.normal(size=(10_000, 1)), rng.normal(size=(10_000, 20))
    beyond = np.abs(np.sqrt(RHOS[place]) * z + np.sqrt(1 - RHOS[place]) * e) > c
    seen = np.bincount(beyond.sum(axis=1), minlength=21) / len(z)
    np.testing.assert_allclose(distributions(np.array([c]), 20)[place, 0], seen, atol=0.015)


def test_distributions_sum_to_one_and_have_the_mean_that_c_says():
    c = np.array([0.0, 1.0, 2.5])
    found = distributions(c, 30)
    np.testing.assert_allclose(found.sum(axis=2), 1, rtol=1e-6)
    np.testing.assert_allclose(
        found @ np.arange(31) / 30, np.broadcast_to(2 * norm.sf(c), (12, 3)), rtol=1e-3
    )


def test_noise_has_no_more_than_chance_says():
    """Over data sets of pure noise, as many units with many votes as expected or fewer."""
    rng, wanted, seen = np.random.default_rng(0), 0.0, 0.0
    for _ in range(40):
        votes = votes_of_screening(rng.normal(size=(100, 300)), rng.normal(size=100), rng)
        wanted = wanted + by_chance(votes[votes > 0], HALVES, 300)
        seen = seen + np.cumsum(np.bincount(votes, minlength=HALVES + 1)[::-1])[::-1]
    for v in (20, 30, 40, 50, 60, 70):
        assert seen[v] <= wanted[v] + 2 * np.sqrt(wanted[v])
    assert wanted[50] < 4 * seen[50]  # and not far more


def test_true_ones_do_not_pass_for_chance():
    """Where units are few, a list at a false rate of 0.1 is longer than the bound's, and holds."""
    rng, false, listed, bounded = np.random.default_rng(1), [], 0, 0
    for _ in range(20):
        X = rng.normal(size=(200, 80))
        y = X[:, :10] @ np.linspace(1, 0.4, 10) + 2 * rng.normal(size=200)
        votes = votes_of_screening(X, y, rng)
        picked = np.flatnonzero(votes)
        found = stability(votes[picked], HALVES, 80, SIZE, 1.0)
        now = picked[found.false_rate <= 0.1]
        listed += len(now)
        firmest = np.sort(found.expected_false)
        bounded += np.max(
            np.arange(1, len(firmest) + 1)[firmest <= 0.1 * np.arange(1, len(firmest) + 1)],
            initial=0,
        )
        false.append((now >= 10).sum() / max(len(now), 1))
    assert np.mean(false) <= 0.1
    assert listed > bounded


def test_more_votes_are_rarer_and_nothing_is_more_than_everything():
    votes = np.array([1, 1, 2, 5, 40, 90])
    found = by_chance(votes, HALVES, 50)
    assert (np.diff(found) <= 0).all()
    assert found[0] == pytest.approx(50)
    assert (found <= 50).all()


@pytest.mark.parametrize("votes", [np.full(10, HALVES), np.full(10, 60)])
def test_where_all_are_picked_nothing_can_be_learnt(votes):
    assert by_chance(votes, HALVES, 10)[votes[0]] == pytest.approx(10, rel=0.02)


def test_no_votes_at_all():
    assert by_chance(np.zeros(0, int), HALVES, 100)[50] < 1

"""Bounds on false selections: the published values, and no distribution that exceeds them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from spinnery.evidence.bounds import (
    HIGHEST,
    LOWEST,
    least_share,
    most_picked,
    r_concave,
    tails,
    unimodal,
    worst_case,
)

SHARES = (0.6, 0.75, 0.9)
# Shah and Samworth's bounds for B = 50: any distribution, unimodal, r-concave
PUBLISHED = {
    (1000, 12): ((0.72, 0.29, 0.18), (0.38, 0.15, 0.062), (0.10, 0.035, 0.009)),
    (1000, 24): ((2.9, 1.15, 0.72), (1.5, 0.59, 0.25), (0.51, 0.14, 0.037)),
    (5000, 12): ((0.14, 0.058, 0.036), (0.076, 0.029, 0.012), (0.021, 0.007, 0.002)),
    (5000, 24): ((0.58, 0.23, 0.14), (0.30, 0.12, 0.050), (0.076, 0.027, 0.007)),
}


@pytest.mark.parametrize("p, q", PUBLISHED)
def test_the_published_values(p, q):
    any_, peaked, concave = PUBLISHED[p, q]
    by_votes = r_concave(q, p, 50)
    for k, share in enumerate(SHARES):
        assert worst_case(share, q, p) == pytest.approx(any_[k], rel=0.04)
        assert unimodal(share, q, p, 50) == pytest.approx(peaked[k], rel=0.04)
        assert by_votes[round(100 * share)] == pytest.approx(concave[k], abs=0.5 * 10**-3, rel=0.05)


@given(
    st.sampled_from([-0.5, -0.25]),
    st.integers(5, 40),
    st.floats(0.01, 0.3),
    st.lists(st.floats(-3, 3), min_size=2, max_size=4),
    st.integers(0, 10**6),
)
def test_no_distribution_has_a_larger_tail(r, N, mean, slopes, seed):
    """Random r-concave distributions: `f^r` is convex for r < 0, here a maximum of lines."""
    rng = np.random.default_rng(seed)
    i = np.arange(N + 1)
    lines = [np.exp(s) * (i - rng.uniform(-N, N)) + rng.uniform(0.01, 3) for s in slopes]
    power = np.maximum(np.max(lines, axis=0), 1e-3)
    f = power ** (1 / r)
    f[rng.integers(1, N + 1) + 1 :] = 0  # cut off, it stays r-concave
    f /= f.sum()
    if i @ f / N <= mean:
        tail = np.cumsum(f[::-1])[::-1]
        assert (tail <= tails(mean, N, r) + 1e-9).all()


def test_tails_fall_and_rise_with_the_mean():
    low, high = tails(0.02, 40, -0.5), tails(0.05, 40, -0.5)
    assert low[0] == 1 and (np.diff(low) <= 1e-12).all()
    assert (low <= high + 1e-12).all()
    assert tails(0.0, 10, -0.5).tolist() == [1] + [0] * 10
    assert (
        tails(0.02, 40, -0.5) <= np.minimum(1, 0.02 * 40 / np.maximum(np.arange(41), 0.5))
    ).all()


def test_the_least_share_admits_what_was_asked_for():
    for wanted in (0.1, 1.0, 3.0):
        share = least_share(12, 200, 25, wanted)
        by_votes = r_concave(12, 200, 25)
        votes = round(50 * share)
        assert by_votes[votes] <= wanted
        assert share >= LOWEST
        assert votes == 30 or by_votes[votes - 1] > wanted
    assert least_share(5, 5, 25, 0.1) == np.inf


@given(st.integers(1, 400), st.floats(0.1, 4))
def test_halves_pick_as_many_as_leave_a_share_that_can_be_reached(p, wanted):
    q = most_picked(p, 20, wanted, 24)
    assert 1 <= q <= min(24, p)
    assert q == 1 or least_share(q, p, 20, wanted) <= HIGHEST
    if q < min(24, p):
        assert least_share(q + 1, p, 20, wanted) > HIGHEST


def test_what_chance_correlations_make_of_the_bound():
    """Null scores of halves share the whole sample's (docs/maths.md): how many are as frequent."""

    def expected(share, q, p):
        c = norm.isf(q / p / 2)
        return 2 * p * norm.sf(c * np.sqrt(2) + norm.ppf(share))

    shapes = ((12, 50), (12, 200), (24, 200), (12, 1000), (24, 1000), (24, 5000), (24, 20000))
    for q, p in shapes:
        by_votes = r_concave(q, p, 50)
        for share, most in ((LOWEST, 1.5), (0.65, 1.1), (0.75, 1.0), (0.9, 1.0)):
            assert expected(share, q, p) <= most * by_votes[round(100 * share)]
        assert expected(least_share(q, p, 50, 1.0), q, p) < 0.9  # what `stable` promises
    for q, p in shapes[3:]:  # why no lower share is trusted
        assert expected(LOWEST - 0.1, q, p) > 1.45 * r_concave(q, p, 50)[round(100 * LOWEST) - 10]

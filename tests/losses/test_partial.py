"""The partial likelihood against double loops over samples, and what must not change it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spinnery.losses import PartialLikelihood
from spinnery.losses.partial import running

pytestmark = pytest.mark.usefixtures("x64")

N = 36  # more than a block of running sums
LOSSES = {ties: PartialLikelihood(ties=ties) for ties in ("efron", "breslow")}
either = pytest.mark.parametrize("ties", list(LOSSES))

TIMES = arrays(np.int64, N, elements=st.integers(1, 6))  # ties are common
EVENTS = arrays(bool, N, elements=st.booleans(), fill=st.nothing())
STRATA = arrays(np.int64, N, elements=st.integers(0, 1), fill=st.nothing())
WEIGHTS = arrays(np.float64, N, elements=st.sampled_from([0.0, 0.5, 1.0, 2.5]), fill=st.nothing())
RISKS = arrays(np.float64, N, elements=st.floats(-4, 4).map(lambda v: round(v, 2)))
SAMPLES = st.tuples(RISKS, EVENTS, TIMES, STRATA, WEIGHTS)

total = jax.jit(lambda loss, g, t, w: loss.total(g, t, w))
held_out = jax.jit(lambda loss, g, t, w, train: loss.held_out(g, t, w, train))
gradient = jax.jit(jax.grad(lambda g, loss, t, w: jnp.sum(loss.total(g, t, w))))
curvature = jax.jit(lambda loss, g, t, w: loss.curvature(g, t, w))
hessian = jax.jit(
    jax.hessian(lambda g, loss, t, w: loss.total(g[:, None, None], t[:, None], w[:, None])[0])
)


def encode(event, time, stratum):
    """Targets `(n, 3)`: events, ranks of (stratum, falling time), strata."""
    keys = list(zip(stratum, -np.asarray(time, float), strict=True))
    rank = [sorted(set(keys)).index(key) for key in keys]
    return np.stack([event, rank, stratum], axis=1).astype(float)


def slow_sum(ties, g, event, time, stratum, w):
    """The sum over events and their weight, straight from the formulas."""
    out, mass = 0.0, 0.0
    for s, t in sorted({(s, t) for s, t, d in zip(stratum, time, event, strict=True) if d}):
        at_risk = [j for j in range(len(g)) if stratum[j] == s and time[j] >= t]
        tied = [j for j in at_risk if time[j] == t and event[j] and w[j] > 0]
        risk_set = sum(w[j] * np.exp(g[j]) for j in at_risk)
        own = sum(w[j] * np.exp(g[j]) for j in tied)
        mean = sum(w[j] for j in tied) / max(len(tied), 1)
        for number, j in enumerate(tied):
            mass += w[j]
            if ties == "breslow":
                out += w[j] * (np.log(risk_set) - g[j] - np.log(w[j]))
            else:
                corrected = risk_set - number / len(tied) * own
                out += mean * (np.log(corrected) - np.log(mean)) - w[j] * g[j]
    return out, mass


def slow(ties, *sample):
    out, mass = slow_sum(ties, *sample)
    return out / mass if mass else 0.0


def one_lane(g, event, time, stratum, w):
    """Outputs, targets and weights of a single lane, as `total` takes them."""
    return g[:, None, None], encode(event, time, stratum)[:, None], w[:, None]


def a_sample(seed, n=N, n_strata=2, n_times=6):
    rng = np.random.default_rng(seed)
    return (
        rng.normal(size=n), rng.random(n) < 0.7, rng.integers(1, n_times + 1, n),
        rng.integers(0, n_strata, n), rng.choice([0.0, 0.5, 1.0, 2.5], n),
    )  # fmt: skip


# -- values -----------------------------------------------------------------------------------


@either
@given(sample=SAMPLES)
def test_value_is_the_double_loop_and_never_negative(ties, sample):
    value = float(total(LOSSES[ties], *one_lane(*sample))[0])
    assert value >= 0
    assert value == pytest.approx(slow(ties, *sample), rel=1e-10, abs=1e-10)


@either
def test_by_hand(ties):
    """Two tied events among three at risk, all of risk 1: `(log 3 + log 3 or 2) / 2`."""
    sample = np.zeros(3), np.array([1, 1, 0]), np.array([2, 2, 3]), np.zeros(3), np.ones(3)
    second = 3 if ties == "breslow" else 2
    value = float(total(LOSSES[ties], *one_lane(*sample))[0])
    assert value == pytest.approx((np.log(3) + np.log(second)) / 2, rel=1e-12)


@either
def test_a_perfect_order_costs_nothing(ties):
    time = np.arange(1, N + 1)
    sample = -18.0 * time, np.ones(N), time, np.zeros(N), np.linspace(0.5, 2, N)
    assert float(total(LOSSES[ties], *one_lane(*sample))[0]) == pytest.approx(0, abs=1e-7)


@given(sample=SAMPLES)
def test_without_ties_both_are_equal(sample):
    g, event, _, stratum, w = sample
    lane = one_lane(g, event, np.random.default_rng(0).permutation(N), stratum, w)
    efron, breslow = (float(total(loss, *lane)[0]) for loss in LOSSES.values())
    assert efron == pytest.approx(breslow, rel=1e-10, abs=1e-10)


@either
def test_nothing_observed_costs_nothing(ties):
    g, _, time, stratum, w = a_sample(0)
    lane = one_lane(g, np.zeros(N), time, stratum, w)
    assert float(total(LOSSES[ties], *lane)[0]) == 0
    assert not np.asarray(gradient(lane[0], LOSSES[ties], *lane[1:])).any()


# -- what changes nothing ---------------------------------------------------------------------


@either
@given(sample=SAMPLES)
def test_blind_to_shifts_of_a_stratum_and_to_the_scale_of_time(ties, sample):
    g, event, time, stratum, w = sample
    base = float(total(LOSSES[ties], *one_lane(*sample))[0])
    shifted = g + np.array([3.5, -70.0])[stratum], event, np.exp(time / 2.0) - 9, stratum, w
    assert float(total(LOSSES[ties], *one_lane(*shifted))[0]) == pytest.approx(
        base, rel=1e-9, abs=1e-9
    )
    outputs, targets, weights = one_lane(*sample)
    gaps = targets * [1, 7, 3]  # neither ranks nor strata need be consecutive
    assert float(total(LOSSES[ties], outputs, gaps, weights)[0]) == pytest.approx(base, rel=1e-12)


@either
def test_padding_changes_nothing(ties):
    outputs, targets, weights = one_lane(*a_sample(1))
    base = total(LOSSES[ties], outputs, targets, weights)
    for rows in (np.zeros((4, 1, 3)), targets[:4], np.full((4, 1, 3), [1.0, 99, 5])):
        padded = (
            np.concatenate([outputs, np.full((4, 1, 1), 500.0)]),
            np.concatenate([targets, rows]), np.concatenate([weights, np.zeros((4, 1))]),
        )  # fmt: skip
        np.testing.assert_allclose(total(LOSSES[ties], *padded), base, rtol=1e-12)
        slopes = np.asarray(gradient(padded[0], LOSSES[ties], *padded[1:]))
        assert not slopes[N:].any()
        np.testing.assert_allclose(
            slopes[:N], gradient(outputs, LOSSES[ties], targets, weights), rtol=1e-10, atol=1e-14
        )


@either
def test_lanes_with_targets_of_their_own_are_those_lanes_alone(ties):
    lanes = [one_lane(*a_sample(seed)) for seed in range(3)]
    together = [np.concatenate(parts, axis=1) for parts in zip(*lanes, strict=True)]
    expected = [float(total(LOSSES[ties], *lane)[0]) for lane in lanes]
    np.testing.assert_allclose(total(LOSSES[ties], *together), expected, rtol=1e-12)
    slopes = [gradient(lane[0], LOSSES[ties], *lane[1:]) for lane in lanes]
    np.testing.assert_allclose(
        gradient(together[0], LOSSES[ties], *together[1:]), np.concatenate(slopes, axis=1),
        rtol=1e-10, atol=1e-14,
    )  # fmt: skip


# -- derivatives ------------------------------------------------------------------------------


@either
@given(sample=SAMPLES)
def test_gradient_by_differences_of_the_double_loop(ties, sample):
    g, *rest = sample
    lane = one_lane(*sample)
    slopes = np.asarray(gradient(lane[0], LOSSES[ties], *lane[1:]))[:, 0, 0]
    h = 1e-6
    for j, e in enumerate(h * np.eye(N)):
        numeric = (slow(ties, g + e, *rest) - slow(ties, g - e, *rest)) / (2 * h)
        assert slopes[j] == pytest.approx(numeric, abs=1e-8)


@either
@given(sample=SAMPLES)
def test_curvature_is_the_diagonal_of_the_hessian(ties, sample):
    g, event, time, stratum, w = sample
    targets = encode(event, time, stratum)
    found = np.asarray(curvature(LOSSES[ties], g[:, None], targets, w))
    exact = np.diag(hessian(g, LOSSES[ties], targets, w))
    assert found.shape == (N, 1, 1)
    np.testing.assert_allclose(found[:, 0, 0], exact, atol=1e-10)
    assert (found >= -1e-12).all()


def test_gradient_vanishes_at_the_estimates_of_scikit_survival():
    linear_model = pytest.importorskip("sksurv.linear_model")
    rng = np.random.default_rng(3)
    X = rng.normal(size=(N, 2))
    time = np.ceil(4 * rng.exponential(np.exp(-X @ [1.0, -0.5])))  # ties
    event = rng.random(N) < 0.7
    y = np.array(list(zip(event, time, strict=True)), dtype=[("event", bool), ("time", float)])
    for ties, loss in LOSSES.items():
        model = linear_model.CoxPHSurvivalAnalysis(ties=ties, tol=1e-12).fit(X, y)
        outputs, targets, weights = one_lane(X @ model.coef_, event, time, np.zeros(N), np.ones(N))
        slopes = np.asarray(gradient(outputs, loss, targets, weights))[:, 0, 0]
        np.testing.assert_allclose(X.T @ slopes, 0, atol=1e-7)


# -- held out ---------------------------------------------------------------------------------


@either
def test_held_out_is_what_all_samples_have_beyond_training(ties):
    g, event, time, stratum, w = a_sample(4)
    w = np.where(w == 0, 1.0, w)
    rng = np.random.default_rng(5)
    train = np.stack([rng.random(N) < 0.6, np.arange(N) < 15, np.ones(N, bool)], axis=1)
    targets = encode(event, time, stratum)[:, None]
    outputs = np.repeat(g[:, None, None], 3, axis=1)
    # training weights are scaled; which samples they are is all that counts
    found = held_out(LOSSES[ties], outputs, targets, w[:, None], 7.0 * train)
    every, events = slow_sum(ties, g, event, time, stratum, w)
    for b in range(2):
        known, seen = slow_sum(ties, g, event, time, stratum, w * train[:, b])
        assert float(found[b]) == pytest.approx((every - known) / (events - seen), rel=1e-10)
    assert np.isnan(found[2])
    own = held_out(LOSSES[ties], outputs, np.repeat(targets, 3, axis=1), w[:, None], 7.0 * train)
    np.testing.assert_allclose(own, found, rtol=1e-12)


# -- single precision -------------------------------------------------------------------------


@either
def test_single_precision_with_strata_of_very_different_risk(ties):
    rng = np.random.default_rng(6)
    _, event, time, stratum, w = a_sample(6, n_strata=3)
    g = rng.normal(size=N) + np.array([-60.0, 0.0, 75.0])[stratum]
    single = [np.asarray(a, np.float32) for a in one_lane(g, event, time, stratum, w)]
    double = [a.astype(float) for a in single]  # the same numbers, rounded
    found, exact = total(LOSSES[ties], *single), total(LOSSES[ties], *double)
    assert found.dtype == jnp.float32
    assert float(found[0]) == pytest.approx(float(exact[0]), rel=1e-5)
    assert float(exact[0]) == pytest.approx(slow(ties, g, event, time, stratum, w), rel=1e-5)
    slopes = [gradient(lane[0], LOSSES[ties], *lane[1:]) for lane in (single, double)]
    np.testing.assert_allclose(*slopes, atol=1e-5 * np.abs(slopes[1]).max())
    curved = [curvature(LOSSES[ties], *(a[:, 0] for a in lane)) for lane in (single, double)]
    np.testing.assert_allclose(*curved, atol=1e-5 * np.max(curved[1]))


@either
def test_single_precision_stays_finite(ties):
    _, event, time, stratum, w = a_sample(7)
    anyhow = np.sign(np.random.default_rng(8).normal(size=N))
    late_is_low = np.where(time > np.median(time), -1.0, 1.0)  # risk sets that vanish
    for outputs in (50 * anyhow, 50 * late_is_low, 1e4 * anyhow, 1e4 * late_is_low):
        lane = [np.asarray(a, np.float32) for a in one_lane(outputs, event, time, stratum, w)]
        assert np.isfinite(total(LOSSES[ties], *lane)).all()
        assert np.isfinite(gradient(lane[0], LOSSES[ties], *lane[1:])).all()
        found = np.asarray(curvature(LOSSES[ties], *(a[:, 0] for a in lane)))
        assert np.isfinite(found).all() and (found >= -1e-6).all()


# -- parts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 32, 33, 100])
def test_running_sums_start_anew_with_every_id(n):
    rng = np.random.default_rng(n)
    values, ids = rng.normal(size=(n, 2)), np.sort(rng.integers(0, max(n // 20, 1), n))
    expected = [values[: i + 1][ids[: i + 1] == ids[i]].sum(axis=0) for i in range(n)]
    np.testing.assert_allclose(jax.jit(running)(values, ids), expected, atol=1e-12)


def test_one_output_and_two_ways_with_ties():
    assert PartialLikelihood().n_outputs(3) == 1
    message = r'^ties must be "efron" or "breslow"; got \'exact\'\.$'
    with pytest.raises(ValueError, match=message):
        PartialLikelihood(ties="exact")

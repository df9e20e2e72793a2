"""Kaplan-Meier curves, the log-rank test and baseline hazards: against references."""

import numpy as np
import pytest
from follow_ups import cohort, followed, small_cohorts
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter, NelsonAalenFitter
from lifelines.statistics import multivariate_logrank_test
from numpy.testing import assert_allclose, assert_array_equal
from sksurv.compare import compare_survival
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.nonparametric import kaplan_meier_estimator

from spinnery.metrics import breslow_baseline, kaplan_meier, log_rank_test, median_survival

SEEDS = range(3)


# -- Kaplan and Meier -----------------------------------------------------------------------


@pytest.mark.parametrize("rounded", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_curve_is_scikit_survivals(seed, rounded):
    y, _ = cohort(seed=seed, rounded=rounded)
    curve = kaplan_meier(y)
    times, survival, (lower, upper) = kaplan_meier_estimator(
        y["event"], y["time"], conf_type="log-log"
    )
    assert_array_equal(curve.times, times)
    assert_allclose(curve.survival, survival, rtol=0, atol=1e-12)
    inside = survival > 1e-9
    assert_allclose(curve.lower[inside], lower[inside], rtol=0, atol=1e-12)
    assert_allclose(curve.upper[inside], upper[inside], rtol=0, atol=1e-12)
    assert np.isnan(curve.lower[~inside]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_weighted_curve_is_lifelines_and_replication(seed):
    y, _ = cohort(seed=seed)
    weights = np.random.default_rng(seed).integers(0, 4, size=len(y))
    curve, again = kaplan_meier(y, weights), kaplan_meier(np.repeat(y, weights))
    for name in ("times", "survival", "at_risk", "n_events", "standard_error", "lower", "upper"):
        assert_allclose(getattr(curve, name), getattr(again, name), rtol=1e-12, atol=1e-14)
    kept = weights > 0
    fitter = KaplanMeierFitter().fit(y["time"][kept], y["event"][kept], weights=weights[kept])
    table = fitter.event_table.loc[curve.times]
    assert_allclose(curve.at_risk, table["at_risk"])
    assert_allclose(curve.n_events, table["observed"])
    assert_allclose(curve.survival, fitter.survival_function_at_times(curve.times), atol=1e-10)
    bounds = fitter.confidence_interval_.loc[curve.times].to_numpy()
    inside = (curve.survival > 1e-9) & (curve.survival < 1)
    found = np.stack([curve.lower, curve.upper], axis=1)
    assert_allclose(found[inside], bounds[inside], atol=1e-8)


def test_curve_by_hand():
    """Ten samples; Greenwood's errors from fractions."""
    y = followed([1, 1, 0, 1, 0, 1, 1, 0, 1, 1], [1, 1, 1, 2, 3, 4, 4, 5, 6, 6])
    curve = kaplan_meier(y)
    assert_array_equal(curve.times, [1, 2, 3, 4, 5, 6])
    assert_array_equal(curve.at_risk, [10, 7, 6, 5, 3, 2])
    assert_array_equal(curve.n_events, [2, 1, 0, 2, 0, 2])
    survival = np.array([8 / 10, 8 / 10 * 6 / 7, 48 / 70, 48 / 70 * 3 / 5, 144 / 350, 0])
    assert_allclose(curve.survival, survival, atol=1e-15)
    terms = np.cumsum([2 / 80, 1 / 42, 0, 2 / 15, 0])
    assert_allclose(curve.standard_error, np.append(survival[:-1] * np.sqrt(terms), 0), rtol=1e-12)
    expected = [1, 0.8, 0.8, survival[3], 0, 0]
    assert_allclose(curve.at([0.5, 1, 1.9, 5.5, 6, 7]), expected)


def test_curve_without_censoring_is_the_share_left_with_binomial_errors():
    time = np.random.default_rng(0).integers(1, 8, size=50).astype(float)
    curve = kaplan_meier(followed(np.ones(50, bool), time))
    share = np.array([(time > t).mean() for t in curve.times])
    assert_allclose(curve.survival, share, atol=1e-12)
    assert_allclose(curve.standard_error, np.sqrt(share * (1 - share) / 50), atol=1e-12)


def test_curve_of_nobody_with_the_event_stays_at_one():
    curve = kaplan_meier(followed([False, False], [2, 3]))
    for values in (curve.survival, curve.lower, curve.upper):
        assert_array_equal(values, [1, 1])
    assert_array_equal(curve.standard_error, [0, 0])
    assert_array_equal(curve.at([1, 3, 3.1]), [1, 1, np.nan])


@given(small_cohorts(), st.integers(1, 1000))
def test_curves_fall_within_their_bounds(data, scale):
    y, _ = data
    curve = kaplan_meier(y, np.full(len(y), scale / 7))
    assert np.all(np.diff(np.append(1, curve.survival)) <= 0) and curve.survival.min() >= 0
    inside = curve.survival > 0
    assert np.all(curve.lower[inside] <= curve.survival[inside] + 1e-12)
    assert np.all(curve.survival[inside] <= curve.upper[inside] + 1e-12)
    assert_allclose(curve.survival, kaplan_meier(y).survival, atol=1e-12)
    error = kaplan_meier(y).standard_error / np.sqrt(scale / 7)
    assert_allclose(curve.standard_error, error, atol=1e-10)


# -- log-rank -------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Starting with pandas version")  # in lifelines
@pytest.mark.parametrize("k", [2, 3, 5])
@pytest.mark.parametrize("seed", SEEDS)
def test_log_rank_is_the_references(seed, k):
    y, risk = cohort(200, seed)
    groups = np.array(list("edcba"))[np.clip((risk + 1).astype(int), 0, k - 1)]
    statistic, p_value = log_rank_test(y, groups)
    expected = compare_survival(y, groups)
    assert_allclose(statistic, expected[0], rtol=1e-10)
    assert_allclose(p_value, expected[1], rtol=1e-8)
    other = multivariate_logrank_test(y["time"], groups, y["event"])
    assert_allclose(statistic, other.test_statistic, rtol=1e-8)
    assert_allclose(p_value, other.p_value, rtol=1e-8, atol=1e-14)


@given(small_cohorts(least=6), st.data())
def test_log_rank_is_free_of_labels_and_of_the_time_scale(data, more):
    y, risk = data
    groups = (risk > 0).astype(int)
    groups[:2] = 0, 1
    try:
        statistic, p_value = log_rank_test(y, groups)
    except ValueError as error:
        assert "needs two groups followed" in str(error)  # all others had the event at time 1
        return
    assert statistic >= 0 and 0 <= p_value <= 1
    names = np.array(["x", "a"])[groups]
    later = followed(y["event"], np.exp(y["time"]))
    assert_allclose(log_rank_test(later, names).statistic, statistic, rtol=1e-9, atol=1e-12)
    order = more.draw(st.permutations(range(len(y))))
    again = log_rank_test(y[order], groups[order])
    assert_allclose(again, (statistic, p_value), rtol=1e-9, atol=1e-12)


def test_log_rank_of_like_groups_is_zero():
    y, _ = cohort(40)
    statistic, p_value = log_rank_test(np.tile(y, 2), np.repeat([0, 1], 40))
    assert_allclose([statistic, p_value], [0, 1], atol=1e-12)


def test_a_group_gone_before_the_first_event_does_not_count():
    y, risk = cohort(60)
    gone = followed(np.zeros(4, bool), np.full(4, 0.5))
    groups = np.r_[(risk > 0).astype(int), 2, 2, 2, 2]
    found = log_rank_test(np.append(y, gone), groups)
    assert_allclose(found, log_rank_test(y, groups[:60]), rtol=1e-12)


def test_log_rank_without_a_comparison_is_refused():
    y, _ = cohort(20)
    with pytest.raises(ValueError, match=r"of 1 group\(s\), 1 were, with \d+ event\(s\). Merge"):
        log_rank_test(y, np.zeros(20))
    with pytest.raises(ValueError, match=r"of 2 group\(s\), 0 were, with 0 event"):
        log_rank_test(followed(np.zeros(4, bool), [1, 2, 3, 4]), [0, 0, 1, 1])
    with pytest.raises(ValueError, match="samples that outlast it"):
        log_rank_test(followed(np.ones(4, bool), [1, 1, 1, 1]), [0, 0, 1, 1])
    with pytest.raises(ValueError, match=r"shape \(20,\); got shape \(3,\)"):
        log_rank_test(y, [0, 1, 2])
    for missing in (None, np.nan):
        with pytest.raises(ValueError, match="groups lacks 1 labels"):
            log_rank_test(y, np.array([*["a", "b"] * 9, "a", missing], dtype=object))


# -- baseline hazards -----------------------------------------------------------------------


def efron_by_loops(event, time, g, w):
    """Efron's hazards, term by term."""
    total, out = 0.0, []
    for t in np.unique(time[event & (w > 0)]):
        tied = event & (time == t) & (w > 0)
        risk, own, m = (w * np.exp(g))[time >= t].sum(), (w * np.exp(g))[tied].sum(), tied.sum()
        total += sum(w[tied].mean() / (risk - part / m * own) for part in range(m))
        out.append(total)
    return np.array(out)


@pytest.mark.parametrize("seed", SEEDS)
def test_breslow_is_scikit_survivals_with_the_same_coefficients(seed):
    y, risk = cohort(seed=seed)
    X = np.stack([risk, np.random.default_rng(seed).normal(size=len(y))], axis=1)
    model = CoxPHSurvivalAnalysis(ties="breslow").fit(X, y)
    log_risk = model.predict(X)  # of centred columns
    times, hazard = breslow_baseline(y["event"], y["time"], log_risk, ties="breslow")
    steps = model.cum_baseline_hazard_
    assert_allclose(hazard, steps(times), rtol=1e-10)
    # and its hazards rise nowhere else
    assert_allclose(np.unique(steps.y[steps.y > 0]), hazard, rtol=1e-10)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_hazards_of_equal_risks_are_nelson_and_aalens(ties):
    y, _ = cohort()
    times, hazard = breslow_baseline(y["event"], y["time"], np.zeros(len(y)), ties=ties)
    fitter = NelsonAalenFitter(nelson_aalen_smoothing=ties == "efron")
    expected = fitter.fit(y["time"], y["event"]).cumulative_hazard_at_times(times)
    assert_allclose(hazard, expected, rtol=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_efron_is_its_definition(seed):
    y, g = cohort(seed=seed)
    w = np.random.default_rng(seed).exponential(size=len(y)) * (np.arange(len(y)) % 7 > 0)
    expected = efron_by_loops(y["event"], y["time"], g, w)
    times, hazard = breslow_baseline(y["event"], y["time"], g, w)
    assert_array_equal(times, np.unique(y["time"][y["event"] & (w > 0)]))
    assert_allclose(hazard, expected, rtol=1e-11)


def test_breslow_weights_are_replications():
    y, g = cohort()
    w = np.random.default_rng(1).integers(0, 4, size=len(y))
    weighted = breslow_baseline(y["event"], y["time"], g, w, "breslow")
    again = np.repeat(y, w), np.repeat(g, w)
    expected = breslow_baseline(again[0]["event"], again[0]["time"], again[1], ties="breslow")
    assert_allclose(weighted, expected, rtol=1e-12)


@given(small_cohorts(), st.floats(-500, 500), st.floats(1e-3, 1e3))
def test_a_constant_scales_hazards_and_weights_cancel(data, constant, weight):
    y, g = data
    for ties in ("efron", "breslow"):
        hazard = breslow_baseline(y["event"], y["time"], g, ties=ties)[1]
        assert np.all(np.diff(hazard) > 0)
        moved = breslow_baseline(y["event"], y["time"], g + constant, ties=ties)[1]
        assert_allclose(moved * np.exp(constant), hazard, rtol=1e-9)
        scaled = breslow_baseline(y["event"], y["time"], g, np.full(len(g), weight), ties)[1]
        assert_allclose(scaled, hazard, rtol=1e-10)
    distinct = y["time"] + 1e-3 * np.arange(len(y))
    both = [breslow_baseline(y["event"], distinct, g, ties=t)[1] for t in ("efron", "breslow")]
    assert_allclose(*both, rtol=1e-11)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_hazards_keep_their_digits_over_any_range_of_risks(ties):
    """The last risk set's sum is e^-1500 of the first's; exp alone would lose it."""
    event, time = np.ones(4, bool), np.array([1.0, 2.0, 3.0, 3.0])
    _, hazard = breslow_baseline(event, time, [900.0, 0.0, -600.0, -600.0], ties=ties)
    last = 1.5 if ties == "efron" else 1.0
    assert_allclose(hazard[:2], [0, 1], atol=1e-250)  # the first is e^-900
    assert_allclose(np.log(hazard[2]), np.log(last) + 600)
    _, beyond = breslow_baseline(event, time, [0.0, 0.0, -1e4, -1e4], ties=ties)
    assert_allclose(beyond, [0.5, 1.5, np.inf])


def test_baselines_without_an_event_or_of_other_forms_are_refused():
    with pytest.raises(ValueError, match=r"2 samples have 0 event\(s\)"):
        breslow_baseline([0, 0], [1, 2], [0, 0])
    with pytest.raises(ValueError, match=r"2 samples have 1 event\(s\), all of weight 0"):
        breslow_baseline([1, 0], [1, 2], [0, 0], [0, 1])
    with pytest.raises(ValueError, match="weights must be >= 0"):
        breslow_baseline([1, 0], [1, 2], [0, 0], [1, -1])
    with pytest.raises(ValueError, match=r"n >= 1; got \(2,\) and \(3,\)"):
        breslow_baseline([1, 0], [1, 2, 3], [0, 0, 0])
    with pytest.raises(ValueError, match=r"log_risk needs .* \(2,\); got shape \(2, 1\)"):
        breslow_baseline([1, 0], [1, 2], [[0], [0]])
    with pytest.raises(ValueError, match=r"event must be True/False or 1/0\. Pass a comparison"):
        breslow_baseline([1, 2], [1, 2], [0, 0])
    with pytest.raises(ValueError, match='ties must be "efron" or "breslow"; got \'exact\''):
        breslow_baseline([1, 0], [1, 2], [0, 0], ties="exact")


# -- medians --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_median_of_a_curve_is_lifelines(seed):
    y, _ = cohort(seed=seed, rounded=False)
    curve = kaplan_meier(y)
    fitter = KaplanMeierFitter().fit(y["time"], y["event"])
    assert median_survival(curve.times, curve.survival[None])[0] == fitter.median_survival_time_


def test_median_at_its_limits():
    times = [1, 2, 4]
    survival = [[0.5, 0.4, 0.1], [0.9, 0.51, 0.5], [1, 1, 0.51], [0, 0, 0], [0.6, 3 / 4 * 2 / 3, 0]]
    assert_array_equal(median_survival(times, survival), [1, 4, np.inf, 1, 2])
    assert median_survival(times, np.empty((0, 3))).shape == (0,)


def test_a_half_that_rounding_lifts_is_a_half():
    """12 of 24 had the event: 1/2, but the product of the shares is 1e-16 above it."""
    curve = kaplan_meier(followed(np.ones(24, bool), np.arange(1.0, 25)))
    assert curve.survival[11] > 0.5
    assert median_survival(curve.times, curve.survival[None]) == 12


def test_medians_of_other_forms_are_refused():
    with pytest.raises(ValueError, match=r"shape \(n, 3\); got shape \(3,\)"):
        median_survival([1, 2, 3], [0.9, 0.5, 0.2])
    with pytest.raises(ValueError, match="survival must be finite; 1 of 2"):
        median_survival([1, 2], [[0.9, np.nan]])
    with pytest.raises(ValueError, match="rise strictly"):
        median_survival([1, 1], [[0.9, 0.4]])

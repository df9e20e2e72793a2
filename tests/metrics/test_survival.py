"""Concordance, the Brier score and the AUC over time: against references and definitions."""

import subprocess
import sys
import time as clock

import numpy as np
import pytest
from follow_ups import by_loops, cohort, followed, small_cohorts
from hypothesis import given
from hypothesis import strategies as st
from lifelines.utils import concordance_index as lifelines_concordance
from numpy.testing import assert_allclose
from sksurv import metrics as reference

from spinnery.metrics import (
    brier_score,
    concordance_index,
    concordance_index_ipcw,
    cumulative_dynamic_auc,
    integrated_brier_score,
)
from spinnery.metrics.follow_up import split

SEEDS = range(4)


def halves(seed, rounded=True):
    """Training and judged samples, followed for equally long, and the judged ones' risks."""
    train, _ = cohort(150, 10 + seed, rounded, longest=14.0)
    y, risk = cohort(90, seed, rounded)
    return train, y, risk


def curves(risk, times):
    return np.exp(-0.15 * np.exp(0.7 * risk)[:, None] * times)


# -- Harrell's C ----------------------------------------------------------------------------


@pytest.mark.parametrize("rounded", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_concordance_is_scikit_survivals(seed, rounded):
    y, risk = cohort(seed=seed, rounded=rounded)
    expected = reference.concordance_index_censored(y["event"], y["time"], risk)[0]
    assert_allclose(concordance_index(y, risk), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_concordance_is_lifelines_without_ties_in_time(seed):
    """lifelines also compares tied events, so ties are left out."""
    y, risk = cohort(seed=seed, rounded=False)
    expected = lifelines_concordance(y["time"], -risk, y["event"])
    assert_allclose(concordance_index(y, risk), expected, rtol=0, atol=1e-12)


@given(small_cohorts(), st.data())
def test_concordance_is_its_definition(data, more):
    y, risk = data
    assert_allclose(concordance_index(y, risk), by_loops(y, risk), rtol=0, atol=1e-12)
    weights = np.array(more.draw(st.lists(st.integers(1, 4), min_size=len(y), max_size=len(y))))
    weighted = concordance_index(y, risk, weights)
    assert_allclose(weighted, by_loops(y, risk, weights), rtol=0, atol=1e-12)
    # a row with itself is never a comparable pair, so that weights are replications
    again = concordance_index(np.repeat(y, weights), np.repeat(risk, weights))
    assert_allclose(weighted, again, rtol=0, atol=1e-12)


@given(small_cohorts(), st.permutations(range(4)))
def test_concordance_depends_on_order_alone(data, order):
    y, risk = data
    c = concordance_index(y, risk)
    assert 0 <= c <= 1
    assert_allclose(concordance_index(y, -risk), 1 - c, rtol=0, atol=1e-12)
    assert concordance_index(y, np.exp(3 * risk) * 1e-12) == c
    later = followed(y["event"], y["time"] ** 3 + 5)
    assert concordance_index(later, risk) == c
    shuffled = np.r_[np.array(order), 4 : len(y)]
    assert_allclose(concordance_index(y[shuffled], risk[shuffled]), c, rtol=0, atol=1e-12)


def test_concordance_at_its_limits():
    y = followed([True, True, True, False], [1, 2, 3, 4])
    assert concordance_index(y, [4, 3, 2, 1]) == 1
    assert concordance_index(y, [1, 2, 3, 4]) == 0
    assert concordance_index(y, np.zeros(4)) == 0.5
    assert concordance_index(y, [1e300, 1, 0, -1e300]) == 1
    assert concordance_index(y, [4, 1, 2, 1], [1, 0, 1, 1]) == 1


def test_ties_in_time_compare_events_with_the_censored_only():
    tied = followed([True, False], [2, 2])
    assert concordance_index(tied, [1, 0]) == 1
    with pytest.raises(ValueError, match=r"^No two of the 2 samples can be compared: 2 event\(s\)"):
        concordance_index(followed([True, True], [2, 2]), [1, 0])
    with pytest.raises(ValueError, match=r"0 event\(s\), and none that counts"):
        concordance_index(followed([False, False], [1, 2]), [1, 0])


def test_many_samples_take_seconds():
    y, risk = cohort(200_000, rounded=False)
    risk = risk + 1e-4 * np.arange(len(risk))
    start = clock.perf_counter()
    c = concordance_index(y, risk)
    assert clock.perf_counter() - start < 20
    part = np.random.default_rng(0).choice(len(y), 3000, replace=False)
    assert abs(concordance_index(y[part], risk[part]) - c) < 0.03


def test_weights_of_any_size_keep_their_digits():
    y, risk = cohort(60)
    weights = np.exp(np.random.default_rng(3).normal(scale=3, size=60))
    expected = by_loops(y, risk, weights)
    assert_allclose(concordance_index(y, risk, weights), expected, rtol=1e-12)
    assert_allclose(concordance_index(y, risk, 1e-9 * weights), expected, rtol=1e-12)


# -- weighted for censoring -----------------------------------------------------------------


@pytest.mark.parametrize("rounded", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_uno_is_scikit_survivals(seed, rounded):
    train, y, risk = halves(seed, rounded)
    for tau in (5.0, 9.3):
        expected = reference.concordance_index_ipcw(train, y, risk, tau)[0]
        assert_allclose(concordance_index_ipcw(train, y, risk, tau), expected, rtol=0, atol=1e-12)
    inside = np.minimum(y["time"], 11)
    y = followed(y["event"] & (y["time"] <= 11), inside)
    expected = reference.concordance_index_ipcw(train, y, risk)[0]
    assert_allclose(concordance_index_ipcw(train, y, risk), expected, rtol=0, atol=1e-12)


def test_uno_is_harrell_if_nobody_was_censored_in_training():
    y, risk = cohort()
    train = followed(np.ones(5, bool), [3, 5, 8, 10, 13])
    assert_allclose(concordance_index_ipcw(train, y, risk), concordance_index(y, risk), atol=1e-12)


@pytest.mark.parametrize("rounded", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_brier_score_is_scikit_survivals(seed, rounded):
    train, y, risk = halves(seed, rounded)
    times = np.array([1.0, 2.5, 4.0, 7.0, 9.5])
    survival = curves(risk, times)
    expected = reference.brier_score(train, y, survival, times)[1]
    assert_allclose(brier_score(train, y, survival, times), expected, rtol=0, atol=1e-12)
    expected = reference.integrated_brier_score(train, y, survival, times)
    found = integrated_brier_score(train, y, survival, times)
    assert_allclose(found, expected, rtol=0, atol=1e-12)
    one = brier_score(train, y, survival[:, 1], 2.5)
    assert_allclose(one, brier_score(train, y, survival, times)[1:2], rtol=1e-12)


def test_brier_score_at_its_limits():
    y = followed(np.ones(4, bool), [1, 2, 3, 4])
    times = np.array([0.5, 1.5, 2.5])
    right = (y["time"][:, None] > times).astype(float)
    assert_allclose(brier_score(y, y, right, times), 0)
    assert_allclose(brier_score(y, y, 1 - right, times), 1)
    assert_allclose(brier_score(y, y, np.full((4, 3), 0.5), times), 0.25)
    assert_allclose(integrated_brier_score(y, y, np.full((4, 3), 0.5), times), 0.25)


def test_the_true_curves_have_a_lower_brier_score_than_others():
    y, risk = cohort(4000, rounded=False)
    times = np.linspace(1, 9, 9)
    rate = np.exp(0.7 * risk)[:, None] / 4
    scores = [integrated_brier_score(y, y, np.exp(-rate * times * f), times) for f in (0.6, 1, 1.6)]
    assert scores[1] < min(scores[0], scores[2])


@pytest.mark.parametrize("rounded", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_auc_is_scikit_survivals(seed, rounded):
    train, y, risk = halves(seed, rounded)
    times = np.array([1.5, 3.0, 6.0, 9.5])
    expected = reference.cumulative_dynamic_auc(train, y, risk, times)
    found = cumulative_dynamic_auc(train, y, risk, times)
    assert_allclose(found[0], expected[0], rtol=0, atol=1e-12)
    assert_allclose(found[1], expected[1], rtol=0, atol=1e-12)
    columns = risk[:, None] * np.array([1.0, -1.0, 1.0, 0.0])
    expected = reference.cumulative_dynamic_auc(train, y, columns, times)
    found = cumulative_dynamic_auc(train, y, columns, times)
    assert_allclose(found[0], expected[0], rtol=0, atol=1e-12)
    assert_allclose(found[1], expected[1], rtol=0, atol=1e-12)
    alone = cumulative_dynamic_auc(train, y, risk, 3.0)
    assert_allclose(alone[1], alone[0][0])


@given(small_cohorts())
def test_auc_of_reversed_risks_is_the_rest_to_one(data):
    y, risk = data
    y = np.append(y, followed([False], [9.0]))
    risk = np.append(risk, 0.0)
    auc, mean = cumulative_dynamic_auc(y, y, risk, [1.5, 4.5])
    reverse, mean_reverse = cumulative_dynamic_auc(y, y, -risk, [1.5, 4.5])
    assert_allclose(reverse, 1 - auc, atol=1e-12)
    assert_allclose(mean_reverse, 1 - mean, atol=1e-12)
    assert auc.min() - 1e-12 <= mean <= auc.max() + 1e-12


# -- messages -------------------------------------------------------------------------------


def test_times_beyond_the_training_data_are_refused():
    train = followed([True, False, False], [1, 2, 4])
    y, survival = followed([True, True, False], [1, 3, 5]), np.full((3, 2), 0.5)
    unknown = (
        "1 of the 2 times lie where the training data say nothing of censoring, from 4 on: nobody "
        "is followed for longer. Choose times below 4."
    )
    with pytest.raises(ValueError) as told:
        brier_score(train, y, survival, [1, 4])
    assert str(told.value) == unknown
    known = followed([True, False, True], [1, 2, 4])
    assert brier_score(known, y, survival, [1, 4]).shape == (2,)
    with pytest.raises(ValueError, match=r"from 4\.5 on.*Choose times up to 4\.$"):
        brier_score(known, y, survival, [1, 4.5])
    late = followed([True, True, False], [1, 4.5, 5])
    with pytest.raises(ValueError, match=r"1 of the 2 events lie .*Choose tau up to 4\.$"):
        concordance_index_ipcw(known, late, [1, 2, 3])
    assert concordance_index_ipcw(known, late, [3, 2, 1], tau=4) == 1
    with pytest.raises(ValueError, match=r"events up to the last time lie .*Choose times below 4"):
        cumulative_dynamic_auc(train, late, [1, 2, 3], [1, 4.6])


def test_messages_name_shapes_and_remedies():
    y = followed([True, True, False], [1, 3, 5])
    with pytest.raises(ValueError, match=r"survival needs .* shape \(3, 2\); got shape \(3, 1\)"):
        brier_score(y, y, np.ones((3, 1)), [1, 2])
    with pytest.raises(ValueError, match=r"must lie in .* from 0 to 2\. Pass predict_survival"):
        brier_score(y, y, [0.0, 2.0, 1.0], 2)
    with pytest.raises(ValueError, match=r"rise strictly.*Pass np\.unique"):
        brier_score(y, y, np.ones((3, 2)), [2, 1])
    with pytest.raises(ValueError, match=r"rise strictly.*shape \(0,\)\.$"):
        brier_score(y, y, np.ones((3, 0)), [])
    with pytest.raises(ValueError, match="two times or more; got one, 2"):
        integrated_brier_score(y, y, np.ones((3, 1)), [2])
    with pytest.raises(ValueError, match=r"At time 5, 2 samples .* 0 are followed beyond"):
        cumulative_dynamic_auc(followed([1, 1, 1], [1, 3, 9]), y, [1, 2, 3], [2, 5])
    with pytest.raises(ValueError, match=r"Choose times from 1 to below 5\."):
        cumulative_dynamic_auc(y, y, [1, 2, 3], [0.5])
    with pytest.raises(ValueError, match=r"risk needs one number .* \(3,\); got shape \(2,\)"):
        concordance_index(y, [1, 2])
    with pytest.raises(ValueError, match=r"risk must be finite; 1 of 3 are NaN"):
        concordance_index(y, [1, 2, np.nan])
    with pytest.raises(ValueError, match=r"sample_weight must be >= 0 and not all 0; got .* -1 to"):
        concordance_index(y, [1, 2, 3], [1, -1, 1])
    with pytest.raises(ValueError, match="not all 0; got values from 0 to 0"):
        concordance_index(y, [1, 2, 3], [0, 0, 0])


def test_split_takes_the_first_two_fields_by_place():
    y = np.array([(True, 2, 7), (False, 3, 8)], dtype=[("dead", bool), ("days", int), ("s", int)])
    event, time = split(y)
    assert event.tolist() == [True, False]
    assert time.tolist() == [2.0, 3.0] and time.dtype == float


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.ones((3, 2)), r"^y must be a 1-D structured array .* got ndarray, shape \(3, 2\)\."),
        (np.array([(True,)], dtype=[("event", bool)]), "got the fields event, shape"),
        (np.array([(2.0, True)], dtype=[("t", float), ("e", bool)]), "'t' is float64. Pass spin"),
        (np.array([(True, "a")], dtype=[("e", bool), ("t", "U1")]), "'t' is <U1. Pass spin"),
        (followed([], []), "y has no samples"),
        (followed([True, True], [1, np.inf]), "The times of y must be finite; 1 of 2"),
    ],
)
def test_split_refuses_other_forms(y, message):
    with pytest.raises(ValueError, match=message):
        split(y)


def test_measures_do_without_jax():
    code = "import sys, spinnery.metrics; print('jax' in sys.modules, 'pandas' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split()[0] == "False"

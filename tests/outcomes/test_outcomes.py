"""Every kind of outcome keeps the same promises."""

from __future__ import annotations

import numpy as np
import pytest

from spinnery.losses import Huber, Loss, Poisson, Squared
from spinnery.metrics import concordance_index_ipcw
from spinnery.outcomes import Classes, Numbers, Survival, numeric_kind, survival_target

n = 40
rng = np.random.default_rng(0)
WEIGHTS = rng.random(n) / n
WEIGHTS /= WEIGHTS.sum()
CODES = np.arange(n) % 2
LABELS = np.array(["a", "b", "c"])[rng.integers(0, 3, n)]
TIMES = survival_target(rng.random(n) < 0.6, rng.exponential(size=n).round(1))


def followed(ties="efron"):
    return Survival.learn(TIMES, ties, WEIGHTS, CODES)


def kinds():
    values = rng.normal(size=n) * (1 + CODES) + 5 * CODES
    counts = rng.poisson(3 + 4 * CODES)
    yield "numbers", Numbers.learn(values, Squared(), WEIGHTS, CODES), values
    yield "robust", Numbers.learn(values, Huber(), WEIGHTS, CODES), values
    both = np.stack([values, -values], axis=1)
    yield "two numbers", Numbers.learn(both, Squared(), WEIGHTS, CODES), both
    yield "counts", numeric_kind(Poisson()).learn(counts, Poisson(), WEIGHTS, CODES), counts
    yield "classes", Classes.of(np.unique(LABELS), 2), LABELS
    yield "two classes", Classes.of(np.unique(LABELS > "a"), 2), LABELS > "a"
    outcome, y = followed()
    yield "survival", outcome, y


each = pytest.mark.parametrize(("name", "outcome", "y"), list(kinds()), ids=lambda v: v if isinstance(v, str) else "")  # fmt: skip  # noqa: E501


@each
def test_shapes_and_measures(name, outcome, y):
    targets = outcome.encode(y, CODES)
    assert targets.ndim == 2 and len(targets) == n and np.isfinite(targets).all()
    assert outcome.n_outputs == outcome.loss.n_outputs(targets.shape[1])
    raw = np.random.default_rng(1).normal(size=(n, outcome.n_outputs))
    outputs = outcome.in_units(raw, CODES)
    assert outputs.shape == raw.shape
    assert len(outcome.predict(outputs)) == len(outcome.soft(outputs)) == n
    assert len(outcome.prediction_table(outputs)) == n
    measures = outcome.measures(y, outputs)
    assert measures and all(isinstance(value, float) for value in measures.values())
    soft = outcome.soft(outputs)
    assert np.isfinite(outcome.error(y, soft))
    np.testing.assert_array_equal(outcome.decide(soft), outcome.predict(outputs))
    strata = outcome.strata(y)
    assert strata.shape == (n,) and strata.min() >= 0
    assert outcome.loss_words and outcome.error_words and outcome.task


@each
def test_misses_add_up_to_the_measures(name, outcome, y):
    raw = np.random.default_rng(2).normal(size=(n, outcome.n_outputs))
    if outcome.task == "survival":
        outcome = outcome.completed(y, raw, WEIGHTS, CODES)
    outputs = outcome.in_units(raw, CODES)
    soft = outcome.soft(outputs)
    measures, misses = outcome.judge(y, soft), outcome.misses(y, soft)
    assert measures == outcome.measures(y, outputs)
    assert misses.shape == (n,) and (misses >= 0).all() and outcome.miss_words
    if name == "counts":
        assert np.mean(misses**2) == pytest.approx(measures["mean Poisson deviance"])
    elif outcome.task == "regression":
        assert np.sum(misses**2) == pytest.approx(np.sum((y - soft) ** 2))
    elif outcome.task == "classification":
        assert -np.mean(np.log(1 - misses)) == pytest.approx(measures["log-loss"])
    else:
        for i in range(n):
            hazard = outcome.cumulative_hazard(outputs[i : i + 1], y["time"][i : i + 1],
                                               y["stratum"][i : i + 1])[0, 0]  # fmt: skip
            m = y["event"][i] - hazard
            inner = m + (np.log(hazard) if y["event"][i] else 0)
            assert misses[i] == pytest.approx(np.sqrt(-2 * inner), abs=1e-7)


MEANS = ("R²", "deviance explained", "mean Poisson deviance", "mean absolute error", "accuracy",
         "accuracy of naming the commonest", "log-loss")  # fmt: skip


@each
def test_equal_parts_average_to_the_whole(name, outcome, y):
    """Beside what knowing nothing reaches among all: a part's own variance would not do."""
    if outcome.task == "survival":
        pytest.skip("a concordance is of pairs, and no mean of samples")
    raw = np.random.default_rng(3).normal(size=(n, outcome.n_outputs))
    soft = outcome.soft(outcome.in_units(raw, CODES))
    whole = outcome.judge(y, soft)
    parts = [outcome.judge(y[k::4], soft[k::4], y) for k in range(4)]
    checked = [measure for measure in MEANS if np.isfinite(whole.get(measure, np.nan))]
    assert len(checked) >= 2
    for measure in checked:
        mean = np.mean([part[measure] for part in parts])
        assert mean == pytest.approx(whole[measure], rel=1e-6), measure


def test_who_was_censored_is_learned_among_all():
    outcome, y = followed()
    soft, part = np.random.default_rng(4).normal(size=n), slice(0, 30)
    found = outcome.judge(y[part], soft[part], y)["concordance (Uno)"]
    assert found == concordance_index_ipcw(y, y[part], soft[part])
    assert found != outcome.judge(y[part], soft[part])["concordance (Uno)"]


@each
def test_a_loss_of_zero_predicts_the_targets(name, outcome, y):
    """Raw outputs that equal the encoded targets predict what was observed."""
    if outcome.task != "regression":
        pytest.skip("targets of classes and times are no outputs")
    targets = outcome.encode(y, CODES)
    raw = np.log(np.maximum(targets, 1e-12)) if name == "counts" else targets
    np.testing.assert_allclose(outcome.predict(outcome.in_units(raw, CODES)), y, atol=1e-9)


def test_ranks_fall_with_time_within_strata_and_share_ties():
    outcome, y = followed()
    event, rank, stratum = outcome.encode(y, CODES).T
    np.testing.assert_array_equal(event, y["event"])
    np.testing.assert_array_equal(stratum, CODES)
    for a in range(n):
        for b in range(n):
            if CODES[a] == CODES[b]:
                assert (rank[a] < rank[b]) == (y["time"][a] > y["time"][b])
                assert (rank[a] == rank[b]) == (y["time"][a] == y["time"][b])
            else:
                assert (rank[a] < rank[b]) == (CODES[a] < CODES[b])


def test_log_risks_are_centred_by_cohort_and_curves_follow_the_baseline():
    outcome, y = followed("breslow")
    raw = np.random.default_rng(2).normal(size=(n, 1)) + 7
    done = outcome.completed(y, raw, WEIGHTS, CODES)
    outputs = done.in_units(raw, CODES)
    for m in range(2):
        rows = m == CODES
        assert abs(WEIGHTS[rows] @ outputs[rows, 0]) < 1e-12
    times = np.unique(done.times)
    curves = done.survival(outputs, times, y["stratum"])
    assert curves.shape == (n, len(times)) and (np.diff(curves, axis=1) <= 1e-12).all()
    assert ((curves >= 0) & (curves <= 1)).all()
    # the expected number of events is the observed one: martingale residuals sum to zero
    for s in range(2):
        rows = y["stratum"] == s
        own = done.cumulative_hazard(outputs[rows], y["time"][rows], y["stratum"][rows])
        residuals = y["event"][rows] - np.diag(own)
        assert abs(WEIGHTS[rows] @ residuals) < 1e-12
    medians = done.median(outputs, y["stratum"])
    reached = np.isfinite(medians)
    at = done.survival(outputs[reached], medians[reached], y["stratum"][reached])
    assert (np.diag(at) <= 0.5 + 1e-9).all()
    with pytest.raises(ValueError, match="There is no baseline: partial_fit and fit_batches"):
        outcome.survival(outputs, times, y["stratum"])


def test_a_loss_that_may_be_negative_is_refused():
    class Bad(Loss):
        def value(self, outputs, targets):
            return (outputs - targets)[..., 0]

    with pytest.raises(ValueError, match="a loss must be a number that is never negative"):
        Numbers.learn(rng.normal(size=n), Bad(), WEIGHTS, CODES)


def test_counts_are_never_negative():
    with pytest.raises(ValueError, match='loss="poisson" needs targets >= 0; got 1 negative'):
        numeric_kind(Poisson()).learn(np.r_[-1.0, np.ones(n - 1)], Poisson(), WEIGHTS, CODES)
    with pytest.raises(ValueError, match="needs a positive target somewhere in every column"):
        numeric_kind(Poisson()).learn(np.zeros(n), Poisson(), WEIGHTS, CODES)


def test_unknown_labels_are_named():
    outcome = Classes.of(np.array(["a", "b"]))
    with pytest.raises(ValueError, match=r"labels that training did not begin with: \['c'\]"):
        outcome.encode(np.array(["a", "c"]), np.zeros(2, int))


@each
def test_only_counts_have_features_found_by_another_loss(name, outcome, y):
    found = outcome.surrogate(y, WEIGHTS, CODES)
    if name != "counts":
        assert found is None
        return
    targets, loss = found
    assert isinstance(loss, Squared)
    logs = np.log1p(y)
    for m in range(2):
        rows, w = m == CODES, WEIGHTS[m == CODES] / WEIGHTS[m == CODES].sum()
        centred = logs[rows] - w @ logs[rows]
        np.testing.assert_allclose(targets[rows, 0], centred / np.sqrt(w @ centred**2))

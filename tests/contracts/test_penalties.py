"""Every penalty through the same checks, against the documented objective and nothing else.

That its methods fit its values is `check_penalty`'s to find; here they meet the formulas, exact
ties and thresholds, and what only the library's own penalties promise.
"""

from __future__ import annotations

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import references as ref
from spinnery.penalties import (
    BY_NAME,
    CompositeMCP,
    FeatureGroups,
    GroupLasso,
    GroupMCP,
    GroupSCAD,
    IntegrativeMCP,
    Lasso,
    NonNegativeLasso,
    SparseGroupLasso,
    SparseGroupMCP,
    resolve,
)
from spinnery.testing import check_penalty

pytestmark = pytest.mark.usefixtures("x64")

PENALTIES = [
    Lasso(0.75),
    NonNegativeLasso(0.75),
    GroupLasso(0.75),
    SparseGroupLasso(0.75, alpha=0.4),
    GroupMCP(0.75, gamma=2.5),
    GroupSCAD(0.75, gamma=3.2),
    CompositeMCP(0.75, gamma=2.0),
    IntegrativeMCP(0.75, alpha=0.6, gamma=4.0).with_cohorts(3),
    SparseGroupMCP(0.25, 0.5, gamma=4.0).with_cohorts(3),
]
# those whose prox is of the tangent at the current iterate
TANGENT = (CompositeMCP, IntegrativeMCP, SparseGroupMCP)


lambda_max = jax.jit(lambda penalty, gradient: penalty.lambda_max(gradient))


def over(penalties):
    return pytest.mark.parametrize("penalty", penalties, ids=lambda p: type(p).__name__)


every_penalty = over(PENALTIES)

# Sixteenths: exact zeros, exact ties between weights, and rows exactly on a threshold are common.
WEIGHT = st.integers(-64, 64).map(lambda k: k / 16) | st.sampled_from([0.0, 0.75, -0.75, 1.875])
# Rows of 6, to the cohort penalties three blocks of two; pairs of zeros are common, and rows
# small enough to be where no concave penalty is flat.
ROWS = st.builds(
    lambda W, keep, size: np.where(keep.repeat(2, axis=1), W * size, 0.0),
    arrays(np.float64, (4, 6), elements=WEIGHT, fill=st.nothing()),
    arrays(bool, (4, 3), elements=st.booleans(), fill=st.nothing()),
    arrays(np.float64, (4, 1), elements=st.sampled_from([1.0, 0.125]), fill=st.nothing()),
)
LAM = st.sampled_from([0.0, 0.25, 0.75, 1.5])
# Fractions of the largest admissible step (of 4 where there is none).
FRACTION = st.sampled_from([0.01, 0.3, 0.7, 0.999])
GROUP_WEIGHTS = np.array([1.0, 2.0, 0.5, 1.4])


def step_of(penalty, fraction):
    return fraction * min(penalty.max_step, 4.0)


def allowed(penalty, W):
    """`W` where the penalty is finite."""
    return abs(W) if isinstance(penalty, NonNegativeLasso) else W


def weigh(penalty):
    return penalty.with_groups(penalty.groups, GROUP_WEIGHTS)


def test_by_name_lists_every_penalty_with_its_defaults():
    unnamed = {NonNegativeLasso}  # networks' refits know no signs
    assert {type(p) for p in PENALTIES} - unnamed == set(BY_NAME.values())
    for name, cls in BY_NAME.items():
        assert type(resolve(name)) is cls
        assert resolve(name).lam == 1.0
    own = GroupMCP(0.1)
    assert resolve(own) is own
    with pytest.raises(ValueError, match=r"^penalty must be .* one of 'lasso', .*'bridge'\.$"):
        resolve("bridge")


@every_penalty
def test_methods_fit_one_another(penalty):
    check_penalty(penalty)


@every_penalty
@given(W=ROWS, lam=LAM)
def test_value_is_the_documented_objective(penalty, W, lam):
    plain = penalty.with_lam(lam)
    np.testing.assert_allclose(plain.group_values(W), ref.group_value(penalty, W, lam), atol=1e-12)
    np.testing.assert_allclose(plain.value(W), ref.group_value(penalty, W, lam).sum(), atol=1e-12)
    weighted = weigh(plain)
    expected = ref.group_value(penalty, W, lam * GROUP_WEIGHTS)
    np.testing.assert_allclose(weighted.group_values(W), expected, atol=1e-12)


@every_penalty
@given(W=ROWS, at=ROWS, lam=LAM, fraction=FRACTION)
def test_prox_minimises_its_objective(penalty, W, at, lam, fraction):
    step = step_of(penalty, fraction)
    weighted = weigh(penalty.with_lam(lam))
    lams = lam * GROUP_WEIGHTS
    z = np.asarray(weighted.prox(jnp.asarray(W), step, at=jnp.asarray(at)))

    def objective(v):
        model = ref.majoriser(penalty, v, at[:, None], lams[:, None])
        return 0.5 * ((v - W[:, None]) ** 2).sum(axis=-1) + step * model

    # numeric slopes are off by about 1e-7 times a weight
    slack = 1e-5 if isinstance(penalty, TANGENT) else 1e-11
    assert ref.better_candidate(objective, z, np.abs(W).max() + 0.5).max() < slack


@every_penalty
@given(W=ROWS, other=ROWS, lam=st.sampled_from([0.25, 0.75]))
def test_distance_is_zero_exactly_at_prox_fixed_points(penalty, W, other, lam):
    """Zero of the distance and fixed point of the prox: each implies the other, row by row."""
    W = allowed(penalty, W)
    penalty = penalty.with_lam(lam)
    step = 0.5
    if isinstance(penalty, TANGENT):  # wherever `other` points at the zeros
        gradient = -ref.subgradient(penalty, W, np.full(4, lam), np.clip(other, -0.99, 0.99))
    else:
        U, W = W, np.asarray(penalty.prox(W, step))
        gradient = (W - U) / step
    np.testing.assert_allclose(penalty.distance(W, gradient), 0, atol=1e-6)
    fixed = penalty.prox(W - step * gradient, step, at=jnp.asarray(W))
    np.testing.assert_allclose(fixed, W, atol=1e-6)

    away = np.asarray(penalty.distance(W, other))
    moves = ref.l2(np.asarray(penalty.prox(W - step * other, step, at=jnp.asarray(W))) - W)
    assert ((away > 1e-9) == (moves > 1e-9)).all()


@every_penalty
def test_lanes_are_independent(penalty):
    """Axes between rows and weights: the batch equals one lane at a time, lam and step per lane."""
    rng = np.random.default_rng(0)
    W, G, at = rng.normal(size=(3, 4, 2, 2, 6)) * (rng.random((3, 4, 2, 2, 6)) < 0.7)
    lam, step = rng.uniform(0.2, 1, (2, 2, 2)) * [[[1]], [[min(penalty.max_step, 2)]]]
    batch = weigh(penalty.with_lam(lam))
    all_prox = batch.prox(jnp.asarray(W), jnp.asarray(step), at=jnp.asarray(at))
    for a, b in np.ndindex(2, 2):
        one = weigh(penalty.with_lam(lam[a, b]))
        w, g = jnp.asarray(W[:, a, b]), jnp.asarray(G[:, a, b])
        prox = one.prox(w, step[a, b], at=jnp.asarray(at[:, a, b]))
        np.testing.assert_allclose(all_prox[:, a, b], prox, atol=1e-14)
        for batched, single in [
            (batch.value(W)[a, b], one.value(w)),
            (batch.group_values(W)[:, a, b], one.group_values(w)),
            (batch.distance(W, G)[:, a, b], one.distance(w, g)),
            (lambda_max(batch, G)[a, b], lambda_max(one, g)),
        ]:
            np.testing.assert_allclose(batched, single, atol=1e-14)


@every_penalty
def test_feature_groups_are_rows_laid_out_otherwise(penalty):
    """Groups scattered over features behave as one long row each, cohort by cohort."""
    rng = np.random.default_rng(1)
    ids = np.array([2, 0, 1, 0, 3, 2, 1, 3])  # two features make a row
    order = np.argsort(ids, kind="stable")
    W, G, at = rng.normal(size=(3, 8, 6)) * (rng.random((3, 8, 6)) < 0.7)
    W[ids == 1] = 0
    groups = FeatureGroups(jnp.asarray(ids), 4)
    grouped = penalty.with_groups(groups, GROUP_WEIGHTS)
    rows = weigh(penalty)

    def flat(a):
        pairs = np.asarray(a)[order].reshape(4, 2, 3, 2)  # group, feature, cohort, unit
        return jnp.asarray(pairs.swapaxes(1, 2).reshape(4, 12))

    prox = grouped.prox(jnp.asarray(W), 0.8, at=jnp.asarray(at))
    for scattered, row in [
        (flat(prox), rows.prox(flat(W), 0.8, at=flat(at))),
        (grouped.group_values(jnp.asarray(W)), rows.group_values(flat(W))),
        (grouped.distance(W, G), rows.distance(flat(W), flat(G))),
        (lambda_max(grouped, G), lambda_max(rows, flat(G))),
    ]:
        np.testing.assert_allclose(scattered, row, atol=1e-14)
    np.testing.assert_array_equal(groups.sizes(8), [2, 2, 2, 2])


@every_penalty
def test_changed_copies_leave_the_original_alone(penalty):
    groups, weights = FeatureGroups(jnp.arange(2), 2), np.ones(2)
    changed = penalty.with_groups(groups, weights).with_lam(9.0)
    assert (penalty.lam, penalty.weights) == (0.75, None)
    assert changed.lam == 9.0 and changed.groups.n_groups == 2 and changed.weights is not None
    back = changed.with_groups(penalty.groups, None)
    assert back.weights is None and back.groups == penalty.groups
    with pytest.raises(dataclasses.FrozenInstanceError):
        penalty.lam = 2.0


@every_penalty
def test_single_precision_stays_single(penalty):
    with jax.enable_x64(False):
        W = jnp.asarray([[0.0, 0.0, 0.0], [1e-3, -2.0, 3.0], [1e6, 1.0, 0.0], [0.5, 0.5, -0.5]])
        W = allowed(penalty, jnp.concatenate([W, W[:, ::-1] / 2], axis=1))
        weighted = weigh(penalty)
        for out in (weighted.prox(W, 0.5), weighted.distance(W, W), weighted.value(W)):
            assert out.dtype == jnp.float32 and np.isfinite(out).all()
        assert (np.asarray(weighted.prox(W, 0.5))[0] == 0).all()
        np.testing.assert_allclose(
            weighted.group_values(W), ref.group_value(penalty, np.asarray(W), 0.75 * GROUP_WEIGHTS),
            rtol=1e-5,
        )  # fmt: skip


@over([p for p in PENALTIES if not isinstance(p, SparseGroupMCP)])  # which has two
def test_bad_lam_is_refused(penalty):
    name = type(penalty).__name__
    with pytest.raises(ValueError, match=rf"^{name}: lam must be >= 0; got -1\.0\.$"):
        type(penalty)(-1.0)
    with pytest.raises(ValueError, match=f"{name}: lam must be"):
        type(penalty)(float("nan"))


@over([p for p in PENALTIES if isinstance(p, (GroupMCP, GroupSCAD, CompositeMCP))])
@given(W=ROWS, gradient=ROWS, lam=st.sampled_from([0.25, 1.0]))
def test_endless_gamma_is_the_convex_parent(penalty, W, gradient, lam):
    """Radial penalties become the group lasso, the composite one the lasso at `lam^2`."""
    flat = eqx.tree_at(lambda p: p.gamma, penalty, 1e9).with_lam(lam)
    is_composite = isinstance(penalty, CompositeMCP)
    parent = Lasso(lam**2) if is_composite else GroupLasso(lam)
    np.testing.assert_allclose(flat.prox(W, 0.7), parent.prox(W, 0.7), atol=1e-6)
    np.testing.assert_allclose(flat.value(W), parent.value(W), atol=1e-6)
    np.testing.assert_allclose(flat.distance(W, gradient), parent.distance(W, gradient), atol=1e-6)


@over([p for p in PENALTIES if hasattr(p, "gamma")])
def test_too_small_gamma_is_refused(penalty):
    name, bound = type(penalty).__name__, 2 if isinstance(penalty, GroupSCAD) else 1
    lams = (0.5, 0.5) if isinstance(penalty, SparseGroupMCP) else (0.5,)
    with pytest.raises(ValueError, match=rf"^{name}: gamma must be > {bound}; got {bound}\.0\.$"):
        type(penalty)(*lams, gamma=float(bound))


@over(PENALTIES)
@given(seed=st.integers(0, 99))
def test_lambda_max_leaves_out_groups_of_weight_zero(penalty, seed):
    """As if they were not there: no lambda keeps them at zero. Nothing but them: 0."""
    rng = np.random.default_rng(seed)
    gradient = rng.normal(size=(5, 2, 6))
    weights = np.array([1.0, 0, 0.5, 0, 2])
    some = weights > 0
    top = lambda_max(penalty.with_groups(penalty.groups, weights), gradient)
    rest = lambda_max(penalty.with_groups(penalty.groups, weights[some]), gradient[some])
    np.testing.assert_allclose(top, rest)
    none = lambda_max(penalty.with_groups(penalty.groups, np.zeros(5)), gradient)
    np.testing.assert_array_equal(none, 0)


@over(PENALTIES)
def test_nothing_shrinks_groups_of_weight_zero(penalty):
    W = np.abs(np.random.default_rng(0).normal(size=(4, 2, 6)))  # NonNegativeLasso knows no others
    free = penalty.with_groups(penalty.groups, np.array([0.0, 1, 0, 1]))
    free_rows = np.array([0, 2])
    np.testing.assert_allclose(free.prox(W, 0.5)[free_rows], W[free_rows])
    np.testing.assert_array_equal(free.group_values(W)[free_rows], 0)
    gradient = np.ones_like(W)
    np.testing.assert_allclose(free.distance(W, gradient)[free_rows], ref.l2(gradient)[free_rows])

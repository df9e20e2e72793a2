"""Penalties over cohorts: their limits, their levels and the two layouts of a row."""

from __future__ import annotations

import dataclasses

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spinnery.penalties import (
    CompositeMCP,
    FeatureGroups,
    GroupLasso,
    GroupMCP,
    IntegrativeMCP,
    Lasso,
    Rows,
    SparseGroupLasso,
    SparseGroupMCP,
)

pytestmark = pytest.mark.usefixtures("x64")

M, T, GAMMA = 3, 2, 2.5
WEIGHT = st.integers(-64, 64).map(lambda k: k / 16)
# Features, cohorts, units; blocks of zeros are common, and features below the MCP's flat part.
BLOCKS = st.builds(
    lambda W, keep, size: np.where(keep[..., None], W * size, 0.0),
    arrays(np.float64, (4, M, T), elements=WEIGHT, fill=st.nothing()),
    arrays(bool, (4, M), elements=st.booleans(), fill=st.nothing()),
    arrays(np.float64, (4, 1, 1), elements=st.sampled_from([1.0, 0.125]), fill=st.nothing()),
)
LAM = st.sampled_from([0.0, 0.25, 1.0])
ALPHA = st.sampled_from([0.0, 0.4, 1.0])
PAIR = jnp.array([0, 1, 0, 1])  # features of two groups


def as_rows(W):
    """Every block a row of its own, `(p M, T)`."""
    return W.reshape(-1, W.shape[-1])


def flatten(W):
    """The engine's rows, `(p, M T)`."""
    return W.reshape(*W.shape[:-2], -1)


def close(found, expected, atol=1e-12):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=atol)


def sum_over(each, W):
    """Penalty `each` summed over the blocks of every row."""
    return np.asarray(each.group_values(as_rows(W))).reshape(len(W), -1).sum(axis=-1)


def check_is_each_block_alone(penalty, each, W, G, atol=1e-12):
    distances = np.asarray(each.distance(as_rows(W), as_rows(G))).reshape(len(W), -1)
    close(penalty.group_values(W), sum_over(each, W), atol)
    close(penalty.distance(W, G), np.sqrt((distances**2).sum(axis=-1)), atol)
    close(penalty.lambda_max(G), each.lambda_max(as_rows(G)), atol)


# -- one cohort -----------------------------------------------------------------------------------


@pytest.mark.parametrize("groups", [Rows(), FeatureGroups(PAIR, 2)], ids=["rows", "groups"])
@given(W=BLOCKS, G=BLOCKS, lam=LAM)
def test_one_cohort_of_whole_blocks_is_the_group_mcp(groups, W, G, lam):
    W, G = jnp.asarray(flatten(W)), jnp.asarray(flatten(G))
    weights = np.array([1.0, 2.0, 0.5, 1.4])[: 2 if groups != Rows() else 4]
    nested = IntegrativeMCP(lam, 1.0, GAMMA, weights=weights, groups=groups)
    single = GroupMCP(lam, GAMMA, weights=weights, groups=groups)
    close(nested.group_values(W[:, None]), single.group_values(W))
    close(nested.distance(W[:, None], G[:, None]), single.distance(W, G))
    close(nested.lambda_max(G[:, None]), single.lambda_max(G))
    # its prox is the tangent's; at the fixed points of either the other rests as well
    fixed = single.prox(W, 1.0)
    pull = (W - fixed)[:, None]
    close(nested.prox(fixed[:, None] + pull, 1.0, at=fixed[:, None])[:, 0], fixed)


def test_with_one_cohort_is_a_group_mcp():
    weights, groups = np.array([1.0, 2.0]), FeatureGroups(PAIR, 2)
    one = IntegrativeMCP(0.7, 1.0, GAMMA, weights=weights, groups=groups).with_cohorts(1)
    assert type(one) is GroupMCP
    assert (one.lam, one.gamma, one.groups) == (0.7, GAMMA, groups) and one.weights is weights
    # single weights matter, so a norm will not do
    assert type(IntegrativeMCP(0.7, 0.9).with_cohorts(1)) is IntegrativeMCP
    assert type(SparseGroupMCP(0.3, 0.4).with_cohorts(1)) is SparseGroupMCP
    assert type(IntegrativeMCP(0.7).with_cohorts(2)) is IntegrativeMCP


@pytest.mark.parametrize("penalty", [Lasso(1.0), GroupLasso(1.0), SparseGroupLasso(1.0),
                                     GroupMCP(1.0), CompositeMCP(1.0)])  # fmt: skip
def test_other_penalties_see_no_blocks(penalty):
    assert penalty.with_cohorts(4) is penalty


# -- integrative MCP ------------------------------------------------------------------------------


@pytest.mark.parametrize("gamma", [float("inf"), 1e12])
@given(W=BLOCKS, at=BLOCKS, G=BLOCKS, lam=LAM, alpha=ALPHA)
def test_endless_gamma_is_the_sparse_group_lasso_of_every_block(gamma, W, at, G, lam, alpha):
    penalty, each = IntegrativeMCP(lam, alpha, gamma), SparseGroupLasso(lam, alpha)
    check_is_each_block_alone(penalty, each, W, G, atol=1e-9)
    close(as_rows(penalty.prox(W, 0.7, at=at)), each.prox(as_rows(W), 0.7), atol=1e-9)


@given(W=BLOCKS, at=BLOCKS, G=BLOCKS, lam=LAM)
def test_without_the_block_level_single_weights_are_selected(W, at, G, lam):
    """alpha = 0: the MCP of the row's 1-norm, thresholding all its weights by one number."""
    penalty = IntegrativeMCP(lam, 0.0, GAMMA)
    sums, tangent = (np.abs(w).sum(axis=(-2, -1)) for w in (W, at))
    close(penalty.group_values(W), GroupMCP(lam, GAMMA).group_values(jnp.asarray(sums)[:, None]))
    threshold = 0.7 * np.maximum(lam - tangent / GAMMA, 0)[:, None, None]
    close(penalty.prox(W, 0.7, at=at), np.sign(W) * np.maximum(np.abs(W) - threshold, 0))
    close(penalty.lambda_max(G), np.abs(G).max())
    # cohorts no longer matter: any split of a row is the same penalty
    close(penalty.group_values(W), penalty.group_values(W.reshape(4, T, M)))
    close(penalty.distance(W, G), penalty.distance(W.reshape(4, T, M), G.reshape(4, T, M)))


def test_blocks_vanish_one_by_one():
    """alpha = 1: the small block goes, the large one stays whole, and so do its small weights."""
    W = np.array([[[3.0, 4.0], [0.3, -0.4]]])
    penalty = IntegrativeMCP(0.6, 1.0, gamma=10.0)
    # norms 5 and 0.5: slope 0.6 - 5.5 / 10 = 0.05, then 0.6 - 0.3 / 10 = 0.57 at the second `at`
    close(penalty.prox(W, 1.0), W * (1 - 0.05 / np.array([5, 0.5]))[:, None])
    at = np.array([[[0.3, 0.0], [0.0, 0.0]]])
    moved = np.asarray(penalty.prox(W, 1.0, at=at))
    close(moved, [[[3 * (1 - 0.114), 4 * (1 - 0.114)], [0, 0]]])
    uneven = np.array([[[5.0, 0.01], [0.3, -0.4]]])
    assert ((np.asarray(penalty.prox(uneven, 1.0, at=at)) != 0) == [[[1, 1], [0, 0]]]).all()
    sparse = IntegrativeMCP(0.6, 0.5, gamma=10.0)
    assert ((np.asarray(sparse.prox(uneven, 1.0, at=at)) != 0) == [[[1, 0], [0, 0]]]).all()


def test_a_feature_in_use_elsewhere_costs_less():
    """An empty block's slope is `lam - total / gamma`: the distance of its gradient shows it."""
    penalty, total = IntegrativeMCP(0.6, 1.0, gamma=10.0), np.array([0.0, 2.0, 5.0, 6.0, 9.0])
    W, G = np.zeros((5, 2, 1)), np.zeros((5, 2, 1))
    slope = np.maximum(0.6 - total / 10, 0)
    W[:, 0, 0], G[:, 0, 0], G[:, 1, 0] = total, -slope, 1.0
    close(penalty.distance(W, G), 1 - slope)


# -- sparse group MCP -----------------------------------------------------------------------------


@given(W=BLOCKS, at=BLOCKS, G=BLOCKS, lam=st.sampled_from([0.25, 1.0]))
def test_block_level_alone_is_the_group_mcp_of_every_block(W, at, G, lam):
    penalty, each = SparseGroupMCP(0.0, lam, GAMMA), GroupMCP(lam, GAMMA)
    check_is_each_block_alone(penalty, each, W, G)
    slopes = np.maximum(lam - np.linalg.norm(at, axis=-1) / GAMMA, 0).ravel()
    tangent = GroupLasso(1.0, weights=np.maximum(slopes, 1e-300))
    close(as_rows(penalty.prox(W, 0.7, at=at)), tangent.prox(as_rows(W), 0.7))


@given(W=BLOCKS, at=BLOCKS, G=BLOCKS, lam=st.sampled_from([0.25, 1.0]))
def test_feature_level_alone_is_the_group_mcp_of_the_row(W, at, G, lam):
    penalty, row = SparseGroupMCP(lam, 0.0, GAMMA), GroupMCP(lam * M**0.5, GAMMA)
    close(penalty.group_values(W), row.group_values(flatten(W)))
    close(penalty.distance(W, G), row.distance(flatten(W), flatten(G)))
    close(penalty.lambda_max(G) * M**0.5, row.lambda_max(flatten(G)))
    slopes = np.maximum(lam * M**0.5 - np.linalg.norm(flatten(at), axis=-1) / GAMMA, 0)
    tangent = GroupLasso(1.0, weights=np.maximum(slopes, 1e-300))
    close(flatten(penalty.prox(W, 0.7, at=at)), tangent.prox(flatten(W), 0.7))


@pytest.mark.parametrize("gamma", [float("inf"), 1e12])
@given(W=BLOCKS, at=BLOCKS, lam1=LAM, lam2=LAM)
def test_endless_gamma_is_a_sum_of_norms(gamma, W, at, lam1, lam2):
    """Row and blocks: `lam1 sqrt(M) ||w|| + lam2 sum ||w_m||`, blocks shrunk before the row."""
    penalty = SparseGroupMCP(lam1, lam2, gamma)
    row, each = GroupLasso(lam1 * M**0.5), GroupLasso(lam2)
    values = np.asarray(row.group_values(flatten(W))) + sum_over(each, W)
    close(penalty.group_values(W), values, atol=1e-9)
    inner = np.asarray(each.prox(as_rows(W), 0.7)).reshape(4, -1)
    close(flatten(penalty.prox(W, 0.7, at=at)), row.prox(inner, 0.7), atol=1e-9)


def test_lambda_max_of_two_levels_in_closed_form():
    """Block norms 3 and 4, lam1 = lam2 = lam / 2: `||(3, 4) - lam/2|| = lam/2 sqrt(2)` at 25/7."""
    G = np.array([[[3.0, 0.0], [0.0, 4.0]], [[1.0, 0.0], [0.0, 0.0]]])
    # 25 - 14 h + 2 h^2 = 2 h^2 with h = lam / 2
    close(SparseGroupMCP(0.5, 0.5).lambda_max(G), 25 / 7)


def test_either_level_takes_its_own_off():
    """A block below `step lam2` goes alone; a row whose rest is below `step lam1 sqrt(M)` goes."""
    W = np.array([[[3.0, 0.0], [0.4, 0.0]], [[0.9, 0.0], [0.9, 0.0]]])
    moved = np.asarray(SparseGroupMCP(0.5, 0.5, 1e12).prox(W, 1.0, at=np.zeros_like(W)))
    close(moved[0], [[2.5 - 0.5 * 2**0.5, 0], [0, 0]], atol=1e-9)
    close(moved[1], 0)  # norms 0.4, 0.4 after the blocks' turn, 0.566 together, under 0.707


@given(W=BLOCKS, G=BLOCKS, factor=st.sampled_from([0.0, 0.5, 2.0]))
def test_with_lam_scales_both_levels(W, G, factor):
    penalty = SparseGroupMCP(0.25, 0.75, GAMMA)
    assert (penalty.lam, penalty.share) == (1.0, 0.25)
    scaled = penalty.with_lam(factor)
    given_so = SparseGroupMCP(0.25 * factor, 0.75 * factor, GAMMA)
    for one, other in ((scaled, given_so), (scaled.with_cohorts(M), given_so.with_cohorts(M))):
        w, g = (W, G) if one.n_cohorts is None else (flatten(W), flatten(G))
        close(one.group_values(w), other.group_values(w))
        close(one.prox(w, 0.7), other.prox(w, 0.7))
        close(one.distance(w, g), other.distance(w, g))
    # the share survives a path's end at zero
    back = scaled.with_cohorts(M).with_lam(1.0)
    assert (back.share, back.gamma, back.n_cohorts) == (0.25, GAMMA, M)


# -- both -----------------------------------------------------------------------------------------

BOTH = [IntegrativeMCP(0.75, 0.6, GAMMA), SparseGroupMCP(0.25, 0.5, GAMMA)]
each_of_both = pytest.mark.parametrize("penalty", BOTH, ids=lambda p: type(p).__name__)


@each_of_both
@given(W=BLOCKS, at=BLOCKS, G=BLOCKS)
def test_flat_and_nested_layouts_agree(penalty, W, at, G):
    W, at, G = jnp.asarray(W), jnp.asarray(at), jnp.asarray(G)
    groups = FeatureGroups(PAIR, 2)
    for nested in (penalty, penalty.with_groups(groups, np.array([1.0, 1.4]))):
        flat = nested.with_cohorts(M)
        assert flat.groups == nested.groups and flat.weights is nested.weights
        prox = nested.prox(W, 0.7, at=at)
        assert prox.shape == W.shape
        close(flatten(prox), flat.prox(flatten(W), 0.7, at=flatten(at)))
        close(nested.group_values(W), flat.group_values(flatten(W)))
        close(nested.value(W), flat.value(flatten(W)))
        close(nested.distance(W, G), flat.distance(flatten(W), flatten(G)))
        close(nested.lambda_max(G), flat.lambda_max(flatten(G)))


@each_of_both
@given(W=BLOCKS, at=BLOCKS)
def test_cohorts_are_interchangeable_and_units_turn(penalty, W, at):
    order = [2, 0, 1]
    close(penalty.group_values(W), penalty.group_values(W[:, order]))
    close(penalty.prox(W, 0.7, at=at)[:, order], penalty.prox(W[:, order], 0.7, at=at[:, order]))
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    rotates = IntegrativeMCP(0.75, 1.0, GAMMA) if penalty is BOTH[0] else penalty
    close(rotates.prox(W @ turn, 0.7, at=at @ turn), rotates.prox(W, 0.7, at=at) @ turn)


@pytest.mark.parametrize("penalty", [IntegrativeMCP(0.5, 1.0, 1e9), SparseGroupMCP(0.0, 0.5, 1e9)],
                         ids=lambda p: type(p).__name__)  # fmt: skip
def test_features_of_a_group_enter_each_cohort_together(penalty):
    """A group's block of cohort m, norm 0.5 there, is shrunk as one: no feature leaves alone."""
    W = np.zeros((4, 2, 1))
    W[0], W[2] = [[0.6], [0.3]], [[0.01], [0.4]]  # group 0 in cohorts 0 and 1
    W[1], W[3] = [[2.0], [0.0]], [[0.0], [0.0]]
    grouped = penalty.with_groups(FeatureGroups(PAIR, 2), None)
    moved = np.asarray(grouped.prox(W, 1.0, at=np.zeros_like(W)))
    kept = 1 - 0.5 / np.hypot(0.6, 0.01)
    close(moved[[0, 2], 0, 0], [0.6 * kept, 0.01 * kept], atol=1e-8)
    close(moved[[0, 2], 1, 0], 0, atol=1e-8)  # its norm is the threshold
    close(moved[[1, 3]], [[[1.5], [0]], [[0], [0]]], atol=1e-8)


@each_of_both
def test_traced_lam(penalty):
    """Under jit with a traced lam, in either order with the cohorts."""
    W, G = np.random.default_rng(0).normal(size=(2, 4, 1, M * T))

    @eqx.filter_jit
    def run(penalty, lam, W, G):
        flat = penalty.with_lam(lam).with_cohorts(M)
        return flat.prox(W, 0.7), flat.distance(W, G), flat.value(W)

    flat = penalty.with_cohorts(M).with_lam(0.4)
    plain = flat.prox(W, 0.7), flat.distance(W, G), flat.value(W)
    traced = run(penalty, jnp.array([0.4]), jnp.asarray(W), jnp.asarray(G))
    for found, expected in zip(traced, plain, strict=True):
        close(found, expected)


@each_of_both
def test_any_step_is_admissible(penalty):
    """The majoriser is convex, so only the smooth part bounds the step."""
    assert penalty.max_step == penalty.with_cohorts(M).max_step == np.inf


# -- parameters -----------------------------------------------------------------------------------


@pytest.mark.parametrize("alpha", [-0.1, 1.1, float("nan")])
def test_alpha_outside_its_range_is_refused(alpha):
    message = rf"^IntegrativeMCP: alpha must lie in \[0, 1\]; got {alpha}\.$"
    with pytest.raises(ValueError, match=message):
        IntegrativeMCP(1.0, alpha=alpha)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lam1": -1.0, "lam2": 0.5}, r"^SparseGroupMCP: lam1 must be >= 0; got -1\.0\.$"),
        ({"lam1": 0.5, "lam2": -0.5}, r"^SparseGroupMCP: lam2 must be >= 0; got -0\.5\.$"),
        ({"lam1": float("nan"), "lam2": 0.5}, r"^SparseGroupMCP: lam1 must be >= 0; got nan\.$"),
        ({"lam1": 0.5, "lam2": 0.5, "gamma": 1}, r"^SparseGroupMCP: gamma must be > 1; got 1\.$"),
    ],
)
def test_sparse_group_mcp_refuses_bad_parameters(arguments, message):
    with pytest.raises(ValueError, match=message):
        SparseGroupMCP(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lam": -1.0}, r"^IntegrativeMCP: lam must be >= 0; got -1\.0\.$"),
        ({"lam": 1.0, "gamma": 1}, r"^IntegrativeMCP: gamma must be > 1; got 1\.$"),
    ],
)
def test_integrative_mcp_refuses_bad_parameters(arguments, message):
    with pytest.raises(ValueError, match=message):
        IntegrativeMCP(**arguments)
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(IntegrativeMCP(1.0), **arguments)

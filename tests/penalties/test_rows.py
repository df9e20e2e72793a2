"""Which weights form a group."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from spinnery.penalties import FeatureGroups, Rows, feature_groups


def test_rows_sum_the_last_axis_and_give_it_back():
    values = np.arange(24.0).reshape(3, 2, 4)
    sums = Rows().reduce(jnp.asarray(values))
    np.testing.assert_allclose(sums, values.sum(axis=-1))
    assert Rows().expand(sums).shape == (3, 2, 1)
    np.testing.assert_array_equal(Rows().sizes(3), [1, 1, 1])


def test_feature_groups_sum_over_members_lane_by_lane():
    values = np.arange(24.0).reshape(3, 2, 4)
    groups = FeatureGroups(jnp.asarray([1, 0, 1]), 2)
    sums = groups.reduce(jnp.asarray(values))
    rows = values.sum(axis=-1)
    np.testing.assert_allclose(sums, [rows[1], rows[0] + rows[2]])
    np.testing.assert_allclose(groups.expand(sums)[..., 0], [sums[1], sums[0], sums[1]])
    np.testing.assert_array_equal(groups.sizes(3), [1, 2])


@pytest.mark.parametrize(
    ("labels", "ids", "n_groups"),
    [
        (None, [0, 1, 2, 3], 4),
        (["b", "a", "b", "c"], [0, 1, 0, 2], 3),
        ([7, 7, 7, 7], [0, 0, 0, 0], 1),
        (np.array([3, 1, 2, 0]), [0, 1, 2, 3], 4),
    ],
)
def test_labels_become_numbers_in_order_of_appearance(labels, ids, n_groups):
    found, count = feature_groups(labels, 4)
    np.testing.assert_array_equal(found, ids)
    assert count == n_groups


@pytest.mark.parametrize("labels", [["a", "b"], [[0, 1, 2, 3]], "abcd"])
def test_one_label_per_feature_is_required(labels):
    with pytest.raises(
        ValueError, match=r"^feature_groups needs one label per feature, shape \(4,\); got"
    ):
        feature_groups(labels, 4)

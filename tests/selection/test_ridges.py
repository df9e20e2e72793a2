"""Where the ridge of a curve ends."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from spinnery.selection.crossval import _best_ridge
from spinnery.selection.curve import Curve


class Search:
    """Held-out losses in closed form: few features want a light ridge, more a heavier one."""

    settings = SimpleNamespace(ridges=None)

    def __init__(self, hidden):
        self.hidden, self.asked = hidden, []

    def refit_curve(self, curve, ridge, sizes):
        self.asked.append((ridge, sizes.tolist()))
        best = np.where(sizes >= 4, 0.08, 0.01)
        loss = np.log(ridge / best) ** 2 + np.where(sizes >= 4, 0.5, 1.0)
        return Curve(self.hidden, ridge, sizes, np.repeat(loss[:, None], 3, axis=1), [])


@pytest.mark.parametrize(("hidden", "ridge", "sizes"), [((20,), 0.08, [2, 5, 8]), ((), 0.01, [2])])
def test_a_network_is_judged_at_larger_sizes_too(hidden, ridge, sizes):
    search, every = Search(hidden), np.arange(10)
    losses = np.abs(every[:, None] - 2.0) * np.ones(3)  # at the light ridge two are best
    assert _best_ridge(search, Curve(hidden, 0.01, every, losses, [])) == pytest.approx(ridge)
    assert all(asked == sizes for _, asked in search.asked)


def test_near_the_largest_size_there_are_fewer():
    search = Search((20,))
    losses = np.abs(np.arange(4)[:, None] - 2.0) * np.ones(3)
    _best_ridge(search, Curve((20,), 0.01, np.arange(4), losses, []))
    assert search.asked[0] == (0.01, [2])

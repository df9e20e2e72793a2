"""Kaplan-Meier plots show the estimator's numbers, and nothing lies on anything else."""

from itertools import combinations

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.testing import assert_allclose, assert_array_equal

from spinnery.metrics import kaplan_meier, log_rank_test
from spinnery.plotting import plot_kaplan_meier
from spinnery.plotting.axes import COLOURS
from spinnery.plotting.survival import draw_kaplan_meier, risk_groups, risk_names

matplotlib.use("agg")


def axes(size=(6.4, 4.8)):
    return Figure(figsize=size, layout="constrained").add_subplot()


def cohort(n=90, seed=0, field="months"):
    rng = np.random.default_rng(seed)
    risk = rng.normal(size=n)
    t, c = rng.exponential(20 * np.exp(-risk)), rng.exponential(40, size=n)
    y = np.empty(n, [("died", bool), (field, float)])
    y["died"], y[field] = t <= c, np.minimum(t, c)
    return y, risk


def steps(ax):
    return [line for line in ax.lines if line.get_drawstyle() == "steps-post"]


def rows(ax):
    """Texts below the axes, row by row: name, then numbers."""
    heights = sorted({text.xyann[1] for text in ax.texts}, reverse=True)
    by_row = [[t for t in ax.texts if t.xyann[1] == height] for height in heights]
    return [[text.get_text() for text in row] for row in by_row]


def assert_apart(ax):
    """No text lies on another, and all are within the figure."""
    figure = ax.figure
    figure.draw_without_rendering()
    ticks = [t for t in ax.get_yticklabels() if t.get_position()[1] <= 1.001]  # others are unseen
    texts = [*ax.texts, ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ticks]
    boxes = [text.get_window_extent() for text in [*texts, ax._left_title]]
    for a, b in combinations(boxes, 2):
        assert not a.padded(-0.5).overlaps(b.padded(-0.5))
    first_row = max(text.get_window_extent().y1 for text in ax.texts)
    assert first_row < ax.xaxis.label.get_window_extent().y0
    for box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0
        assert box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height


def test_curves_bands_and_numbers_are_the_groups():
    y, risk = cohort()
    y["months"] = np.ceil(y["months"] / 5) * 5  # some at the ticks
    ax = plot_kaplan_meier(y, risk, ax=axes())
    groups = risk_groups(risk, 3)
    assert_array_equal(np.bincount(groups), [30, 30, 30])
    assert risk[groups == 0].max() < risk[groups == 1].min()
    ticks = ax.get_xticks()
    table = rows(ax)
    assert table[0] == ["at risk"]
    for k, line in enumerate(steps(ax)):
        curve = kaplan_meier(y[groups == k])
        assert line.get_color() == COLOURS[k]
        assert_array_equal(line.get_xdata(), np.append(0, curve.times))
        assert_array_equal(line.get_ydata(), np.append(1, curve.survival))
        followed = [int(np.sum(y["months"][groups == k] >= t)) for t in ticks]
        assert table[k + 1] == [risk_names(3)[k], *map(str, followed)]
        band = ax.collections[k].get_paths()[0].vertices[:, 1]
        assert_allclose([band.min(), band.max()], [np.nanmin(curve.lower), 1])
    p = log_rank_test(y, groups).p_value
    shown = "p < 0.0001" if p < 1e-4 else f"p = {p:.2g}"
    assert ax.get_title("left") == f"Survival by thirds of risk, log-rank {shown}"
    assert ax.get_xlabel() == "months"


def test_marks_are_the_censored_and_only_of_few_samples():
    y, risk = cohort(30)
    ax = plot_kaplan_meier(y, risk, 1, axes())
    marks = [line for line in ax.lines if line.get_marker() == "|"]
    assert_array_equal(marks[0].get_xdata(), np.unique(y["months"][~y["died"]]))
    assert_array_equal(marks[0].get_ydata(), kaplan_meier(y).at(marks[0].get_xdata()))
    y, risk = cohort(2000)
    ax = plot_kaplan_meier(y, risk, 1, axes())
    assert not [line for line in ax.lines if line.get_marker() == "|"]


@pytest.mark.parametrize("n_groups", range(1, 7))
@pytest.mark.parametrize("n", [6, 90, 20_000])
@pytest.mark.parametrize("size", [(6.4, 4.8), (5.4, 4.2)])
def test_no_text_lies_on_another(n, n_groups, size):
    y, risk = cohort(n)
    ax = plot_kaplan_meier(y, risk, n_groups, axes(size))
    assert len(steps(ax)) == n_groups
    assert_apart(ax)


@pytest.mark.parametrize("scale", [1e-3, 1, 1e5])
def test_times_of_any_unit_fit(scale):
    y, risk = cohort()
    y["months"] *= scale
    ax = plot_kaplan_meier(y, risk, ax=axes((5.4, 4.8)))
    assert_apart(ax)
    assert len(ax.get_xticks()) >= 3 and ax.get_xlim()[1] >= y["months"].max()


def test_equal_risks_stay_together():
    y, _ = cohort(12)
    ax = plot_kaplan_meier(y, np.zeros(12), ax=axes())
    assert ax.get_title("left") == "Survival of all samples"
    assert [row[0] for row in rows(ax)] == ["at risk", "all"]
    ax = plot_kaplan_meier(y, np.repeat([0, 1], [8, 4]), ax=axes())
    assert ax.get_title("left").startswith("Survival by groups of risk, log-rank p")
    assert [row[0] for row in rows(ax)] == ["at risk", "low risk", "high risk"]
    ax = plot_kaplan_meier(y, np.repeat([0, 1, 2], [1, 10, 1]), ax=axes())
    assert ax.get_title("left").startswith("Survival by groups of risk")  # not thirds
    assert [int(row[1]) for row in rows(ax)[1:]] == [1, 10, 1]
    ax = plot_kaplan_meier(y, np.repeat([0, 1], 6), ax=axes())
    assert ax.get_title("left").startswith("Survival by groups of risk")
    ax = plot_kaplan_meier(y, np.repeat([0, 1], 6), 2, ax=axes())
    assert ax.get_title("left").startswith("Survival by halves of risk")


def test_few_samples_and_nobody_with_the_event():
    y, risk = cohort(2)
    ax = plot_kaplan_meier(y, risk, ax=axes())
    assert len(steps(ax)) == 2
    y["died"] = False
    ax = plot_kaplan_meier(y, risk, 2, ax=axes())
    assert ax.get_title("left") == "Survival by halves of risk"
    assert_apart(plot_kaplan_meier(y[:1], risk[:1], ax=axes()))


def test_the_last_event_does_not_cut_the_band():
    y = np.array([(True, 1.0), (True, 4.0)], dtype="?,f8")
    ax = plot_kaplan_meier(y, [0, 0], ax=axes())
    assert ax.collections[0].get_paths()[0].vertices[:, 0].max() == 4
    assert ax.get_xlabel() == "time"


def test_any_groups_can_be_drawn():
    y, _ = cohort(40)
    names = ["stage I", "stage II, of a name that is far too long for the margin"]
    ax = draw_kaplan_meier(y, np.arange(40) % 2, names, axes((8, 4.8)), "by stage")
    assert ax.get_title("left").startswith("Survival by stage, log-rank p")
    first, second = rows(ax)[1:]
    assert first[0] == "stage I" and second[0].endswith("…") and len(second[0]) == 34


def test_a_new_figure_is_made_on_request():
    from matplotlib import pyplot

    y, risk = cohort(20)
    ax = plot_kaplan_meier(y, risk)
    assert tuple(ax.figure.get_size_inches()) == (6.4, 4.8)
    pyplot.close(ax.figure)


def test_wrong_arguments_are_named():
    y, risk = cohort(20)
    for wrong in (0, 7, 2.5):
        with pytest.raises(ValueError, match=rf"from 1 to 6, one colour each; got {wrong}"):
            plot_kaplan_meier(y, risk, wrong)
    with pytest.raises(ValueError, match=r"risk needs one number .* \(20,\); got shape \(3,\)"):
        plot_kaplan_meier(y, risk[:3])

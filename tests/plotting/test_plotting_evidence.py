"""Pictures of evidence show its own numbers, and names of any kind leave each other room."""

from __future__ import annotations

import re
from itertools import combinations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from numpy.testing import assert_allclose, assert_array_equal

from spinnery.evidence.effects import Effect
from spinnery.evidence.result import Evidence
from spinnery.plotting import (
    plot_clusters,
    plot_effects,
    plot_importance,
    plot_null,
    plot_stability,
)
from spinnery.plotting.axes import COLOURS, INK, LONGEST, MUTED
from spinnery.plotting.rows import shortened, width_of, wrapped

matplotlib.use("agg")

HOSTILE = [
    "a " + "very " * 50 + "long name", "price in $ of $2", r"$\frac{$ broken", "W" * 200, "_hidden",
    "<b>bold</b>", "x_1^2 & more", "two\nlines", "", "%d %s {0}",
]  # fmt: skip


def curves(n_outputs=1, size=1.0, shape=np.sin, scale=1.0, error=0.1, n=25):
    values = np.linspace(-2, 2, n)
    curve = size * np.outer(shape(values), np.linspace(1, 0.3, n_outputs))
    curve = curve - curve.mean(axis=0)
    return Effect(values * scale, curve, np.full_like(curve, error))


def evidence(
    frequency, selected, threshold=0.7, names=None, importance=None, effects=None, null=(),
    gain=0.4, n_features=None, expected_false=1.0, n_pairs=50, cluster_threshold=0.7,
    outputs=("prediction",),
):  # fmt: skip
    """One whose features are x0, x1, ... with these frequencies, each in a cluster of its own."""
    frequency, selected = np.asarray(frequency, float), np.asarray(selected, bool)
    m = len(frequency)
    names = [f"x{j}" for j in range(m)] if names is None else list(names)
    rise = np.where(selected, 0.1 if importance is None else importance, np.nan)
    counts = {"selected": selected, "frequency": frequency}
    features = pd.DataFrame(
        {"feature": names, **counts, "stable": frequency >= threshold, "importance": rise,
         "importance_low": rise - 0.05, "importance_high": rise + 0.05},
    )  # fmt: skip
    sizes = [1] * m if n_features is None else n_features
    clusters = pd.DataFrame({"leader": names, "n_features": sizes, **counts,
                             "stable": frequency >= cluster_threshold})  # fmt: skip
    firmest = np.argsort(-frequency, kind="stable")
    null = np.asarray(null, float)
    if effects is None:
        effects = {name: {"all": curves()} for name, s in zip(names, selected, strict=True) if s}
    return Evidence(
        features.iloc[firmest], clusters.iloc[firmest].reset_index(drop=True),
        frequency >= threshold, threshold, cluster_threshold, expected_false,
        (1 + np.sum(null >= gain)) / (1 + len(null)) if len(null) else np.nan, gain, null,
        pd.DataFrame(), None, effects, list(outputs), 9, n_pairs,
    )  # fmt: skip


def axes(size=(7, 4.8)):
    return Figure(figsize=size, layout="constrained").add_subplot()


def dots(ax):
    """Name, place and colours (edge, inside) of each row's dot, from the top."""
    names = [label.get_text() for label in ax.get_yticklabels()]
    found = {}
    for line in ax.lines:
        if line.get_marker() == "o":
            (x,), (row,) = line.get_data()
            found[row] = x, line.get_markeredgecolor(), line.get_markerfacecolor()
    return [(name, *found[row]) for row, name in enumerate(names)]


def dashed(ax):
    return [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == "--"]


def headings(ax):
    """The title and what is below it, in one line each."""
    return tuple(
        text.replace("\n", " ") for text in (ax.get_title("left"), ax.texts[-1].get_text())
    )


def assert_readable(ax):
    """Every text within the figure, none on another."""
    figure = ax.figure
    figure.draw_without_rendering()
    texts = [*ax.texts, ax._left_title, ax.xaxis.label, *ax.get_yticklabels(),
             *(ax.get_legend().get_texts() if ax.get_legend() else ())]  # fmt: skip
    boxes = [text.get_window_extent() for text in texts if text.get_text()]
    for a, b in combinations(boxes, 2):
        assert not a.padded(-1).overlaps(b.padded(-1))
    for box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0
        assert box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height


BLUE, ORANGE = COLOURS[:2]


def test_stability_tells_stable_from_selected():
    found = evidence([0.3, 1, 0.8, 0.5, 0.7], [0, 1, 0, 1, 1], expected_false=0.5)
    ax = plot_stability(found, axes())
    assert dots(ax) == [
        ("x1", 1, BLUE, BLUE), ("x2", 0.8, BLUE, "white"), ("x4", 0.7, BLUE, BLUE),
        ("x3", 0.5, ORANGE, ORANGE), ("x0", 0.3, "#b0b0b0", "white"),
    ]  # fmt: skip
    inks = [label.get_color() for label in ax.get_yticklabels()]
    assert inks == [INK] * 4 + [MUTED]
    assert dashed(ax) == [0.7]
    assert headings(ax) == (
        "3 features stable, 1 more selected",
        "from the dashed line on (0.7), at most 0.5 false features expected",
    )
    assert ax.get_xlabel() == "share of 100 halves that pick it"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "stable, selected", "stable, not selected", "selected, not stable", "neither",
    ]  # fmt: skip
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the firmest on top
    assert_readable(ax)


def test_nothing_stable_has_no_line_and_says_so():
    ax = plot_stability(evidence([0.5, 0.4], [1, 0], threshold=np.inf), axes())
    assert dashed(ax) == []
    assert headings(ax) == (
        "No feature is stable, 1 selected",
        "no share of the halves is large enough to expect at most 1 false feature",
    )
    assert [edge for *_, edge, _ in dots(ax)] == [ORANGE, "#b0b0b0"]
    ax = plot_stability(evidence([0.5], [0]), axes())
    assert dashed(ax) == [0.7] and headings(ax)[0] == "No feature is stable"


def test_nothing_picked_is_a_sentence():
    nothing = evidence([], [])
    for plot, what in ((plot_stability, "feature"), (plot_clusters, "cluster")):
        ax = plot(nothing, axes())
        (text,) = (" ".join(t.get_text().split()) for t in ax.texts)
        assert text == (
            f"Nothing is stable: no half of the samples picked a {what}, and the model selected "
            "none."
        )
        assert not ax.lines and not ax.axison
    only = "The model selected no feature: there is nothing to leave out, and no effect."
    ax = plot_importance(nothing, axes())
    assert " ".join(ax.texts[0].get_text().split()) == only and not ax.lines
    (ax,) = plot_effects(evidence([0.9], [0]), Figure()).axes
    assert " ".join(ax.texts[0].get_text().split()) == only and not ax.lines


def test_stable_and_selected_features_are_drawn_before_others():
    frequency = np.linspace(1, 0, 20)
    ax = plot_stability(evidence(frequency, np.arange(20) == 17), axes(), top=9)
    assert [name for name, *_ in dots(ax)] == [f"x{j}" for j in [*range(8), 17]]
    found = evidence(frequency, np.arange(20) == 17, threshold=0.9)
    ax = plot_stability(found, axes(), top=4)
    assert [name for name, *_ in dots(ax)] == ["x0", "x1", "x2", "x17"]
    assert headings(ax)[0] == "2 features stable, 1 more selected (4 of 20 drawn)"
    assert headings(plot_stability(found, axes(), top=20))[0].endswith("1 more selected")


def test_clusters_are_called_by_their_leader_and_keep_their_number():
    names, sizes = ["a", "b" * 99, "c"], [3, 1001, 1]
    found = evidence([0.9, 0.6, 0.2], [1, 1, 0], names=names, n_features=sizes,
                     cluster_threshold=0.65)  # fmt: skip
    ax = plot_clusters(found, axes())
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names[0] == "a + 2 alike" and names[2] == "c"
    assert re.fullmatch(r"b+… \+ 1000 alike", names[1])
    assert [(x, edge) for _, x, edge, _ in dots(ax)] == [
        (0.9, BLUE), (0.6, ORANGE), (0.2, "#b0b0b0"),
    ]  # fmt: skip
    assert dashed(ax) == [0.65]  # not the features'
    assert headings(ax) == (
        "1 cluster stable, 1 more selected",
        "from the dashed line on (0.65), at most 1 false cluster expected",
    )


def test_importance_is_sorted_and_coloured_by_its_interval():
    found = evidence([1, 0.9, 0.8, 0.2], [1, 1, 1, 0], importance=[0.04, 0.2, -0.01, 9])
    ax = plot_importance(found, axes())
    assert [(name, round(x, 9), edge) for name, x, edge, _ in dots(ax)] == [
        ("x1", 0.2, BLUE), ("x0", 0.04, "#8a8a8a"), ("x2", -0.01, "#8a8a8a"),
    ]  # fmt: skip
    zero, *rest = ax.lines
    assert_array_equal(zero.get_xdata(), [0, 0])
    intervals = [line.get_xdata() for line in rest if line.get_marker() != "o"]
    assert_allclose(intervals, [[0.15, 0.25], [-0.01, 0.09], [-0.06, 0.04]])
    assert headings(ax) == (
        "Rise of the held-out loss without each of 3 features",
        "means over folds, intervals of level 0.95: 1 above 0 (blue)",
    )
    assert_readable(ax)


def test_effects_draw_curves_with_two_errors_on_one_scale():
    effects = {"x0": {"all": curves(size=2, error=0.3)}, "x1": {"all": curves(size=0.4, error=1)}}
    found = evidence([1, 0.9], [1, 1], importance=[0.1, 0.3], effects=effects)
    first, second = plot_effects(found, Figure()).axes
    assert first.get_title("left") == "x1\nnone by itself"  # the more important one
    assert second.get_title("left") == "x0\nup"
    assert first.get_ylim() == second.get_ylim()
    effect = effects["x0"]["all"]
    _, line = second.lines
    assert_allclose(line.get_xydata(), np.column_stack([effect.values, effect.curve[:, 0]]))
    (band,) = second.collections
    vertices = band.get_paths()[0].vertices
    assert_allclose(vertices[:, 1].max(), effect.curve.max() + 0.6)
    assert_allclose(vertices[:, 1].min(), effect.curve.min() - 0.6)
    assert not second.figure.legends


def test_a_band_far_wider_than_curves_does_not_flatten_them():
    effects = {"x0": {"all": curves(size=1, error=100)}}
    (ax,) = plot_effects(evidence([1], [1], effects=effects), Figure()).axes
    assert_allclose(ax.get_ylim()[1], 1.06 * 1.5 * effects["x0"]["all"].curve.max())
    flat = {"x0": {"all": curves(size=0, error=0)}}
    (ax,) = plot_effects(evidence([1], [1], effects=flat), Figure()).axes
    assert ax.get_ylim() == (-1, 1)


def test_effects_over_cohorts_share_colours_and_one_legend():
    effects = {
        "x0": {"south": curves(shape=np.sin), "west $\\frac{$": curves(shape=np.cos)},
        "x1": {"north": curves(n=2), "south": curves(), "west $\\frac{$": curves()},
    }
    figure = plot_effects(evidence([1, 0.9], [1, 1], effects=effects), Figure())
    titles = [ax.get_title("left") for ax in figure.axes]
    assert titles == ["x0\ndiffers", "x1\nup"]
    colours = [{line.get_label(): line.get_color() for line in ax.lines[1:]} for ax in figure.axes]
    assert colours[0] == {"south": COLOURS[1], "west $\\frac{$": COLOURS[2]}
    assert colours[1] == {"north": COLOURS[0], **colours[0]}
    markers = {line.get_label(): line.get_marker() for line in figure.axes[1].lines[1:]}
    assert markers == {
        "north": "o",
        "south": "None",
        "west $\\frac{$": "None",
    }  # two values, marked
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["north", "south", "west $\\frac{$"]
    assert not any(ax.get_legend() for ax in figure.axes)
    figure.draw_without_rendering()
    below = min(
        label.get_window_extent().y0 for ax in figure.axes for label in ax.get_xticklabels()
    )
    assert legend.get_window_extent().y1 <= below


def test_effects_of_several_outputs_draw_the_one_that_moves_most():
    effect = Effect(np.arange(25.0), np.outer(np.linspace(-1, 1, 25), [0.5, -2, 1]),
                    np.full((25, 3), 0.1))  # fmt: skip
    of = evidence([1], [1], effects={"x0": {"all": effect}}, outputs=["score of a", "score of b"])
    (ax,) = plot_effects(of, Figure()).axes
    assert ax.get_title("left") == "x0\ndown (score of b)"
    assert_allclose(ax.lines[1].get_ydata(), effect.curve[:, 1])


def test_effects_keep_to_the_most_important():
    found = evidence(np.ones(24), np.ones(24), importance=np.arange(24) / 24)
    figure = plot_effects(found, Figure((10, 8)))
    names = [ax.get_title("left").split("\n")[0] for ax in figure.axes]
    assert names == [f"x{j}" for j in range(23, 11, -1)]
    assert figure.get_suptitle() == (
        "Effects of the selected features, 12 of 24, ± 2 standard errors"
    )
    assert len(plot_effects(found, Figure((10, 14)), top=24).axes) == 24


def test_null_draws_every_permutation_and_the_gain():
    null = [0.1, 0.1, -0.2, 0.05, 0.3]
    ax = plot_null(evidence([1], [1], null=null, gain=0.3), axes())
    cloud, line = ax.lines
    assert_array_equal(line.get_xdata(), [0.3, 0.3])
    assert line.get_color() == BLUE
    width = np.diff(ax.get_xlim())[0] / 44
    assert_allclose(cloud.get_xdata(), np.sort(null), atol=width / 2 + 1e-9)
    assert_array_equal(cloud.get_ydata(), [1, 1, 1, 2, 1])  # equal ones on each other
    assert headings(ax) == (
        "Gain of the targets beside that of permuted ones, p = 0.33",
        "1 of 5 permutations gain as much; with 5, p is at least 0.17",
    )
    assert ax.texts[0].get_text() == "observed 0.3"
    assert_readable(ax)


def test_null_of_many_permutations_and_of_nothing_at_all():
    null = np.random.default_rng(0).normal(size=199)
    ax = plot_null(evidence([1], [1], null=null, gain=-9), axes())
    assert sum(bar.get_height() for bar in ax.patches) == 199
    assert "p = 1" in headings(ax)[0] and headings(ax)[1].startswith("199 of 199")
    assert_readable(ax)
    ax = plot_null(evidence([1], [1], null=np.zeros(9), gain=0.0), axes())  # all the same
    assert ax.lines[0].get_ydata().max() == 9 < ax.get_ylim()[1]
    assert_readable(ax)


def test_null_needs_permutations():
    message = (
        "plot_null needs the gains of permuted targets; this evidence has none, made with "
        "n_permutations=0. Call assess with n_permutations=19, or more for a smaller p-value."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        plot_null(evidence([1], [1]), axes())


@pytest.mark.parametrize("plot", [plot_stability, plot_clusters, plot_importance])
@pytest.mark.parametrize("size", [(7, 6.7), (5, 4)])
def test_names_of_any_kind_fit(plot, size):
    names = [f"{name}{k}" for k in range(3) for name in HOSTILE][:24]
    found = evidence(np.linspace(1, 0.2, 24), np.ones(24), names=names, n_features=range(1, 25))
    ax = plot(found, axes(size))
    assert_readable(ax)
    shown = [label.get_text() for label in ax.get_yticklabels()]
    assert any(name.startswith("price in $ of $20") for name in shown)
    assert any(name.startswith(r"$\frac{$ broken0") for name in shown)
    assert max(map(len, shown)) <= LONGEST


def test_panel_titles_of_any_kind_fit():
    names = [f"{name}{k}" for k in range(2) for name in HOSTILE][:12]
    figure = plot_effects(evidence(np.ones(12), np.ones(12), names=names), Figure((9.9, 6.5)))
    figure.draw_without_rendering()
    boxes = [ax._left_title.get_window_extent() for ax in figure.axes]
    boxes.append(figure._suptitle.get_window_extent())
    for a, b in combinations(boxes, 2):
        assert not a.padded(-1).overlaps(b.padded(-1))
    assert all(box.x1 <= figure.bbox.width for box in boxes)
    ticks = [t.get_window_extent() for ax in figure.axes for t in ax.get_xticklabels()]
    assert not any(box.overlaps(tick.padded(-1)) for box in boxes for tick in ticks)


def test_texts_are_cut_and_broken_by_their_width():
    assert shortened("two\nlines") == "two lines"
    assert shortened("x" * LONGEST) == "x" * LONGEST
    assert len(shortened("x" * 200)) == LONGEST and shortened("x" * 200).endswith("x…")
    assert width_of(shortened("W" * 30, 100)) <= 100 < width_of(shortened("W" * 30, 120))
    text = "one two three four unbreakable"
    assert wrapped(text, width_of("three four"), 9) == "one two\nthree four\nunbreakable"


def test_only_evidence_is_drawn():
    message = (
        "plot_effects needs the result of assess; got dict. Call spinnery.assess(model, X, y)."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        plot_effects({})
    for plot in (plot_stability, plot_clusters, plot_importance, plot_null):
        with pytest.raises(ValueError, match=f"^{plot.__name__} needs the result of assess; got"):
            plot(None)
    for plot in (plot_stability, plot_clusters, plot_effects):
        with pytest.raises(ValueError, match=r"^top must be at least 1; got 0\.$"):
            plot(evidence([1], [1]), None, 0)


def test_given_axes_leave_pyplot_alone():
    from matplotlib import pyplot

    found = evidence([1, 0.2], [1, 0], null=[0.1])
    for plot in (plot_stability, plot_clusters, plot_importance, plot_null):
        ax = axes()
        assert plot(found, ax) is ax
    figure = Figure()
    assert plot_effects(found, figure) is figure
    assert not pyplot.get_fignums()
    own = plot_effects(found)
    assert pyplot.get_fignums() == [own.number]
    pyplot.close(own)

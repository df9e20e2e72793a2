"""The pictures of a report, from its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .svg import Frame, colour
from .wording import short

SMALL = (150, 52)  # pixels of an effect in a table's row
GROUPS = {"low risk": 0, "middle": 4, "high risk": 1}  # colours: nothing green of high risk
WIDE = 2.0  # standard errors on either side of a curve
Picture = dict[str, Any]


def effect(
    curve: Picture, feature: str, word: str, tallest: float, cohorts: Sequence[str] = ()
) -> str:
    """A feature's curves, `tallest` being the largest distance from 0 of all rows.

    Each of the model's `cohorts` has its colour in all rows.
    """
    values = [v for one in curve["cohorts"] for v in one["values"]]
    frame = Frame((min(values), max(values)), (-tallest, tallest), SMALL, (6, 6, 3, 15))
    frame.segment((frame.left, frame.py(0)), (frame.right, frame.py(0)), "grid")
    for one in curve["cohorts"]:
        place = cohorts.index(one["cohort"]) if one["cohort"] in cohorts else 0
        x, y, error = one["values"], one["curve"], one["error"]
        told = {} if error is None else {"error": error}
        labels = {"labels": [level.replace(" ", "\u00a0") for level in curve["levels"]]}
        name = one["cohort"] if len(cohorts) > 1 else feature
        frame.begin(place, name, x=x, y=y, **told, **(labels if curve["levels"] else {}))
        wide = [WIDE * e for e in error or ()]
        low, high = ([b + k * e for b, e in zip(y, wide, strict=False)] for k in (-1, 1))
        if curve["levels"]:
            if wide:
                frame.bars(x, low, high)
            frame.dots(x, y, 2.5)
        else:
            if wide:
                frame.band(x, low, high)
            frame.line(x, y)
        frame.end()
    first, last = (
        (curve["levels"][0], curve["levels"][-1]) if curve["levels"]
        else (short(frame.x[0]), short(frame.x[1]))
    )  # fmt: skip
    frame.text(frame.left, frame.height - 3, _brief(first), "tick")
    frame.text(frame.right, frame.height - 3, _brief(last), "tick", "end")
    return frame.svg(f"Effect of {feature} on {curve['output']}: {word}", "effect")


def _brief(text: str) -> str:
    return text if len(text) <= 10 else text[:9] + "…"


def scatter(picture: Picture) -> str:
    """Predicted against observed, with means of samples of like prediction."""
    x, y = picture["predicted"], picture["observed"]
    ends = min(*x, *y), max(*x, *y)
    room = 0.03 * (ends[1] - ends[0])
    span = ends[0] - room, ends[1] + room
    frame = Frame(span, span, (440, 400))
    frame.axes("predicted", "observed")
    frame.line(frame.x, frame.y, "diagonal")
    frame.begin(0, "sample", x=x, y=y, row=picture["row"])
    frame.dots(x, y, 3 if len(x) < 300 else 2)
    frame.end()
    groups = picture["groups"]
    if len(groups) > 1:
        of = {key: [one[key] for one in groups] for key in ("predicted", "observed", "n")}
        frame.begin(1, "mean of a group", x=of["predicted"], y=of["observed"], n=of["n"])
        frame.line(of["predicted"], of["observed"])
        frame.dots(of["predicted"], of["observed"], 3.5)
        frame.end()
    return frame.svg("Scatter of observed against predicted values, with the line of agreement")


def roc(picture: Picture) -> str:
    """The share of one class found against the share of the other taken for it."""
    frame = Frame((0, 1), (0, 1), (400, 380))
    frame.axes(f"share of others taken for {picture['of']}", f"share of {picture['of']} found")
    frame.line((0, 1), (0, 1), "diagonal")
    frame.begin(0, "at one threshold", x=picture["false"], y=picture["true"])
    frame.steps(picture["false"], picture["true"])
    frame.end()
    return frame.svg(f"ROC curve of {picture['of']}; a coin is on the diagonal")


def calibration(picture: Picture) -> str:
    """Shares observed against shares predicted."""
    frame = Frame((0, 1), (0, 1), (400, 380))
    what = picture["of"] or "being right"
    frame.axes(f"predicted probability of {what}", "share observed")
    frame.line((0, 1), (0, 1), "diagonal")
    groups = picture["groups"]
    x, y = [g["predicted"] for g in groups], [g["observed"] for g in groups]
    frame.begin(0, "group of samples", x=x, y=y, n=[g["n"] for g in groups])
    frame.bars(x, [g["low"] for g in groups], [g["high"] for g in groups])
    frame.dots(x, y, 3.5)
    frame.end()
    return frame.svg("Shares observed by predicted probability; on the diagonal they agree")


def survival(picture: Picture) -> str:
    """Kaplan and Meier's curves by group of predicted risk."""
    end = max(picture["times"][-1], *(one["time"][-1] for one in picture["groups"]))
    frame = Frame((0, end), (0, 1), (520, 340))
    frame.axes("time", "share without the event")
    colours = [GROUPS.get(one["name"], k) for k, one in enumerate(picture["groups"])]
    for place, one in zip(colours, picture["groups"], strict=True):
        time, share = [0.0, *one["time"]], [1.0, *one["share"]]
        low, high = ([1.0, *_filled(one[side], share)] for side in ("low", "high"))
        frame.begin(place, one["name"], x=one["time"], y=one["share"],
                    low=_told(one["low"]), high=_told(one["high"]))  # fmt: skip
        frame.band(time, low, high, stepped=True)
        frame.steps(time, share)
        frame.end()
    for k, (place, one) in enumerate(zip(colours, picture["groups"], strict=True)):
        frame.parts.append(f'<g class="legend {colour(place)}">')
        frame.text(frame.right - 4, frame.top + 14 + 16 * k, one["name"], "key", "end")
        frame.parts.append("</g>")
    return frame.svg("Kaplan-Meier curves by group of predicted risk, with 95% bands")


def _filled(band: list[float | None], share: list[float]) -> list[float]:
    """The band's end where it is known, else the curve."""
    return [s if b is None else b for b, s in zip(band, share[1:], strict=True)]


def _told(values: list[float | None]) -> list[str]:
    return ["" if v is None else str(v) for v in values]


def sizes(rows: list[dict[str, float]], chosen: int, words: str) -> str:
    """Held-out loss by the model's size."""
    x, y = [row["n_features"] for row in rows], [row["cv_mean"] for row in rows]
    low, high = ([m + k * row["cv_error"] for m, row in zip(y, rows, strict=True)] for k in (-1, 1))
    room = 0.04 * (max(high) - min(low))
    frame = Frame((min(x), max(x)), (min(low) - room, max(high) + room), (440, 260))
    frame.axes("features in the model", "held-out loss")
    frame.begin(0, "features", x=x, y=y, error=[row["cv_error"] for row in rows])
    frame.bars(x, low, high)
    frame.line(x, y)
    frame.dots(x, y, 2.5)
    frame.end()
    at = frame.px(chosen)
    frame.segment((at, frame.top), (at, frame.bottom), "chosen")
    return frame.svg(f"{words} by number of features; {chosen} were taken")

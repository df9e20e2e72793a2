"""Renderings: everything of the dictionary is there, and nothing that a name could smuggle in."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kinds import HOSTILE, KINDS
from made import data, evidence, fitted
from rich.console import Console

import spinnery
from spinnery.report import print_report
from spinnery.report.files import as_json, read, write
from spinnery.report.html import page, short_form
from spinnery.report.markdown import markdown
from spinnery.report.svg import Frame, labelled, ticks
from spinnery.report.wording import clean, named, share, short

VOID = {"meta", "link", "line", "path", "circle", "rect", "br"}


class Tags(HTMLParser):
    """All tags with their attributes, the text, and whether tags are closed as they were opened."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def of(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]


def numbers(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return {found for one in value for found in numbers(one)}
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return {float(value)} if is_number else set()


@pytest.fixture(scope="module", params=KINDS)
def made(request, reports):
    report = reports[request.param]
    return request.param, report, page(report)


def test_every_number_of_the_dictionary_is_on_the_page(made):
    _, report, text = made
    text = re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r' (d|cx|cy|x1|x2|y1|y2|x|y|points|viewBox)="[^"]*"', "", text)  # pixels
    found = {float(word) for word in re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", text)}
    missing = numbers({k: v for k, v in report.items() if k != "format_version"}) - found
    assert not missing


def test_tags_close_and_nothing_is_loaded(made):
    _, _, text = made
    found = Tags(text)
    for tag, attrs in found.tags:
        assert not {"src", "srcset", "action", "style", "onload", "onclick"} & attrs.keys()
        if "href" in attrs:
            assert attrs["href"].startswith(("#", "data:,", "https://example.org/"))
            assert tag != "link" or attrs["href"] == "data:,"
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    assert "url(" not in style and "@import" not in style
    assert len(found.of("script")) == len(found.of("style")) == 1


def test_the_policy_admits_the_pages_own_style_and_script_alone(made):
    _, _, text = made
    policy = next(a for a in Tags(text).of("meta") if "http-equiv" in a)["content"]
    for tag in ("style", "script"):
        own = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")


def test_headings_tables_and_pictures_are_for_everybody(made):
    _, _, text = made
    found = Tags(text)
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1 and set(levels[1:]) == {2}
    assert len(found.of("caption")) == len(found.of("table")) > 0
    assert all(attrs.get("scope") in ("col", "row") for attrs in found.of("th"))
    for attrs in found.of("svg"):
        assert attrs.get("aria-hidden") == "true" or (
            attrs["role"] == "img" and attrs["aria-label"]
        )
    keys = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(keys) == len(set(keys))
    assert {a["href"][1:] for a in found.of("a") if a["href"].startswith("#")} <= set(keys)


def test_small_and_the_same_twice(made):
    name, _, text = made
    assert len(text.encode("utf-8", "replace")) < 400_000
    assert text == page(json.loads(as_json(KINDS[name]())))


def test_markdown_has_the_same_sections_and_tables_of_even_rows(made):
    _, report, text = made
    told = markdown(report)
    titles = [re.sub("<.*?>", "", t) for t in re.findall(r"<h2>.*?</h2>", text)]
    assert re.findall(r"^## (.*)$", told, re.MULTILINE) == titles
    for block in told.split("\n\n"):
        if block.startswith("|"):
            cells = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
            assert len(cells) == 1


def test_training_samples_are_marked_wherever_they_are_shown(reports):
    text = page(reports["training"])
    section = re.search(r'<section id="performance">.*?</section>', text, re.DOTALL)[0]
    assert "<h2>The training samples, predicted</h2>" in section
    assert "Value (training samples)" in section
    for caption in re.findall(r"<figcaption>.*?</figcaption>", section, re.DOTALL):
        assert "(training samples)" in caption
    worst = re.search(r'<section id="worst">.*?</section>', text, re.DOTALL)[0]
    assert "Of the training samples" in worst
    assert "samples it had not seen" not in text and "unseen samples (" not in text


# -- names -------------------------------------------------------------------------------------


def test_hostile_names_are_text(reports):
    text = page(reports["hostile"])
    found = Tags(text)
    assert not {"b", "i", "tr>0"} & {tag for tag, _ in found.tags}
    read_text = "".join(found.text)
    for name in ("<script>document.title = 'taken'</script>", "<h1>evil</h1>", "</style></svg>",
                 "%s {0} {feature}", "gnp.exe", "two lines  [31mred [0m", "(no name)"):  # fmt: skip
        assert name in read_text
    assert not re.search("[\u202a-\u202e\x00-\x08\x1b]", text)
    links = [a["href"] for a in found.of("a") if a["href"].startswith("https")]
    assert len(links) == len(HOSTILE)
    assert "https://example.org/?gene=javascript%3Aalert%281%29" in links
    assert "W" * 80 not in "".join(found.text) and any("W" * 200 in a.get("title", "")
                                                       for a in found.of("bdi"))  # fmt: skip


def test_hostile_names_in_markdown_and_on_a_terminal(reports):
    told = markdown(reports["hostile"])
    assert "\\<script\\>" in told and "<script>" not in told and "<h1>" not in told
    assert r"$x^2$ | `code`".replace("$", r"\$").replace("|", r"\|").replace("`", r"\`") in told
    out = io.StringIO()
    print_report(Console(file=out, width=120), reports["hostile"], {"written to": "run/"})
    assert "\x1b[31m" not in out.getvalue() and "<script>" in out.getvalue()


@given(st.text(max_size=80))
def test_no_name_governs_what_is_around_it(name):
    text = named(name)
    assert len(text) <= 64 and "\n" not in text and "\x1b" not in text
    assert text.count("\u2068") == text.count("\u2069")
    text.encode()
    assert clean(clean(name)) == clean(name)


# -- pieces ------------------------------------------------------------------------------------


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_even_and_within(low, width):
    found = ticks(low, low + width)
    assert 2 <= len(found) <= 12 or width < 1e-9 * abs(low)
    assert low - 1e-6 * width <= found[0] and found[-1] <= low + width * (1 + 1e-6)
    assert np.ptp(np.diff(found)) < 1e-6 * max(abs(low), width)
    said = [words for _, words in labelled(found)]
    assert len(set(said)) == len(said)


@given(st.floats(0, 1))
def test_shares_are_never_rounded_to_certainty(value):
    said = share(value)
    assert (said == "0%") == (value == 0) and (said == "100%") == (value == 1)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_numbers_keep_three_digits(value):
    assert math.isclose(float(short(value).replace(",", "")), value, rel_tol=6e-3)


def test_a_frame_puts_its_ends_in_its_corners():
    frame = Frame((2, 4), (-1, 1))
    assert (frame.px(2), frame.px(4)) == (frame.left, frame.right)
    assert (frame.py(-1), frame.py(1)) == (frame.bottom, frame.top)
    flat = Frame((3, 3), (0, 0))
    assert flat.left < flat.px(3) < flat.right


# -- files -------------------------------------------------------------------------------------


def test_files_of_every_form(tmp_path, reports):
    X, y = data("numbers")
    model = fitted("numbers", X, y)
    given = {"target": "score", "link": "https://example.org/?gene={feature}"}
    for kind in ("html", "md", "json"):
        file = tmp_path / f"a.{kind}"
        spinnery.write_report(model, file, X, y, evidence(model, X, y), **given)
    report = read(tmp_path / "a.json")
    assert report == reports["measured"]
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == page(report)
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == markdown(report)
    write(reports["hostile"], tmp_path / "b.json")
    assert read(tmp_path / "b.json")["features"]["rows"][0]["feature"] == HOSTILE[0]


def test_the_outcomes_name_comes_with_it(tmp_path):
    import pandas as pd

    X, y = data("numbers")
    spinnery.write_report(fitted("numbers", X, y), tmp_path / "a.json", X, pd.Series(y, name="kg"))
    assert read(tmp_path / "a.json")["target"]["name"] == "kg"


@pytest.mark.parametrize(
    ("name", "link", "message"),
    [
        ("a.pdf", None, "A report is written as .html, .md or .json; got 'a.pdf'."),
        ("a.html", "https://example.org",
         "link must be an address that begins with https:// or http:// and holds {feature} where "
         "the feature's name goes; got 'https://example.org'."),
        ("a.html", "javascript:{feature}",
         "link must be an address that begins with https:// or http:// and holds {feature} where "
         "the feature's name goes; got 'javascript:{feature}'."),
    ],
)  # fmt: skip
def test_what_cannot_be_written(tmp_path, name, link, message):
    with pytest.raises(ValueError) as caught:
        spinnery.write_report(None, tmp_path / name, None, None, link=link)
    assert str(caught.value) == message
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_read(tmp_path):
    file = tmp_path / "report.json"
    for text in ("", "[]", "{}", '{"format": "other", "format_version": 1}'):
        file.write_text(text)
        with pytest.raises(ValueError) as caught:
            read(file)
        assert str(caught.value) == (
            f"{file} is no report of spinnery's; give a report.json that it wrote."
        )
    file.write_text('{"format": "spinnery report", "format_version": 99}')
    with pytest.raises(ValueError) as caught:
        read(file)
    assert str(caught.value) == (
        f"{file} has format version 99, and this spinnery reads version 1. Write it again from the "
        "model."
    )


# -- notebooks and terminals -------------------------------------------------------------------


def test_a_fitted_model_shows_itself_in_short_and_another_as_before():
    X, y = data("numbers")
    model = fitted("numbers", X, y)
    shown = model._repr_mimebundle_()["text/html"]
    assert (
        "There is a signal for the outcome (p = 0.0025): 2 of 12 features go with it" in shown
        and "<table" in shown
    )
    Tags(shown)
    assert "sk-" not in shown
    assert "sk-top-container" in spinnery.SPINNRegressorCV()._repr_mimebundle_()["text/html"]


def test_the_short_form_has_no_answer_that_needs_the_data(reports):
    shown = short_form(reports["alone"])
    assert "Not measured here: spinnery.write_report(model, file, X, y) does." in shown
    assert reports["alone"]["performance"] is None


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "alone"])
def test_terminal(reports, kind):
    report, out = reports[kind], io.StringIO()
    print_report(Console(file=out, width=200), report, {"written to": "run/"})
    text = out.getvalue()
    assert report["performance"]["mark"] in text and "certificate" in text and "run/" in text
    for row in report["performance"]["measures"]:
        assert row["measure"] in text
    for row in report["features"]["rows"][:12]:
        assert clean(row["feature"])[:20] in text

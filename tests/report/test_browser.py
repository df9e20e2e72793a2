"""Pages in a real browser: as they look, without scripts, sorted, and for those who cannot see."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from browser import Browser, find

from spinnery.report.html import page

WIDTHS, SCHEMES = (400, 1400), (False, True)
VIEWS = list(itertools.product(WIDTHS, SCHEMES))
AXE = os.environ.get("SPINNERY_AXE", "")

program = find()
pytestmark = pytest.mark.skipif(
    program is None, reason="no Chromium here (apt-get install chromium, or SPINNERY_CHROMIUM)"
)


@pytest.fixture(scope="module")
def browser():
    made = Browser(program)
    yield made
    made.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory, reports):
    """Pages by kind, written when first asked for."""
    home = tmp_path_factory.mktemp("pages")

    def file(kind):
        path = home / f"{kind}.html"
        if not path.exists():
            path.write_text(page(reports[kind]), encoding="utf-8")
        return path

    return file


PLAIN = (
    "measured", "nothing", "many_classes", "survival", "several_outputs", "hostile", "wide",
    "mixed",
)  # fmt: skip
SEEN = [(kind, *VIEWS[k % len(VIEWS)]) for k, kind in enumerate(PLAIN)]
SEEN += [("cohorts", *view) for view in VIEWS]


@pytest.mark.parametrize(("kind", "width", "dark"), SEEN)
def test_nothing_is_said_asked_for_or_cut_off(browser, files, kind, width, dark):
    browser.open(files(kind), width=width, dark=dark)
    assert browser.complaints() == [] and browser.requests() == []
    assert browser.run("document.documentElement.scrollWidth") == width
    paper = browser.run("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(21, 24, 28)" if dark else "rgb(255, 255, 255)")
    assert browser.run("document.title").startswith("What goes with ")
    drawn = (
        "[...document.querySelectorAll('svg.plot, svg.effect')].map(s => s.getBoundingClientRect())"
    )
    assert browser.run(f"{drawn}.every(box => box.width > 50 && box.height > 20)")
    outside = """[...document.querySelectorAll('svg.plot')].flatMap(svg => {
        const outer = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect()).filter(
            box => box.left < outer.left - 1 || box.right > outer.right + 1);
    }).length"""
    if kind != "hostile":  # names without end are cut by the picture's frame
        assert browser.run(outside) == 0


CARDS = "[...document.querySelectorAll('table.cards')].filter(t => t.offsetWidth)"


@pytest.mark.parametrize("width", [360, 400, 1400])
def test_rows_are_cards_where_columns_have_no_room(browser, files, width):
    browser.open(files("hostile"), width=width)
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    tables = browser.run(f"{CARDS}.length")
    assert tables >= 3
    shown = browser.run(f"{CARDS}.filter(t => t.tHead.offsetHeight).length")
    assert shown == (0 if width < 640 else tables)
    cut = "t => t.parentNode.scrollWidth > t.parentNode.clientWidth + 1"
    assert width > 640 or browser.run(f"{CARDS}.filter({cut}).length") == 0
    texts = "row => [...row.cells].map(cell => cell.textContent)"
    titles = browser.run(f"{CARDS}.map(t => ({texts})(t.tHead.rows[0]))")
    of_row = "row => [...row.cells].map(cell => cell.dataset.label ?? '')"
    labels = browser.run(f"{CARDS}.map(t => [...t.tBodies[0].rows].map({of_row}))")
    for heads, rows in zip(titles, labels, strict=True):
        assert all(row == ["", *heads[1:]] for row in rows)


def test_a_page_of_20_of_20000_features_opens_within_a_second(browser, files):
    file = files("wide")
    assert file.stat().st_size < 2e6
    assert min(browser.open(file, width=1400) for _ in range(3)) < 1.0


def test_without_scripts_all_is_there(browser, files):
    file = files("classes")
    texts = []
    for scripts in (True, False):
        browser.open(file, scripts=scripts)
        texts.append(browser.run("document.body.innerText"))
        assert browser.requests() == []
        assert browser.run("document.querySelectorAll('th button').length > 0") == scripts
    assert texts[0] == texts[1]


ROWS = "[...document.querySelector('table.sortable').tBodies[0].rows]"


def test_tables_are_sorted_by_numbers_and_by_words(browser, files):
    browser.open(files("mixed"))
    head = "document.querySelector('table.sortable').tHead.rows[0].cells"
    names = browser.run(f"{ROWS}.map(row => row.cells[0].innerText.split('\\n')[0])")
    for direction, sign in (("descending", -1), ("ascending", 1)):
        browser.run(f"{head}[3].querySelector('button').click()")
        *values, last = browser.run(f"{ROWS}.map(row => row.cells[3].dataset.value ?? null)")
        assert last is None  # a feature that is always in is in no half, and last either way
        assert values == sorted(values, key=lambda value: sign * float(value))
        assert browser.run(f"{head}[3].getAttribute('aria-sort')") == direction
    for direction, back in (("ascending", False), ("descending", True)):
        browser.run(f"{head}[0].querySelector('button').click()")
        now = browser.run(f"{ROWS}.map(row => row.cells[0].innerText.split('\\n')[0])")
        assert now == sorted(names, reverse=back)
        assert browser.run(f"{head}[0].getAttribute('aria-sort')") == direction
    assert browser.run(f"{head}[3].getAttribute('aria-sort')") is None
    assert browser.complaints() == []


def test_pointing_at_a_curve_shows_its_numbers(browser, files):
    browser.open(files("measured"))
    browser.run("document.querySelector('svg.effect').scrollIntoView({behavior: 'instant'})")
    box = browser.run("(b => [b.left, b.top, b.right, b.bottom])"
                      "(document.querySelector('svg.effect').getBoundingClientRect())")  # fmt: skip
    browser.send("Input.dispatchMouseEvent", type="mouseMoved", x=box[2] - 5, y=box[1] + 4)
    said = browser.run("document.querySelector('.tip').textContent")
    data = browser.run("(d => [d.x, d.y, d.error])(document.querySelector('.series').dataset)")
    x, y, error = (float(values.split(" ")[-1]) for values in data)
    assert said == f"x0: {x:.4g} → {y:.4g} ± {error:.4g}"
    browser.send("Input.dispatchMouseEvent", type="mouseMoved", x=5, y=5)
    assert browser.run("document.querySelector('.tip').hidden")


def test_a_name_cannot_run(browser, files):
    browser.open(files("hostile"))
    assert browser.run("document.title") == "What goes with “<h1>evil</h1>”"
    assert browser.run("document.querySelectorAll('script').length") == 1
    browser.run("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"x = 1\">')")
    browser.run("document.head.append(Object.assign(document.createElement('script'),"
                "{textContent: 'window.taken = 1'}))")  # fmt: skip
    assert browser.run("window.taken === undefined")  # the page's policy admits its own alone


def test_printing_leaves_out_what_paper_cannot_do(browser, files):
    browser.open(files("measured"))
    browser.send("Emulation.setEmulatedMedia", media="print")
    assert browser.run("getComputedStyle(document.querySelector('nav')).display") == "none"
    browser.send("Emulation.setEmulatedMedia", media="")


@pytest.mark.slow
@pytest.mark.skipif(not AXE, reason="no axe-core here (npm, and SPINNERY_AXE for its axe.min.js)")
@pytest.mark.parametrize(
    ("kind", "width", "dark"),
    [("classes", 1400, False), ("survival_cohorts", 400, True), ("mixed", 1400, True)],
)  # fmt: skip
def test_accessibility(browser, files, kind, width, dark):
    browser.open(files(kind), width=width, dark=dark)
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    browser.run(Path(AXE).read_text(encoding="utf-8") + "; 0")
    found = browser.run("""axe.run().then(found => found.violations
        .map(one => [one.impact, one.id, one.nodes[0].html.slice(0, 120)]))""")
    assert [one for one in found if one[0] in ("serious", "critical")] == []
    assert found == []

"""The pages for users: their Python runs, page by page, and names what the package offers."""

from __future__ import annotations

import ast
import os
import re
import warnings
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from itertools import zip_longest
from math import isclose
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest
from sklearn import config_context

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
STORIES = sorted((ROOT / "docs" / "gallery").glob("*.py"))
# What a reader sees and, below it, what it prints; or, in a comment before it, the small data that
# its names stand for.
BLOCK = re.compile(
    r"^(?:```python\n(.*?)^```(?:\n+```\n(.*?)^```)?|<!-- python\n(.*?)^-->)", re.M | re.S
)
NUMBER = re.compile(r"-?(?:\d+\.\d*|\.\d+|\d+)(?:e[-+]?\d+)?")
# A page that reads a table which the project does not hold names the folder's variable.
NEEDS_DATA = 'os.environ["SPINNERY_DATA"]'


def code(page: Path) -> list[str]:
    return [shown or hidden for shown, _, hidden in BLOCK.findall(page.read_text())]


def printed(page: Path) -> list[str]:
    """What the page says that each block prints; nothing where it does not say."""
    return [output for _, output, _ in BLOCK.findall(page.read_text())]


def differences(said: str, found: str) -> list[tuple[str, str]]:
    """Words and whole numbers that are not the same, other numbers that are not about the same.

    Rounding, and with it how far a search goes, depends on the processor and the compiler.
    """
    pairs = zip_longest(said.split(), found.split(), fillvalue="")
    return [(a, b) for a, b in pairs if NUMBER.sub("#", a) != NUMBER.sub("#", b) or not _near(a, b)]


def _near(a: str, b: str) -> bool:
    return all(
        x == y if x.isdigit() else isclose(float(x), float(y), rel_tol=0.05, abs_tol=0.02)
        for x, y in zip(NUMBER.findall(a), NUMBER.findall(b), strict=True)
    )


WITH_CODE = [page for page in PAGES if code(page)]


SAME = [("a 1 0.963", "a 1 0.97"), ("[3 7] (20,)", "[3 7]  (20,)\n"), ("s 4.5e-04", "s 9e-4")]
OTHER = [("a 1", "b 1"), ("a 1", "a 2"), ("a 0.9", "a 0.8"), ("a", "a b"), ("[3", "["), ("1,", "1")]


@pytest.mark.parametrize(("said", "found"), SAME + OTHER)
def test_what_counts_as_the_same_output(said, found):
    assert (differences(said, found) == []) == ((said, found) in SAME)


def test_outputs_are_found():
    assert [page.name for page in WITH_CODE if any(printed(page))] == [
        "README.md", "embedding.md", "index.md", "integrative.md", "networks.md", "proximal.md",
    ]  # fmt: skip


def test_pages_are_found():
    assert len(WITH_CODE) >= 8 and len(STORIES) == 7


@pytest.mark.parametrize("path", WITH_CODE + STORIES, ids=lambda p: p.name)
def test_what_pages_import_exists(path):
    texts = code(path) if path.suffix == ".md" else [path.read_text()]
    for node in (n for text in texts for n in ast.walk(ast.parse(text))):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("spinnery"):
            module = import_module(node.module)
            for alias in node.names:
                assert hasattr(module, alias.name), f"{node.module}.{alias.name}"


@pytest.mark.parametrize("path", STORIES, ids=lambda p: p.name)
def test_stories_end_with_what_one_may_conclude(path):
    last = path.read_text().split("# %%")[-1]
    assert "**What one may conclude.**" in last and "**What not.**" in last


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_CODE, ids=lambda p: p.name)
def test_pages_run(page, tmp_path, monkeypatch):
    if "SPINNERY_PAGES" not in os.environ:
        pytest.skip("make test-pages runs the pages' code, which takes minutes")
    blocks = code(page)
    if any(NEEDS_DATA in block for block in blocks) and "SPINNERY_DATA" not in os.environ:
        pytest.skip("SPINNERY_DATA names no folder with the table that this page reads")
    matplotlib.use("Agg")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs" / "images").mkdir(parents=True)
    names: dict = {"__name__": "__main__"}
    with warnings.catch_warnings(), config_context():
        warnings.filterwarnings("ignore", "Single samples hold most")  # true of a page's data
        for number, (block, said) in enumerate(zip(blocks, printed(page), strict=True)):
            with redirect_stdout(StringIO()) as found:
                exec(compile(block, f"{page.name}, block {number}", "exec"), names)
            assert not said or differences(said, found.getvalue()) == [], found.getvalue()
    plt.close("all")

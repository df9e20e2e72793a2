"""The pages for users: their Python runs, page by page, and names what the package offers."""

from __future__ import annotations

import ast
import os
import re
import warnings
from importlib import import_module
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
STORIES = sorted((ROOT / "docs" / "gallery").glob("*.py"))
# What a reader sees, or, in a comment before it, the small data that its names stand for.
BLOCK = re.compile(r"^(?:```python\n(.*?)^```|<!-- python\n(.*?)^-->)", re.M | re.S)
# A page that reads a table which the project does not hold names the folder's variable.
NEEDS_DATA = 'os.environ["SPINNERY_DATA"]'


def code(page: Path) -> list[str]:
    return [shown or hidden for shown, hidden in BLOCK.findall(page.read_text())]


WITH_CODE = [page for page in PAGES if code(page)]


def test_pages_are_found():
    assert len(WITH_CODE) >= 8 and len(STORIES) == 6


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
    with warnings.catch_warnings():
        for number, block in enumerate(blocks):
            exec(compile(block, f"{page.name}, block {number}", "exec"), names)
    plt.close("all")

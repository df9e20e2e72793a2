"""The documentation site: `make docs` writes it to docs/_build/html."""

from __future__ import annotations

import re
import shutil
from importlib import import_module
from pathlib import Path

from docutils import nodes
from docutils.utils.math import latex2mathml

import spinnery

HERE = Path(__file__).parent

project = "Spinnery"
author = "the Spinnery developers"
copyright = f"2026, {author}"
version = release = spinnery.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "gallery"]

# Pages of the repository that stand outside this folder, by the page that shows them here.
ELSEWHERE = {
    "benchmarks": "benchmarks/RESULTS.md",
    "changelog": "CHANGELOG.md",
    "contributing": "CONTRIBUTING.md",
}

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["config.cache"]  # the gallery's settings hold functions

napoleon_google_docstring = False
napoleon_use_ivar = True  # fitted attributes stand in the estimator's own docstring
napoleon_use_rtype = False
autodoc_typehints = "none"  # the docstrings say more
templates_path = ["_templates"]

html_theme = "pydata_sphinx_theme"
html_title = f"Spinnery {release}"
html_show_sourcelink = False
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}

sphinx_gallery_conf = {
    "examples_dirs": ["gallery"],
    "gallery_dirs": ["stories"],
    "filename_pattern": r"\.py$",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_signature": False,
    "min_reported_time": 10_000,
    "show_memory": False,
    "write_computation_times": False,  # that page's tables come from a network
    "capture_repr": ("_repr_html_",),
    "within_subsection_order": "FileNameSortKey",
}


def write_api_pages() -> None:
    """docs/api/index.rst from what the package and its public modules list: nothing is left out."""
    public = {name: getattr(spinnery, name) for name in spinnery.__all__}
    modules = [name for name, value in public.items() if not callable(value)]
    classes = [name for name, value in public.items() if isinstance(value, type)]
    functions = [name for name in public if name not in {*modules, *classes}]
    sections = {
        "Estimators and results": ("spinnery", classes),
        "Functions": ("spinnery", functions),
    }
    for name in modules:
        module = import_module(f"spinnery.{name}")
        names = [n for n in public_names(module) if n not in public]  # described once
        sections[f"spinnery.{name}"] = (f"spinnery.{name}", names)
    lines = ["API", "===", ""]
    for title, (module, names) in sections.items():
        lines += [title, "-" * len(title), "", f".. currentmodule:: {module}", ""]
        if module != "spinnery":
            lines += [(import_module(module).__doc__ or "").strip(), ""]
        lines += [".. autosummary::", "   :toctree: generated", "   :nosignatures:", ""]
        lines += [f"   {name}" for name in names] + [""]
    page, text = HERE / "api" / "index.rst", "\n".join(lines)
    if not page.exists() or page.read_text() != text:
        shutil.rmtree(page.parent, ignore_errors=True)  # pages of names that are gone
        page.parent.mkdir()
        page.write_text(text)


def public_names(module) -> list[str]:
    """Classes and functions that a module offers; tuples are described where they are returned."""
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    ]
    offered = {name: getattr(module, name) for name in names}
    tuples = {n for n, v in offered.items() if isinstance(v, type) and issubclass(v, tuple)}
    return sorted(n for n, v in offered.items() if callable(v) and n not in tuples)


def show_page_from_elsewhere(app, docname, source) -> None:
    """Pages kept outside docs/ are shown here, and links to them lead to where they are shown."""
    if docname in ELSEWHERE:
        path = HERE.parent / ELSEWHERE[docname]
        app.env.note_dependency(str(path), docname=docname)
        folder = path.parent.relative_to(HERE.parent)
        prefix = "../" + ("" if folder == Path(".") else f"{folder}/")
        source[0] = re.sub(r"\]\((?!https?:|#)", f"]({prefix}", path.read_text())
        source[0] = source[0].replace("benchmarks/../", "").replace("../docs/", "")
    for page, target in ELSEWHERE.items():
        source[0] = source[0].replace(f"](../{target}", f"]({page}.md")


def skip_inherited(app, what, name, value, skip, options) -> bool | None:
    """Members that come from scikit-learn are described there."""
    theirs = str(getattr(value, "__module__", "")).startswith("sklearn")
    return True if theirs or name.startswith("set_") else None


def as_mathml(writer, text: str, block: bool) -> None:
    """Formulas as MathML: browsers draw it without a script, and without a network."""
    writer.body.append(latex2mathml.tex2mathml(text, as_block=block))
    raise nodes.SkipNode


def setup(app) -> None:
    write_api_pages()
    app.connect("autodoc-skip-member", skip_inherited)
    app.connect("source-read", show_page_from_elsewhere)
    app.add_html_math_renderer(
        "mathml",
        inline_renderers=(lambda writer, node: as_mathml(writer, node.astext(), False), None),
        block_renderers=(lambda writer, node: as_mathml(writer, node.astext(), True), None),
    )

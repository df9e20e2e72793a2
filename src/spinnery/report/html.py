"""A report as one HTML page that needs nothing else, and its short form for notebooks."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from .blocks import Block, Cell, Figure, Folded, Key, Points, Section, Table, Text
from .document import sections, subtitle_of, title_of
from .svg import colour

SCHEMES = ("https://", "http://")
LONG = 24  # characters from which a cell is a text, and needs some width
LONGEST_NAME = 80


def page(report: dict[str, Any]) -> str:
    """The whole page. Text is escaped here and nowhere else; drawings escape their own."""
    style, script = _asset("page.css"), _asset("page.js")
    allowed = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:"
    made = sections(report)
    links = "".join(f'<a href="#{one.key}">{escape(one.title)}</a>' for one in made)
    questions = "".join(
        f"<div><dt>{escape(one['question'])}</dt><dd>{escape(one['answer'])}</dd></div>"
        for one in report["answers"]
    )
    body = "".join(_section(one) for one in made)
    title = escape(title_of(report))
    versions = report["model"]["versions"]
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; {allowed}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="spinnery {escape(versions["spinnery"])}">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#questions">To the answers</a>
<header>
<p class="kicker">Spinnery report</p>
<h1>{title}</h1>
<p class="subtitle">{escape(subtitle_of(report))}</p>
<p class="verdict">{escape(report["verdict"])}</p>
</header>
<nav aria-label="Sections">{links}</nav>
<main>
<section id="questions"><h2>In a minute</h2><dl class="questions">{questions}</dl></section>
{body}
</main>
<footer><p>Made by spinnery {escape(versions["spinnery"])}. The report's JSON has every number with
more digits.</p></footer>
<script>{script}</script>
</body>
</html>
"""


def short_form(report: dict[str, Any]) -> str:
    """Verdict, answers and features, for a notebook's cell."""
    questions = "".join(
        f"<dt>{escape(one['question'])}</dt><dd>{escape(one['answer'])}</dd>"
        for one in report["answers"]
    )
    features = next(one for one in sections(report) if one.key == "features")
    tables = "".join(_table(one) for one in features.blocks if isinstance(one, Table))
    made = escape(report["model"]["parameters"])
    return (
        f'<div class="spinnery"><style>{_asset("short.css")}</style>'
        f"<p><strong>{escape(report['verdict'])}</strong></p>"
        f"<details><summary>Five questions</summary><dl>{questions}</dl></details>"
        f"{tables}<p><code>{made}</code></p></div>"
    )


def _section(section: Section) -> str:
    body = "".join(_block(block) for block in section.blocks)
    return f'<section id="{section.key}"><h2>{escape(section.title)}</h2>{body}</section>'


def _block(block: Block) -> str:
    if isinstance(block, Text):
        if block.kind == "code":
            return f"<pre><code>{escape(block.text)}</code></pre>"
        return f'<p class="{block.kind}"{_values(block.values)}>{escape(block.text)}</p>'
    if isinstance(block, Key):
        colours = "".join(_colour(*one) for one in enumerate(block.names))
        return f'<ul class="key-of-colours">{colours}</ul>'
    if isinstance(block, Points):
        return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in block.texts)}</ul>"
    if isinstance(block, Figure):
        numbers = "" if block.table is None else _block(Folded("The numbers", [block.table]))
        caption = f"<p{_values(block.values)}>{escape(block.caption)}</p>{numbers}"
        return f"<figure>{block.drawing}<figcaption>{caption}</figcaption></figure>"
    if isinstance(block, Folded):
        inner = "".join(_block(one) for one in block.blocks)
        return f"<details><summary>{escape(block.title)}</summary>{inner}</details>"
    return _table(block)


def _colour(place: int, name: str) -> str:
    line = '<line class="line" x1="0" y1="5" x2="22" y2="5"/>'
    sample = f'<g class="series {colour(place)}">{line}</g>'
    return f'<li><svg width="22" height="10" aria-hidden="true">{sample}</svg>{_name(name)}</li>'


def _table(table: Table) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>"
    numeric = [
        any(row[k].value is not None for row in table.rows) for k in range(len(table.columns))
    ]
    heads = "".join(
        f'<th scope="col"{_class("number" if is_number else "")}><bdi>{escape(title)}</bdi></th>'
        for title, is_number in zip(table.columns, numeric, strict=True)
    )
    titles = table.columns if table.cards else [""] * len(table.columns)
    rows = "".join(
        "<tr>" + "".join(map(_cell, row, titles, [True] + [False] * len(row))) + "</tr>"
        for row in table.rows
    )
    kinds = ["sortable"] * (table.sortable and len(table.rows) > 1) + ["cards"] * table.cards
    kind = _class(" ".join(kinds))
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(table.caption)}">'
        f"<table{kind}>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(cell: Cell, title: str, first: bool) -> str:
    """One cell; the first of a row is its header, the others may know their column's title."""
    text = escape(cell.text)
    if cell.name:
        text = _name(cell.text)
    if cell.href is not None and cell.href.startswith(SCHEMES):
        text = f'<a href="{escape(cell.href)}" rel="noopener noreferrer">{text}</a>'
    more = f"<small>{escape(cell.more)}</small>" if cell.more else ""
    bar = ""
    if cell.bar is not None:
        width = f"{100 * min(max(cell.bar, 0), 1):.1f}"
        bar = (
            '<svg class="bar" viewBox="0 0 100 4" width="100" height="4" aria-hidden="true" '
            f'preserveAspectRatio="none"><rect width="{width}" height="4"/></svg>'
        )
    number = "" if cell.value is None else f' data-value="{cell.value}"'
    long = cell.value is None and not cell.name and len(cell.text) > LONG
    kind = _class("number" if cell.value is not None else "long" if long else "")
    tag = 'th scope="row"' if first else "td"
    label = f' data-label="{escape(title)}"' if title and not first else ""
    attributes = f"{kind}{number}{label}{_values(cell.others)}"
    return f"<{tag}{attributes}>{cell.drawing}<span>{text}</span>{bar}{more}</{tag[:2]}>"


def _name(text: str) -> str:
    """A user's name, in whatever direction it is written; one that is too long is cut."""
    if len(text) <= LONGEST_NAME:
        return f"<bdi>{escape(text)}</bdi>"
    return f'<bdi title="{escape(text)}">{escape(text[: LONGEST_NAME - 1])}…</bdi>'


def _class(kinds: str) -> str:
    return f' class="{kinds}"' if kinds else ""


def _values(values: tuple[float | None, ...]) -> str:
    """Numbers that the text has with fewer digits."""
    known = [str(value) for value in values if value is not None]
    return f' data-values="{" ".join(known)}"' if known else ""


@cache
def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8").strip()


def _hash(text: str) -> str:
    """What lets a page's own style and script pass its policy, and no others."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"

"""A report as Markdown, without pictures."""

from __future__ import annotations

import re
from typing import Any

from .blocks import Block, Cell, Figure, Folded, Key, Points, Table, Text
from .document import sections, subtitle_of, title_of

SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$])")


def markdown(report: dict[str, Any]) -> str:
    """All sections; pictures are left out, their numbers kept where they have a table."""
    lines = [f"# {_plain(title_of(report))}", _plain(subtitle_of(report)),
             f"**{_plain(report['verdict'])}**", "## In a minute"]  # fmt: skip
    lines += [f"**{one['question']}** {_plain(one['answer'])}" for one in report["answers"]]
    for section in sections(report):
        lines.append(f"## {section.title}")
        for block in section.blocks:
            lines += _block(block)
    return "\n\n".join(lines) + "\n"


def _block(block: Block) -> list[str]:
    if isinstance(block, Text):
        return [f"    {block.text}" if block.kind == "code" else _plain(block.text)]
    if isinstance(block, Key):
        return []
    if isinstance(block, Points):
        return ["\n".join(f"- {_plain(text)}" for text in block.texts)]
    if isinstance(block, Figure):
        return [] if block.table is None else [_plain(block.caption), *_block(block.table)]
    if isinstance(block, Folded):
        return [line for one in block.blocks for line in _block(one)]
    return [f"*{_plain(block.caption)}*", _table(block)]


def _table(table: Table) -> str:
    ruled = ["---:" if any(row[k].value is not None for row in table.rows) else "---"
             for k in range(len(table.columns))]  # fmt: skip
    rows = [[_plain(title) or " " for title in table.columns], ruled]
    rows += [[_cell(cell) for cell in row] for row in table.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(cell: Cell) -> str:
    text = _plain(cell.text)
    if cell.href is not None:
        text = f"[{text}](<{cell.href}>)"
    return f"{text} ({_plain(cell.more)})" if cell.more else text


def _plain(text: str) -> str:
    """Text in which no character is markup."""
    return SPECIAL.sub(r"\\\1", text)

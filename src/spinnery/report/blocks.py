"""What a report is laid out in: sections of text, lists, tables and figures."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cell:
    """One cell: what is read, and the number behind it, if it is one.

    `bar` is a share in [0, 1] drawn below the text, `drawing` an SVG before it, `more` smaller
    text, `name` says that the text is a user's and may be in any script.
    """

    text: str
    value: float | None = None
    others: tuple[float | None, ...] = ()  # further numbers in the text
    href: str | None = None
    drawing: str = ""
    bar: float | None = None
    more: str = ""
    name: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first cell of a row names it.

    `cards` says that on a narrow screen each row stands by itself, its cells below each other.
    """

    caption: str
    columns: list[str]
    rows: list[list[Cell]]
    sortable: bool = False
    cards: bool = False


@dataclass(frozen=True)
class Figure:
    """A picture, with words below and, if wanted, its numbers."""

    caption: str
    drawing: str
    table: Table | None = None
    values: tuple[float | None, ...] = ()  # numbers in the caption


@dataclass(frozen=True)
class Text:
    """A paragraph; `kind` is "text", "note", "caution" or "code"."""

    text: str
    kind: str = "text"
    values: tuple[float | None, ...] = ()  # numbers in the text


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    texts: list[str]


@dataclass(frozen=True)
class Key:
    """Whose the colours of curves are."""

    names: list[str]


@dataclass(frozen=True)
class Folded:
    """Blocks that are shown on request."""

    title: str
    blocks: list[Block]


Block = Text | Points | Table | Figure | Key | Folded


@dataclass(frozen=True)
class Section:
    """A heading and what is below it."""

    key: str
    title: str
    blocks: list[Block] = field(default_factory=list)

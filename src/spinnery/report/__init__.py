"""What a fit found: one dictionary; JSON, HTML, Markdown and the terminal are made of it."""

from __future__ import annotations

from .contents import report_of
from .files import write_report
from .terminal import print_pairs, print_report
from .wording import short

__all__ = ["print_pairs", "print_report", "report_of", "short", "write_report"]

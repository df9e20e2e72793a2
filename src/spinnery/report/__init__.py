"""What a fit found, as tables of data first and as text on a terminal second."""

from __future__ import annotations

from .summary import facts, selected_table
from .terminal import print_evidence, print_pairs, print_selected

__all__ = ["facts", "print_evidence", "print_pairs", "print_selected", "selected_table"]

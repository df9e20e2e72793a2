"""What a fit found, as tables of data first and as text on a terminal second."""

from __future__ import annotations

from .summary import classification_metrics, facts, regression_metrics, selected_table
from .terminal import print_pairs, print_selected

__all__ = [
    "classification_metrics",
    "facts",
    "print_pairs",
    "print_selected",
    "regression_metrics",
    "selected_table",
]

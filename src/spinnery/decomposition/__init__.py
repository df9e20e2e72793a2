"""Linear problems by the same proximal steps: inverse problems, sparse codes, dictionaries."""

from __future__ import annotations

from .linear import LinearSolution, ista

__all__ = ["LinearSolution", "ista"]

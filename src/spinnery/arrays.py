"""The one array annotation: compiled code takes NumPy's and JAX's arrays alike.

Their static types have no useful common ground, so shapes stand in the docstrings and the
checker is told nothing.
"""

from __future__ import annotations

from typing import Any, TypeAlias

Array: TypeAlias = Any

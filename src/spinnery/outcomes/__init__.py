"""What is predicted, one file a kind: numbers, counts, classes, survival.

A name's module is loaded when the name is used: the command line reads a table, and says what is
wrong with its target, before JAX is there.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .base import Outcome
    from .classes import Classes
    from .counts import Counts
    from .kinds import numeric_kind
    from .numbers import Numbers
    from .survival import Survival
    from .times import survival_target

__all__ = [
    "Classes",
    "Counts",
    "Numbers",
    "Outcome",
    "Survival",
    "numeric_kind",
    "survival_target",
]

_HOMES = {
    "Classes": "classes",
    "Counts": "counts",
    "Numbers": "numbers",
    "Outcome": "base",
    "Survival": "survival",
    "numeric_kind": "kinds",
    "survival_target": "times",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)

"""Which classes a model file may hold; the rooms above put theirs in."""

from __future__ import annotations

from typing import Any, TypeVar

Class = TypeVar("Class", bound=type[Any])

RECORDS: dict[str, type[Any]] = {}  # dataclasses and Equinox modules, by name
ESTIMATORS: dict[str, type[Any]] = {}


def storable(cls: Class) -> Class:
    """Class decorator: instances may be stored as part of a model, field by field."""
    RECORDS[cls.__name__] = cls
    return cls


def storable_estimator(cls: Class) -> Class:
    """Class decorator: fitted instances may be saved and loaded."""
    ESTIMATORS[cls.__name__] = cls
    return cls

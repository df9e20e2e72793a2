"""Penalties on first-layer rows: value, prox, distance to the subdifferential, admissible step."""

from __future__ import annotations

from ..storage.registry import storable
from .base import Penalty
from .bilevel import CompositeMCP, Lasso, NonNegativeLasso, SparseGroupLasso
from .integrative import IntegrativeMCP, SparseGroupMCP
from .radial import GroupLasso, GroupMCP, GroupSCAD, RadialPenalty
from .rows import FeatureGroups, Rows, feature_groups

BY_NAME: dict[str, type[Penalty]] = {
    "lasso": Lasso,
    "group_lasso": GroupLasso,
    "sparse_group_lasso": SparseGroupLasso,
    "group_mcp": GroupMCP,
    "group_scad": GroupSCAD,
    "composite_mcp": CompositeMCP,
    "integrative_mcp": IntegrativeMCP,
    "sparse_group_mcp": SparseGroupMCP,
}
DEFAULTS: dict[str, dict] = {"sparse_group_mcp": {"lam1": 0.5, "lam2": 0.5}}


_KINDS: list[type] = [Rows, FeatureGroups, *BY_NAME.values()]
for _kind in _KINDS:
    storable(_kind)


def resolve(penalty: str | Penalty) -> Penalty:
    """A penalty from its name (with default shape parameters) or the penalty itself."""
    if isinstance(penalty, Penalty):
        return penalty
    if penalty not in BY_NAME:
        names = ", ".join(repr(name) for name in BY_NAME)
        raise ValueError(f"penalty must be a Penalty or one of {names}; got {penalty!r}.")
    return BY_NAME[penalty](**DEFAULTS.get(penalty, {"lam": 1.0}))


__all__ = [
    "BY_NAME",
    "CompositeMCP",
    "FeatureGroups",
    "GroupLasso",
    "GroupMCP",
    "GroupSCAD",
    "IntegrativeMCP",
    "Lasso",
    "NonNegativeLasso",
    "Penalty",
    "RadialPenalty",
    "Rows",
    "SparseGroupLasso",
    "SparseGroupMCP",
    "feature_groups",
    "resolve",
]

"""Networks above the first linear map."""

from __future__ import annotations

from .activations import ACTIVATIONS
from .upper import Dense, Upper, apply_lanes, init_lanes, init_network, lane_squared_norms

__all__ = [
    "ACTIVATIONS",
    "Dense",
    "Upper",
    "apply_lanes",
    "init_lanes",
    "init_network",
    "lane_squared_norms",
]

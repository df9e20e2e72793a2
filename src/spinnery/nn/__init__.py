"""Networks above the first linear map."""

from __future__ import annotations

from .activations import ACTIVATIONS
from .cohorts import SHARED, CohortUpper, Sharing, apply_cohorts
from .upper import Dense, Upper, apply_lanes, init_lanes, init_network, lane_squared_norms

__all__ = [
    "ACTIVATIONS",
    "SHARED",
    "CohortUpper",
    "Dense",
    "Sharing",
    "Upper",
    "apply_cohorts",
    "apply_lanes",
    "init_lanes",
    "init_network",
    "lane_squared_norms",
]

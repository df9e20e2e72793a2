"""Networks above the first linear map, whole networks, and layers that Equinox lacks."""

from __future__ import annotations

from .activations import ACTIVATIONS
from .cohorts import SHARED, CohortUpper, Sharing, apply_cohorts, upper_of_cohort
from .mlp import MLP, TiedAutoencoder
from .pooling import FractionalMaxPool, LPPool
from .upper import Dense, Upper, apply_lanes, init_lanes, init_network, lane_squared_norms

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "SHARED",
    "CohortUpper",
    "Dense",
    "FractionalMaxPool",
    "LPPool",
    "Sharing",
    "TiedAutoencoder",
    "Upper",
    "apply_cohorts",
    "apply_lanes",
    "init_lanes",
    "init_network",
    "lane_squared_norms",
    "upper_of_cohort",
]

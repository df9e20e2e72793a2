"""Pictures of a fit: where its features enter, how its size was chosen, how it predicts."""

from __future__ import annotations

from .cohorts import plot_cohort_errors, plot_cohorts
from .cv import plot_cv
from .effects import plot_effects, plot_importance
from .embedding import plot_embedding, plot_points
from .evidence import plot_clusters, plot_stability
from .images import plot_atoms, plot_images
from .learning import plot_learning, plot_reconstructions, plot_weights
from .null import plot_null
from .path import plot_path
from .predictions import plot_predictions
from .survival import plot_kaplan_meier

__all__ = [
    "plot_atoms",
    "plot_clusters",
    "plot_cohort_errors",
    "plot_cohorts",
    "plot_cv",
    "plot_effects",
    "plot_embedding",
    "plot_images",
    "plot_importance",
    "plot_kaplan_meier",
    "plot_learning",
    "plot_null",
    "plot_path",
    "plot_points",
    "plot_predictions",
    "plot_reconstructions",
    "plot_stability",
    "plot_weights",
]

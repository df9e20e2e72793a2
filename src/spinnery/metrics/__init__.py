"""Measures of predictions that scikit-learn lacks, or defines otherwise."""

from __future__ import annotations

from .classes import multinomial_log_likelihood, top_k_error
from .survival import (
    KaplanMeier,
    breslow_baseline,
    brier_score,
    concordance_index,
    concordance_index_ipcw,
    cumulative_dynamic_auc,
    integrated_brier_score,
    kaplan_meier,
    log_rank_test,
    median_survival,
)

__all__ = [
    "KaplanMeier",
    "breslow_baseline",
    "brier_score",
    "concordance_index",
    "concordance_index_ipcw",
    "cumulative_dynamic_auc",
    "integrated_brier_score",
    "kaplan_meier",
    "log_rank_test",
    "median_survival",
    "multinomial_log_likelihood",
    "top_k_error",
]

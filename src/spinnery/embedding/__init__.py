"""Samples on a map: stochastic neighbour embedding with Gaussian (SNE) or Student tails (t-SNE)."""

from __future__ import annotations

from .estimators import SNE, TSNE

__all__ = ["SNE", "TSNE"]

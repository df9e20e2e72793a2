"""Checks for penalties and losses of one's own: each says in one sentence what is wrong."""

from __future__ import annotations

from .loss import check_loss
from .penalty import check_penalty

__all__ = ["check_loss", "check_penalty"]

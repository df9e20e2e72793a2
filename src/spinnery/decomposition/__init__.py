"""Linear problems by the same proximal steps: inverse problems, sparse codes, dictionaries."""

from __future__ import annotations

from .coding import sparse_code
from .dictionary import DictionaryLearning
from .images import compose, cosines, gaussian_blur, psnr, wavelets
from .linear import LinearSolution, ista

__all__ = [
    "DictionaryLearning",
    "LinearSolution",
    "compose",
    "cosines",
    "gaussian_blur",
    "ista",
    "psnr",
    "sparse_code",
    "wavelets",
]

"""Shared by all tests: one hypothesis profile, and double precision for those that ask for it."""

from __future__ import annotations

import jax
import pytest
from hypothesis import settings

# Compiling dominates a first example, so no deadline; derandomised, so a red test stays red.
settings.register_profile("spinnery", deadline=None, derandomize=True, max_examples=15)
settings.load_profile("spinnery")


@pytest.fixture(scope="module")
def x64():
    """Double precision while a module runs, so that finite differences have digits to spare."""
    with jax.enable_x64(True):
        yield

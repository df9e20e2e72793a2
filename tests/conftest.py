"""Shared by all tests: one hypothesis profile, double precision, and a bound on programs."""

from __future__ import annotations

import itertools
from pathlib import Path

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


MAPS = Path("/proc/self/maps")
MOST_MAPS = 20_000  # Linux allows a process 65,530, and each compiled program takes several
_tests = itertools.count()


@pytest.fixture(autouse=True)
def bounded_programs():
    """Forget compiled programs before the process runs out of memory maps, which would crash it.

    The persistent cache brings them back.
    """
    yield
    if next(_tests) % 10 == 0 and MAPS.exists():
        with MAPS.open("rb") as lines:
            if sum(1 for _ in lines) > MOST_MAPS:
                jax.clear_caches()

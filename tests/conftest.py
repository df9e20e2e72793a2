"""Shared by all tests: quick compilation, one hypothesis profile, double precision."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

# Nearly all of the tests' time is compilation: the same programs, less optimised, compile in a
# fifth of it. `make test-all` runs with the compiler's defaults, too. Before JAX is imported.
QUICK = "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
if os.environ.get("SPINNERY_TESTS_COMPILE") != "full":
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {QUICK}".strip()

import jax  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

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

"""Shared by all tests: quick compilation, one hypothesis profile, double precision."""

from __future__ import annotations

import itertools
import os
from importlib.metadata import version

# Nearly all of the tests' time is compilation: the same programs, less optimised, compile in a
# fifth of it (level 1 takes 1.7 times as long where programs are large, and 0.8 times where fits
# are many). `make test-all` runs with the compiler's defaults, too. Before JAX is imported.
QUICK = "--xla_backend_optimization_level=0"
if version("jaxlib") < "0.11":  # later ones end the process at a flag that they do not know
    QUICK += " --xla_cpu_use_fusion_emitters=false"
if os.environ.get("SPINNERY_TESTS_COMPILE") != "full":
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {QUICK}".strip()

import jax  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

from spinnery.compilation import bound_programs  # noqa: E402

# Compiling dominates a first example, so no deadline; derandomised, so a red test stays red.
settings.register_profile("spinnery", deadline=None, derandomize=True, max_examples=15)
settings.load_profile("spinnery")


@pytest.fixture(scope="module")
def x64():
    """Double precision while a module runs, so that finite differences have digits to spare."""
    with jax.enable_x64(True):
        yield


_tests = itertools.count()


@pytest.fixture(autouse=True)
def bounded_programs():
    """Tests of the engine compile without an estimator, which would forget old programs."""
    yield
    if next(_tests) % 10 == 0:
        bound_programs()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Docstring examples of estimators that search wait for `make test-all`."""
    for item in items:
        owner = item.name.rpartition(".")[2]
        searches = owner.endswith("CV") or owner.startswith("Integrative") or owner == "assess"
        if isinstance(item, pytest.DoctestItem) and searches:
            item.add_marker(pytest.mark.slow)

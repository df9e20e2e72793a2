"""Compiled programs: they survive the process, and do not pile up in it.

Turned on at the first fit, not on import, and only where the user has not chosen a cache of their
own. Whoever can write to the folder can run code, so it lies in the user's cache folder with mode
0700, and a folder that others could write to is not used. Its size is limited, and with a limit
JAX locks the folder (by filelock) while it reads or writes: without, a process may load a program
that another has half written, and crash.
"""

from __future__ import annotations

import itertools
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path

import jax

MAX_BYTES = 2**30
# For programs that run for less time than they compile; a first fit takes a tenth less. A level
# that the user has set in XLA_FLAGS holds instead.
LEVEL = "xla_backend_optimization_level"
QUICK = {} if LEVEL in os.environ.get("XLA_FLAGS", "") else {LEVEL: 1}
# Large programs that lose nothing by XLA's older emitters: half the time to compile. XLA refuses
# options that it does not know, and later ones have no older emitters.
EMITTERS = {"xla_cpu_use_fusion_emitters": False} if jax.__version_info__ < (0, 11) else {}
LARGE = QUICK | EMITTERS

MAPS = Path("/proc/self/maps")
MOST_MAPS = 20_000  # Linux allows a process 65,530, and each compiled program takes several
EVERY = 10  # calls between looks at them
_calls = itertools.count()


def prepare() -> None:
    """What comes before anything is compiled: the cache opened, old programs forgotten."""
    enable_cache()
    if next(_calls) % EVERY == 0:
        bound_programs()


def bound_programs() -> None:
    """Forget compiled programs before the process runs out of memory maps, which would crash it.

    The persistent cache brings back those that are needed again. Off Linux there is no such limit
    and nothing to do.
    """
    try:
        with MAPS.open("rb") as lines:
            many = sum(1 for _ in lines) > MOST_MAPS
    except OSError:
        return
    if many:
        jax.clear_caches()


def cache_folder() -> Path:
    """Where compiled programs are kept: `$XDG_CACHE_HOME` or `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "spinnery" / "programs"


@cache
def enable_cache() -> None:
    """Point JAX at the cache folder, once per process; `SPINNERY_CACHE=off` forbids it."""
    if os.environ.get("SPINNERY_CACHE") == "off" or getattr(
        jax.config, "jax_compilation_cache_dir", None
    ):
        return
    folder = cache_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError:
        return  # a read-only home: compile anew each time
    if (hasattr(os, "getuid") and status.st_uid != os.getuid()) or status.st_mode & stat.S_IWOTH:
        warnings.warn(
            f"Not using the compilation cache in {folder}: others could write to it. Run "
            f"`chmod 700 {folder}` as its owner, or delete it.",
            UserWarning,
            stacklevel=2,
        )
        return
    folder.chmod(0o700)
    jax.config.update("jax_compilation_cache_max_size", MAX_BYTES)
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)


@contextmanager
def precision(dtype: str) -> Iterator[None]:
    """Computing in `dtype`, "float32" or "float64", with JAX's global settings left alone."""
    prepare()
    with arithmetic(dtype):
        yield


@contextmanager
def arithmetic(dtype: str) -> Iterator[None]:
    """What `precision` sets, for a further thread of a computation within it."""
    with jax.enable_x64(dtype == "float64"), products("highest"):
        yield


def rounded_products() -> AbstractContextManager:
    """Products of rounded factors and float32 sums (TF32), for what only proposes features.

    Some GPUs multiply so several times faster; without this they do not within `precision`.
    """
    return products("tensorfloat32")


def products(how: str) -> AbstractContextManager:
    """How a device multiplies matrices that it could round first; a CPU never does."""
    if jax.default_backend() == "cpu":
        return nullcontext()
    return jax.default_matmul_precision(how)

"""Over which devices the samples of a fit lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jax
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from .arrays import Array

FEWEST = 64  # rows of a device

_asked: ContextVar[Sequence[jax.Device] | None] = ContextVar("devices", default=None)


@contextmanager
def on_devices(devices: int | Sequence[jax.Device]) -> Iterator[None]:
    """Fit sparse-input estimators on some devices.

    Rows of the table are shared out among the devices, everything else is on each of them, and
    sums over samples become sums over devices; results agree with those of one device as far as
    rounding and the fit's tolerance let them. Without this, a fit takes all of its process's
    devices of JAX's default kind, or the one of `jax.default_device`. A device gets an equal part
    of the rows, and 64 at least: a few devices may stay idle. A sparse table is whole on each.
    Estimators trained by mini-batches, embeddings and decompositions use one device.

    Devices of several processes (`jax.distributed`) work together if every process asks for them
    and fits the same model to the same table. Where there are too few rows for all processes, each
    computes the whole on a device of its own.

    Parameters
    ----------
    devices : int or sequence of jax.Device
        The first so many of `jax.devices()`, or these. Some must be this process's own.

    Raises
    ------
    ValueError
        If there are fewer, or none is asked for, or none is this process's own.

    Examples
    --------
    >>> import spinnery
    >>> with spinnery.on_devices(1):
    ...     pass  # model.fit(X, y)
    """
    given = devices
    if isinstance(devices, int):
        devices = jax.devices()[:devices] if devices > 0 else []
    here, own = jax.devices(), jax.process_index()
    few = isinstance(given, int) and len(devices) < given
    if few or all(device.process_index != own for device in devices):
        raise ValueError(
            f"on_devices needs between 1 and {len(here)} devices, all that JAX has here "
            f"({here[0].platform}), or some of jax.devices(), this process's own among them; "
            f"got {given!r}."
        )
    token = _asked.set(tuple(devices))
    try:
        yield
    finally:
        _asked.reset(token)


def share_out(rows: np.ndarray) -> Array:
    """An array's rows over the devices in use."""
    devices = _asked.get()
    if devices is None:
        devices = () if getattr(jax.config, "jax_default_device", None) else jax.local_devices()
        if len(devices) < 2:
            return jax.device_put(rows)
    most = min(len(devices), len(rows) // FEWEST)
    n = next((d for d in range(most, 1, -1) if len(rows) % d == 0), 1)
    if len(_processes(devices[:n])) < len(_processes(devices)):  # each computes all by itself
        devices, n = [d for d in devices if d.process_index == jax.process_index()], 1
    mesh = Mesh(np.array(devices[:n]), ("samples",))
    sharding = NamedSharding(mesh, PartitionSpec("samples"))
    if sharding.is_fully_addressable:
        return jax.device_put(rows, sharding)
    # device_put would send all rows to every device, to compare them
    return jax.make_array_from_callback(rows.shape, sharding, lambda part: rows[part])


def on_host(tree: Any) -> Any:
    """Arrays as NumPy's, with the rows that lie on other processes' devices.

    All processes must ask for them at the same place.
    """
    return jax.tree.map(_gathered, tree)


def _gathered(array: Array) -> np.ndarray:
    if lies_elsewhere(array):
        return multihost_utils.process_allgather(array, tiled=True)
    return np.asarray(array)


def lies_elsewhere(array: Array) -> bool:
    """Whether an array has rows that this process cannot read."""
    return isinstance(array, jax.Array) and not (
        array.is_fully_addressable or array.is_fully_replicated
    )


def _processes(devices: Sequence[jax.Device]) -> set[int]:
    return {device.process_index for device in devices}

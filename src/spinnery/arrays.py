"""The one array annotation, arrays of real numbers, and sums over an array's first axis.

Compiled code takes NumPy's and JAX's arrays alike. Their static types have no useful common
ground, so shapes stand in the docstrings and the checker is told nothing.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import jax.numpy as jnp
import numpy as np

Array: TypeAlias = Any

BLOCK = 512


def real_array(values: Any, dtype: Any, name: str) -> np.ndarray:
    """The values in a real `dtype`, or their own for None.

    Raises
    ------
    ValueError
        If they are complex, whose imaginary parts a conversion would drop.
    """
    array = np.asarray(values)
    if array.dtype.kind == "c":
        raise ValueError(
            f"{name} is complex ({array.dtype}), and Spinnery computes with real numbers. Pass its "
            "real part, or real and imaginary parts side by side."
        )
    return array if dtype is None else array.astype(dtype, copy=False)


def column_sums(values: Array) -> Array:
    """Sum over the first axis, `(m, ...)` to `(...)`: fast and, in single precision, accurate.

    By products with ones, block by block: XLA's own sum over the first axis of a wide array is
    slow on CPUs, and over a long one it loses digits that a proximal solver's tests need.
    """
    m = len(values)
    if m <= BLOCK:
        return jnp.tensordot(jnp.ones(m, values.dtype), values, axes=1)
    whole = jnp.pad(values, ((0, -m % BLOCK), *((0, 0),) * (values.ndim - 1)))
    blocks = whole.reshape(-1, BLOCK, *values.shape[1:])
    return column_sums(jnp.tensordot(jnp.ones(BLOCK, values.dtype), blocks, axes=((0,), (1,))))

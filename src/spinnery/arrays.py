"""The one array annotation, and arrays of real numbers.

Compiled code takes NumPy's and JAX's arrays alike. Their static types have no useful common
ground, so shapes stand in the docstrings and the checker is told nothing.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any


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

"""How a check words what it found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import jax
import numpy as np


def show(value: Any) -> str:
    """A number, shape or short array in a sentence."""
    if isinstance(value, (str, tuple)):
        return str(value)
    array = np.asarray(value)
    if array.dtype == object:
        return repr(value)
    if array.ndim == 0:
        return f"{array.item():.6g}"
    return " ".join(np.array2string(array, precision=6, separator=", ", threshold=12).split())


def fault(call: str, expected: Any, received: Any, **given: Any) -> NoReturn:
    """Raise the one message of a failed check.

    Raises
    ------
    AssertionError
        "`call` with `given`: expected ..., got ...".
    """
    inputs = ", ".join(f"{name} = {show(value)}" for name, value in given.items())
    where = f" with {inputs}" if inputs else ""
    raise AssertionError(f"{call}{where}: expected {show(expected)}; got {show(received)}.")


def traced(call: str, function: Callable, shape: tuple[int, ...], *arguments: Any) -> None:
    """Check that JAX can compile `function`, and that what it returns has this shape."""
    try:
        found = jax.eval_shape(function, *arguments)
    except Exception as error:  # whatever an author's code raises
        reason = str(error).strip().splitlines()[0] if str(error).strip() else ""
        inputs = [np.shape(a) for a in arguments if hasattr(a, "shape")]
        raise AssertionError(
            f"{call} with arrays of shape {', '.join(map(str, inputs))}: expected code that JAX "
            f"can compile; got {type(error).__name__}: {reason}"
        ) from error
    if getattr(found, "shape", None) != shape:
        fault(call, f"an array of shape {shape}", getattr(found, "shape", type(found).__name__))

"""Pooling layers that Equinox lacks: powers (LP) and fractional steps.

One sample at a time, channels first: `(C, H, W)` to `(C, H', W')`.
"""

from __future__ import annotations

import itertools
import math

import equinox as eqx
import jax
import jax.numpy as jnp

from ..arrays import Array
from ..penalties.base import check_number


class LPPool(eqx.Module):
    """LP pooling: `(sum over the window of |x|^p)^(1/p)`, between average and maximum.

    With `mean=True` the sum is divided by the window's size n *outside* the root, `1/n (sum
    |x|^p)^(1/p)`, the normalisation of some texts; the common one has no `1/n`. `p = 1` and
    `mean=True` is average pooling of magnitudes; `p -> inf` without is maximum pooling of them.

    Parameters
    ----------
    p : float, >= 1
    size : int
        Side of the square window.
    stride : int, optional
        Default: `size`, windows side by side. Rows and columns that fill no window are left out.
    mean : bool, default=False

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> x = jnp.array([[[3.0, 4.0], [0.0, 0.0]]])
    >>> float(LPPool(2, 2)(x)[0, 0, 0]), float(LPPool(2, 2, mean=True)(x)[0, 0, 0])
    (5.0, 1.25)
    """

    p: float = eqx.field(static=True)
    size: int = eqx.field(static=True)
    stride: int | None = eqx.field(static=True, default=None)
    mean: bool = eqx.field(static=True, default=False)

    def __check_init__(self):
        check_number("LPPool", "p", self.p, 1)
        if math.isinf(self.p):
            raise ValueError("LPPool: p must be finite; use eqx.nn.MaxPool2d for the maximum.")
        check_number("LPPool", "size", self.size, 1)
        if self.stride is not None:
            check_number("LPPool", "stride", self.stride, 1)

    def __call__(self, x: Array, *, key=None) -> Array:
        """`(C, H, W)` to `(C, (H - size) // stride + 1, ...)`."""
        _check_map(self, x, self.size)
        step = self.stride or self.size
        rows, columns = (range(0, side - self.size + 1, step) for side in x.shape[1:])
        members = jnp.stack(
            [
                jnp.abs(x[:, i : i + rows[-1] + 1 : step, j : j + columns[-1] + 1 : step])
                for i, j in itertools.product(range(self.size), repeat=2)
            ]
        )
        # Relative to each window's largest, so that high powers neither overflow nor vanish. The
        # root's slope is infinite where all are zero; there the gradient is taken as zero.
        top = jax.lax.stop_gradient(jnp.max(members, axis=0))
        top = jnp.where(top > 0, top, 1)
        total = jnp.sum((members / top) ** self.p, axis=0)
        zero = total <= 0
        root = jnp.where(zero, 0, jnp.where(zero, 1, total) ** (1 / self.p))
        return top * root / (self.size**2 if self.mean else 1)


class FractionalMaxPool(eqx.Module):
    """Fractional max pooling with disjoint regions (Graham 2014).

    Shrinks each side by `ratio` in [1, 2], `H' = max(floor(H / ratio), ceil(H / 2))`, by regions
    one or two rows (columns) long. Where they begin is drawn anew for every sample and call that
    gives a `key`; without one, as in prediction, it is the pseudo-random sequence with `u = 1/2`.

    Parameters
    ----------
    ratio : float in [1, 2]
    random : bool, default=False
        False: pseudo-random boundaries `ceil(a (i + u))` with one random `u`, regions of even
        lengths. True: lengths in random order.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> FractionalMaxPool(1.5)(jnp.arange(36.0).reshape(1, 6, 6)).shape
    (1, 4, 4)
    """

    ratio: float = eqx.field(static=True)
    random: bool = eqx.field(static=True, default=False)

    def __check_init__(self):
        if not 1 <= self.ratio <= 2:
            raise ValueError(f"FractionalMaxPool: ratio must lie in [1, 2]; got {self.ratio}.")

    def __call__(self, x: Array, *, key=None) -> Array:
        """`(C, H, W)` to `(C, H', W')`."""
        _check_map(self, x, 2)
        keys = (None, None) if key is None else jax.random.split(key)
        for axis, k in zip((1, 2), keys, strict=True):
            starts, ends = self._regions(x.shape[axis], k)
            # A region is one or two long: its first and its last member.
            x = jnp.maximum(jnp.take(x, starts, axis=axis), jnp.take(x, ends, axis=axis))
        return x

    def _regions(self, size: int, key) -> tuple[Array, Array]:
        n = max(int(size / self.ratio), -(-size // 2))
        longer = size - n  # regions of two
        if self.random and key is not None:
            lengths = 1 + (jax.random.permutation(key, n) < longer)
        else:
            # `ceil(a (i + u))` with a = size / n and u = r / (2 size), in integers: no rounding
            r = size if key is None else jax.random.randint(key, (), 0, 2 * size)
            lengths = jnp.diff((2 * size * jnp.arange(n + 1) + r + 2 * n - 1) // (2 * n))
        ends = jnp.cumsum(lengths)
        return ends - lengths, ends - 1


def _check_map(layer: eqx.Module, x: Array, least: int) -> None:
    if x.ndim != 3 or min(x.shape[1:]) < least:
        raise ValueError(
            f"{type(layer).__name__} needs one sample of shape (channels, height, width), each "
            f"side at least {least}; got shape {x.shape}. Batches go through jax.vmap."
        )

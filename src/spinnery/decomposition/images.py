"""Operators and measures for images: blur, cosines, wavelets, signal-to-noise ratio.

Operators are pairs `(forward, adjoint)` of functions on flat vectors, as `ista` takes them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import jax.numpy as jnp
import numpy as np
from jax.scipy.fft import dctn, idctn
from jax.typing import ArrayLike

from ..arrays import Array, real_array
from .inputs import check_choice

Operator: TypeAlias = tuple[Callable[[Array], Array], Callable[[Array], Array]]

ROOT = np.sqrt(3)
FILTERS = {
    "haar": np.array([1, 1]) / np.sqrt(2),
    "db2": np.array([1 + ROOT, 3 + ROOT, 3 - ROOT, 1 - ROOT]) / np.sqrt(32),
    "db4": np.array(
        [0.23037781330885523, 0.7148465705525415, 0.6308807679295904, -0.02798376941698385,
         -0.18703481171888114, 0.030841381835986965, 0.032883011666982945, -0.010597401784997278]
    ),
}  # fmt: skip


def gaussian_blur(shape: tuple[int, int], sigma: float) -> Operator:
    """Periodic convolution of an image with a Gaussian, by FFT; its own adjoint.

    Parameters
    ----------
    shape : (height, width)
    sigma : float
        Standard deviation in pixels.

    Returns
    -------
    (forward, adjoint) : functions of `(height * width,)` vectors

    Examples
    --------
    >>> import numpy as np
    >>> blur, _ = gaussian_blur((4, 6), 1.0)
    >>> blur(np.ones(24)).round(4)[:3]  # brightness stays
    Array([1., 1., 1.], dtype=float32)
    """
    if not sigma > 0:
        raise ValueError(f"sigma must be > 0 pixels; got {sigma}.")
    distances = [np.minimum(np.arange(size), size - np.arange(size)) for size in shape]
    kernel = np.exp(-0.5 * np.add.outer(*(d**2.0 for d in distances)) / sigma**2)
    transfer = np.fft.rfft2(kernel / kernel.sum()).real  # real: the kernel is symmetric

    def blur(x: Array) -> Array:
        spectrum = jnp.fft.rfft2(x.reshape(shape))
        return jnp.fft.irfft2(spectrum * transfer.astype(x.dtype), shape).reshape(x.shape)

    return blur, blur


def cosines(shape: tuple[int, int]) -> Operator:
    """Orthonormal two-dimensional cosine basis (DCT-II).

    Returns
    -------
    (synthesis, analysis) : functions of `(height * width,)` vectors
        Coefficients to image, and back; each the other's inverse and adjoint.
    """

    def synthesis(x: Array) -> Array:
        return idctn(jnp.reshape(x, shape), norm="ortho").reshape(-1)

    def analysis(x: Array) -> Array:
        return dctn(jnp.reshape(x, shape), norm="ortho").reshape(-1)

    return synthesis, analysis


def wavelets(shape: tuple[int, int], levels: int = 4, family: str = "db4") -> Operator:
    """Orthonormal two-dimensional wavelet basis of Daubechies (1988), periodic.

    Parameters
    ----------
    shape : (height, width)
        Both multiples of `2**levels`.
    levels : int
        How often the averages are split again.
    family : {"haar", "db2", "db4"}
        Filters of 2, 4 or 8 coefficients: the longer, the smoother.

    Returns
    -------
    (synthesis, analysis) : functions of `(height * width,)` vectors
        Coefficients to image, and back; each the other's inverse and adjoint. The averages come
        in the top left corner, differences around them.

    Raises
    ------
    ValueError
        If the shape cannot be halved that often, or the family is not one of these.

    Examples
    --------
    >>> import numpy as np
    >>> image, coefficients = wavelets((2, 2), 1, "haar")
    >>> coefficients(np.array([1.0, 1.0, 3.0, 3.0], "f")).round(4) + 0
    Array([ 4.,  0., -2.,  0.], dtype=float32)
    """
    check_choice("family", family, FILTERS)
    if any(size % 2**levels for size in shape):
        raise ValueError(
            f"wavelets need sides that are multiples of 2**levels = {2**levels}; got {shape}. Use "
            "fewer levels, or crop the image."
        )
    low = FILTERS[family]
    bank = np.stack([low, low[::-1] * (-1.0) ** np.arange(len(low))])
    corners = [np.s_[: shape[0] >> level, : shape[1] >> level] for level in range(levels)]

    def analysis(x: Array) -> Array:
        image = jnp.asarray(x).reshape(shape)
        for corner in corners:
            part = image[corner]
            for _ in range(2):  # down the columns, then along the rows
                part = _split(part, bank).T
            image = image.at[corner].set(part)
        return image.reshape(-1)

    def synthesis(x: Array) -> Array:
        image = jnp.asarray(x).reshape(shape)
        for corner in reversed(corners):
            part = image[corner]
            for _ in range(2):
                part = _merge(part.T, bank)
            image = image.at[corner].set(part)
        return image.reshape(-1)

    return synthesis, analysis


def _split(image: Array, bank: np.ndarray) -> Array:
    """Averages over differences: columns correlated with the bank's two filters, every other."""
    height, width = image.shape
    rows = (np.arange(0, height, 2)[:, None] + np.arange(bank.shape[1])) % height
    halves = jnp.einsum("ikw,ck->ciw", image[rows], bank.astype(image.dtype))
    return halves.reshape(height, width)


def _merge(image: Array, bank: np.ndarray) -> Array:
    """The adjoint, and inverse, of `_split`."""
    height, width = image.shape
    halves, taps = image.reshape(2, height // 2, width), bank.reshape(2, -1, 2)
    rows = (np.arange(height // 2)[:, None] - np.arange(taps.shape[1])) % (height // 2)
    pairs = jnp.einsum("cmqw,cqr->mrw", halves[:, rows], taps.astype(image.dtype))
    return pairs.reshape(height, width)


def compose(outer: Operator, inner: Operator) -> Operator:
    """First `inner`, then `outer`: the blur of an image given by its wavelet coefficients, say."""
    (forward, adjoint), (inner_forward, inner_adjoint) = outer, inner
    return lambda x: forward(inner_forward(x)), lambda y: inner_adjoint(adjoint(y))


def psnr(image: ArrayLike, truth: ArrayLike, peak: float = 1.0) -> float:
    """Peak signal-to-noise ratio in decibels, `10 log10(peak^2 / mean squared error)`.

    Examples
    --------
    >>> import numpy as np
    >>> round(psnr(np.full(4, 0.1), np.zeros(4)), 6)
    20.0
    """
    error = np.mean((real_array(image, float, "image") - real_array(truth, float, "truth")) ** 2)
    return float(10 * np.log10(peak**2 / error))

"""Sparse codes of samples over a dictionary."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from ..arrays import real_array
from ..compilation import precision
from ..engine.design import DenseDesign, round_up
from ..interrupts import Interrupts
from ..penalties import Lasso, NonNegativeLasso
from .inputs import check_choice, check_finite, fitting_penalty, warn_unless_converged
from .lanes import Minimum, minimise
from .least_squares import LeastSquares
from .linear import first_step

CHUNK = 1024  # samples solved together


def sparse_code(
    X: Any,
    dictionary: Any,
    lam: float = 1.0,
    *,
    positive: bool = False,
    tol: float = 2e-2,
    max_iter: int = 1000,
    dtype: str = "float32",
) -> np.ndarray:
    """Sparse codes: minimise `1/2 ||x_i - a_i D||^2 + lam ||a_i||_1` for every sample.

    Parameters
    ----------
    X : (n_samples, n_features) array-like
    dictionary : (n_components, n_features) array-like
        Atoms as rows, of any norm.
    lam : float, >= 0
    positive : bool
        Whether codes may not be negative.
    tol : float
        For the gradient mapping of each sample, relative to `lam`; see `ista`. With the default,
        objectives come within 1e-4 of the minimum, relatively.
    max_iter : int
    dtype : {"float32", "float64"}

    Returns
    -------
    codes : (n_samples, n_components) array

    Raises
    ------
    ValueError
        If shapes do not match, something is empty, NaN or infinite, `lam` is negative, or all
        atoms are zero.

    Warns
    -----
    ConvergenceWarning
        If a sample's codes stopped above `tol`.

    Notes
    -----
    Samples are lanes of `ista`'s solver (maths.md, "Linear inverse problems").

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import sparse_code
    >>> sparse_code(np.array([[3.0, 0.5]]), np.eye(2), lam=1.0).round(3)
    array([[2., 0.]], dtype=float32)
    """
    check_choice("dtype", dtype, ("float32", "float64"))
    X, D = real_array(X, dtype, "X"), real_array(dictionary, dtype, "dictionary")
    if X.ndim != 2 or D.ndim != 2 or X.shape[1:] != D.shape[1:] or 0 in (*X.shape, *D.shape):
        raise ValueError(
            "X (n_samples, n_features) and dictionary (n_components, n_features) must be tables "
            f"with as many columns and none empty; got shapes {X.shape} and {D.shape}. Samples "
            "and atoms are rows."
        )
    check_finite("X", X)
    check_finite("dictionary", D)
    if not D.any():
        raise ValueError("dictionary has only zero atoms. Normalise or learn its rows.")
    with precision(dtype), Interrupts():
        end = code(X, D, lam, positive, tol, max_iter)
    warn_unless_converged("sparse_code", end, tol, dtype)
    return end.W[:, :, 0].T


def code(
    X: np.ndarray, D: np.ndarray, lam: float, positive: bool, tol: float, max_iter: int
) -> Minimum:
    """Codes `W` `(n_components, n_samples, 1)` of checked arrays, a chunk of samples at a time."""
    penalty = lasso(lam, positive)
    design = DenseDesign(jnp.asarray(D.T))
    step = first_step("backtracking", design, len(D), penalty)
    ends = []
    for begin in range(0, len(X), CHUNK):
        chunk = X[begin : begin + CHUNK]
        size = round_up(len(chunk))  # filled by repetition: chunks of similar size share programs
        filled = np.resize(chunk, (size, X.shape[1]))
        end = minimise(
            LeastSquares(design, np.ascontiguousarray(filled.T)[:, :, None]),
            fitting_penalty(penalty, len(D), size, X.dtype),
            np.zeros((len(D), size, 1), X.dtype),
            np.full(size, step, X.dtype),
            tol,
            max_iter,
        )
        ends.append(Minimum(end.W[:, : len(chunk)], *(a[: len(chunk)] for a in end[1:])))
    W = np.concatenate([end.W for end in ends], axis=1)
    return Minimum(
        W, *(np.concatenate(parts) for parts in zip(*(e[1:] for e in ends), strict=True))
    )


def lasso(lam: float, positive: bool) -> Lasso | NonNegativeLasso:
    """The penalty on codes."""
    return NonNegativeLasso(lam) if positive else Lasso(lam)

"""Image operators by brute force, and what deblurring gains."""

from __future__ import annotations

import re
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.fft import dctn
from scipy.ndimage import gaussian_filter
from sklearn.datasets import load_sample_image
from sklearn.exceptions import ConvergenceWarning

from spinnery import ista
from spinnery.decomposition import compose, cosines, gaussian_blur, psnr, wavelets
from spinnery.decomposition.images import FILTERS
from spinnery.penalties import Lasso

SHAPE = (16, 24)
BASES = {
    "cosines": lambda: cosines(SHAPE),
    **{f: lambda f=f: wavelets(SHAPE, 2, f) for f in FILTERS},
}


@pytest.fixture
def image():
    return np.random.default_rng(0).normal(size=SHAPE)


def matrix(function, size):
    return np.asarray(jax.jit(jax.vmap(function))(jnp.eye(size))).T


@pytest.mark.usefixtures("x64")
class TestOperators:
    @pytest.mark.parametrize("basis", BASES)
    def test_bases_are_orthonormal(self, basis):
        synthesis, analysis = BASES[basis]()
        S, T = (matrix(f, SHAPE[0] * SHAPE[1]) for f in (synthesis, analysis))
        np.testing.assert_allclose(S, T.T, atol=1e-10)
        np.testing.assert_allclose(S @ T, np.eye(len(S)), atol=1e-9)

    def test_cosines_are_scipys(self, image):
        _, analysis = cosines(SHAPE)
        np.testing.assert_allclose(
            analysis(image.ravel()), dctn(image, norm="ortho").ravel(), atol=1e-12
        )

    def test_haar_averages(self, image):
        _, analysis = wavelets(SHAPE, 2, "haar")
        corner = np.asarray(analysis(image.ravel())).reshape(SHAPE)[:4, :6]
        means = image.reshape(4, 4, 6, 4).mean(axis=(1, 3))
        np.testing.assert_allclose(corner, 4 * means, atol=1e-12)

    def test_longer_filters_do_not_see_smooth_images(self):
        """`db2` has two vanishing moments: a ramp has no differences, but where it wraps."""
        ramp = np.add.outer(np.arange(16.0), 2 * np.arange(24.0))
        _, analysis = wavelets(SHAPE, 1, "db2")
        coefficients = np.asarray(analysis(ramp.ravel())).reshape(SHAPE)
        assert np.abs(coefficients[8:-1]).max() < 1e-9
        assert np.abs(coefficients[:8, 12:-1]).max() < 1e-9

    def test_blur_is_a_gaussian_and_its_own_adjoint(self, image):
        blur, adjoint = gaussian_blur(SHAPE, 1.2)
        B = matrix(blur, image.size)
        np.testing.assert_allclose(B, B.T, atol=1e-12)
        np.testing.assert_allclose(adjoint(image.ravel()), B.T @ image.ravel(), atol=1e-12)
        assert np.linalg.norm(B, 2) == pytest.approx(1)
        np.testing.assert_allclose(
            blur(image.ravel()), gaussian_filter(image, 1.2, mode="wrap", truncate=7).ravel(),
            atol=1e-4,
        )  # fmt: skip

    def test_compose(self, image):
        blur, (synthesis, analysis) = gaussian_blur(SHAPE, 1.0), cosines(SHAPE)
        forward, adjoint = compose(blur, (synthesis, analysis))
        x = jnp.asarray(image.ravel())
        np.testing.assert_allclose(forward(x), blur[0](synthesis(x)), atol=1e-12)
        np.testing.assert_allclose(adjoint(x), analysis(blur[1](x)), atol=1e-12)


@pytest.mark.parametrize(
    ("basis", "lam", "gain"), [("cosines", 3e-4, 2.7), ("db4", 3e-4, 2.6), ("haar", 3e-4, 0.7)]
)
@pytest.mark.slow
def test_deblurring_gains(basis, lam, gain):
    """Decibels over the blurred image, on a part of scikit-learn's flower."""
    truth = load_sample_image("flower.jpg")[80:336, 160:416, 1] / 255
    shape = truth.shape
    blur = gaussian_blur(shape, 2.0)
    noise = 0.002 * np.random.default_rng(0).normal(size=truth.size)
    blurred = np.asarray(blur[0](truth.ravel())) + noise
    pair = cosines(shape) if basis == "cosines" else wavelets(shape, 4, basis)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        found = ista(compose(blur, pair), blurred, Lasso(lam), tol=0.1)
    restored = np.asarray(pair[0](found.x))
    assert psnr(restored, truth.ravel()) > psnr(blurred, truth.ravel()) + gain


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gaussian_blur(SHAPE, 0.0), "sigma must be > 0 pixels; got 0.0."),
        (lambda: wavelets(SHAPE, 4), "wavelets need sides that are multiples of 2**levels = 16; "
         "got (16, 24). Use fewer levels, or crop the image."),
        (lambda: wavelets(SHAPE, 2, "db3"),
         "family must be one of 'haar', 'db2', 'db4'; got 'db3'."),
    ],
)  # fmt: skip
def test_bad_input_says_what_to_do(call, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        call()

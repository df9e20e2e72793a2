"""Linear inverse problems, sparse codes and dictionaries beside scikit-learn, in one run.

    lasso       ista and scikit-learn's Lasso on ten random problems, tall and wide
    codes       1,000 samples over 256 x 1,024 dictionaries, beside sparse_encode (lasso_cd)
    dictionary  100 atoms for 8 x 8 patches of a photograph, beside DictionaryLearning
    deblurring  a photograph of 512 x 512, in cosines and in wavelets

Second calls are timed, but for `cold`. The photographs come with scikit-learn.

    python -m benchmarks.proximal.run [--smoke] [--parts lasso codes dictionary deblurring]
"""

import warnings

import numpy as np
from sklearn import decomposition as peers
from sklearn.datasets import load_sample_image
from sklearn.feature_extraction.image import extract_patches_2d
from sklearn.linear_model import Lasso as PeerLasso

from spinnery import DictionaryLearning, ista, sparse_code
from spinnery.decomposition import compose, cosines, gaussian_blur, psnr, wavelets
from spinnery.penalties import Lasso

from ..common import Results, options, several, timed


def lasso(smoke: bool) -> None:
    results = Results("proximal_lasso", ("seed",), smoke)
    for seed in range(2 if smoke else 10):
        rng = np.random.default_rng(seed)
        n, p = [(400, 100), (100, 400)][seed % 2]
        A = rng.normal(size=(n, p))
        b = A[:, :8] @ (2 * rng.normal(size=8)) + rng.normal(size=n)
        lam = 0.1 * np.abs(A.T @ b).max()

        def value(x, A=A, b=b, lam=lam):
            return 0.5 * ((b - A @ x) ** 2).sum() + lam * np.abs(x).sum()

        peer = PeerLasso(lam / n, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(A, b)
        found = ista(A, b, Lasso(lam))
        results.add(
            seed=seed,
            shape=f"{n} x {p}",
            gap=value(found.x) / value(peer.coef_) - 1,
            same_support=bool(((found.x != 0) == (peer.coef_ != 0)).all()),
            n_iter=int(found.n_iter),
            stationarity=float(found.stationarity),
        )


def code_sets(n: int, side: int, k: int) -> dict:
    """Samples `(n, side^2)` and `k x k` dictionaries: how coherent a dictionary is decides much."""
    rng = np.random.default_rng(0)
    p = side * side
    noise = rng.normal(size=(k * k, p))
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    few = rng.normal(size=(n, k * k)) * (rng.random((n, k * k)) < 0.02)
    patches = unit_patches("china.jpg", side, n)
    waves = np.cos(np.pi * np.outer(np.arange(side) + 0.5, np.arange(k)) / k)
    waves[:, 1:] -= waves[:, 1:].mean(axis=0)
    waves /= np.linalg.norm(waves, axis=0)
    sparse = few @ noise + 0.05 * rng.normal(size=(n, p))
    return {
        "random atoms": (sparse, noise, (0.1, 0.3)),
        "cosines, patches of a photograph": (patches, np.kron(waves, waves).T, (0.02, 0.075)),
        "patches, patches of another": (patches, unit_patches("flower.jpg", side, k * k),
                                        (0.02, 0.075)),
    }  # fmt: skip


def unit_patches(name: str, side: int, n: int) -> np.ndarray:
    """Centred patches of norm one, `(n, side^2)`, flat ones left out."""
    grey = load_sample_image(name).mean(axis=2) / 255
    found = extract_patches_2d(grey, (side, side), max_patches=20 * n, random_state=0)
    flat = found.reshape(len(found), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(flat, axis=1)
    keep = norms > np.quantile(norms, 0.5)
    return (flat[keep] / norms[keep, None])[:n]


def codes(smoke: bool) -> None:
    results = Results("proximal_codes", ("dictionary", "lam"), smoke)
    n, side, k = (100, 8, 12) if smoke else (1000, 16, 32)
    for name, (X, D, lams) in code_sets(n, side, k).items():
        for lam in lams:

            def value(a, X=X, D=D, lam=lam):
                return (0.5 * ((X - a @ D) ** 2).sum() + lam * np.abs(a).sum()) / len(X)

            _, cold = timed(lambda X=X, D=D, lam=lam: sparse_code(X, D, lam))
            found, seconds = best(lambda X=X, D=D, lam=lam: sparse_code(X, D, lam))
            with warnings.catch_warnings():  # it may stop above its own tolerance of 1e-8
                warnings.simplefilter("ignore")
                theirs, peer = best(
                    lambda X=X, D=D, lam=lam: peers.sparse_encode(
                        X, D, algorithm="lasso_cd", alpha=lam
                    ),
                    1 if lam < 0.05 else 3,
                )
            results.add(
                dictionary=name, lam=lam, seconds=seconds, cold=cold, peer=peer,
                ratio=peer / seconds, gap=value(found) / value(theirs) - 1,
                nonzero=float((theirs != 0).sum(axis=1).mean()),
            )  # fmt: skip


def best(call, rounds: int = 3):
    """The result, and the fewest seconds of some calls."""
    runs = [timed(call) for _ in range(rounds)]
    return runs[0][0], min(seconds for _, seconds in runs)


def dictionary(smoke: bool) -> None:
    results = Results("proximal_dictionary", ("method",), smoke)
    n, k, rounds = (200, 16, 3) if smoke else (5000, 100, 30)
    X = unit_patches("china.jpg", 8, n)
    lam = 0.1

    def value(D):
        D = np.asarray(D, float)
        a = peers.sparse_encode(X, D, algorithm="lasso_cd", alpha=lam)
        return float((0.5 * ((X - a @ D) ** 2).sum() + lam * np.abs(a).sum()) / n)

    def ours(**settings):
        return DictionaryLearning(k, lam, random_state=0, **settings).fit(X)

    def add(method, model, seconds):
        results.add(
            method=method, seconds=seconds, objective=value(model.components_),
            n_iter=int(model.n_iter_),
        )  # fmt: skip

    settings = {"alpha": lam, "fit_algorithm": "cd", "random_state": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = peers.DictionaryLearning(k, max_iter=rounds, **settings)
        add("scikit-learn", *timed(peer.fit, X))
        add(
            "scikit-learn, mini-batches",
            *timed(peers.MiniBatchDictionaryLearning(k, **settings).fit, X),
        )
    add("ours, cold", *timed(ours))
    add("ours", *timed(ours))
    add("ours, tol = 1e-3", *timed(lambda: ours(tol=1e-3)))
    ours(batch_size=256, max_iter=1)
    add("ours, mini-batches", *timed(lambda: ours(batch_size=256, max_iter=10)))


def deblurring(smoke: bool) -> None:
    results = Results("proximal_deblurring", ("basis",), smoke)
    shape = (64, 64) if smoke else (512, 512)
    whole = np.pad(load_sample_image("flower.jpg")[:, :, 1] / 255, ((0, 85), (0, 0)), "reflect")
    truth = whole[: shape[0], : shape[1]]
    blur = gaussian_blur(shape, 2.0)
    noise = 0.002 * np.random.default_rng(0).normal(size=truth.size)
    blurred = np.asarray(blur[0](truth.astype(np.float32).ravel())) + noise
    before = psnr(blurred, truth.ravel())
    for name, basis in {
        "cosines": cosines(shape), "wavelets (db4)": wavelets(shape, 4),
        "wavelets (haar)": wavelets(shape, 4, "haar"),
    }.items():  # fmt: skip
        operator = compose(blur, basis)
        _, cold = timed(lambda A=operator: ista(A, blurred, Lasso(3e-4), tol=0.1))
        found, seconds = timed(lambda A=operator: ista(A, blurred, Lasso(3e-4), tol=0.1))
        after = psnr(np.asarray(basis[0](found.x)), truth.ravel())
        results.add(
            basis=name, shape=f"{shape[0]} x {shape[1]}", before=before, after=after,
            gain=after - before, n_iter=int(found.n_iter), seconds=seconds, cold=cold,
        )  # fmt: skip


PARTS = {f.__name__: f for f in (lasso, codes, dictionary, deblurring)}


def main() -> None:
    args = options(__doc__, parts=several(PARTS))
    for part in args.parts:
        print(part)
        PARTS[part](args.smoke)


if __name__ == "__main__":
    main()

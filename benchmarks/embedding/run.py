"""Is exact t-SNE as good as scikit-learn's exact method, and faster, in the same run?

The first 1,000 digits of scikit-learn (8 x 8 pixels), and of mnist6000.npz (28 x 28) where
SPINNERY_DATA has it; perplexity 30, 1,000 steps, from principal components. The cost of both
embeddings is computed anew in float64 from the same affinities. `first s` is the first fit of the
process, which compiles (or reads the compilation cache); `seconds` the median of three more. SNE
runs beside, for the crowding effect, and `large` places all of mnist6000 by both of our methods.

    python -m benchmarks.embedding.run [--smoke] [--parts digits mnist large]
"""

import os

import numpy as np
from sklearn import manifold
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness
from sklearn.metrics import pairwise_distances, silhouette_score

from spinnery import SNE, TSNE

from ..common import Results, data_folder, options, several, timed

PERPLEXITY = 30.0
METHODS = {
    "ours": lambda steps: TSNE(perplexity=PERPLEXITY, max_iter=steps, method="exact"),
    "scikit-learn": lambda steps: manifold.TSNE(
        perplexity=PERPLEXITY, max_iter=steps, method="exact", init="pca"
    ),
    "SNE": lambda steps: SNE(perplexity=PERPLEXITY, max_iter=steps),
}
LARGE = {
    "ours": METHODS["ours"],
    "openTSNE": lambda steps: TSNE(perplexity=PERPLEXITY, max_iter=steps, method="opentsne"),
}


def affinities(X: np.ndarray, perplexity: float) -> np.ndarray:
    """Joint affinities by bisection in float64, apart from the library's."""
    D = pairwise_distances(X, squared=True, metric="euclidean")
    n = len(D)
    C = np.zeros((n, n))
    for i in range(n):
        others = np.arange(n) != i
        d = D[i, others] - D[i, others].min()
        low, high = -30.0, 30.0
        for _ in range(80):
            e = np.exp(-np.exp((low + high) / 2) * d)
            p = e / e.sum()
            entropy = -np.sum(p[p > 0] * np.log(p[p > 0]))
            low, high = ((low + high) / 2, high) if entropy > np.log(perplexity) else (
                low, (low + high) / 2)  # fmt: skip
        C[i, others] = p
    return (C + C.T) / (2 * n)


def kl(P: np.ndarray, Y: np.ndarray) -> float:
    """t-SNE's cost in float64."""
    s = 1 / (1 + pairwise_distances(Y.astype(float), squared=True, metric="euclidean"))
    np.fill_diagonal(s, 0)
    used = P > 0
    return float(np.sum(P[used] * np.log(P[used] * s.sum() / s[used])))


def data(name: str, smoke: bool) -> tuple[np.ndarray, np.ndarray] | None:
    """Samples and labels, None where the file is not there."""
    if name == "digits":
        X, y = load_digits(return_X_y=True)
    else:
        if not os.environ.get("SPINNERY_DATA"):
            print(f"  {name}: skipped, SPINNERY_DATA is not set")
            return None
        with np.load(data_folder() / "mnist6000.npz") as file:
            X = np.concatenate([file["x_train"], file["x_test"]]).astype(float)
            y = np.concatenate([file["y_train"], file["y_test"]])
    n = 120 if smoke else len(X) if name == "large" else 1000
    return X[:n], y[:n]


def measure(results: Results, name: str, methods: dict, smoke: bool) -> None:
    found = data(name, smoke)
    if found is None:
        return
    X, y = found
    P = affinities(X, PERPLEXITY) if name != "large" else None
    steps = 250 if smoke else 1000
    for method, new in methods.items():
        repeats = 3 if method != "scikit-learn" and name != "large" else 0
        models = [new(steps).set_params(random_state=0) for _ in range(1 + repeats)]
        runs = [timed(model.fit_transform, X) for model in models]
        Y = runs[-1][0]
        results.add(
            set=name,
            method=method,
            n=len(X),
            first=runs[0][1],
            seconds=float(np.median([s for _, s in runs[1:] or runs])),
            kl=kl(P, Y) if P is not None and method != "SNE" else float(models[-1].kl_divergence_),
            trust=float(trustworthiness(X, Y, n_neighbors=12)),
            silhouette=float(silhouette_score(Y, y)),
            n_iter=int(models[-1].n_iter_),
        )


def main() -> None:
    args = options(__doc__, parts=several(["digits", "mnist", "large"]))
    results = Results("embedding", ("set", "method"), args.smoke)
    for name in args.parts:
        measure(results, name, LARGE if name == "large" else METHODS, args.smoke)


if __name__ == "__main__":
    main()

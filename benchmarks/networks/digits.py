"""What do networks trained by mini-batches reach on digits?

The 5,000 + 1,000 digits of mnist6000.npz in SPINNERY_DATA (28 x 28, scaled to [0, 1]):

- optimum: softmax regression, full batches by descent with momentum, beside scikit-learn's
  LogisticRegression with the same ridge; mean loss plus ridge of both;
- layers: one and two layers, batches of 32 and 1, 50 epochs at learning rate 0.1, five seeds;
- convolution: one convolution (16 maps, 5 x 5), LP pooling (p = 2, 2 x 2), one dense layer;
- pixels: SparseAutoencoder choosing 50 of 784 pixels; its reconstruction error on the test digits
  beside PCA's with 50 components, and the accuracy of classifiers trained on the 50.

    SPINNERY_DATA=... python -m benchmarks.networks.digits [--smoke] [--parts optimum layers]
"""

import equinox as eqx
import jax
import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from spinnery import NetworkClassifier, SparseAutoencoder
from spinnery.nn import LPPool

from ..common import Results, data_folder, options, several, timed

RIDGE = 1e-2
PIXELS = 50


def digits(smoke: bool):
    """Pixels and labels to train on and to test on."""
    with np.load(data_folder() / "mnist6000.npz") as file:
        X, y, X_test, y_test = (file[k] for k in ("x_train", "y_train", "x_test", "y_test"))
    X, X_test = (a.reshape(len(a), -1).astype(np.float32) / 255 for a in (X, X_test))
    n = 200 if smoke else len(X)
    return X[:n], y[:n], X_test, y_test


def optimum(results: Results, data, smoke: bool) -> None:
    X, y, X_test, y_test = data

    def objective(proba, weights):
        return log_loss(y, proba) + RIDGE / 2 * float(np.sum(np.asarray(weights, float) ** 2))

    model = NetworkClassifier(
        hidden=(), optimizer="nesterov", learning_rate=0.1, batch_size="full", ridge=RIDGE,
        epochs=5 if smoke else 1500, random_state=0,
    )  # fmt: skip
    _, seconds = timed(model.fit, X, y)
    reference = LogisticRegression(C=1 / (RIDGE * len(X)), tol=1e-8, max_iter=5000)
    _, theirs = timed(reference.fit, X, y)
    ours = objective(model.predict_proba(X), model.network_.weight)
    best = objective(reference.predict_proba(X), reference.coef_)
    results.add(part="optimum", run="softmax regression", objective=ours, seconds=seconds,
                accuracy=model.score(X_test, y_test))  # fmt: skip
    results.add(part="optimum", run="LogisticRegression", objective=best, seconds=theirs,
                accuracy=reference.score(X_test, y_test))  # fmt: skip


def layers(results: Results, data, smoke: bool) -> None:
    X, y, X_test, y_test = data
    for hidden in ((), (10,)):
        for batch in (32, 1):
            models = []
            for seed in range(1 if smoke else 5):
                model = NetworkClassifier(
                    hidden=hidden, optimizer="sgd", learning_rate=0.1, batch_size=batch, ridge=0,
                    epochs=1 if smoke else 50, random_state=seed,
                )  # fmt: skip
                models.append(model.fit(X, y, validation_data=(X_test, y_test)))
            last = np.array([m.history_["val_accuracy"].iloc[-1] for m in models])
            results.add(
                part="layers", run=f"{len(hidden) + 1} layers, batch {batch}",
                parameters=models[0].n_parameters_, accuracy=float(last.mean()),
                spread=float(last.std(ddof=1)) if len(last) > 1 else None,
                best=float(np.mean([m.history_["val_accuracy"].max() for m in models])),
                loss=float(np.mean([m.history_["loss"].iloc[-1] for m in models])),
                seconds=float(np.mean([m.history_["seconds"].sum() for m in models])),
            )  # fmt: skip


def convolution(results: Results, data, smoke: bool) -> None:
    X, y, X_test, y_test = data
    for seed in range(1 if smoke else 5):
        keys = jax.random.split(jax.random.key(seed))
        network = eqx.nn.Sequential([
            eqx.nn.Conv2d(1, 16, 5, key=keys[0]),
            eqx.nn.Lambda(jax.nn.relu),
            LPPool(2, 2),
            eqx.nn.Lambda(jax.numpy.ravel),
            eqx.nn.Linear(16 * 12 * 12, 10, key=keys[1]),
        ])  # fmt: skip
        model = NetworkClassifier(network=network, input_shape=(1, 28, 28), schedule="cosine",
                                  epochs=1 if smoke else 15, random_state=seed)  # fmt: skip
        _, seconds = timed(model.fit, X, y)
        results.add(part="convolution", run=f"seed {seed}", parameters=model.n_parameters_,
                    accuracy=model.score(X_test, y_test), seconds=seconds)  # fmt: skip


def pixels(results: Results, data, smoke: bool) -> None:
    X, y, X_test, y_test = data
    for seed in range(1 if smoke else 5):
        model = SparseAutoencoder(max_features=PIXELS, epochs=2 if smoke else 60, random_state=seed)
        _, seconds = timed(model.fit, X)
        kept = model.get_support()
        linear = LogisticRegression(max_iter=2000, C=1).fit(X[:, kept], y)
        network = NetworkClassifier(random_state=seed, epochs=2 if smoke else 50, ridge=1e-3,
                                    schedule="cosine").fit(X[:, kept], y)  # fmt: skip
        results.add(
            part="pixels", run=f"seed {seed}", pixels=int(kept.sum()),
            error=model.reconstruction_error(X_test), linear=linear.score(X_test[:, kept], y_test),
            accuracy=network.score(X_test[:, kept], y_test), seconds=seconds,
        )  # fmt: skip
    pca = PCA(PIXELS).fit(X)
    back = pca.inverse_transform(pca.transform(X_test))
    every = NetworkClassifier(random_state=0, epochs=2 if smoke else 50, ridge=1e-3,
                              schedule="cosine").fit(X, y)  # fmt: skip
    results.add(part="pixels", run="PCA, 50 components", pixels=X.shape[1],
                error=float(np.mean(np.sum((X_test - back) ** 2, axis=1))), linear=None,
                accuracy=None, seconds=0.0)  # fmt: skip
    results.add(part="pixels", run="all pixels", pixels=X.shape[1], error=0.0,
                linear=LogisticRegression(max_iter=2000).fit(X, y).score(X_test, y_test),
                accuracy=every.score(X_test, y_test), seconds=0.0)  # fmt: skip


PARTS = {f.__name__: f for f in (optimum, layers, convolution, pixels)}


def main() -> None:
    args = options(__doc__, parts=several(PARTS))
    results = Results("networks_digits", ("part", "run"), args.smoke)
    data = digits(args.smoke)
    for part in args.parts:
        PARTS[part](results, data, args.smoke)


if __name__ == "__main__":
    main()

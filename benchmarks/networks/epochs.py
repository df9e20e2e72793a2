"""How fast is an epoch beside scikit-learn, PyTorch and Keras on JAX?

784 -> 10 -> 10 and 784 -> 100 -> 10 (ReLU) on 60,000 samples, batches of 32 and 1, the same
optimiser for all, float32. "first" is a whole first call with one epoch, compilation included, in
a process that has compiled nothing (SPINNERY_CACHE=off); "epoch" is the fastest later epoch. Each
method runs in a process of its own, one after the other.

    python -m benchmarks.networks.epochs [--smoke] [--methods spinnery sklearn torch keras]

PyTorch and Keras run in their own environments: benchmarks/peers/setup.sh.
"""

import os
import subprocess
import sys

import numpy as np

from ..common import HERE, Results, options, peers_python, several, timed

NETWORKS = ((10,), (100,))
RUNS = [(hidden, batch, optimizer) for hidden in NETWORKS
        for batch, optimizer in ((32, "sgd"), (32, "adam"), (1, "sgd"))]  # fmt: skip
RATES = {"sgd": 0.01, "adam": 0.001}
EPOCHS = {32: 3, 1: 1}  # timed after the first call


def data(smoke: bool) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    n = 640 if smoke else 60_000
    return rng.uniform(size=(n, 784)).astype(np.float32), rng.integers(10, size=n)


def spinnery(X, y, hidden, batch, optimizer, epochs):
    from spinnery import NetworkClassifier

    settings = {"hidden": hidden, "batch_size": batch, "optimizer": optimizer, "ridge": 0,
                "learning_rate": RATES[optimizer], "random_state": 0}  # fmt: skip
    _, first = timed(NetworkClassifier(epochs=1, **settings).fit, X, y)
    model = NetworkClassifier(epochs=epochs, **settings).fit(X, y)
    return first, float(model.history_["seconds"].min())


def sklearn(X, y, hidden, batch, optimizer, epochs):
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore", ConvergenceWarning)
    settings = {"hidden_layer_sizes": hidden, "batch_size": batch, "solver": optimizer,
                "alpha": 0, "momentum": 0, "learning_rate_init": RATES[optimizer], "tol": 0,
                "n_iter_no_change": 100, "random_state": 0}  # fmt: skip
    _, first = timed(MLPClassifier(max_iter=1, **settings).fit, X, y)
    times = [first] + [timed(MLPClassifier(max_iter=1, **settings).fit, X, y)[1]
                       for _ in range(epochs)]  # fmt: skip
    return first, min(times)


def torch(X, y, hidden, batch, optimizer, epochs):
    """The fastest plain loop we know: shuffle once an epoch, then slices; best thread count."""
    import torch
    from torch import nn

    def run(threads):
        torch.set_num_threads(threads)
        torch.manual_seed(0)
        layers, width = [], X.shape[1]
        for h in hidden:
            layers += [nn.Linear(width, h), nn.ReLU()]
            width = h
        net = nn.Sequential(*layers, nn.Linear(width, 10))
        kind = torch.optim.SGD if optimizer == "sgd" else torch.optim.Adam
        step, loss = kind(net.parameters(), lr=RATES[optimizer]), nn.CrossEntropyLoss()
        samples, labels = torch.from_numpy(X), torch.from_numpy(y)

        def epoch():
            order = torch.randperm(len(samples))
            shuffled, targets = samples[order], labels[order]
            for start in range(0, len(samples), batch):
                step.zero_grad(set_to_none=True)
                value = loss(net(shuffled[start : start + batch]), targets[start : start + batch])
                value.backward()
                step.step()

        times = [timed(epoch)[1] for _ in range(1 + epochs)]
        return times[0], min(times)

    found = [run(threads) for threads in ((2, 1) if batch > 1 else (1,))]
    return found[0][0], min(best for _, best in found)


def keras(X, y, hidden, batch, optimizer, epochs):
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    keras.utils.set_random_seed(0)
    layers = [keras.layers.Input((X.shape[1],))]
    layers += [keras.layers.Dense(h, activation="relu") for h in hidden]
    net = keras.Sequential([*layers, keras.layers.Dense(10)])
    kind = keras.optimizers.SGD if optimizer == "sgd" else keras.optimizers.Adam
    net.compile(kind(RATES[optimizer]),
                keras.losses.SparseCategoricalCrossentropy(from_logits=True))  # fmt: skip

    def fit():
        net.fit(X, y, batch_size=batch, epochs=1, shuffle=True, verbose=0)

    times = [timed(fit)[1] for _ in range(1 + epochs)]
    return times[0], min(times[1:])


METHODS = {f.__name__: f for f in (spinnery, sklearn, torch, keras)}
ENVIRONMENTS = {"torch": "SPINNERY_PEERS", "keras": "SPINNERY_PEERS2"}


def python_of(method: str) -> str:
    return peers_python(ENVIRONMENTS[method]) if method in ENVIRONMENTS else sys.executable


def main() -> None:
    args = options(
        __doc__,
        methods=several(METHODS),
        here={"action": "store_true", "help": "run the methods in this process"},
    )
    if not args.here:
        for hidden, batch, optimizer in RUNS:
            one = f"{'-'.join(map(str, hidden))}/{batch}/{optimizer}"
            for method in args.methods:
                subprocess.run(
                    [python_of(method), "-m", "benchmarks.networks.epochs", "--here",
                     "--methods", method, *(["--smoke"] if args.smoke else [])],
                    check=True, cwd=HERE.parent,
                    env={**os.environ, "SPINNERY_CACHE": "off", "BENCH_RUN": one},
                )  # fmt: skip
        return
    results = Results("networks_epochs", ("hidden", "batch", "optimizer", "method"), args.smoke)
    widths, batch, optimizer = os.environ["BENCH_RUN"].split("/")
    hidden, batch = tuple(int(w) for w in widths.split("-")), int(batch)
    X, y = data(args.smoke)
    for method in args.methods:
        first, epoch = METHODS[method](X, y, hidden, batch, optimizer, EPOCHS[batch])
        results.add(hidden=list(hidden), batch=batch, optimizer=optimizer, method=method,
                    first=first, epoch=epoch)  # fmt: skip


if __name__ == "__main__":
    main()

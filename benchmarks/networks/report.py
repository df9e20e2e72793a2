"""Targets and section of networks by mini-batches; used by benchmarks/report.py."""

from ..tables import Target, mean, table, where

EPOCHS = "python -m benchmarks.networks.epochs"
DIGITS = "python -m benchmarks.networks.digits --parts {}"
PEERS = ("sklearn", "torch", "keras")


def speeds(rows: dict) -> dict[tuple, dict[str, dict]]:
    """Rows of every timed setting by method."""
    found: dict[tuple, dict[str, dict]] = {}
    for row in rows["networks_epochs"]:
        key = ("-".join(map(str, row["hidden"])), row["batch"], row["optimizer"])
        found.setdefault(key, {})[row["method"]] = row
    return found


def targets(rows: dict):
    found = speeds(rows)
    for hidden in ("10", "100"):
        for batch, optimizer in ((32, "sgd"), (32, "adam"), (1, "sgd")):
            what = "faster than" if batch > 1 else "no slower than"
            text = (f"784-{hidden}-10, batch {batch}, {optimizer}: an epoch {what} scikit-learn, "
                    "PyTorch and Keras")  # fmt: skip
            methods = found.get((hidden, batch, optimizer), {})
            if not {"spinnery", *PEERS} <= methods.keys():
                yield Target(text, EPOCHS)
                continue
            ours, *others = (methods[m]["epoch"] for m in ("spinnery", *PEERS))
            measured = f"{ours:.2f} s against " + ", ".join(f"{v:.2f}" for v in others)
            yield Target(text, EPOCHS, measured, ours <= min(others))
    yield from _digits_targets(rows["networks_digits"])


def _digits_targets(rows: list[dict]):
    text = "digits: softmax regression reaches LogisticRegression's optimum to 1e-3"
    run, found = DIGITS.format("optimum"), {r["run"]: r for r in where(rows, part="optimum")}
    if {"softmax regression", "LogisticRegression"} <= found.keys():
        excess = found["softmax regression"]["objective"] - found["LogisticRegression"]["objective"]
        yield Target(text, run, f"{excess:+.1e}", excess <= 1e-3)
    else:
        yield Target(text, run)
    text = "digits: convolution, LP pooling and one dense layer: test accuracy ≥ 95 %"
    run, found = DIGITS.format("convolution"), where(rows, part="convolution")
    if found:
        lowest = min(r["accuracy"] for r in found)
        measured = f"{mean(found, 'accuracy'):.3f}, lowest of {len(found)} seeds {lowest:.3f}"
        yield Target(text, run, measured, lowest >= 0.95)
    else:
        yield Target(text, run)
    text = "digits: 50 pixels chosen without labels: accuracy beside LassoNet's published 0.873"
    run = DIGITS.format("pixels")
    found = [r for r in where(rows, part="pixels") if r["run"].startswith("seed")]
    if found:
        accuracy = mean(found, "accuracy")
        yield Target(text, run, f"{accuracy:.3f} (5,000 training digits)", accuracy >= 0.873)
    else:
        yield Target(text, run)


def section(rows: dict) -> list[str]:
    return ["## Networks by mini-batches", "", *_speed(rows), *_digits(rows)]


def _speed(rows: dict) -> list[str]:
    lines = []
    for (hidden, batch, optimizer), found in speeds(rows).items():
        ours = found.get("spinnery")
        for method, row in found.items():
            lines.append(
                [f"784-{hidden}-10", batch, optimizer, method, row["first"], row["epoch"],
                 row["epoch"] / ours["epoch"] if ours else None]
            )  # fmt: skip
    header = ["network", "batch", "optimiser", "method", "first call, s", "epoch, s", "times ours"]
    note = (
        "60,000 samples of 784 uniform features, float32, one process a method and row. The first "
        "call trains one epoch and compiles what it needs; the epoch is the fastest later one. "
        "PyTorch is a plain loop over slices of a shuffled tensor with one or two threads, "
        "whichever was faster; Keras runs on JAX."
    )
    return ["### Time of an epoch", "", *table(header, lines, key=4), note, ""]


def _digits(rows: dict) -> list[str]:
    out = []
    names = {
        "optimum": ("Softmax regression and its optimum", ["objective", "accuracy", "seconds"]),
        "layers": ("One and two layers, learning rate 0.1, 50 epochs",
                   ["parameters", "loss", "accuracy", "spread", "best", "seconds"]),
        "convolution": ("Convolution, LP pooling, dense", ["parameters", "accuracy", "seconds"]),
        "pixels": ("Fifty of 784 pixels, chosen without labels",
                   ["pixels", "error", "linear", "accuracy", "seconds"]),
    }  # fmt: skip
    notes = {
        "optimum": "Mean cross-entropy plus ridge on the 5,000 training digits; accuracy on 1,000.",
        "layers": "Test accuracy after the last epoch, mean and standard deviation over five "
        "seeds; `best` is that of each seed's best epoch. Batches of one with this learning rate "
        "do not settle.",
        "convolution": "16 maps of 5 x 5, LP pooling (p = 2) of 2 x 2, one dense layer.",
        "pixels": "Reconstruction error `mean ||x - decode(encode(x))||^2` on the test digits; "
        "test accuracy of logistic regression (`linear`) and of a network with 100 hidden units "
        "on the chosen pixels. LassoNet's paper has 0.873 for 50 pixels of the whole of MNIST.",
    }
    for part, (title, columns) in names.items():
        found = where(rows["networks_digits"], part=part)
        lines = [[r["run"], *(r.get(c) for c in columns)] for r in found]
        out += [f"### {title}", "", *table(["run", *columns], lines), notes[part], ""]
    return out


SECTIONS = ((("networks_epochs", "networks_digits"), section),)

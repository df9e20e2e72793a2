"""The section "Networks by mini-batches" of RESULTS.md; used by report.py."""

from tables import table
from targets_networks import of_part, speeds

FILES = ("network_speed", "networks")


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
    return ["### Time of an epoch", "", *table(header, lines), note, ""]


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
        found = of_part(rows, part)
        lines = [[r["run"], *(r.get(c) for c in columns)] for r in found]
        out += [f"### {title}", "", *table(["run", *columns], lines), notes[part], ""]
    return out

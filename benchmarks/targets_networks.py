"""What mini-batch training set out to reach, judged on the rows of out/*.json."""

import numpy as np

from targets import Target


def speeds(rows: dict) -> dict[tuple, dict[str, dict]]:
    """Rows of every timed setting by method."""
    found: dict[tuple, dict[str, dict]] = {}
    for row in rows["network_speed"]:
        key = ("-".join(map(str, row["hidden"])), row["batch"], row["optimizer"])
        found.setdefault(key, {})[row["method"]] = row
    return found


def of_part(rows: dict, part: str) -> list[dict]:
    return [row for row in rows["networks"] if row["part"] == part]


def all_(rows: dict) -> list[Target]:
    """Every target, in the order of the tables that follow."""
    return [*_speed(rows), *_digits(rows)]


def _speed(rows: dict):
    command = "python benchmarks/network_speed.py"
    found = speeds(rows)
    for hidden in ("10", "100"):
        for batch, optimizer in ((32, "sgd"), (32, "adam"), (1, "sgd")):
            what = "faster than" if batch > 1 else "no slower than"
            text = (f"784-{hidden}-10, batch {batch}, {optimizer}: an epoch {what} scikit-learn, "
                    "PyTorch and Keras")  # fmt: skip
            methods = found.get((hidden, batch, optimizer), {})
            if len(methods) < 4:
                yield Target(text, "", None, command)
                continue
            ours = methods["spinnery"]["epoch"]
            others = {m: methods[m]["epoch"] for m in ("sklearn", "torch", "keras")}
            measured = f"{ours:.2f} s against " + ", ".join(f"{v:.2f}" for v in others.values())
            yield Target(text, measured, ours <= min(others.values()), command)


def _digits(rows: dict):
    command = "python benchmarks/networks.py --parts {}"
    text = "digits: softmax regression reaches LogisticRegression's optimum to 1e-3"
    found = {r["run"]: r for r in of_part(rows, "optimum")}
    if len(found) < 2:
        yield Target(text, "", None, command.format("optimum"))
    else:
        excess = found["softmax regression"]["objective"] - found["LogisticRegression"]["objective"]
        yield Target(text, f"{excess:+.1e}", excess <= 1e-3, command.format("optimum"))
    text = "digits: convolution, LP pooling and one dense layer: test accuracy ≥ 95 %"
    accuracy = [r["accuracy"] for r in of_part(rows, "convolution")]
    if not accuracy:
        yield Target(text, "", None, command.format("convolution"))
    else:
        measured = f"{np.mean(accuracy):.3f}, lowest of {len(accuracy)} seeds {min(accuracy):.3f}"
        yield Target(text, measured, min(accuracy) >= 0.95, command.format("convolution"))
    text = "digits: 50 pixels chosen without labels: accuracy beside LassoNet's published 0.873"
    accuracy = [r["accuracy"] for r in of_part(rows, "pixels") if r["run"].startswith("seed")]
    if not accuracy:
        yield Target(text, "", None, command.format("pixels"))
    else:
        measured = f"{np.mean(accuracy):.3f} (5,000 training digits)"
        yield Target(text, measured, np.mean(accuracy) >= 0.873, command.format("pixels"))

"""`spinnery study learning`: how small networks learn digits, rerun."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from .. import plotting
from ..errors import InputError
from ..estimators.network_classifier import NetworkClassifier
from ..progress import Steps
from ..storage import models as io
from .folder import MODEL, ResultFolder
from .results import save_figure

RATE = 0.1
SETTINGS = {
    "1 layer, batch 32": {"hidden": (), "batch_size": 32},
    "1 layer, batch 1": {"hidden": (), "batch_size": 1},
    "2 layers, batch 32": {"hidden": (10,), "batch_size": 32},
    "2 layers, batch 1": {"hidden": (10,), "batch_size": 1},
}
# Learning rate 0.1 for plain descent, each adaptive optimiser's own default.
OPTIMIZERS = ("sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam")


class Digits(NamedTuple):
    """Images as rows, scaled to [0, 1], to train on and to test on."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    name: str


def load(folder: Path | None) -> Digits:
    """`mnist6000.npz` in `folder` or SPINNERY_DATA, or scikit-learn's digits."""
    given = folder or (Path(os.environ["SPINNERY_DATA"]) if "SPINNERY_DATA" in os.environ else None)
    file = given / "mnist6000.npz" if given else None
    if file is not None and file.exists():
        with np.load(file) as data:
            parts = [data[k] for k in ("x_train", "y_train", "x_test", "y_test")]
        X, y, X_test, y_test = parts
        X, X_test = (a.reshape(len(a), -1).astype(np.float32) / 255 for a in (X, X_test))
        return Digits(X, y, X_test, y_test, "MNIST, 28 x 28 pixels")
    if folder is not None:
        raise InputError(f"There is no mnist6000.npz in {folder}; leave out --data to use "
                         "scikit-learn's digits.")  # fmt: skip
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(
        (X / 16).astype(np.float32), y, test_size=0.25, stratify=y, random_state=0
    )
    return Digits(X, y, X_test, y_test, "scikit-learn's digits, 8 x 8 pixels")


def run_study(out: Path, folder: Path | None, epochs: int, seeds: int, force: bool = False) -> None:
    """Train every setting and optimiser, print the table, draw the figures."""
    console = Console()
    with ResultFolder(out, force) as results:
        digits = load(folder)
        print(
            f"{digits.name}: {len(digits.X)} to train on, {len(digits.X_test)} to test on; "
            f"{epochs} epochs, {seeds} seeds.",
            flush=True,
        )
        start = time.perf_counter()
        with Steps(None) as steps:
            steps.expect((len(SETTINGS) + len(OPTIMIZERS)) * seeds)
            settings = dict(train(digits, _settings(), epochs, seeds, steps))
            optimizers = dict(train(digits, _optimizers(), epochs, seeds, steps))
        seconds = time.perf_counter() - start
        table = pd.DataFrame(
            [row("architecture and batch", name, models) for name, models in settings.items()]
            + [row("optimiser (1 layer, batch 32)", name, m) for name, m in optimizers.items()]
        )
        table.to_csv(results / "learning.csv", index=False)
        draw(results, settings, optimizers)
        io.save(settings["1 layer, batch 32"][0], results / MODEL)
    show(console, table)
    console.print(f"time {seconds:.1f} s, written to {out}")


def _settings() -> dict[str, dict]:
    return {name: {"optimizer": "sgd", "learning_rate": RATE, **given}
            for name, given in SETTINGS.items()}  # fmt: skip


def _optimizers() -> dict[str, dict]:
    rates = {"sgd": RATE}
    return {name: {"hidden": (), "optimizer": name, "learning_rate": rates.get(name)}
            for name in OPTIMIZERS}  # fmt: skip


def train(
    digits: Digits, settings: dict[str, dict], epochs: int, seeds: int, steps: Steps
) -> Iterator[tuple[str, list[NetworkClassifier]]]:
    """Each setting's models, one per seed."""
    for name, given in settings.items():
        models = []
        for seed in range(seeds):
            steps.say(f"{name}, seed {seed}")
            model = NetworkClassifier(epochs=epochs, random_state=seed, ridge=0, verbose=False,
                                      **given)  # fmt: skip
            model.fit(digits.X, digits.y, validation_data=(digits.X_test, digits.y_test))
            models.append(model)
            steps.advance()
        yield name, models


def row(kind: str, name: str, models: list[NetworkClassifier]) -> dict:
    """One line of the table: last and best test accuracy, mean and spread over seeds."""
    last = np.array([m.history_["val_accuracy"].iloc[-1] for m in models])
    best = np.array([m.history_["val_accuracy"].max() for m in models])
    spread = last.std(ddof=1) if len(last) > 1 else np.nan
    return {
        "compared": kind,
        "run": name,
        "parameters": models[0].n_parameters_,
        "learning rate": models[0].history_["learning_rate"].iloc[0],
        "training loss": np.mean([m.history_["loss"].iloc[-1] for m in models]),
        "test loss": np.mean([m.history_["val_loss"].iloc[-1] for m in models]),
        "test accuracy": last.mean(),
        "spread over seeds": spread,
        "best epoch's": best.mean(),
        "seconds": np.mean([m.history_["seconds"].sum() for m in models]),
    }


def draw(folder: Path, settings: dict, optimizers: dict) -> None:
    """Learning curves, and the templates that softmax regression learns."""
    for name, runs in (("settings", settings), ("optimizers", optimizers)):
        for metric in ("loss", "accuracy"):
            save_figure(
                folder / f"{name}_{metric}.png", (7, 4.2),
                lambda ax, runs=runs, metric=metric: plotting.plot_learning(runs, metric, ax),
            )  # fmt: skip
    model = settings["1 layer, batch 32"][0]
    save_figure(folder / "weights.png", (7, 3.6), lambda ax: plotting.plot_weights(model, ax=ax))


def show(console: Console, table: pd.DataFrame) -> None:
    """The main columns on a terminal; the file has them all."""
    for kind, part in table.groupby("compared", sort=False):
        out = Table(box=SIMPLE_HEAD, pad_edge=False, title=str(kind), title_justify="left")
        out.add_column("run", no_wrap=True)
        for name in ("parameters", "rate", "loss", "test loss", "test accuracy"):
            out.add_column(name, justify="right")
        for run in part.to_dict("records"):
            spread = run["spread over seeds"]
            accuracy = f"{run['test accuracy']:.3f}"
            out.add_row(
                run["run"], str(run["parameters"]), f"{run['learning rate']:g}",
                f"{run['training loss']:.3f}", f"{run['test loss']:.3f}",
                accuracy if np.isnan(spread) else f"{accuracy} ± {spread:.3f}",
            )  # fmt: skip
        console.print(out)

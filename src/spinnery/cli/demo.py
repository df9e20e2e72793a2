"""`spinnery demo`: measured columns among decoys."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from rich.console import Console
from sklearn.model_selection import train_test_split

from .. import report
from ..datasets import make_decoys
from .folder import ResultFolder
from .results import fit, make_estimator, write_fit, write_predictions, written


def run_demo(
    out: Path, n_decoys: int, max_features: int | None, hidden, force: bool = False
) -> None:
    """Fit the decoy table, report on held-out samples, write the results to `out`."""
    estimator = make_estimator("classification", 0, "min", max_features, hidden)
    with ResultFolder(out, force) as folder:
        X, y, measured = make_decoys(n_decoys, random_state=0)
        train_X, test_X, train_y, test_y = train_test_split(
            X, y, test_size=0.3, stratify=y, random_state=0
        )
        print(
            f"{len(X)} tumours, {measured.sum()} measured columns hidden among {n_decoys} decoys; "
            f"fitting {len(train_X)}, holding out {len(test_X)}.",
            flush=True,
        )
        start = time.perf_counter()
        fit(estimator, train_X, train_y.to_numpy(dtype=str))
        seconds = time.perf_counter() - start

        truth = test_y.to_numpy(dtype=str)
        told = report.report_of(
            estimator, train_X, train_y.to_numpy(dtype=str), test=(test_X, truth),
            target="tumour", command="spinnery demo",
        )  # fmt: skip
        write_fit(folder, estimator, told)
        soft = estimator.outcome_.soft(estimator._outputs(test_X))
        write_predictions(folder, estimator.outcome_, truth, soft, "held out")

    through = f"{int(np.sum(estimator.selected_ & ~measured))} of {n_decoys}"
    end = {"decoys let through": through, "time": f"{seconds:.1f} s", **written(out)}
    report.print_report(Console(), told, end)

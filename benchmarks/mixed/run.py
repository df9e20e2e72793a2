"""Does `spinnery fit` take tables as they come, and how well does it predict?

For each table and split the commands themselves are run, `spinnery fit` with no option beyond
target, ids and `--test-folds 0`, then `spinnery predict` on the held-out 30 %. Scores are R²,
accuracy or Harrell's C; peer.py has boosting on the same splits.

    SPINNERY_DATA=... python -m benchmarks.mixed.run [--smoke] [--seeds 0 1] [--sets ames]
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from ..common import Results, options, several, timed
from .sets import SETS, score, split


def spinnery(*arguments) -> None:
    """Run a command; its last line is the error if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "spinnery", *map(str, arguments)], capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])


def fit_and_predict(name: str, train: pd.DataFrame, test: pd.DataFrame, home: Path, *more) -> dict:
    """What one split gives: score, features, seconds of the fit."""
    about = SETS[name]
    asked = ["--target", about.target] if about.target else ["--time", "time", "--event", "event"]
    asked += ["--drop", ",".join(about.ids)] if about.ids else []
    train.to_csv(home / "train.csv", index=False)
    test.to_csv(home / "test.csv", index=False)
    fit = ("fit", home / "train.csv", *asked, "--test-folds", 0, "--out", home / "run", *more)
    _, seconds = timed(spinnery, *fit)
    model, out = home / "run" / "model.spinn", home / "predictions.csv"
    spinnery("predict", model, home / "test.csv", "--out", out)
    predicted = pd.read_csv(out)["log risk" if about.target is None else "prediction"]
    features = pd.read_csv(home / "run" / "selected.csv")["feature"].tolist()
    return {
        "score": score(name, test, predicted.to_numpy()), "n_features": len(features),
        "features": features, "seconds": seconds,
    }  # fmt: skip


def main() -> None:
    args = options(__doc__, range(5), sets=several(SETS))
    results = Results("mixed", ("method", "set", "seed"), args.smoke)
    more = ("--hidden", "linear", "--max-features", 2) if args.smoke else ()
    for name in ["penguins"] if args.smoke else args.sets:
        for seed in args.seeds[:1] if args.smoke else args.seeds:
            train, test = split(name, seed)
            with tempfile.TemporaryDirectory() as home:
                found = fit_and_predict(name, train, test, Path(home), *more)
            results.add(
                method="spinnery", set=name, seed=seed, rows=len(train) + len(test),
                columns=train.shape[1], **found,
            )  # fmt: skip


if __name__ == "__main__":
    main()

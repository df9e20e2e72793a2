"""What the benchmarks share: options, real data, timing, and rows of JSON in out/.

Works in Spinnery's environment and in the peers' (NumPy and scikit-learn alone). Importing it
binds the process to two CPUs, so that every method has the same ones.
"""

import argparse
import functools
import json
import os
import platform
import sys
import time
from pathlib import Path

import numpy as np

N_CPUS = 2
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:N_CPUS])

HERE = Path(__file__).resolve().parent
PEERS = {f"SPINNERY_PEERS{k}": f".venv-peers{k}" for k in ("", "2", "3")}
SMOKE = {"hidden": ((3,), ()), "max_features": 4}  # settings of smoke runs


def options(doc: str, seeds=(), **more: dict) -> argparse.Namespace:
    """The command line: `--smoke`, `--seeds` where there are any, `more` options by name."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true", help="tiny data, to see that it runs")
    if seeds:
        parser.add_argument("--seeds", type=int, nargs="+", default=list(seeds))
    for name, settings in more.items():
        parser.add_argument(f"--{name}", **settings)
    return parser.parse_args()


def several(values) -> dict:
    """An option that takes some of `values`, by default all."""
    values = list(values)
    return {"nargs": "+", "default": values, "choices": values, "type": type(values[0])}


def peers_python(variable: str = "SPINNERY_PEERS") -> str:
    """Python of one of the peers' environments; see peers/setup.sh."""
    python = os.environ.get(variable, str(HERE / PEERS[variable] / "bin" / "python"))
    if not Path(python).exists():
        sys.exit(f"Skipped: run benchmarks/peers/setup.sh, or set {variable} to a Python.")
    return python


def data_folder() -> Path:
    """Where the real sets are, from SPINNERY_DATA."""
    if not os.environ.get("SPINNERY_DATA"):
        sys.exit("Skipped: set SPINNERY_DATA to the folder with khan.npz, su.npz and the others.")
    return Path(os.environ["SPINNERY_DATA"])


def split(X, y, seed: int, stratify: bool):
    """70 % to train on and 30 % to test on: `X, X_test, y, y_test`."""
    from sklearn.model_selection import train_test_split

    return train_test_split(
        X, y, test_size=0.3, random_state=seed, stratify=y if stratify else None
    )


def test_error(prediction, y, regression: bool) -> float:
    """Mean squared error, or the share of wrong classes."""
    wrong = (prediction - y) ** 2 if regression else prediction != y
    return float(np.mean(wrong))


def timed(call, *args):
    """The result of a call, and its seconds."""
    start = time.perf_counter()
    result = call(*args)
    return result, time.perf_counter() - start


class Results:
    """Rows of `out/<name>.jsonl` (`out/smoke/` for smoke runs), appended as they come.

    A row replaces an earlier one with the same values of `key`, so runs may be repeated in part.
    """

    def __init__(self, name: str, key: tuple[str, ...], smoke: bool = False):
        self.name, self.key, self.smoke = name, key, smoke
        self.path = _path(name, smoke)
        self.path.parent.mkdir(parents=True, exist_ok=True)

    @property
    def rows(self) -> list[dict]:
        """Those kept so far."""
        return read(self.name, self.smoke)

    def add(self, **row) -> None:
        """Keep one row and print it."""
        about = {
            "key": self.key, "measured": time.strftime("%Y-%m-%d %H:%M"), "machine": machine(),
        }  # fmt: skip
        with self.path.open("a") as file:
            file.write(json.dumps({**row, **about}) + "\n")
        shown = [f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()]
        print("  " + "  ".join(shown), flush=True)


def read(name: str, smoke: bool = False) -> list[dict]:
    """Rows kept so far, [] if none."""
    path, rows = _path(name, smoke), {}
    for line in path.read_text().splitlines() if path.exists() else []:
        row = json.loads(line)
        rows[json.dumps([row[c] for c in row["key"]])] = row
    return list(rows.values())


def _path(name: str, smoke: bool) -> Path:
    return HERE / "out" / ("smoke" if smoke else "") / f"{name}.jsonl"


@functools.cache
def machine() -> str:
    """The machine in words."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [ln.split(":")[1] for ln in info.read_text().splitlines() if "model name" in ln]
        cpu = names[0].strip() if names else cpu
    memory = Path("/proc/meminfo")
    if memory.exists():
        cpu += f", {int(memory.read_text().split()[1]) / 2**20:.0f} GiB"
    return f"{cpu}, {N_CPUS} CPUs used, Python {platform.python_version()}"

"""What the benchmark scripts share: options, real data, timing, and rows of JSON in out/.

Works in Spinnery's environment and in the peers' (NumPy and scikit-learn alone). Importing it
binds the process to two CPUs, so that every method has the same ones.
"""

import argparse
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
REAL = ("khan", "su", "alon", "golub", "riboflavin")
REGRESSION = {"riboflavin"}
COHORT_SETS = ("stemcells", "colon_msi")


def options(doc: str, seeds, **more: dict) -> argparse.Namespace:
    """The command line: `--smoke`, `--seeds`, and `more` options by name."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true", help="tiny data, to see that it runs")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(seeds))
    for name, settings in more.items():
        parser.add_argument(f"--{name}", **settings)
    return parser.parse_args()


def peers_python() -> str:
    """Python of the peers' environment; see peers/setup.sh."""
    python = os.environ.get("SPINNERY_PEERS", str(HERE / ".venv-peers" / "bin" / "python"))
    if not Path(python).exists():
        sys.exit("Skipped: run benchmarks/peers/setup.sh, or set SPINNERY_PEERS to a Python.")
    return python


def data_folder() -> Path:
    """Where the real sets are, from SPINNERY_DATA."""
    if not os.environ.get("SPINNERY_DATA"):
        sys.exit("Skipped: set SPINNERY_DATA to the folder with khan.npz, su.npz and the others.")
    return Path(os.environ["SPINNERY_DATA"])


def load_real(name: str) -> tuple[np.ndarray, np.ndarray]:
    """A real set, intensities on a log scale."""
    with np.load(data_folder() / f"{name}.npz") as file:
        X, y = file["X"].astype(np.float64), file["y"]
    if name == "alon":
        X = np.log(X)
    if name == "golub":
        X = np.log(np.clip(X, 20, None))
    return X, y


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
    """Rows of `out/<name>.json` (`out/smoke/` for smoke runs), written as they come.

    A row replaces an earlier one with the same values of `key`, so runs may be repeated in part.
    """

    def __init__(self, name: str, key: tuple[str, ...], smoke: bool = False):
        folder = HERE / "out" / "smoke" if smoke else HERE / "out"
        folder.mkdir(parents=True, exist_ok=True)
        self.path, self.key = folder / f"{name}.json", key
        self.rows = read(name, smoke)

    def add(self, **row) -> None:
        """Keep one row and print it."""
        row["measured"] = time.strftime("%Y-%m-%d %H:%M")
        same = [k for k, old in enumerate(self.rows) if all(old[c] == row[c] for c in self.key)]
        if same:
            self.rows[same[0]] = row
        else:
            self.rows.append(row)
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps({"machine": machine(), "rows": self.rows}, indent=1))
        partial.replace(self.path)
        shown = [f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()]
        print("  " + "  ".join(shown[:-1]), flush=True)


def read(name: str, smoke: bool = False) -> list[dict]:
    """Rows kept so far, [] if none."""
    path = HERE / "out" / ("smoke" if smoke else "") / f"{name}.json"
    return json.loads(path.read_text())["rows"] if path.exists() else []


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


def matmul_peak(sizes=(1024, 2048), repeats: int = 5) -> float:
    """Float32 operations a second of JAX's matrix product, the best seen."""
    import jax
    import jax.numpy as jnp

    product = jax.jit(jnp.matmul)
    best = 0.0
    for size in sizes:
        a = jnp.ones((size, size), jnp.float32)
        jax.block_until_ready(product(a, a))
        for _ in range(repeats):
            _, seconds = timed(lambda a=a: jax.block_until_ready(product(a, a)))
            best = max(best, 2 * size**3 / seconds)
    return best

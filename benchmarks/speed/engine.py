"""How much of the machine's matrix-product peak does the dense phase reach with 36 lanes?

n = 500, p = 1,000, 20 tanh units. A step's two products with X are 4 n p lanes units operations;
operations on padding (the estimators round n and p up to 512 and 1,024), activations and Adam are
not counted, so the share is of useful work. Peak and dense phase are measured in turns, several
times, in the same run; each is the best seen, and the share is theirs.

    python -m benchmarks.speed.engine [--smoke]
"""

import jax
import jax.numpy as jnp
import numpy as np

from spinnery.engine.dense import STEPS, train_dense
from spinnery.engine.problem import Params
from spinnery.inputs.scale import standard_scale, standardise
from spinnery.inputs.table import make_table
from spinnery.losses import Squared
from spinnery.nn import init_lanes

from ..common import Results, options, timed
from ..simulations import designs

LANES, UNITS, RIDGE = 36, 20, 0.03


def matmul_peak(sizes=(1024, 2048), repeats: int = 5) -> float:
    """Float32 operations a second of JAX's matrix product, the best seen."""
    product = jax.jit(jnp.matmul)
    best = 0.0
    for size in sizes:
        a = jnp.ones((size, size), jnp.float32)
        jax.block_until_ready(product(a, a))
        for _ in range(repeats):
            _, seconds = timed(lambda a=a: jax.block_until_ready(product(a, a)))
            best = max(best, 2 * size**3 / seconds)
    return best


def main() -> None:
    args = options(__doc__)
    n, p = (60, 40) if args.smoke else (500, 1000)
    lanes, rounds, sizes = (2, 1, (128,)) if args.smoke else (LANES, 6, (1024, 2048))
    results = Results("speed_engine", ("lanes",), args.smoke)
    data = designs.regression("additive", 1, n=n, p=p, n_test=1)
    weights, codes = np.full(n, 1 / n), np.zeros(n, int)
    y, _, _ = standardise(data.y[:, None], weights, codes, np.float32, standard_scale)
    table = make_table(data.X, y, weights, codes, Squared(), np.float32)
    padded = table.padded(np.tile(table.weights[:, None], lanes), np.full(lanes, RIDGE))
    W, upper = init_lanes(
        list(range(lanes)), padded.X.shape[1], (UNITS,), 1, "tanh", np.dtype("float32")
    )
    problem, start = padded.over(padded.X), Params(W, upper)

    def dense():
        return jax.block_until_ready(train_dense(problem, start, STEPS))

    dense()
    peaks, speeds = [], []
    for _ in range(rounds):
        peaks.append(matmul_peak(sizes) / 1e9)
        speeds.append(4 * n * p * lanes * UNITS * STEPS / timed(dense)[1] / 1e9)
    rows, columns = padded.X.shape
    results.add(
        lanes=lanes,
        peak_gflops=max(peaks),
        dense_gflops=max(speeds),
        share=max(speeds) / max(peaks),
        share_with_padding=max(speeds) / max(peaks) * rows * columns / (n * p),
        share_median=float(np.median(speeds) / np.median(peaks)),
    )


if __name__ == "__main__":
    main()

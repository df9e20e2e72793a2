"""How much of the machine's matrix-product peak does the dense phase reach with 36 lanes?

n = 500, p = 1,000, 20 tanh units. A step's two products with X are 4 n p lanes units operations;
operations on padding (the estimators round n and p up to 512 and 1,024), activations and Adam are
not counted, so the share is of useful work. Peak and dense phase are measured in turns, several
times, in the same run; each is the best seen, and the share is theirs.

    python benchmarks/engine.py [--smoke]
"""

import jax
import numpy as np

import designs
from common import Results, matmul_peak, options, timed
from spinnery.design import DenseDesign
from spinnery.losses import Squared
from spinnery.nn import init_lanes
from spinnery.problem import Params, Problem
from spinnery.solvers.dense import STEPS, train_dense
from spinnery.table import regression_table

LANES, UNITS, RIDGE = 36, 20, 0.03


def main() -> None:
    args = options(__doc__, [1])
    n, p = (60, 40) if args.smoke else (500, 1000)
    lanes, rounds, sizes = (2, 1, (128,)) if args.smoke else (LANES, 6, (1024, 2048))
    results = Results("engine", ("lanes",), args.smoke)
    data = designs.regression("additive", 1, n=n, p=p, n_test=1)
    table = regression_table(data.X, data.y, np.full(n, 1 / n), Squared(), np.float32)
    padded = table.padded(np.tile(table.weights[:, None], lanes), np.full(lanes, RIDGE))
    W, upper = init_lanes(
        list(range(lanes)), padded.X.shape[1], (UNITS,), 1, "tanh", np.dtype("float32")
    )
    problem = Problem(
        DenseDesign(padded.X), padded.targets, padded.weights, padded.ridge, padded.loss
    )
    start = Params(W, upper)

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

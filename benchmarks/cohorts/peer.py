"""What does a group lasso over cohorts choose on the design "homogeneous" of simulated.py?

adelie on a block-diagonal design, one group per feature that holds its column of every cohort,
columns and targets standardised within cohorts; 5 folds, lambdas down to 1 % of the largest, the
one of least held-out loss.

    $SPINNERY_PEERS -m benchmarks.cohorts.peer [--smoke] [--seeds 0 1]
"""

import warnings

import adelie
import numpy as np

from ..common import N_CPUS, Results, options, timed
from . import designs
from .designs import Data


def group_lasso(data: Data, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Chosen features `(n_cohorts, p)`, and predictions at `X_test`."""
    M, p = data.matters.shape
    X, y = np.zeros((len(data.X), p, M), order="F"), np.zeros(len(data.X))
    X_test, center, scale = np.zeros((len(data.X_test), p, M)), np.zeros(M), np.zeros(M)
    for m in range(M):
        mine, test = data.cohorts == m, data.cohorts_test == m
        mean, sd = data.X[mine].mean(0), data.X[mine].std(0)
        X[mine, :, m], X_test[test, :, m] = (
            (data.X[mine] - mean) / sd,
            (data.X_test[test] - mean) / sd,
        )
        center[m], scale[m] = data.y[mine].mean(), data.y[mine].std()
        y[mine] = (data.y[mine] - center[m]) / scale[m]
    wide = np.asfortranarray(X.reshape(len(X), p * M))
    groups = M * np.arange(p)
    glm = adelie.glm.gaussian(y)
    settings = {"groups": groups, "n_threads": N_CPUS, "progress_bar": False}
    search = adelie.cv_grpnet(wide, glm, n_folds=5, seed=seed, min_ratio=0.01, **settings)
    path = search.fit(wide, glm, **settings)
    coef = np.asarray(path.betas[-1].todense()).ravel()
    out = X_test.reshape(len(X_test), p * M) @ coef + np.ravel(path.intercepts)[-1]
    prediction = out * scale[data.cohorts_test] + center[data.cohorts_test]
    return coef.reshape(p, M).T != 0, prediction


def main() -> None:
    args = options(__doc__, range(10))
    warnings.filterwarnings("ignore")
    results = Results("cohorts_peer", ("design", "method", "seed"), args.smoke)
    size = {"n": 40, "p": 15, "n_test": 100} if args.smoke else {}
    for seed in args.seeds[:1] if args.smoke else args.seeds:
        data = designs.draw("homogeneous", seed, **size)
        (selected, prediction), seconds = timed(group_lasso, data, seed)
        results.add(
            design="homogeneous",
            method="group lasso",
            seed=seed,
            **designs.scores(data, selected, prediction),
            n_features=int(selected.any(0).sum()),
            seconds=seconds,
        )


if __name__ == "__main__":
    main()

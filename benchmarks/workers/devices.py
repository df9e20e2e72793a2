"""Do default fits over four devices find what one device finds, on the designs of RESULTS.md?

The CPU is forced into four devices. Regression, classes, survival, counts and cohorts, one seed
each: features, certificate and held-out loss on one device and on four. Seconds say nothing: four
devices share two cores here.

    python -m benchmarks.workers.devices [--smoke] [--designs additive nn]
"""

import os
from functools import partial

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"  # before JAX is imported

import numpy as np

import spinnery as sp

from ..cohorts import designs as of_cohorts
from ..common import SMOKE, Results, options, several, timed
from ..counts.run import draw as counts
from ..simulations import designs
from ..survival.designs import draw as survival

REGRESSIONS, CLASSES = ("additive", "multivar", "nn", "mix"), ("binary", "three-class")
OTHERS = ("survival", "counts", "shared", "own", "homogeneous")
DEVICES = (1, 4)


def case(name: str, smoke: bool, **more):
    """A default estimator, its data, and what else `fit` takes."""
    size = {"n": 160, "p": 40, "n_test": 10} if smoke else {"n_test": 10}
    if name in REGRESSIONS:
        data = designs.regression(name, 1, **size)
        return sp.SPINNRegressorCV(random_state=0, **more), data.X, data.y, {}
    if name in CLASSES:
        data = designs.classification(name, 1, **size)
        return sp.SPINNClassifierCV(random_state=0, **more), data.X, data.y, {}
    if name == "survival":
        data = survival(30, 1, **size)
        y = sp.survival_target(data.event, data.time)
        return sp.SPINNSurvivalCV(random_state=0, **more), data.X, y, {}
    if name == "counts":
        n, p = (160, 40) if smoke else (300, 500)
        X, y, _ = counts(np.random.default_rng(1), n, p)
        return sp.SPINNRegressorCV(loss="poisson", random_state=0, **more), X, y, {}
    data = of_cohorts.draw(name, 1, **size)
    model = sp.IntegrativeSPINNRegressorCV(random_state=0, **more)
    return model, data.X, data.y, {"cohorts": data.cohorts}


def main() -> None:
    every = (*REGRESSIONS, *CLASSES, *OTHERS)
    args = options(__doc__, designs=several(every))
    results = Results("devices", ("design", "devices"), args.smoke)
    for name in args.designs[:1] if args.smoke else args.designs:
        model, X, y, more = case(name, args.smoke, **SMOKE if args.smoke else {})
        for n in DEVICES:
            with sp.on_devices(n):
                _, seconds = timed(partial(model.fit, X, y, **more))
            results.add(
                design=name, devices=n, features=model.get_support(indices=True).tolist(),
                hidden=list(model.hidden_), certificate=float(model.stationarity_),
                tol=model.tol, loss=float(model.cv_loss_), seconds=seconds,
            )  # fmt: skip


if __name__ == "__main__":
    main()

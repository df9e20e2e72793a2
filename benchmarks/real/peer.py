"""What does adelie's cross-validated group lasso reach on the splits of run.py?

Multinomial with one group per feature, binomial or Gaussian; 5 folds, its lambdas down to 1 % of
the largest, the one of least held-out loss. Columns are standardised.

    SPINNERY_DATA=... $SPINNERY_PEERS -m benchmarks.real.peer [--seeds 0 1] [--sets khan]
"""

import warnings

import adelie
import numpy as np

from ..common import N_CPUS, Results, options, several, split, test_error, timed
from .sets import REGRESSION, SETS, load


def fit(X, y, seed, regression):
    """Coefficients `(p, K)`, intercepts and classes."""
    classes = np.unique(y)
    if regression:
        glm = adelie.glm.gaussian(y)
    else:
        indicators = (y[:, None] == classes).astype(float)
        two = len(classes) == 2
        glm = adelie.glm.binomial(indicators[:, 1]) if two else adelie.glm.multinomial(indicators)
    search = adelie.cv_grpnet(
        X, glm, n_folds=5, seed=seed, min_ratio=0.01, n_threads=N_CPUS, progress_bar=False
    )
    path = search.fit(X, glm, n_threads=N_CPUS, progress_bar=False)
    coef = np.asarray(path.betas[-1].todense()).reshape(X.shape[1], -1)
    return coef, np.ravel(path.intercepts[-1]), classes


def main() -> None:
    args = options(__doc__, range(5), sets=several(SETS))
    warnings.filterwarnings("ignore")
    results = Results("real_peer", ("method", "set", "seed"), args.smoke)
    for name in args.sets[:1] if args.smoke else args.sets:
        regression = name in REGRESSION
        X, y = load(name)
        for seed in args.seeds[:1] if args.smoke else args.seeds:
            train, test, y_train, y_test = split(X, y, seed, stratify=not regression)
            center, scale = train.mean(0), train.std(0)
            scale[scale == 0] = 1
            train = np.asfortranarray((train - center) / scale)
            (coef, intercept, classes), seconds = timed(fit, train, y_train, seed, regression)
            out = (test - center) / scale @ coef + intercept
            if regression:
                prediction = out[:, 0]
            elif len(classes) == 2:
                prediction = classes[(out[:, 0] > 0).astype(int)]
            else:
                prediction = classes[out.argmax(1)]
            results.add(
                method="adelie",
                set=name,
                seed=seed,
                error=test_error(prediction, y_test, regression),
                n_features=int(np.any(coef != 0, axis=1).sum()),
                seconds=seconds,
            )


if __name__ == "__main__":
    main()

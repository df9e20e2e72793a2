"""Does the default model find what a rate depends on?

`log mu = sin 2x1 + |x2| - x3 x4` on 500 standard Gaussian features, 300 Poisson counts. Mean
deviance on 2,000 fresh counts: `told` is the same cross-validated network given the four alone,
`truth` the true rate's, `constant` the training mean's.

    python -m benchmarks.counts.run [--smoke] [--seeds 0 1]
"""

import warnings

import numpy as np
from sklearn.metrics import mean_poisson_deviance

from spinnery import SPINNRegressorCV

from ..common import SMOKE, Results, options, timed
from ..simulations.told import told_model

N_TRUE = 4


def draw(rng: np.random.Generator, n: int, p: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, counts and rates."""
    X = rng.normal(size=(n, p))
    rate = np.exp(np.sin(2 * X[:, 0]) + np.abs(X[:, 1]) - X[:, 2] * X[:, 3])
    return X, rng.poisson(rate).astype(float), rate


def main() -> None:
    args = options(__doc__, range(10))
    results = Results("counts", ("seed",), args.smoke)
    n, p, n_test = (60, 30, 100) if args.smoke else (300, 500, 2000)
    for seed in args.seeds[:1] if args.smoke else args.seeds:
        rng = np.random.default_rng(seed)
        (X, y, _), (X_test, y_test, rate) = draw(rng, n, p), draw(rng, n_test, p)
        model = SPINNRegressorCV(loss="poisson", random_state=0, **SMOKE if args.smoke else {})
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            _, seconds = timed(model.fit, X, y)
        told = told_model(SPINNRegressorCV, N_TRUE, X, y, loss="poisson")
        chosen = model.get_support(indices=True)
        found = int((chosen < N_TRUE).sum())
        results.add(
            seed=seed,
            deviance=mean_poisson_deviance(y_test, model.predict(X_test)),
            told=mean_poisson_deviance(y_test, told.predict(X_test[:, :N_TRUE])),
            truth=mean_poisson_deviance(y_test, rate),
            constant=mean_poisson_deviance(y_test, np.full(n_test, y.mean())),
            found=found,
            extra=len(chosen) - found,
            told_features=int(told.get_support().sum()),
            hidden=list(model.hidden_),
            ridge=model.ridge_,
            seconds=seconds,
            warnings=sorted({str(w.message)[:80] for w in caught}),
        )


if __name__ == "__main__":
    main()

"""What does XGBoost with its defaults reach on the data of run.py?

Features used are those that appear in any tree.

    $SPINNERY_PEERS -m benchmarks.madelon.peer [--seeds 0 1]
"""

import xgboost

from ..common import N_CPUS, Results, options, test_error, timed
from .run import CLUSTERS, make


def main() -> None:
    args = options(__doc__, range(5))
    results = Results("madelon_peer", ("method", "clusters", "seed"), args.smoke)
    for clusters in CLUSTERS:
        for seed in args.seeds[:1] if args.smoke else args.seeds:
            X, X_test, y, y_test = make(clusters, seed, args.smoke)
            model, seconds = timed(xgboost.XGBClassifier(n_jobs=N_CPUS).fit, X, y)
            results.add(
                method="xgboost",
                clusters=clusters,
                seed=seed,
                error=test_error(model.predict(X_test), y_test, False),
                n_features=int((model.feature_importances_ > 0).sum()),
                with_signal=int((model.feature_importances_[:20] > 0).sum()),
                seconds=seconds,
            )


if __name__ == "__main__":
    main()

"""Does the default model find a nonlinear rule among many probes?

scikit-learn's make_classification in its Madelon form: 5 informative features on a hypercube, 15
redundant (linear combinations of them), 480 noise, 2,000 samples, class_sep 1; with 2 clusters a
class (make_classification's default) and with 16 (every vertex of the hypercube has a class, as in
Madelon itself). 70 % to train on. Features found count the 20 that carry signal. peer.py runs
XGBoost on the same.

    python -m benchmarks.madelon.run [--smoke] [--seeds 0 1] [--clusters 16]
"""

from sklearn.datasets import make_classification

from ..common import SMOKE, Results, options, several, split, test_error, timed

CLUSTERS = (2, 16)


def make(clusters: int, seed: int, smoke: bool = False):
    """`X, X_test, y, y_test`; columns 0-4 informative, 5-19 redundant."""
    X, y = make_classification(
        n_samples=200 if smoke else 2000,
        n_features=40 if smoke else 500,
        n_informative=5,
        n_redundant=15,
        n_clusters_per_class=clusters,
        class_sep=1.0,
        hypercube=True,
        shuffle=False,
        random_state=seed,
    )
    return split(X, y, seed, stratify=True)


def main() -> None:
    from spinnery import SPINNClassifierCV

    args = options(__doc__, range(5), clusters=several(CLUSTERS))
    results = Results("madelon", ("method", "clusters", "seed"), args.smoke)
    settings = SMOKE if args.smoke else {}
    for clusters in args.clusters[:1] if args.smoke else args.clusters:
        for seed in args.seeds[:1] if args.smoke else args.seeds:
            X, X_test, y, y_test = make(clusters, seed, args.smoke)
            model, seconds = timed(SPINNClassifierCV(random_state=0, **settings).fit, X, y)
            results.add(
                method="ours",
                clusters=clusters,
                seed=seed,
                error=test_error(model.predict(X_test), y_test, False),
                n_features=int(model.selected_.sum()),
                with_signal=int(model.selected_[:20].sum()),
                seconds=seconds,
                hidden=list(model.hidden_),
                ridge=model.ridge_,
                stationarity=model.stationarity_,
            )


if __name__ == "__main__":
    main()

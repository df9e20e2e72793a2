"""How well does the default model do on measured tables, beside its linear architecture alone?

Gene expression and the like from SPINNERY_DATA: khan, su, alon, golub (classes) and riboflavin,
70 % to train on, five splits; peer.py runs adelie on the same. The first split of each set
includes compiling or loading programs for its shape.

    SPINNERY_DATA=... python -m benchmarks.real.run [--seeds 0 1] [--sets khan] [--methods linear]
"""

import warnings

from sklearn.exceptions import ConvergenceWarning

from spinnery import SPINNClassifierCV, SPINNRegressorCV

from ..common import Results, options, several, split, test_error, timed
from .sets import REGRESSION, SETS, load

METHODS = {"default": {}, "linear": {"hidden": ()}}


def main() -> None:
    args = options(__doc__, range(5), sets=several(SETS), methods=several(METHODS))
    results = Results("real", ("method", "set", "seed"), args.smoke)
    for name in args.sets[:1] if args.smoke else args.sets:
        regression = name in REGRESSION
        kind = SPINNRegressorCV if regression else SPINNClassifierCV
        X, y = load(name)
        for method in args.methods[-1:] if args.smoke else args.methods:
            for seed in args.seeds[:1] if args.smoke else args.seeds:
                train, test, y_train, y_test = split(X, y, seed, stratify=not regression)
                model = kind(random_state=0, **METHODS[method])
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always", ConvergenceWarning)
                    model, seconds = timed(model.fit, train, y_train)
                results.add(
                    method=method,
                    set=name,
                    seed=seed,
                    error=test_error(model.predict(test), y_test, regression),
                    n_features=int(model.selected_.sum()),
                    seconds=seconds,
                    hidden=list(model.hidden_),
                    ridge=model.ridge_,
                    warnings=[str(w.message) for w in caught],
                )


if __name__ == "__main__":
    main()

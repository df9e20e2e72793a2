"""How well does the default survival model do on measured tables, beside its linear architecture?

Gene expression (chop, DBCD) and clinical tables with factors and gaps (nki70, GBSG2, support2;
sets.py has how they become numbers), 70 % to train on, stratified by event, five splits. Harrell's
C of the others; peer.py runs a Cox lasso on the same.

    SPINNERY_DATA=... python -m benchmarks.survival.measured [--smoke] [--seeds 0 1] [--sets chop]
        [--methods linear]
"""

import warnings

import numpy as np

from spinnery import SPINNSurvivalCV, survival_target

from ..common import SMOKE, Results, options, several, timed
from .sets import SETS, split

METHODS = {"default": {}, "linear": {"hidden": ()}}


def main() -> None:
    args = options(__doc__, range(5), sets=several(SETS), methods=several(METHODS))
    results = Results("survival_measured", ("method", "set", "seed"), args.smoke)
    for name in args.sets[2:3] if args.smoke else args.sets:
        for seed in args.seeds[:1] if args.smoke else args.seeds:
            data = split(name, seed)
            y = survival_target(data.event, data.time)
            y_test = survival_target(data.event_test, data.time_test)
            for method in args.methods:
                settings = SMOKE if args.smoke else METHODS[method]
                model = SPINNSurvivalCV(random_state=0, **settings)
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    _, seconds = timed(model.fit, data.X, y)
                chosen = model.get_support()
                results.add(
                    method=method,
                    set=name,
                    seed=seed,
                    score=float(model.score(data.X_test, y_test)),
                    n_features=int(chosen.sum()),
                    n_variables=len(np.unique(data.variables[chosen])),
                    hidden=list(model.hidden_),
                    ridge=model.ridge_,
                    seconds=seconds,
                    warnings=sorted({str(w.message)[:80] for w in caught}),
                )


if __name__ == "__main__":
    main()

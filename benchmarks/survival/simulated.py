"""How near does the default survival model come to one told the features that matter?

The additive design as log hazard, 500 samples of 1,000 features, 30 % or 70 % censored
(designs.py). Harrell's C on 2,000 fresh samples: `told` is the same cross-validated network given
the six alone, `truth` the true log hazard's.

    python -m benchmarks.survival.simulated [--smoke] [--seeds 1 2] [--censored 30]
"""

import numpy as np

from spinnery import SPINNSurvivalCV, survival_target

from ..common import SMOKE, Results, options, several, timed
from ..simulations.designs import N_TRUE, support
from ..simulations.told import told_model
from .designs import CENSORED, concordance, draw


def main() -> None:
    args = options(__doc__, range(1, 6), censored=several(CENSORED))
    results = Results("survival", ("censored", "seed"), args.smoke)
    size = {"n": 80, "p": 40, "n_test": 100} if args.smoke else {}
    for censored in args.censored[:1] if args.smoke else args.censored:
        for seed in args.seeds[:1] if args.smoke else args.seeds:
            data = draw(censored, seed, **size)
            y = survival_target(data.event, data.time)
            fresh = data.event_test, data.time_test
            y_test = survival_target(*fresh)
            model = SPINNSurvivalCV(random_state=0, **SMOKE if args.smoke else {})
            _, seconds = timed(model.fit, data.X, y)
            told = told_model(SPINNSurvivalCV, N_TRUE, data.X, y)
            score = model.score(data.X_test, y_test)
            assert np.isclose(score, concordance(*fresh, model.predict(data.X_test)))
            results.add(
                censored=censored,
                seed=seed,
                score=float(score),
                told=float(told.score(data.X_test[:, :N_TRUE], y_test)),
                truth=concordance(*fresh, data.risk_test),
                events=int(data.event.sum()),
                **support(model.get_support()),
                told_features=int(told.get_support().sum()),
                ridge=model.ridge_,
                told_ridge=told.ridge_,
                hidden=list(model.hidden_),
                stationarity=model.stationarity_,
                seconds=seconds,
            )


if __name__ == "__main__":
    main()

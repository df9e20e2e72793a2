"""What does scikit-survival's Cox lasso reach on the splits of measured.py?

CoxnetSurvivalAnalysis with the l1 penalty alone on standardised columns; 50 penalties, down to 1 %
of the largest, or 5 % where there are more columns than samples; the one of the highest mean C
over 5 folds, stratified by event.

    SPINNERY_DATA=... $SPINNERY_PEERS2 -m benchmarks.survival.peer [--smoke] [--seeds 0 1]
        [--sets chop]
"""

import warnings

import numpy as np
from sklearn.model_selection import StratifiedKFold
from sksurv.linear_model import CoxnetSurvivalAnalysis
from sksurv.metrics import concordance_index_censored
from sksurv.util import Surv

from ..common import Results, options, several, timed
from .sets import SETS, split


def path(X, event, time, alphas=None) -> CoxnetSurvivalAnalysis:
    """Coefficients over a path of penalties."""
    ratio = 0.01 if len(X) > X.shape[1] else 0.05
    model = CoxnetSurvivalAnalysis(
        n_alphas=50, alphas=alphas, l1_ratio=1.0, alpha_min_ratio=ratio, max_iter=100_000
    )
    return model.fit(X, Surv.from_arrays(event, time))


def lasso(X, event, time, seed: int) -> np.ndarray:
    """Coefficients `(p,)` at the penalty of the highest cross-validated C."""
    every = path(X, event, time)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    scores = []
    for train, test in folds.split(X, event):
        coef = path(X[train], event[train], time[train], every.alphas_).coef_
        scores.append(
            [concordance_index_censored(event[test], time[test], X[test] @ c)[0] for c in coef.T]
        )
    few = min(map(len, scores))  # a path may end early
    best = int(np.argmax(np.mean([s[:few] for s in scores], axis=0)))
    return every.coef_[:, best]


def main() -> None:
    args = options(__doc__, range(5), sets=several(SETS))
    warnings.filterwarnings("ignore")
    results = Results("survival_peer", ("method", "set", "seed"), args.smoke)
    for name in args.sets[2:3] if args.smoke else args.sets:
        for seed in args.seeds[:1] if args.smoke else args.seeds:
            data = split(name, seed)
            center, scale = data.X.mean(0), data.X.std(0)
            scale[scale == 0] = 1
            X, X_test = (data.X - center) / scale, (data.X_test - center) / scale
            coef, seconds = timed(lasso, X, data.event, data.time, seed)
            score = concordance_index_censored(data.event_test, data.time_test, X_test @ coef)[0]
            results.add(
                method="coxnet",
                set=name,
                seed=seed,
                score=float(score),
                n_features=int((coef != 0).sum()),
                n_variables=len(np.unique(data.variables[coef != 0])),
                seconds=seconds,
            )


if __name__ == "__main__":
    main()

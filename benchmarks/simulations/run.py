"""How near does the default cross-validated model come to one told the true features?

Feng and Simon's simulations and two classifications on the same features (designs.py), 1,000
features of which six matter; `told` is told.py's network, `bayes` the least error possible.

    python -m benchmarks.simulations.run [--smoke] [--seeds 1 2] [--designs additive]
"""

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold

from spinnery import SPINNClassifierCV, SPINNRegressorCV
from spinnery.datasets import feng_simon_truth
from spinnery.inputs.scale import standard_scale, standardise
from spinnery.inputs.table import make_table
from spinnery.losses import Logistic, SoftmaxCrossEntropy, Squared

from ..common import SMOKE, Results, options, several, timed
from . import designs
from .designs import CLASSIFICATION, N_TRUE, REGRESSION
from .told import told_outputs


def told(name: str, data: designs.Data) -> tuple[float, float]:
    """Score and ridge of the network told the true features."""
    X, X_test = data.X[:, :N_TRUE], data.X_test[:, :N_TRUE]
    weights, codes = np.full(len(X), 1 / len(X)), np.zeros(len(X), int)
    if name in REGRESSION:
        y, center, scale = standardise(data.y[:, None], weights, codes, np.float32, standard_scale)
        loss, folds = Squared(), KFold(5, shuffle=True, random_state=0)
    else:
        n_classes, folds = data.truth.shape[1], StratifiedKFold(5, shuffle=True, random_state=0)
        y = data.y[:, None] if n_classes == 2 else np.eye(n_classes)[data.y]
        loss = Logistic() if n_classes == 2 else SoftmaxCrossEntropy()
    table = make_table(X, y, weights, codes, loss, np.float32)
    outputs, ridge = told_outputs(table, [rows for _, rows in folds.split(X, data.y)], X_test)
    if name in REGRESSION:
        prediction = outputs * scale + center
    else:
        prediction = outputs[:, 0] > 0 if n_classes == 2 else outputs.argmax(axis=1)
    return designs.score(name, prediction, data.truth), ridge


def main() -> None:
    args = options(__doc__, range(1, 6), designs=several([*REGRESSION, *CLASSIFICATION]))
    results = Results("simulations", ("design", "seed"), args.smoke)
    size = {"n": 60, "p": 40, "n_test": 100} if args.smoke else {}
    for name in args.designs[::4] if args.smoke else args.designs:
        for seed in args.seeds[:1] if args.smoke else args.seeds:
            if name in REGRESSION:
                data, kind = designs.regression(name, seed, **size), SPINNRegressorCV
                if name != "mix":
                    assert np.allclose(data.truth, feng_simon_truth(name, data.X_test))
            else:
                data, kind = designs.classification(name, seed, **size), SPINNClassifierCV
            model = kind(random_state=0, **SMOKE if args.smoke else {})
            model, seconds = timed(model.fit, data.X, data.y)
            score = designs.score(name, model.predict(data.X_test), data.truth)
            told_score, told_ridge = told(name, data)
            results.add(
                design=name,
                seed=seed,
                score=score,
                told=told_score,
                **{} if name in REGRESSION else {"bayes": designs.bayes(data.truth)},
                **designs.support(model.selected_),
                ridge=model.ridge_,
                told_ridge=told_ridge,
                hidden=list(model.hidden_),
                stationarity=model.stationarity_,
                seconds=seconds,
            )


if __name__ == "__main__":
    main()

"""What does boosting reach on the splits of run.py?

scikit-learn's HistGradientBoosting with its defaults and its own treatment of categories and gaps
(`categorical_features="from_dtype"`). It has no loss for survival times: there it is
scikit-survival's GradientBoostingSurvivalAnalysis, with its defaults, on indicators of levels and
gaps, gaps filled by the median (`encoded` of the survival benchmark).

    SPINNERY_DATA=... $SPINNERY_PEERS2 -m benchmarks.mixed.peer [--smoke] [--seeds 0 1]
        [--sets ames]
"""

import warnings

import pandas as pd
from pandas.api.types import is_numeric_dtype
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sksurv.ensemble import GradientBoostingSurvivalAnalysis
from sksurv.util import Surv

from ..common import Results, options, several, timed
from ..survival.sets import encoded
from .sets import SETS, score, split

MODELS = {
    "regression": HistGradientBoostingRegressor,
    "classification": HistGradientBoostingClassifier,
}


def categories(train: pd.DataFrame, test: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Words as categories of the training table."""
    train, test = train.copy(), test.copy()
    for name in train:
        if not is_numeric_dtype(train[name]) or train[name].dtype == bool:
            train[name] = train[name].astype("category")
            test[name] = pd.Categorical(test[name], categories=train[name].cat.categories)
    return train, test


def predictions(name: str, train: pd.DataFrame, test: pd.DataFrame):
    """Of the test rows, and the seconds of the fit."""
    about = SETS[name]
    targets = [about.target] if about.target else ["event", "time"]
    columns = [c for c in train if c not in (*targets, *about.ids)]
    if about.task == "survival":
        X, X_test, _ = encoded(train[columns], test[columns])
        y = Surv.from_arrays(train["event"] == 1, train["time"])
        model = GradientBoostingSurvivalAnalysis(random_state=0)
    else:
        X, X_test = categories(train[columns], test[columns])
        y = train[about.target]
        model = MODELS[about.task](categorical_features="from_dtype", random_state=0)
    _, seconds = timed(model.fit, X, y)
    return model.predict(X_test), seconds


def main() -> None:
    args = options(__doc__, range(5), sets=several(SETS))
    warnings.filterwarnings("ignore")
    results = Results("mixed_peer", ("method", "set", "seed"), args.smoke)
    for name in ["penguins"] if args.smoke else args.sets:
        for seed in args.seeds[:1] if args.smoke else args.seeds:
            train, test = split(name, seed)
            predicted, seconds = predictions(name, train, test)
            results.add(
                method="boosting", set=name, seed=seed, score=score(name, test, predicted),
                seconds=seconds,
            )  # fmt: skip


if __name__ == "__main__":
    main()

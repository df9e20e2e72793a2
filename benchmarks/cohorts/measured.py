"""Does integrating measured cohorts predict better than pooling them, or than each alone?

stemcells (4 studies, 3 classes) and colon_msi (3 studies, 2 classes) from SPINNERY_DATA. Two
schemes: "within", 10 folds that keep every study's and class's share (--loo: each sample by
itself), z-scored within studies by the training samples; "new study", each study predicted from
the others, all z-scored within studies beforehand. `integrative` is the default
IntegrativeSPINNClassifierCV (for a new study the average over its studies' models); `pooled` and
`separate` are SPINNClassifierCV, on all samples or on each study's (for a new study the average
of probabilities); `lasso` is scikit-learn's LogisticRegressionCV with the l1 penalty on all
samples, chosen by log-loss. Accuracy is the mean over classes of the share predicted rightly.

    SPINNERY_DATA=... python -m benchmarks.cohorts.measured [--smoke] [--sets stemcells]
        [--schemes within] [--methods integrative] [--loo]
"""

import warnings

import numpy as np
from sklearn.linear_model import LogisticRegressionCV
from sklearn.metrics import balanced_accuracy_score

from spinnery import IntegrativeSPINNClassifierCV, SPINNClassifierCV
from spinnery.inputs.cohorts import deal_folds

from ..common import SMOKE, Results, options, several, timed
from .sets import SCHEMES, SETS, load, standardised

FOLDS = 10
STRENGTHS = np.logspace(-2, 0.5, 16)  # C of the lasso


# Each method returns predictions and the features used in any study, `(n_studies, p)` bool.


def integrative(X, y, study, X_new, study_new, **settings):
    model = IntegrativeSPINNClassifierCV(random_state=0, new_cohorts="average", **settings)
    model.fit(X, y, cohorts=study)
    return model.predict(X_new, cohorts=study_new), model.selected_


def pooled(X, y, study, X_new, study_new, **settings):
    model = SPINNClassifierCV(random_state=0, **settings).fit(X, y)
    return model.predict(X_new), model.selected_[None]


def separate(X, y, study, X_new, study_new, **settings):
    classes, labels = np.unique(y), np.unique(study)
    probabilities, selected = np.zeros((len(labels), len(X_new), len(classes))), []
    for m, label in enumerate(labels):
        mine = study == label
        model = SPINNClassifierCV(random_state=0, **settings).fit(X[mine], y[mine])
        columns = np.searchsorted(classes, model.classes_)
        probabilities[m][:, columns] = model.predict_proba(X_new)
        selected.append(model.selected_)
    share = study_new == labels[:, None]  # its own study's model, or all of them
    share = np.where(share.any(axis=0), share, 1 / len(labels))
    return classes[np.einsum("mi,mik->ik", share, probabilities).argmax(1)], np.stack(selected)


def lasso(X, y, study, X_new, study_new, **_):
    two = len(np.unique(y)) == 2
    solver = {"solver": "liblinear", "intercept_scaling": 100} if two else {"solver": "saga"}
    model = LogisticRegressionCV(
        Cs=STRENGTHS, cv=5, l1_ratios=(1,), scoring="neg_log_loss", max_iter=5000, random_state=0,
        use_legacy_attributes=False, **solver,
    ).fit(X, y)  # fmt: skip
    return model.predict(X_new), (model.coef_ != 0).any(0)[None]


METHODS = {f.__name__: f for f in (integrative, pooled, separate, lasso)}


def folds(scheme: str, y: np.ndarray, study: np.ndarray, n_folds: int) -> list[np.ndarray]:
    """Samples to predict from all others, fold by fold."""
    if scheme == "new study":
        return [np.flatnonzero(study == label) for label in np.unique(study)]
    strata = np.unique(np.char.add(np.char.add(study, "/"), y), return_inverse=True)[1]
    return deal_folds(strata, n_folds, seed=0)


def predict(method: str, X, y, study, held: list[np.ndarray], beforehand: bool, settings: dict):
    """Predictions of every sample, features in any study and per study, and warnings."""
    prediction, in_any, per_study, warned = y.copy(), [], [], set()
    for rows in held:
        train = ~np.isin(np.arange(len(y)), rows)
        Z = standardised(X, study, np.ones_like(train) if beforehand else train)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            prediction[rows], selected = METHODS[method](
                Z[train], y[train], study[train], Z[rows], study[rows], **settings
            )
        in_any.append(int(selected.any(0).sum()))
        per_study.append(float(selected.sum(1).mean()))
        warned |= {str(w.message)[:80] for w in caught}
    return prediction, in_any, per_study, sorted(warned)


def main() -> None:
    args = options(
        __doc__,
        sets=several(SETS),
        schemes=several(SCHEMES),
        methods=several(METHODS),
        loo={"action": "store_true", "help": "leave out one sample at a time"},
    )
    results = Results("cohorts_measured", ("set", "scheme", "method"), args.smoke)
    for name in args.sets[-1:] if args.smoke else args.sets:
        X, y, study = load(name)
        if args.smoke:
            X = X[:, :20]
        for scheme in args.schemes:
            n_folds = 2 if args.smoke else len(y) if args.loo else FOLDS
            held = folds(scheme, y, study, n_folds)
            for method in args.methods:
                found, seconds = timed(
                    predict, method, X, y, study, held, scheme == "new study",
                    SMOKE if args.smoke else {},
                )  # fmt: skip
                prediction, in_any, per_study, warned = found
                right = {str(s): balanced_accuracy_score(y[study == s], prediction[study == s])
                         for s in np.unique(study)}  # fmt: skip
                results.add(
                    set=name,
                    scheme=scheme,
                    method=method,
                    folds=len(held),
                    accuracy=float(balanced_accuracy_score(y, prediction)),
                    wrong=int((prediction != y).sum()),
                    n_samples=len(y),
                    by_study=right,
                    n_features=float(np.mean(in_any)),
                    per_study=float(np.mean(per_study)),
                    seconds=seconds,
                    warnings=warned,
                )


if __name__ == "__main__":
    main()

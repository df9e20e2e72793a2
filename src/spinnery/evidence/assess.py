"""`assess`: everything that is known of how sure a fitted model's features are."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ..outcomes import Outcome
from ..progress import Steps
from ..workers import spread
from .chosen import effects_of, refits_of
from .halves import gains
from .held_out import HeldOut, performance
from .importance import importance
from .kept import Kept, fingerprint
from .parts import N_FOLDS, NULL_PAIRS, REPEATS, Task, forget, remember, work
from .reading import feature_names
from .result import Evidence
from .stability import count
from .tables import tables_of, with_importance

SAID = {
    "halves": "halves: what each picks",
    "null": "permutations: what the procedure gains without a signal",
    "fold": "performance: the whole procedure without each fold",
}


def assess(
    model: Any, X, y, *, cohorts=None, sample_weight=None, n_pairs: int = 50,
    expected_false: float = 1.0, n_permutations: int = 19, random_state=0,
    n_jobs: int | None = None, verbose: bool | None = None, strata=None, groups=None,
    n_folds: int = 5, checkpoint: str | Path | None = None,
) -> Evidence:  # fmt: skip
    """How sure is each feature, is there anything at all, and how well does the procedure predict?

    Everything is measured anew on the data that the model was fitted to. Halves: the samples are
    split in two `n_pairs` times, and each half picks a number of features fixed beforehand, with
    nothing taken from the other. Permutations: the same with targets that have lost their samples.
    Importance: the model's features are trained without each of ten folds, three times over, with
    all of them, without each, and with others in its place. Performance: the procedure is
    repeated, selection and all, without each of `n_folds` folds.

    Parameters
    ----------
    model : fitted SPINNRegressorCV, SPINNClassifierCV, SPINNSurvivalCV, or one over cohorts
        Not changed.
    X : array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,), as in `fit`
    cohorts : array-like of shape (n_samples,), optional
        As in `fit` of estimators over cohorts.
    sample_weight : array-like of shape (n_samples,), optional
    n_pairs : int, default=50
        Splits in halves, at least 2.
    expected_false : float, default=1.0
        Number of false features that `stable` may hold, in expectation. Halves pick the fewer, the
        smaller it is.
    n_permutations : int, default=19
        The p-value is no smaller than `1 / (1 + n_permutations)`; 0 leaves it out.
    random_state : int, RandomState or None, default=0
    n_jobs : int, optional
        Processes for halves and folds, as joblib has it; None is this one. Under
        `joblib.parallel_config(backend="dask")` the workers are dask's. The result is the same,
        bit for bit, on any number of workers of one kind of machine.
    verbose : bool or None, default=None
        Progress bar; None shows it when standard error is a terminal.
    strata : array-like of shape (n_samples,), optional
        As in `fit` of survival estimators.
    groups : array-like of shape (n_samples,), optional
        Samples that stay together in folds and halves, as in `fit`. Permuted targets do leave their
        group: where those of one group are alike, `null_p_value` is too small.
    n_folds : int, default=5
        Folds by which the whole procedure is measured; 0 leaves that out.
    checkpoint : path, optional
        A folder where finished parts are kept. The same call takes them up after a break, and
        its result is that of one run. Delete the folder once the result is safe.

    Returns
    -------
    Evidence

    Raises
    ------
    ValueError
        If the model was not chosen by cross-validation, the data are not of its shape, or there
        are fewer than 8 samples; if `checkpoint` holds parts of another assessment, or
        `random_state` is None beside it.
    LostWorkersError
        If worker processes die again and again.

    References
    ----------
    Shah & Samworth (2013), Variable selection with error control: another look at stability
    selection. Nadeau & Bengio (2003), Inference for the generalization error.

    Examples
    --------
    >>> import numpy as np
    >>> from spinnery import SPINNRegressorCV, assess
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(100, 30))
    >>> y = X[:, 0] - X[:, 1] + rng.normal(size=100)
    >>> model = SPINNRegressorCV((), random_state=0).fit(X, y)
    >>> evidence = assess(model, X, y, n_pairs=10, n_permutations=0, n_folds=0)
    >>> np.flatnonzero(evidence.stable)
    array([0, 1])
    """
    _check(model, n_pairs, expected_false, n_permutations, n_folds)
    if checkpoint is not None and random_state is None:
        raise ValueError(
            "checkpoint needs a fixed random_state, by which a later run draws the same halves; "
            "got random_state=None. Pass a number."
        )
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    asked = {"cohorts": cohorts, "strata": strata, "groups": groups}
    given = {name: value for name, value in asked.items() if value is not None}
    task = Task(
        model, X, y, sample_weight, given, n_pairs, expected_false, n_permutations, seed, n_folds,
        uuid.uuid4().hex,
    )  # fmt: skip
    kept = None if checkpoint is None else Kept(checkpoint, fingerprint(task))
    samples, size = task.samples, task.size
    folds = [fold for r in range(REPEATS) for fold in samples.folds(N_FOLDS, seed + r)]
    refits = refits_of(model, samples.table, samples.settings, folds, model.dtype)
    results = {} if kept is None else kept.results(task.parts)
    left = [part for part in task.parts if part not in results]
    remember(task)
    try:
        with Steps(verbose) as steps:
            steps.expect(len(left) + 1)
            running = spread(work, task, left, n_jobs)
            steps.say("importance: each feature left out")
            matters = importance(refits, REPEATS / len(folds))
            effects = effects_of(model, refits, REPEATS)
            steps.advance()
            for part, result in running:
                results[part] = result
                if kept is not None:
                    kept.keep(part, result)
                steps.say(SAID[part.kind])
                steps.advance()
    finally:
        forget(task)
    found, held_out = task.found("halves", results), task.held_out(results)
    of_null = task.found("null", results)
    owner = model._form.owner  # the user's feature that each column of numbers is of
    cohort_names = [str(name) for name in getattr(model, "cohorts_", ["all"])]
    counts = count(
        samples.table, samples.settings.groups, owner, refits.features, found, size,
        expected_false,
    )  # fmt: skip
    names = feature_names(model)
    features, clusters = tables_of(counts, model.get_support(), names)
    gain, null_gains = gains(of_null, NULL_PAIRS) if of_null else (float("nan"), np.zeros(0))
    p_value = (1 + np.sum(null_gains >= gain)) / (1 + len(null_gains))
    stable = np.zeros(model.n_features_in_, bool)
    stable[features.index[features["stable"]]] = True
    return Evidence(
        features=with_importance(features, refits, matters, effects, names, cohort_names, owner),
        clusters=clusters,
        stable=stable,
        threshold=counts.features.threshold,
        cluster_threshold=counts.clusters.threshold,
        expected_false=float(expected_false),
        null_p_value=float(p_value) if n_permutations else float("nan"),
        gain=gain,
        null_gains=null_gains,
        performance=_performance(model.outcome_, samples.y, held_out),
        held_out=held_out,
        outputs=model.outcome_.output_names,
        effects={str(names[j]): curves for j, curves in effects.items()},
        size=size,
        n_pairs=n_pairs,
    )


def _performance(outcome: Outcome, y: np.ndarray, held_out: HeldOut | None) -> pd.DataFrame:
    if held_out is None:
        return performance(outcome, y, np.zeros(0), [])
    return performance(outcome, y, outcome.soft(held_out.outputs), held_out.folds)


def _check(model, n_pairs, expected_false, n_permutations, n_folds) -> None:
    check_is_fitted(model)
    if not hasattr(model, "cv_loss_"):
        name = type(model).__name__
        raise ValueError(
            f"assess needs a sparse-input estimator that was chosen by cross-validation, such as "
            f"SPINNRegressorCV; got {name}."
        )
    wrong = []
    if n_pairs < 2:
        wrong.append(f"n_pairs must be at least 2; got {n_pairs}")
    if not expected_false > 0:
        wrong.append(f"expected_false must be above 0; got {expected_false}")
    if n_permutations < 0:
        wrong.append(f"n_permutations must be at least 0; got {n_permutations}")
    if n_folds == 1 or n_folds < 0:
        wrong.append(f"n_folds must be 0 (none) or at least 2; got {n_folds}")
    if wrong:
        raise ValueError(". ".join(wrong) + ".")

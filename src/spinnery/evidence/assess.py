"""`assess`: everything that is known of how sure a fitted model's features are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ..outcomes import Outcome
from ..progress import Steps
from ..selection.lanes import slots_for
from .bounds import most_picked
from .chosen import effects_of, refits_of
from .halves import LANES, Found, Halves, Lane, gains
from .held_out import HeldOut, performance, refit_on_folds
from .importance import importance
from .reading import feature_names
from .result import Evidence
from .samples import Samples, samples_of
from .stability import count
from .tables import tables_of, with_importance

MOST_PICKED = 24  # features that a half picks at most
NULL_PAIRS, NULL_SIZE = 2, 8  # pairs of halves for each permutation, features at most
N_FOLDS, REPEATS = 10, 3  # by which importance is measured


def assess(
    model: Any, X, y, *, cohorts=None, sample_weight=None, n_pairs: int = 50,
    expected_false: float = 1.0, n_permutations: int = 19, random_state=0,
    n_jobs: int | None = None, verbose: bool | None = None, strata=None, groups=None,
    n_folds: int = 5,
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
        Processes for halves and folds, as joblib has it; None is this one. The result is the same.
    verbose : bool or None, default=None
        Progress bar; None shows it when standard error is a terminal.
    strata : array-like of shape (n_samples,), optional
        As in `fit` of survival estimators.
    groups : array-like of shape (n_samples,), optional
        Samples that stay together in folds and halves, as in `fit`. Permuted targets do leave their
        group: where those of one group are alike, `null_p_value` is too small.
    n_folds : int, default=5
        Folds by which the whole procedure is measured; 0 leaves that out.

    Returns
    -------
    Evidence

    Raises
    ------
    ValueError
        If the model was not chosen by cross-validation, the data are not of its shape, or there
        are fewer than 8 samples.

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
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    samples = samples_of(model, X, y, sample_weight, cohorts, strata, groups)
    most = min(MOST_PICKED, samples.settings.max_features, len(samples.counted) // 4)
    size = most_picked(samples.settings.groups.n_optional, n_pairs, expected_false, most)
    halves = samples.lanes(n_pairs, seed)
    null = samples.lanes(NULL_PAIRS, seed, n_permutations) if n_permutations else []
    folds = [fold for r in range(REPEATS) for fold in samples.folds(N_FOLDS, seed + r)]
    refits = refits_of(model, samples.table, samples.settings, folds, model.dtype)
    given = {"cohorts": cohorts, "strata": strata, "groups": groups}
    with Steps(verbose) as steps:
        steps.expect(-(-len(halves) // LANES) - (-len(null) // LANES) + n_folds + 1)
        steps.say("halves: what each picks")
        n_slots = slots_for(replace(samples.settings, max_features=size))
        found = _searched(samples, halves, size, n_slots, model.dtype, n_jobs, steps)
        steps.say("permutations: what the procedure gains without a signal")
        of_null = _searched(
            samples, null, min(size, NULL_SIZE), n_slots, model.dtype, n_jobs, steps
        )
        steps.say("importance: each feature left out")
        matters = importance(refits, REPEATS / len(folds))
        effects = effects_of(model, refits, REPEATS)
        steps.advance()
        held_out = None
        if n_folds:
            steps.say("performance: the whole procedure without each fold")
            held_out = refit_on_folds(
                model, X, y, samples.folds(n_folds, seed),
                {name: value for name, value in given.items() if value is not None},
                samples.weights, n_jobs, steps.advance,
            )  # fmt: skip
    owner = model._form.owner  # the user's feature that each column of numbers is of
    cohort_names = [str(name) for name in getattr(model, "cohorts_", ["all"])]
    counts = count(
        samples.table, samples.settings.groups, owner, refits.features, found, size,
        expected_false,
    )  # fmt: skip
    names = feature_names(model)
    features, clusters = tables_of(counts, model.get_support(), names)
    gain, null_gains = gains(of_null, NULL_PAIRS) if null else (float("nan"), np.zeros(0))
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
        performance=_measured(model.outcome_, samples.y, held_out),
        held_out=held_out,
        outputs=model.outcome_.output_names,
        effects={str(names[j]): curves for j, curves in effects.items()},
        size=size,
        n_pairs=n_pairs,
    )


def _searched(
    samples: Samples, lanes: list[Lane], size: int, n_slots: int, dtype: str,
    n_jobs: int | None, steps: Steps,
) -> list[Found]:  # fmt: skip
    """What every lane finds, in portions of `LANES`."""
    halves = Halves(samples.searched, samples.settings, samples.architectures, size, n_slots, dtype)
    parts = [lanes[k : k + LANES] for k in range(0, len(lanes), LANES)]
    work = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(halves.search)(part) for part in parts
    )
    found: list[Found] = []
    for part in work:
        found += part
        steps.advance()
    return found


def _measured(outcome: Outcome, y: np.ndarray, held_out: HeldOut | None) -> pd.DataFrame:
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

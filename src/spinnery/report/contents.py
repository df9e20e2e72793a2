"""The one dictionary that every form of a report is made of."""

from __future__ import annotations

from typing import Any

from sklearn.utils.validation import check_is_fitted

from ..evidence.chosen import own_effects
from ..evidence.held_out import HeldOut
from ..evidence.reading import feature_names
from ..evidence.result import Evidence
from .answers import answers
from .facts import cohorts_of, data_of, model_of, signal_of, target_of, worst_of
from .features import MOST, rows_of
from .given import given_of, judged_of
from .measures import how, measures_of
from .methods import limits, methods
from .pictures import pictures_of
from .verdict import verdict
from .wording import tidy

FORMAT, VERSION = "spinnery report", 1


def report_of(
    model: Any, X=None, y=None, evidence: Evidence | None = None, *, cohorts=None, strata=None,
    test: tuple | None = None, held_out: HeldOut | None = None, target: str | None = None,
    link: str | None = None, command: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What there is to say of a fitted model, in plain numbers and text.

    Parameters
    ----------
    model : fitted sparse-input estimator
    X, y : the data of the fit, optional
        Without them: what the model knows by itself.
    evidence : Evidence, optional
    cohorts, strata : as given to `fit`
    test : (X, y) or (X, y, cohorts), optional
        Samples that had no part in the fit.
    held_out : HeldOut, optional
        Predictions by the whole procedure; those of the evidence go before.
    target : str, optional
        What the outcome is called.
    link : str, optional
        Address of a page on each feature, with `{feature}` in the name's place.
    command : str, optional
        By which command the fit was made.
    """
    check_is_fitted(model)
    if not hasattr(model, "stationarity_"):
        raise ValueError(
            "A report needs a fitted sparse-input estimator, such as SPINNRegressorCV; got "
            f"{type(model).__name__}."
        )
    if evidence is not None and evidence.held_out is not None:
        held_out = evidence.held_out
    given = None if X is None else given_of(model, X, y, cohorts, strata)
    seen = None if test is None else given_of(model, *test[:2], *test[2:])
    effects: dict[int, Any] = {}
    if evidence is not None:
        named = {str(name): j for j, name in enumerate(feature_names(model))}
        effects = {named[name]: curves for name, curves in evidence.effects.items()}
    elif given is not None:
        effects = own_effects(model, given.numbers, given.codes)
    times = None if held_out is None or given is None else held_out.times_selected
    rows = rows_of(model, evidence, times, effects)
    support = model.get_support()
    report: dict[str, Any] = {
        "format": FORMAT,
        "format_version": VERSION,
        "task": model.outcome_.task,
        "signal": signal_of(model, evidence),
        "features": {
            "n_features": model.n_features_in_,
            "n_selected": int(support.sum()),
            "n_left_out": max(int(support.sum()) - MOST, 0),
            "rows": rows,
        },
        "evidence": None if evidence is None else {
            "n_pairs": evidence.n_pairs,
            "size": evidence.size,
            "expected_false": evidence.expected_false,
            "threshold": evidence.threshold,
            "n_stable": int(evidence.stable.sum()),
            "n_stable_clusters": int(evidence.clusters["stable"].sum()),
        },
        "performance": None, "cohorts": None, "worst": None, "target": None, "data": None,
        "model": model_of(model),
        "link": link,
        "command": command,
    }  # fmt: skip
    if given is not None:
        judged = judged_of(model, given, held_out, seen)
        report |= {
            "performance": how(judged) | {
                "measures": measures_of(model.outcome_, judged),
                "pictures": pictures_of(model.outcome_, judged) if support.any() else [],
            },
            "cohorts": cohorts_of(model, given, judged),
            "worst": worst_of(model, judged) if support.any() else None,
            "target": target_of(model, given, target),
            "data": data_of(model, given),
        }  # fmt: skip
    report = tidy(report)
    words = {"verdict": verdict(report), "answers": answers(report)}
    told = {"methods": methods(report), "limits": limits(report)}
    return words | report | told

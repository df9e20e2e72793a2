"""A paragraph for a paper's methods section, and the limits of what a report says."""

from __future__ import annotations

from typing import Any

from ..evidence.null import PAIR_PERMUTATIONS
from .given import CHOSEN, TEST, TRAINING, UNSEEN
from .verdict import outcome_words
from .wording import count, false_ones, listed, p_words, share, short

Report = dict[str, Any]
SCORE = "minus the score"  # where a scorer takes the loss's place
FEW = 60  # samples below which a choice of features is noisy
TOO_GOOD = 0.995

REFERENCES = {
    "network": "Feng & Simon (2017), Sparse-input neural networks for high-dimensional "
    "nonparametric regression and classification.",
    "cohorts": "Liu, Huang & Ma (2013), Integrative analysis of multiple cancer genomic datasets "
    "under the heterogeneity model.",
    "survival": "Cox (1972), Regression models and life-tables. Efron (1977), The efficiency of "
    "Cox's likelihood function for censored data.",
    "stability": "Shah & Samworth (2013), Variable selection with error control: another look at "
    "stability selection.",
    "intervals": "Nadeau & Bengio (2003), Inference for the generalization error.",
}


def methods(report: Report) -> dict[str, Any]:
    """The paragraph, and what it cites."""
    model, data, cites = report["model"], report["data"], ["network"]
    outcome, cohorts = outcome_words(report), report["cohorts"]
    size = over = ""
    if data is not None:
        n, p = count(data["n_samples"], "sample"), count(data["n_features"], "feature")
        size = f" to {n} of {p}"
    if cohorts:
        over = f", jointly over {count(len(cohorts), 'cohort')}"
        cites.append("cohorts")
    if report["task"] == "survival":
        cites.append("survival")
    versions = model["versions"]
    words = [
        f"Sparse-input neural networks for {outcome} were fitted{size}{over} with spinnery "
        f"{versions['spinnery']} ({model['estimator']}; Python {versions['python']}, JAX "
        f"{versions['jax']}; random seed {model['seed']})."
    ]
    if data is not None and data["n_gaps"]:
        told = ", with an indicator of the gap" if data["missing"] == "indicator" else ""
        words.append(f"{count(data['n_gaps'], 'gap')} were replaced by the feature's mean{told}.")
    signal = report["signal"]
    if signal["p_value"] is not None:
        words.append(
            "Whether the features go with the outcome at all was tested by permutation of the "
            f"outcomes ({signal['permutations']} permutations for single features, and "
            f"{PAIR_PERMUTATIONS} for products of two where these do not decide; "
            f"{p_words(signal['p_value'])})."
        )
    words.append(_chosen(report))
    words.append(
        f"The final model ({network_words(model['hidden'])}) has "
        f"{count(report['features']['n_selected'], 'feature')} and ridge {short(model['ridge'])}; "
        f"the relative norm of its gradient mapping is {short(model['stationarity'])}."
    )
    words += _judged(report, cites)
    words += _evidence(report, cites)
    return {"text": " ".join(words), "references": [REFERENCES[name] for name in cites]}


def network_words(hidden: list[int]) -> str:
    if not hidden:
        return "linear, no hidden layer"
    layers = "layer" if len(hidden) == 1 else "layers"
    return f"hidden {layers} of {', '.join(map(str, hidden))} units"


def _chosen(report: Report) -> str:
    model = report["model"]
    penalty = model["penalty"].replace("_", " ").replace("mcp", "MCP").replace("scad", "SCAD")
    first = f"The first layer's rows were penalised ({penalty})"
    if model["relaxed"]:
        first += " and then refitted without the penalty"
    if not model["chosen_by_cross_validation"]:
        return f"{first}, at a penalty given beforehand."
    folds = f"{model['folds']}-fold" if model["folds"] else "up to tenfold"
    by_logarithms = model["loss"] == "Poisson" and model["held_out_loss"] != SCORE
    found = (
        " They were found by squares of log(1 + count), and then trained by the Poisson deviance."
    )
    return (
        f"{first}; features entered and left by what they do to the refit, and their number, the "
        f"ridge and the architecture were chosen by {folds} cross-validation."
        f"{found if by_logarithms else ''}"
    )


def _judged(report: Report, cites: list[str]) -> list[str]:
    found = report["performance"]
    if found is None or not found["measures"]:
        return []
    listed_measures = "; ".join(
        f"{row['measure']} {short(row['value'])}"
        + ("" if row["low"] is None else f" ({short(row['low'])} to {short(row['high'])})")
        for row in found["measures"]
    )
    if found["kind"] == UNSEEN:
        cites.append("intervals")
        how = (
            f"Performance is that of the whole procedure, repeated without each of "
            f"{found['n_folds']} folds; means over folds with 95% intervals that account for the "
            "overlap of the folds"
        )
    elif found["kind"] == TEST:
        how = f"Performance was measured on {count(found['n_samples'], 'sample')} set aside"
    elif found["kind"] == CHOSEN:
        how = (
            "Performance is that of the cross-validation which also chose the model, and somewhat "
            "optimistic"
        )
    else:
        how = "On the training samples themselves, which does not measure performance"
    return [f"{how}: {listed_measures}."]


def _evidence(report: Report, cites: list[str]) -> list[str]:
    found = report["evidence"]
    if found is None:
        return []
    cites.append("stability")
    firm = "no frequency suffices for that"
    if found["threshold"] is not None:
        firm = f"a frequency of {share(found['threshold'])}"
    out = [
        f"Stability was measured over {found['n_pairs']} complementary pairs of halves, each of "
        f"which picked at most {count(found['size'], 'feature')}; features are called stable where "
        f"the r-concave bound admits at most {false_ones(found['expected_false'])} ({firm})."
    ]
    again = report["signal"]["procedure"]
    if again is not None:
        out.append(
            f"The procedure as a whole was tried on {again['permutations']} permuted outcomes "
            f"({p_words(again['p_value'])})."
        )
    return out


def limits(report: Report) -> list[str]:
    """What to keep in mind, the general last."""
    out, data, model, found = [], report["data"], report["model"], report["performance"]
    selected = [row["feature"] for row in report["features"]["rows"] if row["selected"]]
    if not model["converged"]:
        out.append(
            f"The fit stopped before its tolerance (stationarity {short(model['stationarity'])}, "
            f"tolerance {short(model['tol'])}): raise max_iter, or ridge."
        )
    if data is not None:
        counted = [name for name in data["numbering"] if name in selected]
        if counted:
            out.append(
                f"Selected, though it counts the rows from one end to the other: {listed(counted)}."
                " Leave it out and fit again, if it is an id or the order of measurement."
            )
        if data["n_samples"] < FEW:
            out.append(
                f"With {data['n_samples']} samples the choice of features is noisy by itself: "
                "others would have come out of other samples."
            )
    if found is not None and found["kind"] in (CHOSEN, TRAINING):
        out.append(found["caution"])
    if found is not None and found["measures"] and found["kind"] != TRAINING:
        first = found["measures"][0]
        if first["value"] is not None and first["value"] > TOO_GOOD:
            out.append(
                f"{first['measure']} {short(first['value'])} is nearly perfect. Check that no "
                "selected feature is the outcome under another name, or was measured after it."
            )
    if selected and report["evidence"] is None:
        out.append(
            "How many of the selected features are false was not measured. Of many candidates, "
            "some go with the outcome by chance."
        )
    if selected:
        out.append(
            "Of features that say nearly the same one is taken, and which one the samples hardly "
            "decide; a selected feature may stand for another, or for something not measured."
        )
        out.append("Effects are the model's behaviour, the other features as they are: no causes.")
    out.append(
        "The certificate says that nothing can be gained near the fitted model, not that no better "
        "model exists."
    )
    return out

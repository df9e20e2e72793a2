"""The five questions of a reader who is no statistician, answered from a report's numbers."""

from __future__ import annotations

from typing import Any

from .given import CHOSEN, TEST, TRAINING, UNSEEN
from .measures import headline
from .wording import count, false_ones, listed, named, p_words, share, short

Report = dict[str, Any]
MOST = 10  # features named
RMSE = "root mean squared error"
SHAPES = ("up", "down", "peak", "valley")
ON = {
    UNSEEN: "on unseen samples, ",
    TEST: "on the test samples, ",
    CHOSEN: "in cross-validation, ",
}


def outcome_words(report: Report) -> str:
    """The outcome within a sentence."""
    target = report["target"]
    survival = report["task"] == "survival"
    if target is None or not target["name"]:
        return "the time until the event" if survival else "the outcome"
    return f"the time until {named(target['name'])}" if survival else named(target["name"])


def verdict(report: Report) -> str:
    """Everything in one sentence, with its p-value."""
    signal, features = report["signal"], report["features"]
    outcome, p, n = outcome_words(report), signal["p_value"], features["n_selected"]
    tested = f" ({p_words(p)})" if p is not None else ""
    if not signal["found"]:
        alone = "the model predicts the same for everybody"
        if n:
            alone = "the model has only what was to be kept in"
        if p is not None and p <= signal["level"]:
            return (
                f"Something goes with {outcome}{tested}, but no feature helps to predict samples "
                f"that were not seen: {alone}."
            )
        return f"No signal was found for {outcome}{tested}: {alone}."
    begin = f"{n:,} of {count(features['n_features'], 'feature')}"
    if p is None:
        tested = " (untested whether by more than chance)"
    found = report["performance"]
    if found is None or found["kind"] == TRAINING or not found["measures"]:
        goes = "goes" if n == 1 else "go"
        unknown = "how well it would be predicted in new samples was not measured"
        return f"{begin} {goes} with {outcome}{tested}; {unknown}."
    text, better = headline(found["measures"])
    on = ON[found["kind"]]
    if better:
        return f"{begin} {'predicts' if n == 1 else 'predict'} {outcome}{tested}: {on}{text}."
    return f"{begin} {'was' if n == 1 else 'were'} selected for {outcome}{tested}, but {on}{text}."


def answers(report: Report) -> list[dict[str, str]]:
    """The questions, in the order in which they are asked, each with its answer."""
    asked = (
        ("Is there a signal?", _signal),
        ("Which features?", _which),
        ("How sure is each of them?", _sure),
        ("How well does it predict?", _how_well),
        ("What should I not conclude?", _not),
    )
    return [{"question": question, "answer": answer(report)} for question, answer in asked]


def _signal(report: Report) -> str:
    signal, outcome = report["signal"], outcome_words(report)
    p, words = signal["p_value"], []
    if p is None:
        words.append("Not tested: this fit was made without the check for nothing.")
    elif p > signal["level"]:
        words.append(
            "None was found. When the samples' outcomes were swapped at random, they went with the "
            f"features as well as the true ones too often to speak of a signal ({p_words(p)})."
        )
    else:
        words.append(
            f"Yes: the features go with {outcome} better than chance would have it. Without any "
            f"signal, at most {share(p)} of all tables would look like this one ({p_words(p)})."
        )
        if not signal["found"]:
            words.append("Yet no model of them predicted unseen samples better than a constant.")
    again = signal["procedure"]
    if again is not None:
        least = ", the smallest that so few allow" if again["as_good"] == 0 else ""
        words.append(
            f"The procedure as a whole predicted as well in {again['as_good']} of "
            f"{count(again['permutations'], 'copy', 'copies')} with swapped outcomes "
            f"({p_words(again['p_value'])}{least})."
        )
    return " ".join(words)


def _which(report: Report) -> str:
    rows, n = report["features"]["rows"], report["features"]["n_selected"]
    chosen = [row for row in rows if row["selected"]]
    stable = [row["feature"] for row in rows if not row["selected"]]
    words = []
    if not chosen:
        words.append("None was selected.")
    else:
        told = [named(row["feature"]) + _act(report, row) for row in chosen[:MOST]]
        more = f" and {n - len(told):,} more" if n > len(told) else ""
        what = "firmest" if report["evidence"] else "strongest"
        words.append(f"{', '.join(told)}{more}" + (f", the {what} first." if n > 1 else "."))
    if any(row["effect"] in ("up", "down") for row in chosen[:MOST]):
        words.append(f"“Up”: where it is higher, {_up(report)}.")
    always = [row["feature"] for row in chosen if row["always"]]
    if always:
        words.append(f"Kept in by request: {listed(always, MOST)}.")
    if stable:
        words.append(
            f"Not in the model, but firm: {listed(stable, MOST)}; beside those in the model "
            f"{'it adds' if len(stable) == 1 else 'they add'} too little."
        )
    return " ".join(words)


def _act(report: Report, row: dict[str, Any]) -> str:
    """Which way a feature acts, and in how many cohorts where not in all."""
    told = [row["effect"]] if row["effect"] in SHAPES else []
    cohorts = report["cohorts"] or ()
    used = sum(bool(row["strengths"][one["cohort"]]) for one in cohorts)
    if used < len(cohorts):
        told.append(f"in {used} of {len(cohorts)} cohorts")
    return f" ({', '.join(told)})" if told else ""


def _up(report: Report) -> str:
    """What a curve that goes up means."""
    if report["task"] == "survival":
        return "the event is predicted sooner"
    if report["task"] == "classification":
        labels = list((report["target"] or {"classes": ()})["classes"])
        which = named(labels[1]) if len(labels) == 2 else "the class named beside its curve"
        return f"{which} is likelier"
    return "more is predicted"


def _sure(report: Report) -> str:
    found, features = report["evidence"], report["features"]
    n = features["n_selected"] - sum(row["always"] for row in features["rows"])
    if not n:
        return "There is none to be sure of."
    if found is None:
        return _returned(report, n)
    halves = f"{2 * found['n_pairs']:,} fits to random halves of the samples"
    groups = found["n_stable_clusters"]
    firm = sum(row["selected"] and row.get("stable", False) for row in features["rows"])
    if found["threshold"] is None:
        words = [f"None can be called firm: no share of {halves} is enough for that."]
    else:
        every = {1: "The one", 2: "Both"}.get(n, f"All {n}")
        who = every if firm == n else f"{firm or 'None'} of {n} selected"
        words = [
            f"{who} {'is' if firm < 2 else 'are'} firm: picked by at least "
            f"{share(found['threshold'])} of {halves}. Among features picked so often, at most "
            f"{false_ones(found['expected_false'])} to be expected."
        ]
    if groups > found["n_stable"]:
        words.append(
            "Features that say nearly the same share their votes: counted together, "
            f"{count(groups, 'group')} of them {'is' if groups == 1 else 'are'} firm."
        )
    return " ".join(words)


def _returned(report: Report, n: int) -> str:
    """Without evidence: what refits on parts of the samples say, if there were any."""
    measure = "To measure that: spinnery.assess, or spinnery fit --evidence."
    n_folds = None if report["performance"] is None else report["performance"]["n_folds"]
    if n_folds is None:
        return f"Not measured: any of them may be false. {measure}"
    times = [row["times_selected"] for row in report["features"]["rows"] if not row["always"]]
    return (
        f"{times.count(n_folds)} of {n} came back in each of {n_folds} refits without a part of "
        f"the samples. That is a hint and no rate of errors. {measure}"
    )


def _how_well(report: Report) -> str:
    found = report["performance"]
    if found is None:
        return "Not measured here: spinnery.write_report(model, file, X, y) does."
    if not found["measures"]:
        return "That cannot be measured on these samples."
    text, _ = headline(found["measures"])
    if found["kind"] == TRAINING:
        return (
            f"Not measured on unseen samples. On the training samples, {text}: that says nothing "
            "of new ones."
        )
    on = ON[found["kind"]]
    if not report["features"]["n_selected"]:
        return f"{on[0].upper()}{on[1:]}{text}."
    caution = "" if found["caution"] is None else f" {found['caution']}"
    return f"{on[0].upper()}{on[1:]}{text}.{_miss(report)}{caution}"


def _miss(report: Report) -> str:
    """How far off predictions of one number are, in its own units."""
    found, known = report["performance"], report["target"]
    error = {row["measure"]: row["value"] for row in found["measures"]}.get(RMSE)
    if error is None or len(known["columns"]) > 1:
        return ""
    beside = ""
    if found["kind"] != TEST:  # the outcome's spread is that of the fit's samples
        spread = known["columns"][0]["standard_deviation"]
        beside = f"; that of the mean of all is about {short(spread)}"
    return f" Its {RMSE} is {short(error)}, in the outcome's units{beside}."


def _not(report: Report) -> str:
    outcome = outcome_words(report)
    if not report["signal"]["found"]:
        return (
            f"That the features have nothing to do with {outcome}: a weak signal, or one of many "
            "features together, needs more samples to be seen."
        )
    one = report["features"]["n_selected"] == 1
    causes = "this feature causes" if one else "these features cause"
    words = [
        f"That {causes} {outcome}: {'it goes' if one else 'they go'} with it. That the others have "
        "nothing to do with it: another may say the same, and one was enough."
    ]
    if report["evidence"] is None:
        each = "it" if one else "each of them"
        words.append(f"That {each} is a true finding: that was not measured.")
    words.append(
        "That predictions are as good for samples of another kind (another place, instrument, "
        "time) than these."
    )
    return " ".join(words)

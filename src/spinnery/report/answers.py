"""The five questions of a reader who is no statistician, answered from a report's numbers."""

from __future__ import annotations

from typing import Any

from ..evidence.effects import FLAT_WORD
from .given import TEST, TRAINING
from .measures import headline
from .sureness import MOST, sureness
from .verdict import ON, outcome_words
from .wording import count, listed, named, p_words, share, short

Report = dict[str, Any]
RMSE = "root mean squared error"
SHAPES = ("up", "down", "peak", "valley")
ACTS = {"differs": "differs between cohorts", FLAT_WORD: "no direction by itself"}


def answers(report: Report) -> list[dict[str, str]]:
    """The questions, in the order in which they are asked, each with its answer."""
    asked = (
        ("Is there a signal?", _signal),
        ("Which features?", _which),
        ("How sure is each of them?", sureness),
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
            "None was found. With the samples' outcomes swapped at random, features went with them "
            f"as well in too many cases to speak of a signal ({p_words(p)}; for one it takes at "
            f"most {short(signal['level'])})."
        )
    else:
        words.append(
            f"Yes: the features go with {outcome} better than chance would have it. Without any "
            f"signal, data look like this in at most {share(p)} of the cases ({p_words(p)})."
        )
        if not signal["found"]:
            words.append("Yet no model of them predicted unseen samples better than a constant.")
    again = signal["procedure"]
    if again is not None:
        many = again["permutations"]
        least = f", the smallest that {many} allow" if again["as_good"] == 0 else ""
        words.append(
            f"The procedure as a whole, tried on {count(many, 'copy', 'copies')} with swapped "
            f"outcomes, did as well on {again['as_good'] or 'none'} of them "
            f"({p_words(again['p_value'])}{least})."
        )
    return " ".join(words)


def _which(report: Report) -> str:
    rows, n = report["features"]["rows"], report["features"]["n_selected"]
    chosen = [row for row in rows if row["selected"]]
    stable = [row["feature"] for row in rows if not row["selected"]]
    words = []
    if any(row["effect"] in ("up", "down") for row in chosen[:MOST]):
        within = " within its cohort" if report["cohorts"] else ""
        words.append(f"“Up” means: where it is higher{within}, {_up(report)}.")
    if not chosen:
        words.append("None was selected.")
    else:
        told = [named(row["feature"]) + _act(report, row) for row in chosen[:MOST]]
        more = f" and {n - len(told):,} more" if n > len(told) else ""
        what = "those picked most often" if report["evidence"] else "the strongest"
        words.append(f"{', '.join(told)}{more}" + (f", {what} first." if n > 1 else "."))
    always = [row["feature"] for row in chosen if row["always"]]
    if always:
        words.append(f"Kept in by request: {listed(always, MOST)}.")
    if stable:
        words.append(
            f"Firm, though not in the model: {listed(stable, MOST)}; beside those in it, "
            f"{'it adds' if len(stable) == 1 else 'they add'} too little to predictions, and which "
            f"way {'it acts' if len(stable) == 1 else 'they act'} was not measured."
        )
    return " ".join(words)


def _act(report: Report, row: dict[str, Any]) -> str:
    """Which way a feature acts, in how many cohorts where not in all, and whether it is firm."""
    word = row["effect"]
    told = [word] if word in SHAPES else [ACTS[word]] if word in ACTS else []
    cohorts = report["cohorts"] or ()
    used = sum(bool(row["strengths"][one["cohort"]]) for one in cohorts)
    if used < len(cohorts):
        told.append(f"used in {used} of {len(cohorts)} cohorts")
    if row.get("stable"):
        told.append("firm")
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
        again = "," if found["kind"] == TEST else ", where each part has a constant of its own,"
        return f"It predicts the same for everybody: {on}{again} {text}."
    caution = "" if found["caution"] is None else f" {found['caution']}"
    return f"{on[0].upper()}{on[1:]}, {text}.{_by_cohort(report)}{_miss(report)}{caution}"


def _by_cohort(report: Report) -> str:
    """Where the first measure is least and where it is largest."""
    first = report["performance"]["measures"][0]["measure"]
    known = {
        one["cohort"]: value for one in report["cohorts"] or ()
        if (value := one["measures"].get(first)) is not None
    }  # fmt: skip
    if len(known) < 2:
        return ""
    (worst, low), *_, (best, high) = sorted(known.items(), key=lambda one: one[1])
    return (
        f" By cohort, the {first} is between {short(low)} ({named(worst)}) and {short(high)} "
        f"({named(best)})."
    )


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
    elif any(not row.get("stable") for row in report["features"]["rows"] if not row["always"]):
        words.append("That those that are not firm are true findings.")
    new = " How well a new cohort would be predicted was not measured." if report["cohorts"] else ""
    words.append(
        "That predictions are as good for samples of another kind (another place, instrument, "
        f"time) than these.{new}"
    )
    return " ".join(words)

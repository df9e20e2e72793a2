"""The five questions of a reader who is no statistician, answered from a report's numbers."""

from __future__ import annotations

from typing import Any

from .given import CHOSEN, TEST, TRAINING, UNSEEN
from .measures import headline
from .wording import count, listed, named, p_words, share, short

Report = dict[str, Any]
MOST = 10  # features named
SHAPES = ("up", "down", "peak", "valley")
ON = {UNSEEN: "on samples it had not seen, ", TEST: "on the test samples, ", CHOSEN: "in cross-validation, "}  # fmt: skip  # noqa: E501
CHANCE = "the features go with {outcome} better than chance would have it"


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
        alone = "the model predicts the same for everybody" if not n else (
            "the model has only what was to be kept in"
        )
        if p is not None and p <= signal["level"]:
            return (
                f"Something goes with {outcome}{tested}, but no feature helps to predict samples "
                f"that were not seen: {alone}."
            )
        return f"No signal was found for {outcome}{tested}: {alone}."
    begin = f"{n:,} of {count(features['n_features'], 'feature')}"
    if p is None:
        tested = " (untested whether by more than chance)"
    if report["performance"] is None or report["performance"]["kind"] == TRAINING:
        goes = "goes" if n == 1 else "go"
        unknown = "how well it would be predicted in new samples was not measured"
        return f"{begin} {goes} with {outcome}{tested}; {unknown}."
    text, better = headline(report["performance"]["measures"])
    on = ON[report["performance"]["kind"]]
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
            f"None was found. When the samples' outcomes were swapped at random, they went with the "
            f"features as well as the true ones in a good part of the trials ({p_words(p)})."
        )
    else:
        kept = "" if signal["found"] else (
            ", but no model of them predicted unseen samples better than a constant"
        )
        words.append(
            f"Yes: {CHANCE.format(outcome=outcome)}{kept}. Without any signal, at most {share(p)} of "
            f"all tables would look like this one ({p_words(p)})."
        )
    again = signal["procedure"]
    if again is not None:
        words.append(
            f"Tried as a whole on {count(again['permutations'], 'copy', 'copies')} with swapped "
            f"outcomes, the procedure predicted as well in {again['as_good']} of them "
            f"({p_words(again['p_value'])})."
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
        told = [
            named(row["feature"]) + (f" ({row['effect']})" if row["effect"] in SHAPES else "")
            for row in chosen[:MOST]
        ]
        more = f" and {n - len(told):,} more" if n > len(told) else ""
        what = "firmest" if report["evidence"] else "strongest"
        words.append(f"{', '.join(told)}{more}" + (f", the {what} first." if n > 1 else "."))
    if any(row["effect"] in ("up", "down") for row in chosen[:MOST]):
        words.append("“Up”: where it is higher, more is predicted." if report["task"] != "survival" else
                     "“Up”: where it is higher, the event is predicted sooner.")  # fmt: skip
    always = [row["feature"] for row in chosen if row["always"]]
    if always:
        words.append(f"Kept in by request: {listed(always, MOST)}.")
    if stable:
        words.append(f"Not in the model, but firm: {listed(stable, MOST)}.")
    return " ".join(words)


def _sure(report: Report) -> str:
    found, features = report["evidence"], report["features"]
    if found is None:
        return _returned(report)
    halves = f"{2 * found['n_pairs']:,} fits to random halves of the samples"
    false = f"{short(found['expected_false'])} false"
    if found["threshold"] is None:
        first = f"No feature can be called firm: no share of {halves} is enough to promise {false}."
    else:
        both = sum(row["selected"] and row.get("stable", False) for row in features["rows"])
        first = (
            f"{both} of the {features['n_selected']} selected are firm: at least "
            f"{share(found['threshold'])} of {halves} picked them, a list in which at most {false} "
            f"{'is' if found['expected_false'] == 1 else 'are'} to be expected."
        )
    if found["n_stable_clusters"] > found["n_stable"]:
        first += (
            f" Features that say nearly the same share their votes: counted together, "
            f"{count(found['n_stable_clusters'], 'group')} of such twins are firm."
        )
    return first


def _returned(report: Report) -> str:
    """Without evidence: what refits on parts of the samples say, if there were any."""
    rows = [row for row in report["features"]["rows"] if row["selected"] and not row["always"]]
    measure = "spinnery.assess, or spinnery fit --evidence, measures that."
    if not rows:
        return "There is none to be sure of."
    n = None if report["performance"] is None else report["performance"]["n_folds"]
    if n is None or rows[0]["times_selected"] is None:
        return f"Not measured: any of them may be false. {measure[0].upper()}{measure[1:]}"
    all_times = sum(row["times_selected"] == n for row in rows)
    return (
        f"{all_times} of {len(rows)} came back in each of {n} refits without a part of the samples. "
        f"That is a hint and no error rate; {measure}"
    )


def _how_well(report: Report) -> str:
    found = report["performance"]
    if found is None:
        return "Not measured here: spinnery.write_report(model, file, X, y) does."
    if not found["measures"]:
        return "That cannot be measured on these samples."
    text, _ = headline(found["measures"])
    if found["kind"] == TRAINING:
        return f"Not measured on unseen samples. On the training samples, {text}: that says nothing of new ones."  # noqa: E501
    on = ON[found["kind"]]
    caution = "" if found["caution"] is None else f" {found['caution']}"
    return f"{on[0].upper()}{on[1:]}{text}.{caution}"


def _not(report: Report) -> str:
    outcome = outcome_words(report)
    if not report["signal"]["found"]:
        return (
            f"That the features have nothing to do with {outcome}: a weak signal, or one of many "
            "features together, needs more samples to be seen."
        )
    words = [
        f"That these features cause {outcome}: they go with it. That the others have nothing to do "
        "with it: another may say the same, and one was enough."
    ]
    if report["evidence"] is None:
        words.append("That each of them is a true finding: that was not measured.")
    words.append(
        "That predictions are as good for samples of another kind (another place, instrument, "
        "time) than these."
    )
    return " ".join(words)

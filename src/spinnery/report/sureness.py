"""How sure each feature is, in sentences."""

from __future__ import annotations

from typing import Any

from .wording import count, listed, named, share, short

Report = dict[str, Any]
MOST = 10  # features named


def sureness(report: Report) -> str:
    """By evidence if there is some, else by what refits on parts of the samples say."""
    found, features = report["evidence"], report["features"]
    n = features["n_selected"] - sum(row["always"] for row in features["rows"])
    if not n:
        return "There is none to be sure of."
    if found is None:
        return _returned(report, n)
    halves = f"{2 * found['n_pairs']:,} fits to random halves of the samples"
    judged = [row for row in features["rows"] if row["selected"] and "frequency" in row]
    firm = [row for row in judged if row["stable"]]
    if found["threshold"] is None:
        words = [f"None can be called firm: no share of {halves} is enough for that."]
    elif not firm:
        who = "It is not" if n == 1 else f"None of the {n} selected is"
        words = [f"{who} firm: that takes {share(found['threshold'])} of {halves}."]
    else:
        every = {1: "The one", 2: "Both"}.get(n, f"All {n}")
        who = every if len(firm) == n else f"{len(firm)} of {n} selected"
        are, mistaken = "is" if len(firm) == 1 else "are", found["expected_false"]
        words = [
            f"{who} {are} firm: picked by at least {share(found['threshold'])} of {halves}. Of all "
            f"{count(features['n_features'], 'feature')}, at most {short(mistaken)} "
            f"{'is' if mistaken == 1 else 'are'} expected to come so far by mistake: firm is not "
            "proven."
        ]
    words.append(f"Picked by: {_shares(judged)}.")
    together = [
        row["feature"] for row in features["rows"]
        if "cluster" in row and row["cluster"]["stable"] and not row["stable"]
    ]  # fmt: skip
    if together:
        words.append(
            f"Firm as groups with their twins (features that say nearly the same), though none of "
            f"a group is by itself: those of {listed(together, MOST)}."
        )
    return " ".join(words)


def _shares(rows: list[dict[str, Any]]) -> str:
    """How often the halves picked each."""
    told = [f"{named(row['feature'])} {share(row['frequency'])}" for row in rows[:MOST]]
    more = f" and {len(rows) - MOST:,} more less often" if len(rows) > MOST else ""
    return ", ".join(told) + more


def _returned(report: Report, n: int) -> str:
    measure = "spinnery fit --evidence measures that (in Python, spinnery.assess)."
    n_folds = None if report["performance"] is None else report["performance"]["n_folds"]
    if n_folds is None:
        return f"Not measured: any of them may be false. {measure}"
    back = [
        row["feature"] for row in report["features"]["rows"]
        if not row["always"] and row["times_selected"] == n_folds
    ]  # fmt: skip
    which = f": {listed(back, MOST)}" if 0 < len(back) < n else ""
    return (
        f"{len(back) or 'None'} of {n} came back in each of {n_folds} refits without a part of "
        f"the samples{which}. That is a hint and no rate of errors, and a strong feature need not "
        f"be a sure one. How sure each is was not measured: {measure}"
    )

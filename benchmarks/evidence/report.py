"""Targets and section of the evidence; used by benchmarks/report.py."""

from scipy import stats

from ..tables import Target, table, where
from . import report_lists

COMMAND = "python -m benchmarks.evidence.null"
POWER = {0.2: 0.65, 0.3: 0.9}
WORDS = {"fit": "fit with its folds and check", "assess": "assess"}
LONGEST = (
    ("default, 500 x 1,000", "fit", 3.5),
    ("default, 500 x 1,000", "assess", 90),
    ("linear, 500 x 5,000", "assess", 20),
)


def targets(rows: dict):
    text = "noise: something found in at most 5 % of {} data sets, not significantly above"
    for features in (
        "independent",
        "blocks of 0.9",
        "rows of alon",
        "rows of su",
        "rows of riboflavin",
    ):
        found = where(rows["null"], part="noise", features=features)
        words = text.format(f"each kind of ({features})")
        if not found:
            yield Target(words, COMMAND)
            continue
        # at the level of one in a hundred for all cells of the row together
        limit = [stats.binom.ppf(1 - 0.01 / len(found), r["sets"], 0.05) / r["sets"] for r in found]
        worst = max(found, key=lambda r: r["found"])
        total, sets = sum(r["found"] * r["sets"] for r in found), sum(r["sets"] for r in found)
        measured = (
            f"{total / sets:.3f} of {sets}, at most {worst['found']:.2f} of {worst['sets']} "
            f"({worst['what']}, {worst['n']} x {worst['p']})"
        )
        good = all(r["found"] <= one for r, one in zip(found, limit, strict=True))
        yield Target(words, COMMAND, measured, good)
    for share, least in POWER.items():
        words = f"one linear feature of 500, R² {share}, n = 100: found in ≥ {least:.0%}"
        row = where(rows["null"], part="power", what="line", share=share)
        if not row:
            yield Target(words, COMMAND + " --parts power")
            continue
        found = row[0]["found"]
        yield Target(
            words, COMMAND + " --parts power", f"{found:.2f} of {row[0]['sets']}", found >= least
        )
    yield from report_lists.targets(rows)
    for what, kind, most in LONGEST:
        words = f"{what}: warm {WORDS[kind]} within {most} s"
        row = where(rows["evidence_speed"], what=what)
        measured = (f"{row[0][kind]:.1f} s", row[0][kind] <= most) if row else ()
        yield Target(words, "python -m benchmarks.evidence.speed", *measured)


def section(rows: dict) -> list[str]:
    lines = []
    for row in rows["null"]:
        share, sets = row["found"], row["sets"]
        error = (share * (1 - share) / sets) ** 0.5
        shape = f"{row['n']} x {row['p']}"
        what = row["what"] if row["part"] == "noise" else f"{row['what']}, R² {row['share']}"
        lines.append([row["part"], row["features"], shape, what, f"{share:.2f} ± {error:.2f}", sets,
                      row["seconds"]])  # fmt: skip
    header = ["part", "features", "size", "what", "share found", "data sets", "seconds each"]
    note = (
        "Share of data sets in which the check's p-value is at most 0.05, with its standard error; "
        "a default model can be non-empty in no other. Noise is drawn apart from the features."
    )
    return ["## The check for nothing", "", *table(header, lines, key=4), note, ""]


def speed_section(rows: dict) -> list[str]:
    lines = [[r["what"], r["fit"], r["halves_alone"], r["assess"]] for r in rows["evidence_speed"]]
    header = ["what", "warm fit, s", "halves and importance, s", "assess, s"]
    note = "Defaults: 50 pairs of halves, 19 permutations, five folds of the whole procedure."
    return ["## How long evidence takes", "", *table(header, lines, key=1), note, ""]


SECTIONS = (
    (("null",), section), *report_lists.SECTIONS, (("evidence_speed",), speed_section),
)  # fmt: skip

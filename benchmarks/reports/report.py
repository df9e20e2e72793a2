"""Target and section of reports as pages; used by benchmarks/report.py."""

from ..tables import Target, table, where

COMMAND = "python -m benchmarks.reports.run"
WIDE = "spinnery, 20 of 20,000"


def targets(rows: dict):
    text = "a report of 20 features of 20,000 opens within a second"
    found = where(rows["reports"], page=WIDE)
    if not found:
        yield Target(text, COMMAND)
    for row in found:
        yield Target(text, COMMAND, f"{row['seconds']:.2f} s", row["seconds"] <= 1)


def section(rows: dict) -> list[str]:
    header = ["page", "kB", "seconds to load", "asks a network for", "characters without scripts",
              "width at 400 px"]  # fmt: skip
    names = ("page", "kB", "seconds", "requests", "text", "width")
    lines = [[row[name] for name in names] for row in rows["reports"]]
    note = (
        "Of one table of 300 rows and 12 columns, each package with its defaults (`peer.py`), and, "
        "of ours, of 20 features found among 20,000. Chromium without a network; seconds until the "
        "load event, the median of seven. What each page shows: "
        "[the report](../docs/report.md#beside-other-reports)."
    )
    return ["## Reports as pages", "", *table(header, lines), note, ""]


SECTIONS = ((("reports",), section),)

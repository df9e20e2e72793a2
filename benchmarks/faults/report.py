"""Targets and section of faults; used by benchmarks/report.py."""

from ..tables import Target, table

KILLS = "python -m benchmarks.faults.kills"
LIVED = "python -m benchmarks.faults.long_lived"


def targets(rows: dict):
    text = "50 kills at random moments leave the old file or the new one, and work goes on"
    for row in rows["kills"]:
        measured = f"{row['passed']} of {row['kills']}"
        yield Target(text, KILLS, measured, row["passed"] == row["kills"] >= 50)
    if not rows["kills"]:
        yield Target(text, KILLS)
    text = "2,000 fits of 200 shapes in one process: memory and maps level off"
    lived = {row["fits"]: row for row in rows["long_lived"]}
    if 2000 not in lived:
        yield Target(text, LIVED)
        return
    half, end = lived[1000], lived[2000]
    most = max(row["maps"] for row in lived.values())
    measured = (
        f"at most {most:,} maps of 65,530; peak {half['peak_megabytes']} MB after 1,000 fits, "
        f"{end['peak_megabytes']} after 2,000"
    )
    flat = most < 40_000 and end["peak_megabytes"] < 1.1 * half["peak_megabytes"]
    yield Target(text, LIVED, measured, flat)


def section(rows: dict) -> list[str]:
    lines = [
        [row["fits"], row["maps"], row["peak_megabytes"], row.get("seconds")]
        for row in rows["long_lived"]
    ]
    note = "One process, 200 shapes in random order; `spinnery.compilation` forgets programs."
    header = ["fits", "memory maps", "peak, MB", "seconds so far"]
    return ["## A process that fits on and on", "", *table(header, lines), note, ""]


SECTIONS = ((("long_lived", "kills"), section),)

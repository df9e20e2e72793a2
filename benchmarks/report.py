"""Build RESULTS.md from out/: one row per target, then every measurement beside its peers'.

out/ stays on the machine that measured, so what it does not hold is kept as RESULTS.md has it: a
target's line, a section, and of a section measured in part the other rows, with a dagger. Of rows
and sections that are meant to go, the text has to be deleted by hand.

    python -m benchmarks.report [--smoke]
"""

from importlib import import_module
from pathlib import Path

from .common import HERE, options, read
from .tables import Target

PARTS = (
    "evidence", "simulations", "real", "madelon", "recovery", "survival", "counts", "mixed",
    "speed", "large", "cohorts", "networks", "proximal", "embedding", "faults", "fuzz", "reports",
    "workers",
)  # fmt: skip
MARKS = {True: "yes", False: "**no**", None: "not measured"}
BEFORE = "Rows with † were measured before: "


def sections_of(path: Path) -> dict[str, list[str]]:
    """Sections of an earlier report by heading, "" for what comes before the first."""
    found: dict[str, list[str]] = {"": []}
    heading = ""
    for line in path.read_text().splitlines() if path.exists() else []:
        if line.startswith("## "):
            heading = line
            found[heading] = []
        found[heading].append(line)
    return found


def cells(line: str) -> list[str]:
    return line.strip().strip("|").strip().split(" | ")


def tables_of(lines: list[str]) -> dict[tuple[str, str], tuple[int, int]]:
    """Where each table of a section begins and ends, by subheading and header."""
    found, heading, start = {}, "", None
    for k, line in enumerate([*lines, ""]):
        if line.startswith("#"):
            heading = line
        if line.startswith("| ") and start is None:
            start = k
        elif not line.startswith("| ") and start is not None:
            found[heading, lines[start]] = (start, k)
            start = None
    return found


def row_key(line: str, rule: str) -> tuple[str, ...]:
    """What says which row it is: the cells of the columns aligned to the left."""
    pairs = zip(cells(line), cells(rule), strict=False)
    return tuple(cell.removesuffix(" †") for cell, mark in pairs if mark == "---")


def completed(lines: list[str], before: list[str]) -> tuple[list[str], bool]:
    """A new section with the earlier one's rows that were not measured anew, and if there are any.

    They stand after the last row that shares their first cell.
    """
    earlier, out, any_kept = tables_of(before), list(lines), False
    for name, (start, end) in reversed(tables_of(lines).items()):
        if name not in earlier:
            continue
        old, rule = slice(earlier[name][0] + 2, earlier[name][1]), lines[start + 1]
        rows = {row_key(line, rule): line for line in lines[start + 2 : end]}
        for line in before[old]:
            key = row_key(line, rule)
            if key in rows:
                continue
            values = cells(line)
            values[len(key) - 1] = key[-1] + " †"
            similar = [k for k, found in enumerate(rows) if found[0] == key[0]]
            items = list(rows.items())
            position = similar[-1] + 1 if similar else len(items)
            items.insert(position, (key, "| " + " | ".join(values) + " |"))
            rows, any_kept = dict(items), True
        out[start + 2 : end] = rows.values()
    return out, any_kept


def dated(lines: list[str], rows: list[dict], before: list[str]) -> list[str]:
    """A section with when and where it was measured under its heading, and what is older."""
    lines, any_kept = completed(lines, before)
    days = sorted({row["measured"][:10] for row in rows})
    span = " to ".join(dict.fromkeys((days[0], days[-1])))
    text = f"Measured {span} on {'; '.join(sorted({row['machine'] for row in rows}))}."
    if any_kept:
        old = next((line for line in before if line.startswith("Measured ")), "Measured at no date")
        known = old.removeprefix("Measured ").removesuffix(".").replace(f". {BEFORE}", "; ")
        text += f" {BEFORE}{'; '.join(dict.fromkeys(known.split('; ')))}."
    return [*lines[:2], text, "", *lines[2:]]


def judged(every: list[Target], before: list[str]) -> list[str]:
    """The table of targets; what was not measured anew keeps what is known of it."""
    known = {cells(line)[0]: cells(line)[1:3] for line in before if line.startswith("| ")}
    out = ["| target | measured | reached | command |", "| --- | --- | --- | --- |"]
    for target in every:
        values = [target.measured, MARKS[target.reached]]
        if target.reached is None:
            values = known.get(target.text, values)
        out.append("| " + " | ".join([target.text, *values, f"`{target.command}`"]) + " |")
    return [*out, ""]


def main() -> None:
    args = options(__doc__)
    path = (HERE / "out" / "smoke" if args.smoke else HERE) / "RESULTS.md"
    before, out, every = sections_of(path), [], []
    for name in PARTS:
        part = import_module(f"{__package__}.{name}.report")
        rows = {file: read(file, args.smoke) for files, _ in part.SECTIONS for file in files}
        every += part.targets(rows)
        for files, section in part.SECTIONS:
            lines, found = section(rows), [row for file in files for row in rows[file]]
            old = before.get(lines[0], [])
            lines = dated(lines, found, old) if found else old
            out += [*lines, ""] if lines and lines[-1] else lines
    head = [
        "# Results",
        "",
        "Built by `python -m benchmarks.report` from `benchmarks/out/`; `benchmarks/run_all.sh` "
        "measures everything anew. Commands are given in the repository's folder. Real sets are "
        "read from the folder `SPINNERY_DATA`.",
        "",
        "## Targets",
        "",
        *judged(every, before.get("## Targets", [])),
    ]
    notes = (HERE / "notes.md").read_text().rstrip()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*head, *out, notes, ""]))
    print(f"  wrote {path.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()

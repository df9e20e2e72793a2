"""Target and section of tables of any make; used by benchmarks/report.py."""

from ..tables import Target, table

COMMAND = "python -m benchmarks.fuzz.tables"


def targets(rows: dict):
    text = "2,000 fuzzed tables: a fit or one clear line, never a traceback"
    whole = [row for row in rows["fuzz"] if row["tables"] >= 2000]
    if not whole:
        yield Target(text, COMMAND)
    for row in whole:
        measured = f"{row['passing']} of {row['passing'] + row['failing']}"
        yield Target(text, COMMAND, measured, row["failing"] == 0)


def section(rows: dict) -> list[str]:
    header = ["tables", "as they should be", "not", "fits", "one line", "seconds"]
    names = ("tables", "passing", "failing", "fits", "refused", "seconds")
    lines = [[row[name] for name in names] for row in rows["fuzz"]]
    note = (
        "`spinnery fit` on tables of any make (types, gaps, 0 to 50 columns, names, encodings, "
        "separators, cut files, options), then `spinnery predict` on the same file."
    )
    return ["## Tables of any make", "", *table(header, lines), note, ""]


SECTIONS = ((("fuzz",), section),)

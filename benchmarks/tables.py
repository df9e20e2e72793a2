"""Markdown tables of RESULTS.md."""


def table(header: list[str], rows: list[list]) -> list[str]:
    """A Markdown table; floats to three digits, None as a dash."""

    def cell(value) -> str:
        if value is None:
            return "-"
        return f"{value:.3g}" if isinstance(value, float) else str(value)

    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(map(cell, line)) + " |" for line in lines] + [""]


def by_seed(rows: list[dict], what: str) -> str:
    """One value per seed, in order."""
    values = [row[what] for row in sorted(rows, key=lambda row: row["seed"])]
    return " ".join(f"{v:.3g}" for v in values)

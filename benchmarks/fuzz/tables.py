"""Two thousand tables of any make: does `spinnery fit` fit each, or say in one line what is wrong?

The test of tests/cli/test_fuzzed_tables.py, with more tables than the tests take, and whole fits.
Types, gaps, 0 to 50 columns, names, encodings, separators, decimals, archives, cut files, options.

    python -m benchmarks.fuzz.tables [--smoke] [--tables 100]
"""

import os
import re
import subprocess
import sys

from ..common import HERE, Results, options, timed

TEST = "tests/cli/test_fuzzed_tables.py"


def main() -> None:
    args = options(__doc__, tables={"type": int, "default": 2000})
    n_tables = 20 if args.smoke else args.tables
    results = Results("fuzz", ("tables",), args.smoke)
    command = [sys.executable, "-m", "pytest", TEST, "--hypothesis-show-statistics"]
    environment = {**os.environ, "SPINNERY_FUZZ": str(n_tables)}
    done, seconds = timed(
        lambda: subprocess.run(
            command, cwd=HERE.parent, env=environment, capture_output=True, text=True, check=False
        )
    )
    found = re.search(r"(\d+) passing, (\d+) failing, and (\d+) invalid", done.stdout)
    if found is None:
        sys.exit(done.stdout[-2000:])
    passing, failing, invalid = map(int, found.groups())
    shares = {what: share(done.stdout, what) for what in ("a fit", "one clear line")}
    counts = {what: round(part * (passing + failing + invalid)) for what, part in shares.items()}
    results.add(
        tables=n_tables,
        passing=passing,
        failing=failing,
        fits=counts["a fit"],
        refused=counts["one clear line"],
        seconds=seconds,
    )


def share(text: str, what: str) -> float:
    """Of all tables, those to which this happened."""
    found = re.search(rf"([\d.]+)%, {what}\n", text)
    return float(found[1]) / 100 if found else 0.0


if __name__ == "__main__":
    main()
